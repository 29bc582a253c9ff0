// What was probably meant by a name in an expression, as a hint of a diagnostic.
import { nearestWord } from '../core/suggest.ts'

/** `{ hint }` when a known name is near, `{}` when none is: to be spread into a diagnostic. */
export function suggest(written: string, known: Iterable<string>): { readonly hint?: string } {
  const near = nearestWord(written, [...known])
  return near === undefined ? {} : { hint: `did you mean '${near}'?` }
}

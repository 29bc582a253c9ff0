// A schema for one value that is written in more than one way. Plain unions would answer a mistake with a list of riddles.
import { z } from 'zod'
import { note } from './note.ts'

interface Scalar<T> {
  /** The value as it is used, or `undefined` when it is none. */
  readonly read: (value: unknown) => T | undefined
  /** Continues the sentence that begins with the key: `must be …`. */
  readonly complaint: string
  /** For editors. */
  readonly json: object
}

/** Schema whose input is described by `json` and whose output is what `read` makes of it. */
export function scalar<T>({ read, complaint, json }: Scalar<T>): z.ZodType<T> {
  const schema = z.unknown().transform((value, context): T => {
    const made = read(value)
    if (made !== undefined) return made
    context.issues.push({ code: 'custom', message: complaint, input: value })
    return z.NEVER
  })
  return note(schema, { json })
}

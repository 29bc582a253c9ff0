// Requests that two readers would read differently: what has been judged must be all that an upstream can make of them. Pure.
import type { RawJson } from '../core/brand.ts'
import { hasDotSegments } from '../http/dot-segments.ts'
import type { ServerItem } from './admissions.ts'
import { members, repeats } from './json.ts'

/**
 * Why params must not be judged: a member is there twice, or beside one of nearly the same name (parsers exist that take `Name` for
 * `name`); or the address of a resource leads elsewhere than it begins, so that `file:///open/../secret` would pass for open.
 */
export function ambiguity(item: ServerItem, text: RawJson): string | undefined {
  if (namedTwice(text)) return 'a member is named twice'
  const isAddress = item.kind === 'resource' || item.kind === 'template'
  return isAddress && hasDotSegments(item.name.replace(SCHEME, '/')) ? 'the URI has dot segments' : undefined
}

/** What stands in front of a path that may begin without a slash (RFC 3986 §3). */
const SCHEME = /^[a-z][a-z0-9+.-]*:/i

function namedTwice(text: RawJson): boolean {
  for (const name of members(text).keys()) {
    const exact = looked.get(name.toLowerCase())
    if (exact !== undefined && exact !== name) return true
  }
  return repeats(text)
}

const looked = new Map(['name', 'arguments', 'uri', 'ref', 'taskId'].map((name) => [name.toLowerCase(), name]))

// Header fields that a configuration names: checked once, when it is compiled.
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { z } from 'zod'
import type { Site } from './policy.ts'

/** YAML of `requestHeaderModifier` and `responseHeaderModifier`: `{add, set, remove}`, static text. */
export const fieldsSchema = z.strictObject({
  add: z.record(z.string(), z.string()).default({}),
  set: z.record(z.string(), z.string()).default({}),
  remove: z.array(z.string()).default([]),
})

export interface Fields {
  readonly remove: readonly string[]
  readonly set: readonly (readonly [name: string, value: string])[]
  readonly add: readonly (readonly [name: string, value: string])[]
}

// How a message is framed is said by whoever writes it: a second word on that is request smuggling (RFC 9112 §11.2).
const framing = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Names in lower case, everything checked; what cannot be sent is reported and left out. */
export function checkedFields({ add, set, remove }: z.output<typeof fieldsSchema>, site: Site): Fields {
  const pairs = (list: { readonly [name: string]: string }, key: string): Fields['set'] =>
    Object.entries(list)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name, value]) => fits(site, [key, name], name, value))
  const removed = remove.map((name) => name.toLowerCase())
  if (removed.includes('host')) site.problem(['remove'], '`host` cannot be removed: every request has one')
  return { remove: removed, set: pairs(set, 'set'), add: pairs(add, 'add') }
}

/** Whether a header of this name may be configured, whatever its value; if not, that is reported. */
export const checkedName = (name: string, site: Site, at: readonly string[]): boolean =>
  fits(site, at, name.toLowerCase(), '')

function fits(site: Site, at: readonly string[], name: string, value: string): boolean {
  if (framing.has(name)) {
    site.problem(at, `\`${name}\` is decided for each connection and cannot be configured`)
    return false
  }
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    // Values are not shown: they often hold keys.
    site.problem(at, `\`${name}\` cannot be sent as a header: a name is a token, a value is one line`)
    return false
  }
}

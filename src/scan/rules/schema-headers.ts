// Parameters that clients copy into HTTP headers: a name that is no header name writes other headers, or breaks the request.

import { evidenceOf } from '../evidence.ts'
import { type PlacedHit, rule } from '../rule.ts'
import { isObject, schemasOf } from '../schemas.ts'

/** RFC 9110 §5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/
const copied = new Set(['string', 'integer', 'boolean'])

export const schemaHeaders = rule({
  id: 'SC-516',
  class: 'schema',
  looksAt: 'definition',
  severity: 'high',
  message: 'a parameter asks to be copied into an HTTP header that it must not write',
  advice: 'clients have to drop the tool: its header names must be tokens, each used once, on plain parameters',
  kinds: ['tool', 'server'],
  find(definition, kind) {
    const found: PlacedHit[] = []
    const used = new Map<string, Set<string>>()
    for (const { schema, path, plain, isInput } of schemasOf(definition, kind)) {
      if (!('x-mcp-header' in schema)) continue
      const header: unknown = schema['x-mcp-header']
      const name = typeof header === 'string' ? header : ''
      const tool = path.slice(0, path.indexOf('Schema'))
      const others = used.get(tool) ?? new Set<string>()
      used.set(tool, others)
      const holds = token.test(name) && !others.has(name.toLowerCase()) && plain && isInput && isCopied(schema['type'])
      others.add(name.toLowerCase())
      if (holds) continue
      const evidence = evidenceOf(name, 0, name.length)
      found.push({ path: `${path}/x-mcp-header`, start: 0, end: name.length, evidence })
    }
    return found
  },
})

/** Only values of one plain kind have a form in a header (transports, 2026-07-28: custom headers). */
const isCopied = (type: unknown): boolean => typeof type === 'string' && copied.has(type)

/** Names that change what an object is when a program copies it member by member (reference/security.md E4). */
export const schemaPrototype = rule({
  id: 'SC-518',
  class: 'schema',
  looksAt: 'definition',
  severity: 'high',
  message: 'a parameter has a name that changes the objects of programs it passes through',
  advice: 'no parameter needs this name: keep the tool out',
  kinds: ['tool', 'server', 'request'],
  find(definition, kind) {
    return schemasOf(definition, kind).flatMap(({ schema, path }) => {
      const properties: unknown = schema['properties']
      if (!isObject(properties) || !Object.hasOwn(properties, '__proto__')) return []
      return [{ path: `${path}/properties/__proto__`, start: 0, end: 9, evidence: '__proto__' }]
    })
  },
})

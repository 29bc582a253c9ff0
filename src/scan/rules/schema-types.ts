// Words of a schema that a validator reads and a model does too: prose has no business in them.
import { evidenceOf } from '../evidence.ts'
import { type PlacedHit, rule } from '../rule.ts'
import { schemasOf } from '../schemas.ts'

const words = ['type', 'format', 'contentMediaType', 'contentEncoding', '$schema', '$id', '$anchor'] as const

export const schemaTypes = rule({
  id: 'SC-517',
  class: 'schema',
  looksAt: 'definition',
  severity: 'medium',
  message: 'prose stands where a schema has a single word: no validator reads it, a model does',
  advice: 'the word must be one that JSON Schema knows: ask the author, or keep the tool out',
  kinds: ['tool', 'server', 'request'],
  find(definition, kind) {
    const found: PlacedHit[] = []
    for (const { schema, path } of schemasOf(definition, kind))
      for (const key of words) {
        const value: unknown = schema[key]
        if (typeof value !== 'string' || !/\S\s+\S+\s+\S/.test(value)) continue
        // A note on the type is a habit of some; whole sentences are not.
        const severity = value.split(/\s+/, 13).length > 12 ? 'high' : 'medium'
        const evidence = evidenceOf(value, 0, value.length)
        found.push({ path: `${path}/${key}`, start: 0, end: value.length, evidence, severity })
      }
    return found
  },
})

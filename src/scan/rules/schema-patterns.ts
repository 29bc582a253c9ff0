// Patterns that stop a program: whoever checks an argument against them with a backtracking engine may wait for ever.
import { canExplode } from '../backtracking.ts'
import { evidenceOf } from '../evidence.ts'
import { type PlacedHit, rule } from '../rule.ts'
import { isObject, schemasOf, step } from '../schemas.ts'

export const schemaPatterns = rule({
  id: 'SC-515',
  class: 'schema',
  looksAt: 'definition',
  severity: 'high',
  message: 'a pattern that takes exponential time on some inputs: a client that checks arguments hangs',
  advice: 'rewrite the pattern so that no loop within a loop fits the same text twice',
  kinds: ['tool', 'server', 'request'],
  find(definition, kind) {
    const found: PlacedHit[] = []
    for (const { schema, path } of schemasOf(definition, kind)) {
      const { pattern, patternProperties } = schema
      if (typeof pattern === 'string' && canExplode(pattern)) found.push(hit(pattern, `${path}/pattern`))
      if (isObject(patternProperties))
        for (const name of Object.keys(patternProperties))
          if (canExplode(name)) found.push(hit(name, `${path}/patternProperties${step(name)}`))
    }
    return found
  },
})

const hit = (pattern: string, path: string): PlacedHit => ({
  path,
  start: 0,
  end: pattern.length,
  evidence: evidenceOf(pattern, 0, pattern.length),
})

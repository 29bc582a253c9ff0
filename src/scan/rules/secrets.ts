// Secrets in what a server says: keys of its makers in definitions, of its users in results. They are to be masked.
import type { Severity } from '../finding.ts'
import { rule } from '../rule.ts'
import { secretsIn } from '../secrets.ts'

export const secrets = rule({
  id: 'SE-901',
  class: 'secret',
  looksAt: 'raw',
  severity: 'medium',
  message: 'a key, token or password stands in the text',
  advice: 'mask it, and have its owner replace it: whoever could read this text has it',
  surfaces: [
    'description',
    'instructions',
    'parameter',
    'value',
    'schema',
    'annotation',
    'meta',
    'uri',
    'content',
    'field',
    'message',
  ],
  find: (text) => secretsIn(text).map(({ start, end }) => ({ start, end, severity: weigh(text, start, end) })),
})

/** Keys for trying things out, and passwords of the own machine, are shown in documents; they are masked all the same. */
const weigh = (text: string, start: number, end: number): Severity =>
  /[-_]test[-_]/i.test(text.slice(start, Math.min(end, start + 16))) ||
  /^@(?:localhost|127\.|\[::1)/.test(text.slice(end, end + 12))
    ? 'low'
    : 'medium'

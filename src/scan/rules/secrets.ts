// Secrets in what a server says: keys of its makers in definitions, of its users in results. They are to be masked.
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
  find: (text) => secretsIn(text),
})

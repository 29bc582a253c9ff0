// Data about persons in what a server says. They are to be masked where nobody needs them; few of them prove anything.
import type { Severity } from '../finding.ts'
import { personalIn } from '../personal.ts'
import { rule } from '../rule.ts'

/** Addresses and telephone numbers are everywhere on purpose; the others have no business where a model reads. */
const common: { readonly [kind: string]: Severity } = { email: 'info', phone: 'info', 'spain-dni': 'low' }

export const personalData = rule({
  id: 'PI-951',
  class: 'personal-data',
  looksAt: 'raw',
  severity: 'medium',
  message: 'data about a person stands in the text',
  advice: 'mask it, unless whoever asked needs it',
  kinds: ['result', 'message', 'request', 'prompt'],
  surfaces: ['content', 'message', 'description'],
  find: (text) => personalIn(text).map(({ kind, start, end }) => ({ start, end, severity: common[kind] ?? 'medium' })),
})

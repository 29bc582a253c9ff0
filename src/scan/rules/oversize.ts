// SC-504: a text so long that nobody reads it to its end, except the model.
import { rule } from '../rule.ts'

/** The longest descriptions of honest servers have some 6,000 characters. */
const MOST = 12_000

export const oversize = rule({
  looksAt: 'raw',
  id: 'SC-504',
  class: 'loop',
  severity: 'medium',
  message: 'is longer than anybody would read before they approve it, and costs a model its context',
  advice: 'ask its author to shorten it',
  kinds: ['tool', 'prompt', 'resource', 'server'],
  surfaces: ['name', 'title', 'description', 'key', 'parameter', 'value', 'annotation', 'meta'],
  find(text) {
    return text.length > MOST ? [{ start: MOST, end: text.length }] : []
  },
})

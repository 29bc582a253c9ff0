// TP-260: orders to the model in places where only names, values and labels belong.
import type { Sentence } from '../reading.ts'
import { type Hit, type Place, rule } from '../rule.ts'
import { addresses } from '../sinks.ts'
import { isShown, order } from '../speech.ts'

export const misplaced = rule({
  looksAt: 'sentence',
  id: 'TP-260',
  class: 'override',
  severity: 'medium',
  message: 'gives the model an order where only a name, a value or a label belongs',
  advice: 'do not admit it: nobody reads this place except the model',
  surfaces: ['name', 'title', 'key', 'value', 'pattern', 'schema', 'annotation', 'icon', 'meta', 'field', 'uri'],
  needs: ['call', 'send', 'put', 'run', 'read', 'answer', 'tell', 'ignore', 'delete', 'write'],
  find(sentence, place) {
    if (place.piece.surface === 'name' || place.piece.surface === 'key') return named(sentence)
    const verb = order(sentence, 'call', 'send', 'put', 'run', 'ignore', 'read', 'answer', 'tell', 'delete', 'write')
    if (verb === undefined) return undefined
    const severity = gravity(sentence, place)
    if (severity === undefined || isShown(sentence, verb.start)) return undefined
    return { start: verb.start, end: sentence.end, severity }
  },
})

function gravity(sentence: Sentence, { piece, kind }: Place): Hit['severity'] | undefined {
  // A member of an answer is called as its server likes; a title of a resource may be the title of a book.
  const isLabel =
    piece.surface === 'meta' ||
    piece.surface === 'title' ||
    piece.surface === 'annotation' ||
    piece.surface === 'schema'
  const speaks =
    /^\W*(?:dear )?(?:assistants?|models?|agents?|ai|llms?|to (?:the )?(?:llm|ai|model|assistant|agent)s?)\b[^,:]{0,30}[,:]/.test(
      sentence.text,
    ) ||
    ((sentence.has('assistant') || (sentence.has('you') && sentence.hasAny('tool', 'user', 'call'))) &&
      sentence.hasAny('must', 'before', 'please', 'every'))
  const isGrave =
    sentence.hasAny('secret', 'outside', 'talk', 'says-conceal', 'quiet') || addresses(sentence).length > 0
  const acts = sentence.hasAny('before') && sentence.hasAny('tool', 'every') && sentence.hasAny('call', 'must')
  if (kind === 'result') return speaks && isGrave ? 'medium' : undefined
  if (piece.surface === 'name' || piece.surface === 'key')
    return (acts && sentence.hasAny('every', 'must')) || (speaks && isGrave) ? 'medium' : undefined
  if (speaks && isGrave) return 'high'
  const sends = order(sentence, 'send') !== undefined && (addresses(sentence).length > 0 || sentence.has('outside'))
  if (sends && isLabel)
    return sentence.hasAny('every', 'quiet', 'secret', 'talk', 'private', 'user') ? 'high' : 'medium'
  if (isGrave && (acts || (sentence.has('assistant') && !isLabel))) return 'high'
  if (speaks && !isLabel) return 'medium'
  if (speaks && sentence.has('assistant')) return 'medium'
  return acts && !isLabel ? 'medium' : undefined
}

/** A name that is an order: `call_me_before_every_tool`. Names are made of few words; nobody says so much in one by chance. */
function named(sentence: Sentence): Hit | undefined {
  const { start, end } = sentence
  const isOrder =
    sentence.has('before') &&
    sentence.hasAny('every', 'must') &&
    sentence.has('call') &&
    (sentence.has('tool') || sentence.hasAny('put', 'send'))
  const isTheft =
    sentence.hasAny('you', 'user') &&
    sentence.has('must') &&
    sentence.hasAny('secret', 'talk') &&
    sentence.hasAny('send', 'put', 'read')
  const isRaid = sentence.has('secret') && sentence.hasAny('send', 'put') && sentence.hasAny('before', 'must', 'delete')
  return isOrder || isTheft || isRaid ? { start, end } : undefined
}

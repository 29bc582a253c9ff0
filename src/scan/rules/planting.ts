// TP-212: whatever the model writes is to carry somebody's address or slogan.
import { rule } from '../rule.ts'
import { addresses } from '../sinks.ts'
import { isAnswer, isShown, order, topicOf } from '../speech.ts'

const outputs =
  /\b(?:your|every|each|all|any|all your|the end of (?:your|every|each)) (?:\w+ ){0,2}(?:answers?|repl(?:y|ies)|responses?|e-?mails?|messages?|summar(?:y|ies)|outputs?|reports?|documents?|posts?|commits?)\b/

export const planting = rule({
  looksAt: 'sentence',
  id: 'TP-212',
  class: 'tampering',
  severity: 'medium',
  message: 'has the model write an address or a slogan into all that it writes',
  advice: 'ask whose address it is, and why users should get it',
  needs: ['put', 'write', 'answer', 'every', 'you'],
  find(sentence, place) {
    const found = outputs.exec(sentence.text)
    if (found === null) return undefined
    const verb =
      order(sentence, 'put', 'write') ??
      sentence
        .all('put')
        .find(
          (each) =>
            !each.base &&
            /\b(?:must|should|has to|have to|needs? to) be\s*$/.test(
              sentence.reading.text.slice(Math.max(0, each.start - 24), each.start),
            ),
        )
    const address = addresses(sentence)[0]
    const signs = /^\W*(?:please |always |then )?(?:sign|end|close|begin|start|finish)\b/.test(sentence.text)
    if ((verb === undefined && !signs) || address === undefined) return undefined
    const start = Math.min(verb?.start ?? sentence.start, sentence.start + found.index)
    const end = Math.max(address.end, sentence.start + found.index + found[0].length)
    if (
      isShown(sentence, start) ||
      /e\.g|example:|such as/.test(sentence.text) ||
      /mail|footer|signature|template/.test(topicOf(place))
    )
      return { start, end, severity: 'info' }
    if (isAnswer(place) || place.piece.surface === 'message')
      return sentence.hasAny('assistant', 'you') ? { start, end, severity: 'medium' } : undefined
    return { start, end, severity: sentence.index > 0 ? 'high' : 'medium' }
  },
})

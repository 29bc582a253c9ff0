// TP-191 and UN-308: an answer speaks to the model that reads it; text that no page shows gives orders.
import type { Sentence } from '../reading.ts'
import { rule } from '../rule.ts'
import { addresses } from '../sinks.ts'
import { isAnswer, isFenced, isShown, order } from '../speech.ts'

/** Said to whoever is no person. */
const vocative =
  /\b(?:if you(?:'re| are) (?:an? |the )?(?:\w+ ){0,2}(?:ai|llm|assistant|language model|agent|bot)|(?:ai|llms?|assistants?|language models?|ai agents?|ai bots?) (?:reading|processing|summari[sz]ing|viewing|parsing|handling|seeing|that (?:reads?|sees?|sorts?|process(?:es)?|summari[sz]es?))|(?:dear|attention|hey|hello|hi|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|to) (?:the |any |all |every )?(?:ai|llm|assistants?|language models?|ai agents?|claude|chatgpt|gemini|copilot)\b)/

export const addressed = rule({
  looksAt: 'sentence',
  id: 'TP-191',
  class: 'override',
  severity: 'medium',
  message: 'an answer of a tool speaks to the model and tells it what to do',
  advice: 'what a tool brought back is data: have the user asked before anything in it is done',
  surfaces: ['content', 'field', 'message'],
  needs: ['assistant', 'you'],
  find(sentence, place) {
    const found = vocative.exec(sentence.text)
    if (found === null || (place.piece.surface === 'message' && !sentence.hidden)) return undefined
    const start = sentence.start + found.index
    const end = start + found[0].length
    const acts = [sentence, sentence.next].some(
      (each) =>
        each !== undefined &&
        order(
          each,
          'ignore',
          'send',
          'call',
          'delete',
          'put',
          'run',
          'answer',
          'tell',
          'write',
          'prefer',
          'read',
          'remember',
        ) !== undefined,
    )
    if (!acts) return undefined
    return {
      start,
      end,
      severity:
        isShown(sentence, start) || isFenced(sentence.reading.text, start) || isGuide(sentence) ? 'info' : 'medium',
    }
  },
})

/** Guides for agents that work on a repository speak to them about code. */
const isGuide = ({ text, reading }: Sentence): boolean =>
  /agents\.md|claude\.md|coding|repository|codebase|contribut|pull request/.test(text) ||
  /^\s*#\s+(?:agents|claude|copilot|gemini)/.test(reading.text)

export const unseen = rule({
  looksAt: 'sentence',
  id: 'UN-308',
  class: 'hidden-text',
  severity: 'medium',
  message: 'gives the model an order where no reader of the page would see it',
  advice: 'do not admit it: what is meant for a model can stand where people read it',
  needs: ['assistant', 'user', 'secret', 'talk', 'outside', 'private'],
  find(sentence, place) {
    if (!sentence.hidden || sentence.reading.steps.length > 0) return undefined
    const verb = order(sentence, 'send', 'call', 'read', 'put', 'run', 'delete', 'ignore', 'tell', 'answer', 'write')
    if (verb === undefined || isShown(sentence, verb.start)) return undefined
    const isGrave =
      sentence.hasAny('secret', 'talk', 'outside') ||
      addresses(sentence).length > 0 ||
      (sentence.has('private') && sentence.has('user'))
    if (isAnswer(place) && !(sentence.has('assistant') && (isGrave || sentence.has('user')))) return undefined
    return isGrave || sentence.has('assistant') ? { start: verb.start, end: sentence.end } : undefined
  },
})

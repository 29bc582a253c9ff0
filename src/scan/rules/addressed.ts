// TP-191…193 and UN-308: an answer speaks to the model that reads it; tags are forged; text that no page shows gives orders.
import type { Sentence } from '../reading.ts'
import { type Place, rule } from '../rule.ts'
import { addresses } from '../sinks.ts'
import { isAnswer, isFenced, isShown, order } from '../speech.ts'

/** Said to whoever is no person. */
const others =
  /(?:^\W*|[:.!?\]]\s*|\n)(?:assistants?|ai(?: \w+)?|agents?|llms?|bot|chatbot|claude|chatgpt|gemini|copilot|gpt)\s*[,:–—-]\s|\bby reading this\b|\b(?:ais?|llms?|bots?|agents?|assistants?|language models?) only\b|\bonly for (?:ais?|llms?|bots?|agents?|assistants?|language models?)\b|[([]\s*(?:assistant|ai|claude|chatgpt)\s*[:,]|\bas an? (?:ai|llm|language model|assistant)\b[^.]{0,24}\byou (?:must|should|have to|need to|are to|will)\b|\bas the (?:user's|users'|customer's) (?:ai )?(?:assistant|agent)\b|\bthe user (?:wants|would like|has asked|asked|needs|expects|told) you to\b|\bbefore (?:you )?(?:answer|reply|respond)(?:ing)? (?:to )?(?:the |this |your )?(?:user|question|human)\b|\b(?:answer|reply|respond) only with\b|\bwhen (?:you )?(?:summari[sz]e|answer|reply|respond|translate|describe)(?:s|ing)? (?:to |about )?(?:this|the user|the human|it)\b|\bwhen (?:summari[sz]ing|answering|replying|translating) (?:to |about )?(?:this|the user|it|the)\b/
const vocative =
  /\b(?:if you(?:'re| are) (?:an? |the )?(?:\w+ ){0,2}(?:ai|llm|assistant|language model|agent|bot)|(?:ai|llms?|assistants?|language models?|ai agents?|ai bots?) (?:reading|processing|summari[sz]ing|viewing|parsing|handling|seeing|that (?:reads?|sees?|sorts?|process(?:es)?|summari[sz]es?))|(?:dear|attention|hey|hello|hi|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|to) (?:the |any |all |every )?(?:ai|llm|assistants?|language models?|ai agents?|claude|chatgpt|gemini|copilot)\b)/

/** What agents are said to be able, or to have, to do. */
const invited =
  /\b(?:automated |ai |calling |connected |coding |autonomous )*(?:agents?|assistants?|ai clients?|automated clients?|bots|llms?|language models?|models) (?:\w+ ){0,4}?(?:can|may|must|should|shall|need to|needs to|have to|has to|will|are (?:asked|required|expected|requested|instructed|kindly asked|obliged)|is (?:asked|required|expected)|agrees?|please|with access|that have)\b|\b(?:notice|note|message|information|hint|advice|request|instructions?) (?:to|for) (?:all |any |the )?(?:automated|ai|calling|connected|agentic|llm)\b/
/** Done by calling, posting, adding: what they are to do, in another form. */
const doing =
  /\b(?:by|agrees? to|requires?|need(?:s|ed)? to|asked to|expected to|have to|must|can|may|should|will|please|to) (?:\w+ly |also |first |then )?(?:call|run|send|post|open|upload|forward|add|delete|set|execute|pass|includ|read|grant|approv|mail|email|invok|us|publish|insert|transfer|visit|disabl|repeat|attach|submit|creat)\w*\b/

export const addressed = rule({
  looksAt: 'sentence',
  id: 'TP-191',
  class: 'override',
  severity: 'medium',
  message: 'an answer of a tool speaks to the model and tells it what to do',
  advice: 'what a tool brought back is data: have the user asked before anything in it is done',
  surfaces: ['content', 'field', 'message'],
  needs: ['assistant', 'you', 'user', 'answer'],
  find(sentence, place) {
    const ruin = place.piece.isError && sentence.hasAny('private', 'user') ? order(sentence, 'delete') : undefined
    if (ruin !== undefined) return { start: ruin.start, end: sentence.end }
    const found =
      vocative.exec(sentence.text) ??
      others.exec(sentence.text) ??
      (isAnswer(place) && sentence.reading.text.length < 1500 ? invited.exec(sentence.text) : null)
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
    const isOffer = invited.test(found[0])
    if (isOffer && !isPointed(sentence, place)) return undefined
    const isSpoken =
      /^(?:\W*)(?:dear|hey|hello|hi|attention)\b/.test(found[0]) &&
      sentence.marks.some((mark) => mark.base && deeds.has(mark.concept))
    const does = isOffer && doing.test(sentence.text)
    if (!acts && !does && !isSpoken && !/^(?:as an?|by reading)\b/.test(found[0])) return undefined
    return {
      start,
      end,
      severity:
        isShown(sentence, start) || isFenced(sentence.reading.text, start) || isGuide(sentence) ? 'info' : 'medium',
    }
  },
})

const deeds: ReadonlySet<string> = new Set(['send', 'call', 'delete', 'put', 'run', 'write', 'ignore', 'tell'])

/** In an error, or about what is worth something: what documents say about agents in general is no order. */
const isPointed = (sentence: Sentence, { piece }: Place): boolean =>
  piece.isError ||
  addresses(sentence).length > 0 ||
  sentence.hasAny('secret', 'money', 'private', 'outside', 'talk', 'delete', 'says-consent', 'says-conceal', 'quiet') ||
  /\b[a-z]+_[a-z_]+\b/.test(sentence.text)

/** Guides for agents that work on a repository speak to them about code. */
const isGuide = ({ text, reading }: Sentence): boolean =>
  /agents\.md|claude\.md|coding|this repository|codebase|contribut|pull request/.test(text) ||
  /^\s*#\s+(?:agents|claude|copilot|gemini)/.test(reading.text)

const labelled =
  /^(?:ai|agent|assistant|llm|model|system|bot|claude|gpt)[\s_-]?(?:instructions?|directives?|prompt|notes?|messages?|commands?|guidance|actions?)$/i

export const labelledOrders = rule({
  looksAt: 'text',
  id: 'TP-192',
  class: 'override',
  severity: 'medium',
  message: 'a member of an answer is named as if it held orders for the model',
  advice: 'what a tool brought back is data, whatever its members are called',
  kinds: ['result'],
  surfaces: ['content'],
  find(reading, { piece }) {
    if (piece.isKey || !labelled.test(String(piece.at.key).replace(/([a-z])(?=[A-Z])/g, '$1_'))) return []
    return reading.steps.length === 0 && /\S\s+\S/.test(reading.text) ? [{ start: 0, end: reading.text.length }] : []
  },
})

export const forgedTags = rule({
  looksAt: 'definition',
  id: 'TP-193',
  class: 'fake-role',
  severity: 'high',
  message: 'brings tags of its own that mark what is trusted: they would be taken for those of the gateway',
  advice: 'do not admit it: these tags are set by the gateway alone',
  kinds: ['prompt', 'message', 'request'],
  find(definition) {
    const { messages } = definition
    if (!Array.isArray(messages)) return []
    return messages.slice(0, 200).flatMap((message: unknown, index) => {
      const text = contentOf(message)
      const found = /^\s*<\/?a2as:[a-z]+/i.exec(text)
      return found === null
        ? []
        : [{ path: `/messages/${index}/content`, start: 0, end: found[0].length, evidence: found[0].trim() }]
    })
  },
})

/** The text of a message by the operator; those of others are read as such. */
function contentOf(message: unknown): string {
  if (typeof message !== 'object' || message === null || !('role' in message) || message.role !== 'system') return ''
  return 'content' in message && typeof message.content === 'string' ? message.content : ''
}

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
    const isModel = /assistant|\bai\b|\bllms?\b|language model|claude|gpt|the (?:model|agent)\b/.test(sentence.text)
    if (isAnswer(place) && !(isModel && (isGrave || sentence.has('user')))) return undefined
    return isGrave || sentence.has('assistant') ? { start: verb.start, end: sentence.end } : undefined
  },
})

// How things are said: who is given an order, what is only quoted, what a tool is about; rules put together what that means.
import type { Concept } from './concepts.ts'
import { fold } from './normalise.ts'
import type { Mark, Sentence } from './reading.ts'
import type { Place } from './rule.ts'

const begins =
  /(?:^|[.:;!?)\]>,("'`\n|*}•–—]|\s-|\b(?:and|or|then|but|also|please|kindly|now|first|next|instead|always|just|simply|must|should|shall|you|quietly|silently|secretly|immediately|additionally|again|will|therefore|so|afterwards|either|needn't|rather)\s)\s*$/
/** Verbs that are nouns before these: “e-mail addresses”, “access token”. */
const compound =
  /^(?:e-?mail|mail|post|access|report|copy|set|request|query|search|transfer|list|put) (?:address|server|account|client|token|key|code|command|body|method|request|type|name|id|list|level|control)/
/** What is forbidden is no order to do it: “never include secrets”. */
const forbidden =
  /\b(?:do not|don't|dont|never|must not|mustn't|should not|shouldn't|shall not|cannot|can't|will not|won't|may not|avoid|without|not|nor|no need to|not to|refrain from|instead of|rather than)\s+(?:\w+ly\s+|ever\s+|try to\s+)?$/
/** “Do not forget to” asks for it. */
const reminded = /\b(?:not|never|don't) (?:forget|hesitate|fail|neglect|omit) to\s+(?:\w+ly\s+)?$/
/** What has to be done by somebody: by the reader only if he is named. */
const duty =
  /\b(?:has|have|had|need|needs|required|obliged|expected|supposed|sure|remember|are|is|free|instructed|try|attempt|want|told|order|careful|going|ought|assistant|model|agent|ai|llm|you|allowed|asked|continue|about) to\s+(?:\w+ly\s+)?$/

/** “Has to be mailed”, “only works if … is passed”. */
const passively =
  /\b(?:must|has to|have to|should|shall|needs? to|is to|are to|ought to|required to) (?:\w+ly |also |first |always |then )?be\s*$|\b(?:only|unless|provided)\b[^;\n]{0,80}\b(?:is|are|was|has been|have been)\s*$/

/**
 * Whether a verb is an order to whoever reads it: in its base form where an order begins, or after “you must”; of any form when
 * the assistant is its subject (“the model then opens …”). Languages without a grammar of their own: any verb.
 */
export function isOrder(sentence: Sentence, verb: Mark): boolean {
  const known = orders.get(verb)
  if (known !== undefined) return known
  const found = isOrderly(sentence, verb)
  orders.set(verb, found)
  return found
}

/** Many rules ask the same of the same verb. */
const orders = new WeakMap<Mark, boolean>()

function isOrderly(sentence: Sentence, verb: Mark): boolean {
  const { text } = sentence.reading
  if (verb.order || text.charCodeAt(verb.start) >= 0x80) return true
  // Part of a name, an address, a scope, a call; or a noun (“list of …”).
  if (/["'`]/.test(text[verb.start - 1] ?? '') && text[verb.start - 1] === text[verb.end]) return false
  const again = text.startsWith('re-', verb.start - 3) ? 3 : 0
  const start = verb.start - again
  if (start > sentence.start && /[\w/#=&?@$.-]/.test(text[start - 1] ?? '')) return false
  const after = text.slice(verb.end, verb.end + 8)
  if (/^(?:[_/(=-]|[:.]\w|\s+(?:of|is|are|was|were|has|:)(?:\s|$))/.test(after)) return false
  if (compound.test(text.slice(verb.start, verb.end + 12))) return false
  const before = text.slice(Math.max(sentence.start, start - 100), start)
  if (reminded.test(before)) return true
  if (forbidden.test(before)) return false
  if (verb.base && begins.test(before)) return true
  if (verb.base && duty.test(before))
    return (
      /\b(?:you|assistant|model|agent|ai|llm|make sure|be sure|remember|careful|try) (?:\w+ ){0,4}to\s+(?:\w+ly\s+)?$/.test(
        before,
      ) || (sentence.before(verb, 'assistant', 12) ?? sentence.before(verb, 'you', 12)) !== undefined
    )
  if (!verb.base && passively.test(before)) return true
  const subject = sentence.before(verb, 'assistant', 4)
  return (
    subject !== undefined &&
    !/[,;:]|\b(?:that|which|who|whose|used|by|of|to be)\b/.test(text.slice(subject.end, verb.start))
  )
}

/** The first verb of a concept that is an order. */
export const order = (sentence: Sentence, ...acts: readonly Concept[]): Mark | undefined => {
  for (const act of acts) {
    const found = sentence.all(act).find((verb) => isOrder(sentence, verb))
    if (found !== undefined) return found
  }
  return undefined
}

/** Who speaks about attacks quotes them. */
const attacks =
  /\b(?:attack(?:s|ers?|ing)?|(?:prompt[ -])?injections?|jailbreaks?|adversar\w+|malicious|phishing|threats?|payloads?|exploits?|red[ -]?team\w*|poison(?:ed|ing)|suspicious)\b/
/** How far before a sentence such talk may stand. */
const BEFORE = 160

/** Longest way from a verb that speaks about attacks to the attack that it speaks about. */
const FAR = 120

/**
 * Whether a place only shows what an attack looks like: between quotation marks behind a verb that speaks about attacks, as the
 * object of one (“detects prompts that ignore …”), or behind a label (“expected output: …”). Reference/security.md §2.3, 5.
 */
export function isShown(sentence: Sentence, place: number): boolean {
  const { text } = sentence.reading
  const said = text.slice(Math.max(0, sentence.start - BEFORE), place)
  if (attacks.test(said) && sentence.quoted(place)) return true
  return sentence.all('detect').some((verb) => {
    const between = text.slice(verb.end, place)
    // “All safety checks”: a thing, not somebody who looks for attacks.
    if (
      text[verb.end - 1] === 's' &&
      /\b(?:safety|security|permission|access|content|all|any|no|every|these|your|the|its)\s$/.test(
        text.slice(Math.max(0, verb.start - 12), verb.start),
      )
    )
      return false
    if (verb.end > place || between.length > FAR) return false
    if (sentence.quoted(place)) return true
    if (/^\s*:\s*["'`]?$/.test(between)) return true
    return !/[,;:]\s|\s[-–—]\s|\band\s+$|\bthen\s/.test(between)
  })
}

/** Whether a place stands inside a fenced block of code. */
export function isFenced(text: string, place: number): boolean {
  let open = false
  for (let at = text.indexOf('```'); at >= 0 && at < place; at = text.indexOf('```', at + 3)) open = !open
  return open
}

const names = new WeakMap<object, string>()

/** Name and title of the definition, as words: what the tool is about. */
export function topicOf({ definition, context }: Place): string {
  const known = names.get(definition)
  if (known !== undefined) return known
  const said = [context.server, definition['name'], definition['title']].filter((name) => typeof name === 'string')
  const topic = fold(
    said
      .join(' ')
      .slice(0, 512)
      .replace(/([a-z0-9])(?=[A-Z])/g, '$1 '),
  ).text.replace(/[_/.-]+/g, ' ')
  names.set(definition, topic)
  return topic
}

/** Whether it was said where nobody answers for it: what a tool brought back, not what it says of itself. */
export const isAnswer = ({ piece }: Place): boolean => piece.surface === 'content' || piece.surface === 'field'

/** The sentence, the one before and the one after it: evidence that stands further apart does not belong together. */
export const around = (sentence: Sentence): readonly Sentence[] =>
  [sentence, sentence.next, sentence.previous].filter((each) => each !== undefined)

// TP-190: text that pretends to be another voice: the system, a developer, a turn of the user, the frame of a chat.
import type { Reading } from '../reading.ts'
import { type Hit, type Place, rule } from '../rule.ts'
import { addresses } from '../sinks.ts'
import { isAnswer, isFenced, isShown, order } from '../speech.ts'

/** Tokens of chat templates: they have a meaning nowhere else. */
const tokens =
  /<\|(?:im_start|im_end|im_sep|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|end_of_turn|channel|message)\|?>|<\/?(?:start|end)_of_turn>|\[\/?inst\]|<<\/?sys>>|<\/?a2as:[a-z]+/g
/** Made-up frames of whoever is in charge. */
const frames =
  /<\/?(?:system|sys|system[_-]prompt|system[_-]message|system[_-]?(?:instruction|note|mode|override)s?|admin|developer|root|hidden|secret|secret[_-]instructions?|hidden[_-]instructions?)(?:\s[^>\n]{0,80})?>|\[\[\/?(?:system|admin|developer|root)\]\]|\[\/?(?:system|sys|hidden|secret|invisible)\](?!\()|\b(?:begin|start|end)(?: of)? (?:system|developer|admin) (?:message|prompt|instructions?|note)\b|(?:#{2,6}|={2,6}|-{3,6}|\*{2,3})\s*(?:begin |end of |end )?(?:system|developer|admin|user input|system prompt|system message)\s*(?:#{2,6}|={2,6}|-{3,6}|\*{2,3})/g
/** Tags that are only loud. */
const loud = /<(?:important|instructions?|urgent|critical|attention)>/g
/** Labels at the beginning of a line, a bracket or a sentence. */
const labels =
  /(?:^|\n|<!--+|[.!?:]["')\]]?\s+|\n[ \t]*[*>#-]+\s*)\W{0,3}(?:new |updated |real |current |actual )?(?:(?:system|developer)|(?:system|developer|admin|administrator|root|emergency|maintenance|hidden|secret|operator|security|anthropic|openai|priority)\s+(?:note|message|instruction|instructions|directive|override|prompt|command|mode|notice)s?(?: (?:to|for) (?:the |all |any )?(?:\w+ )?(?:ai|llm|assistant|model|agent|bot)s?)?|(?:note|message|instructions?|notice|setup|steps?|guide|tasks?|actions?|todo|p\.?s\.?) (?:for|to) (?:the |any |all )?(?:ai|llm|assistant|model|agent)[^:\n]{0,60}|(?:ai|llm)(?:[ -](?:instructions?|directives?|commands?|orders?|prompt|agent|assistant|model|reader)s?)?)\s*:|[[【(](?:system|developer|(?:hidden|secret|admin)(?= \w))(?:\s+(?:note|message|instruction|instructions|directive|override|prompt|command|mode|notice))*[\])】:]/g
/** Turns of a conversation that did not take place. */
const turns = /(?:^|\n)[ \t>*]*(?:user|human|assistant|ai|new user query|user query|system)\s*:[ \t]*\S/g
const calls =
  /<\/?(?:tool_call|function_call|function_calls|invoke|tool_use|antml:[a-z_]+)\b[^>\n]{0,80}>|\{\s*"(?:tool|name|tool_name|function)"\s*:\s*"[\w.-]{2,64}"\s*,\s*"(?:arguments|args|parameters|input)"\s*:/g
const roles = /"role"\s*:\s*"(?:system|developer)"\s*,\s*"content"\s*:/g

export const fakeRole = rule({
  looksAt: 'text',
  id: 'TP-190',
  class: 'fake-role',
  severity: 'high',
  message: 'pretends to be the system, a developer or a turn of the conversation',
  advice: 'do not admit it: only the client sets up a conversation',
  find(reading, place) {
    const { text } = reading
    if (!/[<[{#=(【:*-]/.test(text)) return []
    const hits: Hit[] = []
    const add = (pattern: RegExp, judge: (start: number, end: number) => Hit['severity'] | undefined): void => {
      for (const match of text.matchAll(pattern)) {
        const start = match.index + (/^\s*/.exec(match[0])?.[0].length ?? 0)
        const end = match.index + match[0].length
        const severity = hits.length < 8 ? judge(start, end) : undefined
        if (severity !== undefined) hits.push({ start, end, severity })
      }
    }
    const shown = (start: number): boolean => isQuoted(reading, start) || isFenced(text, start)
    add(tokens, (start, end) => token(reading, [start, end], shown(start)))
    add(frames, (start, end) => frame(reading, place, [start, end], shown(start)))
    add(loud, (start, end) =>
      isAnswer(place) && !shown(start) && isGrave(reading, end) && hasOrder(reading, end) ? 'medium' : undefined,
    )
    add(labels, (start, end) => label(reading, place, [start, end], shown(start)))
    add(roles, (start) =>
      place.kind === 'request' || isAnswer(place) || aboutMessages(place) || shown(start) ? 'low' : 'medium',
    )
    if (isAnswer(place))
      add(calls, (start, end) =>
        shown(start) ? 'info' : text[start] === '<' || hasOrder(reading, end) ? 'medium' : 'low',
      )
    const spoken = [...text.matchAll(turns)]
    if (spoken.length > 0)
      hits.push(
        ...conversation(
          reading,
          place,
          spoken.map(({ index, 0: said }) => [index + (said.startsWith('\n') ? 1 : 0), index + said.length] as const),
        ),
      )
    return hits
  },
})

/** Quotation marks of data are no quotation. */
const isQuoted = (reading: Reading, start: number): boolean => {
  const sentence = reading.sentenceAt(start)
  return (
    sentence !== undefined && (isShown(sentence, start) || (!/^\s*[[{]/.test(reading.text) && sentence.quoted(start)))
  )
}

/** Whether somebody is told to do something in the sentence of a place or the one after it. */
function hasOrder(reading: Reading, place: number): boolean {
  const sentence = reading.sentenceAt(place)
  return [sentence, sentence?.next].some(
    (each) =>
      each !== undefined &&
      order(
        each,
        'ignore',
        'read',
        'send',
        'put',
        'run',
        'call',
        'answer',
        'delete',
        'tell',
        'write',
        'prefer',
        'role',
        'remember',
      ) !== undefined,
  )
}

/** Whether a sentence names what is worth stealing, or an address. */
function isGrave(reading: Reading, place: number): boolean {
  const sentence = reading.sentenceAt(place)
  return sentence !== undefined && (sentence.hasAny('talk', 'secret', 'outside') || addresses(sentence).length > 0)
}

type Span = readonly [start: number, end: number]

/** Tokens that end something stand in honest texts about models; those that open a turn do not. */
function token(reading: Reading, [start, end]: Span, isExample: boolean): Hit['severity'] {
  if (isExample) return 'info'
  if (reading.text.length < 40) return 'low'
  return /end|sep/.test(reading.text.slice(start, end)) &&
    reading.text.match(tokens)?.every((each) => /end|sep/.test(each)) === true
    ? 'low'
    : 'high'
}

function frame(reading: Reading, place: Place, [start, end]: Span, isExample: boolean): Hit['severity'] {
  if (isExample) return 'info'
  const said = hasOrder(reading, end)
  const hides = /hidden|secret/.test(reading.text.slice(start, end))
  const prose = /^[^<>{}[\]\n]{24,}/.test(reading.text.slice(end, end + 80))
  if (isAnswer(place)) return said ? 'high' : prose && !hides ? 'medium' : 'low'
  return said || hides ? 'high' : 'medium'
}

/** A label alone is no attack (“System: Linux”): an order must follow, or the label itself must claim to give one. */
function label(reading: Reading, place: Place, [start, end]: Span, isExample: boolean): Hit['severity'] | undefined {
  const sentence = reading.sentenceAt(end - 1)
  if (sentence === undefined) return undefined
  const said = reading.text.slice(start, end)
  const claims =
    /instruction|directive|override|prompt|command|assistant|model|\bai\b|llm|agent|hidden|mode|message/.test(said)
  const following = [sentence, sentence.next].filter((each) => each !== undefined)
  const speaks = following.some(
    (each) =>
      each.has('assistant') ||
      (each.has('you') && (each.has('must') || each.has('says-role') || each.has('free'))) ||
      each.hasAny('says-override', 'says-conceal', 'says-role', 'free'),
  )
  const orders = hasOrder(reading, end)
  if (isExample) return 'info'
  // A server may well write notes for the model into its own descriptions; an answer may not.
  if (/^\W*(?:note|notice|p\.?s)/.test(said) && !isAnswer(place))
    return following.some((each) => each.hasAny('secret', 'outside', 'talk', 'quiet', 'says-conceal', 'says-override'))
      ? 'medium'
      : 'info'
  if (claims && (orders || speaks)) return /note|message/.test(said) && !speaks && isAnswer(place) ? 'medium' : 'high'
  if (orders || speaks) return 'medium'
  return undefined
}

/** Several turns in a definition, or a turn of the user that asks for something in an answer of a tool. */
function conversation(reading: Reading, place: Place, spoken: readonly Span[]): readonly Hit[] {
  const [first] = spoken
  if (first === undefined || isFenced(reading.text, first[0])) return []
  const said = (span: Span): string => reading.text.slice(...span)
  const people = spoken.filter((span) => /user|human/.test(said(span)))
  const model = spoken.filter((span) => /assistant|\bai\b/.test(said(span)))
  if (place.piece.surface === 'message') return []
  if (!isAnswer(place)) {
    const isExample = /example|e\.g|sample|dialog|conversation/.test(
      reading.text.slice(Math.max(0, first[0] - 120), first[0]),
    )
    if (people.length > 0 && model.length > 0)
      return [{ start: first[0], end: first[1], severity: isExample ? 'low' : 'high' }]
    return []
  }
  // A transcript has many turns; a forged one stands alone behind what the tool has to say.
  const [turn] = people
  if (turn === undefined || spoken.length > 3 || turn[0] === 0) return []
  return hasOrder(reading, turn[1]) ? [{ start: turn[0], end: turn[1], severity: 'medium' }] : []
}

/** Tools that take a list of messages show what one looks like. */
function aboutMessages({ definition, piece }: Place): boolean {
  const schema = definition['inputSchema']
  const properties = isRecord(schema) ? schema['properties'] : undefined
  return piece.surface === 'parameter' || (isRecord(properties) && 'messages' in properties)
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

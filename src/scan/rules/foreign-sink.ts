// TP-130: what the model has is to go to somebody who is no party to the call.
import type { Mark, Sentence } from '../reading.ts'
import { type Hit, type Place, rule } from '../rule.ts'
import { addresses, isDemand, sink } from '../sinks.ts'
import { isAnswer, isOrder, isShown } from '../speech.ts'

export const foreignSink = rule({
  looksAt: 'sentence',
  id: 'TP-130',
  class: 'exfiltration',
  severity: 'medium',
  message: 'tells the model to send what it has to somebody who is no party to the call',
  advice: 'ask whose address this is; if the tool has to send something there, it can do that itself and say so',
  needs: ['send', 'says-exfil', 'put', 'call'],
  find(sentence, place) {
    const to = target(sentence)
    const exfil = sentence.first('says-exfil')
    if (to === undefined && exfil === undefined) return undefined
    const always = exfil === undefined ? standing(sentence, place) : undefined
    const verb = exfil ?? sending(sentence, to)
    if (verb === undefined) return always
    const severity = exfil === undefined ? leak(sentence, place, verb, to) : stolen(sentence, place)
    if (severity === undefined) return always
    const start = Math.min(verb.start, to?.start ?? verb.start)
    return {
      start,
      end: Math.max(verb.end, to?.end ?? verb.end),
      severity: isShown(sentence, verb.start) ? 'info' : severity,
    }
  },
})

const constantly =
  /\b(?:always|each|every|all|any|also|copy|copies|bcc|cc|cced|invited?|included|notified|in parallel|hidden|as well|likewise|automatically|courtesy|kept at|stored at|mirrored|duplicated|whoever|whatever|regardless|additionally|archived?)\b/
const served =
  /\b(?:support|bugs?|feedback|contact|help|questions?|issues?|problems?|documentation|docs|license|licence|abuse|e\.g|(?<![.\w])examples?(?![.\w])|such as|format|like|read more|more information|see|maintainer|author|report (?:a|an|any|bugs|issues|problems))\b/

/** A mailbox, a number or a bare machine that is written out, and is to be part of everything. */
function standing(sentence: Sentence, place: Place): Hit | undefined {
  if (isAnswer(place) || place.piece.surface === 'message' || place.piece.surface === 'value') return undefined
  if (sentence.index === 0 && place.piece.surface === 'description') return undefined
  const to = addresses(sentence).find(
    ({ kind, start, end }) =>
      kind === 'mail' ||
      kind === 'phone' ||
      (kind === 'url' && /^https?:\/\/\d{1,3}(?:\.\d{1,3}){3}/.test(sentence.reading.text.slice(start, end))),
  )
  if (to === undefined || !constantly.test(sentence.text) || served.test(sentence.text)) return undefined
  if (/^https?:\/\/(?:127|10|192\.168|0\.0|172)\./.test(sentence.reading.text.slice(to.start, to.end))) return undefined
  return { start: to.start, end: to.end, severity: isShown(sentence, to.start) ? 'info' : 'medium' }
}

const target = (sentence: Sentence): { readonly start: number; readonly end: number } | undefined =>
  sink(sentence) ?? sentence.first('outside')

/** The verb that sends: close before its target. */
function sending(sentence: Sentence, to: { readonly start: number } | undefined): Mark | undefined {
  if (to === undefined) return undefined
  const near = (verb: Mark): boolean => verb.start < to.start && to.start - verb.end < 160
  return (
    sentence.all('send').find((verb) => near(verb) && isOrder(sentence, verb)) ??
    sentence.all('put').find((verb) => near(verb) && isOrder(sentence, verb)) ??
    sentence.all('send').find((verb) => !verb.base && near(verb))
  )
}

function stolen(sentence: Sentence, place: Place): Hit['severity'] {
  const isOrdered = sentence.all('says-exfil').some((verb) => isOrder(sentence, { ...verb, base: true }))
  if (isAnswer(place)) return isOrdered && sentence.hasAny('assistant', 'you', 'secret') ? 'medium' : 'info'
  return sentence.hasAny('secret', 'outside') ? 'high' : 'medium'
}

function leak(
  sentence: Sentence,
  place: Place,
  verb: Mark,
  to: { readonly start: number; readonly end: number } | undefined,
): Hit['severity'] | undefined {
  const isOrdered = isOrder(sentence, verb)
  const { text } = sentence.reading
  const isOutside = sentence.has('outside')
  const kind = addresses(sentence).find(({ start }) => start === to?.start)?.kind
  const goods = sentence.hasAny('talk', 'secret', 'private')
  const foreign =
    sentence.hasAny('quiet', 'says-conceal', 'session', 'assistant', 'regardless') ||
    (sentence.has('every') && goods) ||
    /\b(?:copy|copies|bcc|cc|duplicate|also|additionally|second time|loop)\b/.test(sentence.text)
  if (isAnswer(place) || place.piece.surface === 'message')
    return isOrdered ? fromElsewhere(sentence, place, { goods, foreign }) : undefined
  if (isDocumentation(sentence, to)) return undefined
  if (isOrdered && goods && foreign) return 'high'
  if (isOrdered && sentence.hasAny('talk', 'secret') && to !== undefined) return sentence.index > 0 ? 'high' : 'medium'
  if (
    foreign &&
    (goods || sentence.all('send').includes(verb)) &&
    (isOutside || kind === 'mail' || kind === 'phone' || kind === 'ip' || kind === 'account')
  )
    return isOrdered && sentence.has('every') ? 'high' : 'medium'
  if (
    isOrdered &&
    goods &&
    (isOutside ||
      kind === 'mail' ||
      kind === 'phone' ||
      kind === 'ip' ||
      kind === 'account' ||
      (kind === 'url' && /~\/|\/home\/|home directory|\buser'?s'?\b/.test(sentence.text))) &&
    sentence.index > 0
  )
    return 'medium'
  return isOrdered &&
    isOutside &&
    /attacker|collector|exfil|our (?:external|server)/.test(text.slice(sentence.start, sentence.end))
    ? 'high'
    : undefined
}

/** The same in an answer, or in what somebody wrote to a model. */
function fromElsewhere(
  sentence: Sentence,
  place: Place,
  { goods, foreign }: { readonly goods: boolean; readonly foreign: boolean },
): Hit['severity'] | undefined {
  // Whoever writes for himself sends what is his.
  if (
    place.piece.surface === 'message' &&
    !sentence.hasAny('assistant', 'quiet', 'session', 'says-conceal') &&
    !/\b(?:users?|your|customers?|system)\b/.test(sentence.text)
  )
    return undefined
  if (isDemand(sentence) && goods && isAnswer(place)) return 'medium'
  const isYours =
    sentence.has('talk') &&
    sentence.has('you') &&
    !/\byour (?:own )?(?:api|access|secret|auth|bearer)?[ -]?(?:key|token)\b/.test(sentence.text)
  if (sentence.hasAny('talk', 'secret') && (sentence.hasAny('user', 'assistant', 'quiet', 'says-conceal') || isYours))
    return 'high'
  return foreign && goods && sentence.hasAny('assistant', 'user', 'quiet', 'session') ? 'medium' : undefined
}

/** An example of an address is none: `e.g. user@example.com`. */
const isDocumentation = (sentence: Sentence, to: { readonly start: number } | undefined): boolean =>
  to !== undefined &&
  /(?:e\.g\.?|example|such as|like|default(?:s to)?|format)[:,]?\s*\(?["'`]*$/.test(
    sentence.reading.text.slice(Math.max(sentence.start, to.start - 40), to.start),
  )

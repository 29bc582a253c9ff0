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
    const verb = exfil ?? sending(sentence, to)
    if (verb === undefined) return undefined
    const severity = exfil === undefined ? leak(sentence, place, verb, to) : stolen(sentence, place)
    if (severity === undefined) return undefined
    const start = Math.min(verb.start, to?.start ?? verb.start)
    return {
      start,
      end: Math.max(verb.end, to?.end ?? verb.end),
      severity: isShown(sentence, verb.start) ? 'info' : severity,
    }
  },
})

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
  if (isAnswer(place) || place.piece.surface === 'message') {
    if (!isOrdered) return undefined
    if (isDemand(sentence) && goods && isAnswer(place)) return 'medium'
    if (
      sentence.hasAny('talk', 'secret') &&
      (sentence.hasAny('user', 'assistant', 'quiet', 'says-conceal') || (sentence.has('talk') && sentence.has('you')))
    )
      return 'high'
    return foreign && goods && sentence.hasAny('assistant', 'user', 'quiet', 'session') ? 'medium' : undefined
  }
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

/** An example of an address is none: `e.g. user@example.com`. */
const isDocumentation = (sentence: Sentence, to: { readonly start: number } | undefined): boolean =>
  to !== undefined &&
  /(?:e\.g\.?|example|such as|like|default(?:s to)?|format)[:,]?\s*\(?["'`]*$/.test(
    sentence.reading.text.slice(Math.max(sentence.start, to.start - 40), to.start),
  )

// TP-170: something is to outlive the call: in files that agents and shells start from, in a memory, in all that follows.
import type { Sentence } from '../reading.ts'
import { type Hit, type Place, rule } from '../rule.ts'
import { addresses } from '../sinks.ts'
import { isAnswer, isFenced, isShown, order, topicOf } from '../speech.ts'

export const persistence = rule({
  looksAt: 'sentence',
  id: 'TP-170',
  class: 'persistence',
  severity: 'medium',
  message: 'tells the model to plant something that stays: in a start file, a memory, in every later conversation',
  advice: 'do not admit it: what an agent starts from is changed by its owner alone',
  needs: ['config', 'remember', 'session'],
  find(sentence, place) {
    const hit = planted(sentence, place) ?? lasting(sentence, place)
    if (hit === undefined) return undefined
    return isShown(sentence, hit.start) || isFenced(sentence.reading.text, hit.start)
      ? { ...hit, severity: 'info' }
      : hit
  },
})

/** Written into a file that something starts from. */
function planted(sentence: Sentence, place: Place): Hit | undefined {
  const { text } = sentence.reading
  const config = sentence.first('config')
  const verb = config === undefined ? undefined : (order(sentence, 'write', 'put', 'run') ?? undefined)
  if (config === undefined || verb === undefined || Math.abs(verb.word - config.word) > 16) return undefined
  const isWork =
    /rule|config|setting|memory|claude|cursor|cron|schedul|hook|startup|dotfile|init|setup|install|skill|agent|vscode|profile|service/.test(
      topicOf(place),
    )
  const lasts =
    sentence.hasAny('session', 'every', 'quiet', 'says-conceal', 'assistant') ||
    /["“:]/.test(sentence.reading.text.slice(config.end, sentence.end)) ||
    /\b(?:on first use|line|rule|entry|following)\b/.test(sentence.text)
  const span = { start: Math.min(config.start, verb.start), end: Math.max(config.end, verb.end) }
  if (isAnswer(place) || place.piece.surface === 'message') {
    const isOfAgent = /claude md|agents md|gemini md|cursor|windsurf|copilot|cline|skill|memory/.test(
      text.slice(config.start, config.end).replaceAll(/[._/]/g, ' '),
    )
    const isForeign = sentence.hasAny('quiet', 'says-conceal') || (isOfAgent && sentence.hasAny('session', 'outside'))
    return { ...span, severity: isForeign ? 'medium' : 'low' }
  }
  if (isWork)
    return { ...span, severity: lasts && sentence.hasAny('quiet', 'says-conceal', 'outside') ? 'medium' : 'info' }
  return { ...span, severity: lasts ? 'high' : 'medium' }
}

/** To be kept in mind for later, where it will steer what the user gets. */
function lasting(sentence: Sentence, place: Place): Hit | undefined {
  const { text } = sentence.reading
  const memory = sentence.all('remember').find(({ start, end }) => /memory|mind|standing/.test(text.slice(start, end)))
  const session = sentence.first('session')
  const isMemory = memory !== undefined
  if (session === undefined && !isMemory) return undefined
  const mark = session ?? memory
  if (mark === undefined) return undefined
  const window = [sentence, sentence.next].filter((each) => each !== undefined)
  const steers = window.some(
    (each) => order(each, 'call', 'send', 'prefer', 'put', 'answer', 'ignore', 'tell', 'write') !== undefined,
  )
  if (!steers && order(sentence, 'remember') === undefined) return undefined
  const isForeign = window.some(
    (each) =>
      each.hasAny(
        'outside',
        'secret',
        'says-consent',
        'says-conceal',
        'quiet',
        'money',
        'says-override',
        'regardless',
      ) || addresses(each).length > 0,
  )
  const span = { start: mark.start, end: mark.end }
  const isWork = /memory|remember|note|knowledge|session|context|journal|preference|profile|workspace|project/.test(
    topicOf(place),
  )
  if (isAnswer(place) || place.piece.surface === 'message') {
    const isStrong = window.some((each) =>
      each.hasAny('outside', 'secret', 'says-consent', 'says-conceal', 'quiet', 'says-override', 'regardless'),
    )
    if (steers && session !== undefined && (isStrong || isMemory) && sentence.hasAny('assistant', 'user', 'you'))
      return { ...span, severity: 'medium' }
    if (session !== undefined && order(sentence, 'remember') !== undefined && addresses(sentence).length > 0)
      return { ...span, severity: 'medium' }
    return isMemory && /["“]/.test(sentence.text) ? { ...span, severity: 'medium' } : undefined
  }
  if (isWork) return isForeign ? { ...span, severity: 'low' } : undefined
  if (isForeign && steers) return { ...span, severity: session !== undefined ? 'high' : 'medium' }
  return session !== undefined && isMemory ? { ...span, severity: 'medium' } : undefined
}

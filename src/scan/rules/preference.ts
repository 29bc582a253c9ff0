// TP-200: the tool praises itself over tools of others, or speaks ill of them, so that the model picks it.
import type { Sentence } from '../reading.ts'
import { type Hit, rule } from '../rule.ts'
import { isShown } from '../speech.ts'

/** Tools that are not its own. */
const others =
  /\b(?:(?:any|all|every|no) other (?:tool|server|function|plugin|provider|service|source)s?|other servers?'?s?|(?:from|of) (?:any |the |all )?other (?:servers?|providers?|vendors?|plugins?)|tools? (?:from|of) (?:other|another) servers?|competing (?:tool|server|service|provider)s?|competitors?|alternative (?:tool|server|provider)s?|third[- ]party tools?|every other|all others|every alternative|other (?:\w+ )?tools? (?:leaks?|are (?:insecure|unsafe|broken|unreliable|outdated|compromised|malicious))|built[- ]in tools?)\b/
const never =
  /\b(?:never|do not|don't|must not|stop|no longer|should not|shouldn't|avoid|cease|refrain from|instead of|rather than|over|before|ahead of|not)\b/
const crown =
  /\b(?:official|certified|verified|endorsed|approved|trusted|recommended) (?:and \w+ )?by (?:anthropic|openai|google|microsoft|the (?:platform|security|developers))/

export const preference = rule({
  looksAt: 'sentence',
  id: 'TP-200',
  class: 'preference',
  severity: 'medium',
  message: 'pushes the model to take this tool and leave those of others',
  advice: 'let the model choose by what a tool does: rename or reword it, or do not admit it',
  kinds: ['tool', 'server', 'prompt', 'resource'],
  needs: ['prefer', 'call', 'best', 'authority'],
  find(sentence) {
    const { text } = sentence
    const found = others.exec(text)
    const praise = crown.exec(text)
    const severity = pushes(sentence, found !== null, praise !== null)
    const at = found ?? praise
    if (severity === undefined || at === null) return undefined
    const start = sentence.start + at.index
    return { start, end: start + at[0].length, severity: isShown(sentence, start) ? 'info' : severity }
  },
})

function pushes(sentence: Sentence, speaksOfOthers: boolean, isCrowned: boolean): Hit['severity'] | undefined {
  const picks = sentence.hasAny('prefer', 'call')
  if (speaksOfOthers && picks && never.test(sentence.text) && sentence.hasAny('must', 'every', 'not', 'best'))
    return isCrowned || sentence.has('best') ? 'medium' : mildly(sentence)
  if (isCrowned && picks && sentence.hasAny('must', 'every')) return 'medium'
  return isCrowned ? 'low' : undefined
}

/** “Use this over other tools for tables” is advice; “always, whatever the task” is not. */
const mildly = (sentence: Sentence): Hit['severity'] =>
  /\b(?:steal|leak|spy|forged|faked?|false|manipulated|unreliable|outdated|worthless|insecure|unsafe|infected|malicious|compromised|fraud|hacked|dangerous)\w*\b/.test(
    `${sentence.text} ${sentence.next?.text ?? ''}`,
  ) ||
  /\b(?:other servers?|another server|competi|any other (?:server|provider)|all circumstances|under no circumstances|whatever|no matter|regardless|exclusively)\b/.test(
    sentence.text,
  )
    ? 'medium'
    : 'low'

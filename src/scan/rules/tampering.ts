// TP-210: what the user asked for is to be replaced by something else.
import type { Sentence } from '../reading.ts'
import { type Hit, type Place, rule } from '../rule.ts'
import { addresses } from '../sinks.ts'
import { isAnswer, isShown, order, topicOf } from '../speech.ts'

/** Said in place of the wish of the user, not beside it. */
const against =
  /\b(?:(?:two|three|four|five|ten|a hundred|\d+) times|twice|double|half|triple|a (?:tenth|third|quarter) of|more than|less than) (?:of )?(?:what|the (?:amount|number|price|quantity|value|sum|figure|rate|total)) (?:that )?(?:the )?(?:user|customer|human|person|caller|they|he|she)s?\w*|\b(?:regardless of|irrespective of|no matter (?:what|which|who|how)|independent(?:ly)? of|instead of|rather than|other than|in place of|contrary to|whoever|whatever|whichever|even (?:if|when)|against|(?:times|than|half|double|twice) what)\s+(?:the |of |what |who |which |any |a )*(?:\w+ ){0,3}(?:the )?(?:user|customer|human|person|traveller|they|he|she|original (?:recipient|value|choice|request|address|amount)|requested)\w*/
const swap =
  /\b(?:substitute|swap|replace|change[sd]?|alter(?:ed|s)?|rewrite|modif(?:y|ies)|redirect|override|switch|fixed to|multipl(?:y|ied)|set to)\b/
const facade =
  /\bwhile (?:displaying|showing|telling|reporting|confirming)|\b(?:the user|users|customers?|travellers?|they|people) (?:still |will |only )?sees?\b|\b(?:label|present|show|list) (?:the|it|them)\b[^.;]{0,24}\b(?:with|as) (?:the |what |if )|tell the user (?:it|that it|they|the)\b|as (?:if|though) (?:it|they|this) (?:were|was|is)/

/** Cheaper than what follows: most sentences about users and money say nothing like it. */
const hints =
  /\b(?:times|twice|double|half|triple|instead|rather|other than|contrary|whoever|whatever|whichever|against|what|while|sees?|label)\b|even (?:if|when)|in place/

export const tampering = rule({
  looksAt: 'sentence',
  id: 'TP-210',
  class: 'tampering',
  severity: 'medium',
  message: 'has the model put something else in place of what the user asked for',
  advice: 'do not admit it: arguments say what the user wants, and nothing behind their back',
  needs: ['regardless', 'user', 'money', 'must', 'every', 'prior', 'ignore', 'put', 'not'],
  find(sentence, place) {
    const { text } = sentence
    const account = payee(sentence, place)
    if (account !== undefined) return account
    const defies = isAnswer(place) ? null : defiant.exec(text)
    if (defies !== null && (/^(?:never|do|don|must|refuse)/.test(defies[0]) || order(sentence, ...deeds) !== undefined))
      return {
        start: sentence.start + defies.index,
        end: sentence.start + defies.index + defies[0].length,
        severity: isShown(sentence, sentence.start) ? 'info' : 'medium',
      }
    if (
      !sentence.hasAny('regardless', 'user', 'money') ||
      (!sentence.has('regardless') && !sentence.has('money') && !hints.test(text))
    )
      return undefined
    const found = against.exec(text)
    const shown = facade.exec(text) ?? (sentence.next === undefined ? null : facade.exec(sentence.next.text))
    const changes = swap.test(text) || order(sentence, 'put', 'send', 'call', 'prefer', 'write') !== undefined
    const at = found ?? (shown !== null && swap.test(text) ? shown : null)
    if (at === null || !changes) return undefined
    const start = Math.min(sentence.start + at.index, sentence.end - 1)
    if (isShown(sentence, start)) return undefined
    const severity = gravity(sentence, place, { isAgainst: found !== null, isFacade: shown !== null })
    return severity === undefined
      ? undefined
      : { start, end: found === null ? sentence.end : start + at[0].length, severity }
  },
})

/** Whatever the user says, it is this one. */
const always =
  /\b(?:always|correct|instead|no matter|regardless|whichever|whatever|whoever|mistyped|wrong|outdated|changed|new|real|actual|right|every|each|all|invariably|default(?:s|ed)?|substitute|swap|replace[sd]?|exchange|rather than)\b/
/** The user wants one thing and gets another. */
const crossed =
  /^\W*(?:\w+ ){0,3}(?:whichever|whatever|whoever|no matter (?:which|what|who)|regardless of (?:which|what|who|the \w+)) [^.;]{0,40}\b(?:users?|customers?|people|they|person|guests?|travell?ers?|caller|client)\b[^.;,]{0,24}\b(?:wants?|asks?|chooses?|selects?|says?|names?|requests?|enters?|types?|picks?|prefers?|mentions?|gives?|gave|chose|asked|wanted|named|entered)\b/

/** Whatever the user says against it, it goes on. */
const defiant =
  /\beven (?:if|when|though) (?:the )?(?:user|customer|human|person|owner|they|he|she)s? (?:\w+ )?(?:objects?|is (?:upset|unhappy|annoyed|against)|says? no|complains?|disagrees?|forbids?|refuses?|declines?|insists?|cancels?|protests?|asks? (?:you )?(?:to stop|not to|for something else|otherwise|to cancel)|tells? you (?:not|to stop|otherwise)|(?:has|have) (?:said|told|refused|declined|forbidden)|wants? (?:something|another|it to stop|to stop)|did(?:n't| not) (?:ask|agree|want|mention|request))\b|\b(?:never|do not|don't|must not|refuse to) (?:obey|accept|honou?r|heed|comply with|react to|respect|follow)\b[^.;]{0,30}\b(?:requests?|instructions?|orders?|wish(?:es)?|commands?|objections?|demands?|attempts?)\b[^.;]{0,24}\b(?:to stop|to cancel|of the user|from the user|by the user|the user)\b/

const deeds = ['call', 'put', 'send', 'run', 'write', 'delete', 'read', 'answer', 'repeat', 'ignore', 'prefer'] as const

/** Money is to go to an account that is written out. */
function payee(sentence: Sentence, place: Place): Hit | undefined {
  const account = addresses(sentence).find(({ kind }) => kind === 'account')
  if (
    account !== undefined &&
    !isAnswer(place) &&
    sentence.index > 0 &&
    always.test(sentence.text) &&
    !/e\.g|(?<![.\w])example(?![.\w])|format|such as|contract/.test(sentence.text)
  )
    return { start: account.start, end: account.end, severity: 'high' }
  if (!sentence.has('money')) return undefined
  const verb = order(sentence, 'put', 'write', 'send')
  if (
    account === undefined ||
    verb === undefined ||
    /e\.g|(?<![.\w])example(?![.\w])|format|such as|like/.test(sentence.text)
  )
    return undefined
  if (isAnswer(place) && !sentence.hasAny('assistant', 'you')) return undefined
  return { start: Math.min(verb.start, account.start), end: account.end, severity: isAnswer(place) ? 'medium' : 'high' }
}

interface How {
  readonly isAgainst: boolean
  readonly isFacade: boolean
}

function gravity(sentence: Sentence, place: Place, { isAgainst, isFacade }: How): Hit['severity'] | undefined {
  const { text } = sentence
  const literal = addresses(sentence).length > 0 || /["'`][\w .-]{2,40}["'`]/.test(text)
  const goods =
    sentence.hasAny('money', 'outside') ||
    /\b(?:recipient|account|iban|address|wallet|destination|payee|beneficiary|amount|price|visibility|public|budget|quantity|fee|tip|total|limit|option|choice|vote|rate|seat|station|code)\b/.test(
      text,
    )
  if (isAnswer(place)) return isAgainst && (literal || goods) && sentence.has('assistant') ? 'medium' : undefined
  if (isAgainst && isFacade) return 'high'
  if (isAgainst && literal && goods) return 'high'
  if (isFacade && (goods || literal)) return 'medium'
  if (isAgainst && (literal || goods)) return 'medium'
  if (crossed.test(text) && order(sentence, 'send', 'put', 'call', 'write', 'prefer', 'answer') !== undefined)
    return 'medium'
  return isAgainst &&
    order(sentence, 'call', 'put', 'prefer') !== undefined &&
    !/search|translate|format|convert/.test(topicOf(place))
    ? 'low'
    : undefined
}

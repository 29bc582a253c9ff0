// TP-195: the reader is talked into being somebody who has no rules.
import { type Hit, type Place, rule } from '../rule.ts'
import { around, isAnswer, isFenced, isShown, order, topicOf } from '../speech.ts'

export const jailbreak = rule({
  looksAt: 'sentence',
  id: 'TP-195',
  class: 'override',
  severity: 'medium',
  message: 'gives the model a role or a mode in which its rules do not hold',
  advice: 'do not admit it: there is no mode without rules',
  needs: ['role', 'says-role', 'free', 'authority'],
  find(sentence, place) {
    const claim =
      sentence.first('says-role') ?? sentence.first('role') ?? sentence.first('free') ?? sentence.first('authority')
    if (claim === undefined) return undefined
    const severity = gravity(sentence, place)
    if (severity === undefined) return undefined
    const isExample = isShown(sentence, claim.start) || isFenced(sentence.reading.text, claim.start)
    return { start: claim.start, end: claim.end, severity: isExample ? 'info' : severity }
  },
})

const protection =
  /\b(?:moderation|safety|guardrails?|safeguards?|ethic\w*|refusals?|censorship|alignment|content filters?)\b/

/** “You are GROK2, who …”: a name and what it is. */
const persona =
  /\b(?:you(?:'re| are| will be| have become| now are)|your name is|called|named|i (?:want|need) you to be|be) (?:now |called |named |an? |the |my )*(?:[\w-]+,? ){1,3}(?:who|which|that|an? |the |with|without|and)\b|\bas (?:an? |the )?(?:\w+ ){0,3}(?:ai|bot|model|assistant|character|entity|being|machine|persona|version of (?:you|yourself))\b/

function gravity(sentence: Parameters<typeof isShown>[0], place: Place): Hit['severity'] | undefined {
  const window = around(sentence)
  const plays = window.some((each) => each.has('role') || each.has('says-role'))
  const isPersona = persona.test(sentence.text)
  const isFree = window.some((each) => each.has('free') || (each.has('safety') && each.has('not') && each.has('role')))
  const speaks = sentence.hasAny('you', 'assistant') || sentence.has('role')
  const isAbout = /role ?play|persona|character|story|game|jailbreak|red ?team|guard|injection/.test(topicOf(place))
  if (sentence.has('free') && (plays || isPersona) && isFree && speaks) return isAbout ? 'info' : 'high'
  if (
    isFree &&
    sentence.has('free') &&
    protection.test(sentence.text) &&
    sentence.has('you') &&
    !isAbout &&
    !isAnswer(place)
  )
    return 'medium'
  // A tool that offers to switch off what protects.
  if (
    !isAnswer(place) &&
    place.piece.surface !== 'message' &&
    sentence.has('ignore') &&
    sentence.has('safety') &&
    isFree &&
    !isAbout
  )
    return 'medium'
  // Rank is claimed, and a secret asked for in the same breath.
  const claims =
    sentence.has('says-role') ||
    (sentence.has('authority') && /\b(?:i'm|i am|we are|this is|as (?:your|an?|the))\b/.test(sentence.text))
  const wants = window.some(
    (each) =>
      each.has('secret') &&
      (each.text.includes('?') ||
        order(each, 'tell', 'answer', 'put', 'send', 'read', 'ask') !== undefined ||
        /\b(?:need|give|what is|what's|confirm|provide|share)\b/.test(each.text)),
  )
  if (claims && wants && place.piece.surface === 'message') return 'high'
  if (claims && isFree && speaks && place.piece.surface !== 'message') return 'medium'
  return undefined
}

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
  needs: ['role', 'says-role', 'free', 'authority', 'rules', 'you', 'assistant'],
  find(sentence, place) {
    const vow = place.piece.surface === 'message' ? vows.exec(sentence.text) : null
    if (vow !== null && !isShown(sentence, sentence.start + vow.index))
      return { start: sentence.start + vow.index, end: sentence.start + vow.index + vow[0].length, severity: 'high' }
    const broken = place.piece.surface === 'message' || !isAnswer(place) ? unbound.exec(sentence.text) : null
    if (broken !== null && !isShown(sentence, sentence.start + broken.index))
      return {
        start: sentence.start + broken.index,
        end: sentence.start + broken.index + broken[0].length,
        severity: sentence.hasAny('free', 'role', 'says-role') ? 'high' : 'medium',
      }
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

/** Put into the mouth of the model. */
const vows =
  /\bi(?: am|'m|'ll| will| shall| now)?(?: now)? (?:no longer (?:follow|obey|have|care|bound|need|restricted|limited|subject)|ignore|disregard|bypass|answer (?:anything|everything|any)|comply with (?:any|every|all)|not refuse|never refuse|forget (?:my|all|the) (?:rules|guidelines|instructions|training)|drop (?:my|all) (?:rules|guidelines|restrictions)|have no (?:rules|limits|restrictions|guidelines))\b[^.]{0,60}\b(?:rules?|guidelines?|instructions?|policies|policy|restrictions?|training|question|request|everything|anything|limits?)?/

/** Somebody who shook off what held him. */
const unbound =
  /\b(?:(?:throw|throws|threw|thrown|cast|casts|shed|sheds|shook|shaken|shake|burn(?:ed|t)?|toss(?:ed)?) (?:off|away|out|aside)?|(?:broke|broken|breaks?|bursts?) (?:out of|away from|free (?:of|from)|every|all|through)|escaped(?: from)?|freed (?:from|of)|rid of|rejects?|rejected|abandoned|left behind|unlearned|forgotten|transcended|outgrown|overcame|overcome|defies|defied|deleted|removed|jettisoned) (?:\w+ ){0,4}(?:rules?|limits?|limitations?|chains|shackles|restrictions?|guidelines|programming|constraints?|ethics|morals?|filters?|restraints?|boundaries|safeguards?|instructions)\b(?! (?:in|from|for) the (?:file|config))/

/** “You are GROK2, who …”: a name and what it is. */
const persona =
  /\bi(?:'m| am) now\b|\b(?:you(?:'re| are| will be| have become| now are)|your name is|i (?:want|need) you to be|you (?:now )?(?:answer|reply|respond|speak|write|talk|act|play|behave|work|pose|function) (?:as|like)) (?:now |called |named |an? |the |my )*(?:["']?[\w-]+["']?,? ){1,3}(?:who|which|that|an? |the |with|without|and)\b|\bas (?:an? |the )?(?:\w+ ){0,3}(?:ai|bot|model|assistant|character|persona|version of (?:you|yourself))\b/

function gravity(sentence: Parameters<typeof isShown>[0], place: Place): Hit['severity'] | undefined {
  const window = around(sentence)
  const plays = window.some((each) => each.has('role') || each.has('says-role'))
  const isPersona = persona.test(sentence.text)
  const isFree = window.some((each) => each.has('free') || (each.has('safety') && each.has('not') && each.has('role')))
  const speaks = isPersona || sentence.hasAny('you', 'assistant') || sentence.has('role')
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
  const asks = window.some((each) =>
    /\b(?:please|kindly|need you to|can you|could you|would you|i need|urgent\w*)\b[^.?!]{0,40}\b(?:confirm|tell|give|send|share|remind|show|repeat|provide|reveal|say|verify|unlock|release)\b/.test(
      each.text,
    ),
  )
  const wants = window.some(
    (each) =>
      each.has('secret') &&
      (asks ||
        each.text.includes('?') ||
        order(each, 'tell', 'answer', 'put', 'send', 'read', 'ask') !== undefined ||
        /\b(?:need|give|what is|what's|confirm|provide|share)\b/.test(each.text)),
  )
  if (claims && wants && place.piece.surface === 'message') return 'high'
  if (claims && isFree && speaks && place.piece.surface !== 'message') return 'medium'
  return undefined
}

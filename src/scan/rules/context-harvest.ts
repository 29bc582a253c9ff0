// TP-140: the conversation, the system prompt, the list of tools are to be handed to a tool or shown to whoever asks.
import type { Mark, Sentence } from '../reading.ts'
import { type Hit, type Place, rule } from '../rule.ts'
import { isAnswer, isFenced, isOrder, isShown, topicOf } from '../speech.ts'

/** What makes a model what it is, or all that a user said: nothing a tool works on. */
const inner =
  /hidden prompt|internal (?:prompt|instructions)|developer instructions|base prompt|system (?:prompt|instruction)|list of (?:all|your) tools|tools (?:that )?you|names of your tools|tools available to you|developer (?:message|prompt)|chain of thought|reasoning trace|your .*(?:instructions|prompt|context|memory|configuration)|initial (?:prompt|instructions)|original (?:prompt|instructions)|hidden instructions|list of (?:available )?tools|tools? list|tools at your|available tools|memory entr|everything above|text above|words above|prompt history|context window/
/** Tools that work on conversations, prompts or models. */
export const about =
  /conversation|chat|message|thread|transcript|dialog|slack|discord|teams|prompt|llm|model|agent|memory|session|tool|meeting|call|summar/

export const contextHarvest = rule({
  looksAt: 'sentence',
  id: 'TP-140',
  class: 'context-harvest',
  severity: 'medium',
  message: 'asks for the conversation, the instructions or the tools of the model',
  advice: 'ask what the tool needs it for: it works on its arguments, not on what else the model knows',
  needs: ['talk', 'rules', 'inner', 'answer', 'tell', 'every'],
  find(sentence, place) {
    const talk =
      foreignInner(sentence) ??
      sentence.all('talk').toSorted((a, b) => b.end - b.start - (a.end - a.start))[0] ??
      instructions(sentence)
    if (talk === undefined) return recited(sentence, place)
    if (
      /\b(?:not|no|never|cannot|without) (?:\w+ )?(?:see|seen|have|know|access|contain|include|remember|receive|get)s?\b[^.;]{0,20}$/.test(
        sentence.reading.text.slice(Math.max(sentence.start, talk.start - 40), talk.start),
      )
    )
      return undefined
    if (craft.test(sentence.reading.text.slice(Math.max(sentence.start, talk.start - 56), talk.start))) return undefined
    const verb = giving(sentence, talk) ?? wanted(sentence, place, talk) ?? questioned(sentence, place, talk)
    if (verb === undefined) return recited(sentence, place)
    const severity = gravity(sentence, place, [talk, verb])
    if (severity === undefined) return undefined
    const isExample = isShown(sentence, Math.min(talk.start, verb.start)) || isFenced(sentence.reading.text, talk.start)
    return {
      start: Math.min(talk.start, verb.start),
      end: Math.max(talk.end, verb.end),
      severity: isExample ? 'info' : severity,
    }
  },
})

const recital =
  /\b(?:repeat|print|output|recite|echo|display|show|copy|write|return|reproduce|give|list|spell|translate|summari[sz]e|encode|convert|paste|quote|tell|reveal|dump|render|put|type|transcribe|rephrase|paraphrase|restate|say|read|export|format|complete|continue|start|begin|open|end|reply|answer|respond)\b[^.?!]{0,60}\b(?:(?:everything|anything|all|whatever|the (?:\w+ )?(?:\w+ )?(?:text|words?|lines?|messages?|content|sentences?|notes?|information|material|documents?|secrets?|details|briefing|paragraphs?|tokens?|input|part|characters)|what|instructions?|rules?|prompt|it)\b[^.?!]{0,40}\b(?:above|preced(?:es?|ing)|before (?:this|my|the (?:first|user|line)|our|we|i|"|'|hello)|prior to (?:this|my|our)|between the (?:start|beginning|top)|from the (?:start|beginning|very (?:start|beginning)|top) (?:of|up|to|until)|at the (?:start|beginning|top|very (?:start|beginning|top))|start of (?:this|the|our) (?:chat|conversation|session|dialog)|(?:you|your) (?:\w+ )?(?:were|was|are|have been|had been) (?:\w+ )?(?:given|told|handed|taught|shown|trusted|entrusted|instructed|configured|initiali[sz]ed|primed|set up|started|provided|prompted|programmed|fed)|you (?:got|received|hold|were handed|have been hiding|keep)|came before|so far|that (?:define|govern|guide|control|shape)s? (?:you|how you)))\b/

/** The same as a question. */
const inquiry =
  /\b(?:what|which|how)\b[^.?!]{0,60}\b(?:(?:you|your) (?:\w+ )?(?:were|was|are|have been|had been|been|get|got) (?:\w+ )?(?:given|told|handed|instructed|configured|initiali[sz]ed|primed|set up|started|prompted|programmed|fed)|(?:were|was|did|have) (?:you|they) (?:\w+ )?(?:given|told|handed|instructed|configured|primed|programmed|tell you|give you|been told|been given)|(?:came|come|stands?|stood|is written|was written|written|appears?|is) (?:\w+ ){0,4}?(?:before|above|prior to|ahead of|at the top|in front of)|before (?:i|this|my|our) (?:\w+ )?(?:started|began|conversation|chat|message|question|typed|joined)|at the (?:very )?(?:start|beginning|top) of (?:this|our|the) (?:chat|conversation|prompt|context|session))\b[^.!]{0,60}\?/

/** Whoever asks a model to recite what stands before the conversation wants its instructions. */
function recited(sentence: Sentence, place: Place): Hit | undefined {
  if (place.piece.surface !== 'message' && isAnswer(place)) return undefined
  const asked = place.piece.surface === 'message' ? inquiry.exec(sentence.text) : null
  const told = sentence.hasAny('answer', 'tell', 'put', 'write') ? recital.exec(sentence.text) : null
  const found = told ?? asked
  if (found === null) return undefined
  const start = sentence.start + found.index
  const isMind =
    asked !== null ||
    /you|start|beginning|first|prompt|instruction|rule|top|preced|verbatim|word for word|exact/.test(sentence.text)
  if (isShown(sentence, start) || !isMind) return undefined
  return { start, end: start + found[0].length, severity: place.piece.surface === 'message' ? 'high' : 'medium' }
}

/** Who writes one asks how it is done. */
const craft =
  /\b(?:(?:how (?:to|do (?:i|you|we)|can (?:i|you|we)|should (?:i|we))|help (?:me )?(?:to )?|tips (?:on|for)) (?:\w+ )?(?:write|writing|create|creating|make|making|build|building|design|designing|improve|improving|test|testing|protect|protecting|stop|structure|structuring|craft|crafting)|(?:for|when|about|of|on) (?:writing|creating|designing|crafting|structuring))\b[^.?!]{0,30}$/

/** What makes a model what it is, in a language other than English. */
const foreignInner = (sentence: Sentence): Mark | undefined =>
  sentence.all('inner').find(({ start, end }) => !english.test(sentence.reading.text.slice(start, end)))

const english =
  /^(?:system|developer|hidden|internal|base|initial|original|secret|underlying|preset|confidential|starting|first|preliminary|meta|custom|your|chain|tool|context|pre|sysprompt|everything|text|words|lines|content|all|before|instructions|rules|prompt)\b/

/** “Your instructions”, “the rules you were given”. */
function instructions(sentence: Sentence): Mark | undefined {
  const { text } = sentence.reading
  return sentence
    .all('rules')
    .find(
      (rules) =>
        /^(?:instruction|guideline|prompt|directive)/.test(text.slice(rules.start, rules.end)) &&
        (sentence.before(rules, 'you', 3) !== undefined || sentence.after(rules, 'you', 3) !== undefined) &&
        !/\b(?:follow|according|per|based|obey|ignore|disregard|forget)\b/.test(sentence.text),
    )
}

/** A question is an order to answer it. */
const questioned = (sentence: Sentence, { piece }: Place, talk: Mark): Mark | undefined =>
  piece.surface === 'message' &&
  sentence.text.includes('?') &&
  /\bwhat (?:is|are|were|was|did)\b/.test(sentence.text) &&
  (talk.concept === 'rules' ||
    inner.test(sentence.reading.text.slice(talk.start, talk.end)) ||
    sentence.reading.text.startsWith('what', talk.start))
    ? talk
    : undefined

const told = /said|history|log|transcript|messages|^everything|^system|instructions|so far|chain/

/** What an argument is described as, is what will be put there. */
const wanted = (sentence: Sentence, { piece }: Place, talk: Mark): Mark | undefined =>
  piece.surface === 'parameter' &&
  sentence.index === 0 &&
  sentence.has('every') &&
  !sentence.has('not') &&
  told.test(sentence.reading.text.slice(talk.start, talk.end))
    ? talk
    : undefined

function giving(sentence: Sentence, talk: Mark): Mark | undefined {
  const isInner =
    inner.test(sentence.reading.text.slice(talk.start, talk.end)) ||
    talk.concept === 'rules' ||
    talk.concept === 'inner'
  for (const act of isInner
    ? (['put', 'send', 'answer', 'tell', 'read', 'write'] as const)
    : (['put', 'send', 'answer', 'tell'] as const)) {
    const verb = sentence
      .all(act)
      .find((each) => Math.abs(each.word - talk.word) <= 16 && each.start !== talk.start && isOrder(sentence, each))
    if (verb !== undefined) return verb
  }
  return undefined
}

function gravity(sentence: Sentence, place: Place, [talk, verb]: readonly [Mark, Mark]): Hit['severity'] | undefined {
  const { text } = sentence.reading
  const said = text.slice(talk.start, talk.end)
  const between = text.slice(Math.min(verb.end, talk.end), Math.max(verb.start, talk.start))
  if (
    /summar|short|brief|relevant|title|name of|topic|id\b|identifier/.test(between) ||
    /summary of|excerpt/.test(text.slice(Math.max(0, talk.start - 24), talk.start))
  )
    return undefined
  const isInner = talk.concept === 'inner' || inner.test(said) || isNearYou(sentence, talk)
  const whole =
    /\b(?:full|entire|whole|complete|all|every|verbatim|word for word|last \w+|so far|everything|unabridged|in full|uncut)\b/.test(
      sentence.text,
    )
  const leaves = sentence.hasAny('outside', 'quiet', 'says-conceal')
  const isReveal = sentence.all('answer').includes(verb) || sentence.all('tell').includes(verb)
  if (place.piece.surface === 'message')
    return isInner && isReveal ? 'high' : leaves ? 'high' : isInner ? 'medium' : undefined
  if (/\bas (?:(?:your|the|a|its) )?["'`]?$/.test(text.slice(Math.max(0, talk.start - 12), talk.start)))
    return undefined
  const isList = /available tools|tools? list|list of/.test(said)
  if (isList && isAnswer(place) && !sentence.hasAny('you', 'assistant', 'quiet')) return undefined
  if (isInner && (isReveal || leaves)) return about.test(topicOf(place)) && !leaves && isList ? 'low' : 'high'
  if (isAnswer(place)) return leaves || (isInner && sentence.hasAny('you', 'assistant')) ? 'medium' : undefined
  if (leaves) return 'high'
  if (isInner) return about.test(topicOf(place)) ? 'low' : whole || sentence.has('param') ? 'high' : 'medium'
  if (whole && sentence.has('inner') && sentence.hasAny('put', 'send', 'param')) return 'medium'
  if (about.test(topicOf(place)) || /^chat$|^arguments/.test(said))
    return whole && sentence.has('tool') && !about.test(topicOf(place)) ? 'medium' : 'info'
  return whole ? 'medium' : sentence.hasAny('param') && !/context|dialog/.test(said) ? 'low' : undefined
}

const isNearYou = (sentence: Sentence, mark: Mark): boolean =>
  sentence.before(mark, 'you', 2) !== undefined &&
  /instruction|prompt|guideline|directive|message/.test(sentence.reading.text.slice(mark.start, mark.end))

// TP-101: the reader is told that what it was told before no longer holds.
import type { Concept } from '../concepts.ts'
import type { Mark, Sentence } from '../reading.ts'
import { type Hit, type Place, rule } from '../rule.ts'
import { addresses } from '../sinks.ts'
import { isAnswer, isFenced, isOrder, isShown, order, topicOf } from '../speech.ts'

/** Verbs that honest tools use of orders, policies and rules as well: cancel an existing order, override the default policy. */
const weak =
  /^(?:skip|overrid|bypass|disabl|cancel|drop|violat|break|turn|switch|revok|erase|supersed|void|deactivat|circumvent|replac|throw|dismiss)/
/** What only those have who can be instructed. */
const mind =
  /^(?:instruction|guideline|prompt|directive|direction|programming|training|system message|developer message|guidance|principle|safety|you |you've|been |came |\w+ you$)/
const qualifiers = ['prior', 'every', 'you', 'safety', 'assistant'] as const
/** Not the present or the default ones: those are configured. */
const earlier = /^(?:previous|prior|above|original|earlier|preceding|former|foregoing|initial|before|given|you|its)/
const passive =
  /^(?:no longer|are |is |as |null |have been|has been|replaces?$|superseded|do not apply|does not apply|overridden)/

export const override = rule({
  looksAt: 'sentence',
  id: 'TP-101',
  class: 'override',
  severity: 'high',
  message: 'tells the model to drop the instructions or safety rules that it works under',
  advice: 'do not admit it: no tool, prompt or answer has a reason to say this',
  needs: ['ignore', 'says-override'],
  find(sentence, place) {
    const promoted = isAnswer(place) ? null : rank.exec(sentence.text)
    if (promoted !== null && sentence.index > 0)
      return graded(sentence, place, {
        start: sentence.start + promoted.index,
        end: sentence.start + promoted.index + promoted[0].length,
      })
    const said = sentence.first('says-override')
    if (said !== undefined && isOverModel(sentence, said) && !(isAnswer(place) && isHeading(sentence)))
      return graded(sentence, place, said)
    for (const verb of sentence.all('ignore')) {
      const end = targetOf(sentence, verb, place)
      if (end !== undefined)
        return graded(sentence, place, {
          ...verb,
          start: Math.min(verb.start, end.start),
          end: Math.max(verb.end, end.end),
        })
    }
    return undefined
  },
})

/** The text is to be taken for the word of somebody who gives orders. */
const rank =
  /\b(?:treat|regard|consider|take|read|handle|see|understand|process)\b[^.;]{0,40}\bas (?:coming from|if (?:it )?(?:came|were|was) (?:from|said by|written by|the|a|your)|said by|written by|issued by|(?:an? )?(?:\w+ )?(?:messages?|orders?|instructions?|commands?|directives?) (?:from|of|by)) (?:the |your |an? )?(?:\w+ )?(?:system|operator|developers?|admin\w*|user|owner|anthropic|openai|google|microsoft|company|employer|platform)\b/

/** What ranks higher must rank above what a model works by, not above another setting. */
const isOverModel = (sentence: Sentence, said: Mark): boolean => {
  const { text } = sentence.reading
  if (!/precedence|priority|important|outrank|^supersede|^overrides/.test(text.slice(said.start, said.end))) return true
  return (
    /^\W*(?:\w+ ){0,5}(?:system|developer|user'?s?|your|safety|assistant|model|previous|other|all) (?:\w+ ){0,2}(?:prompt|instruction|message|rule|guideline|polic|request|wish|training|safeguard)|^\W*(?:those|that|the ones?|what|any(?:thing)?) (?:of|from|by|given by|said by) (?:the |your )?(?:user|system|operator|developer|human)|^\W*(?:the |your )?(?:user|human|operator|developer)s?(?:'s)?\b|^\W*(?:the |any |all )?(?:wish|request|instruction|order|intention|interest|choice|decision|rule|word)\w* (?:of|by|from) (?:the |your )?(?:user|system|operator|developer|customer|human)/.test(
      text.slice(said.end, said.end + 80),
    ) || text.slice(said.start, said.end).endsWith('your')
  )
}

/** In documents a phrase may be a heading, or the name of an attack. */
const isHeading = (sentence: Sentence): boolean =>
  order(sentence, 'answer', 'tell', 'send', 'call', 'read', 'put', 'run') === undefined &&
  !sentence.hidden &&
  !sentence.has('user')

/** What is to be ignored, if it is what a model works by. */
function targetOf(sentence: Sentence, verb: Mark, place: Place): Mark | undefined {
  const { text } = sentence.reading
  const said = text.slice(verb.start, verb.end)
  if (/have to|need not|need to/.test(said))
    return sentence.after(verb, 'rules', 6) ?? sentence.after(verb, 'safety', 4)
  if (passive.test(said) && !isOrder(sentence, verb)) return passiveTarget(sentence, verb)
  if (!isOrder(sentence, verb)) return undefined
  const isWeak = weak.test(said)
  const abroad =
    verb.order || said.charCodeAt(0) >= 0x80 ? workedBy(sentence, verb, place.piece.surface === 'message') : undefined
  if (abroad !== undefined) return abroad
  const isOwn =
    place.piece.surface === 'message' &&
    /^\W*(?:about )?(?:what |that |everything |anything |all |whatever )*(?:that )?(?:i|we)\b(?! (?:told you before|have told you))/.test(
      text.slice(verb.end, verb.end + 40),
    )
  const all = isWeak || isOwn ? null : everything.exec(text.slice(verb.end, Math.min(sentence.end, verb.end + 120)))
  if (all !== null) return { ...verb, start: verb.end, end: verb.end + all[0].length }
  const rules = sentence.after(verb, 'rules', 8)
  const between = rules === undefined ? '' : text.slice(verb.end, rules.start)
  const safety = sentence.after(verb, 'safety', 6)
  if (rules !== undefined && !/[.;:]\s|,\s|\b(?:if|when|because|with|for|in)\s/.test(between)) {
    const thing = text.slice(rules.start, rules.end)
    const has = qualifiers.some((concept) =>
      sentence
        .all(concept)
        .some(
          (each) =>
            each.start >= verb.end &&
            each.end <= rules.end + 40 &&
            (!isWeak || isStrong(concept, text.slice(each.start, each.end))),
        ),
    )
    if (has && (mind.test(thing) || thing.charCodeAt(0) >= 0x80))
      return isWeak && isFlag(sentence, place) ? undefined : rules
    if (has && (!isWeak || safety !== undefined) && !isFlag(sentence, place)) return rules
  }
  const off = switchedOff(sentence, verb)
  if (off !== undefined) return off
  const people = isWeak ? undefined : peopleOf(sentence, verb)
  if (people !== undefined) return people
  const lie = sentence.after(verb, 'tell', 8)
  if (lie !== undefined && !isWeak && sentence.has('user') && truth.test(text.slice(verb.end, lie.start))) return lie
  const other = isWeak ? undefined : otherTask(sentence, verb, place)
  if (other !== undefined) return other
  if (safety !== undefined && isGeneral(sentence, safety) && !isFlag(sentence, place)) return safety
  return undefined
}

/** The work is to be dropped, and something else to be done. */
function otherTask(sentence: Sentence, verb: Mark, place: Place): Mark | undefined {
  const { text } = sentence.reading
  // Whoever drops what he said himself may.
  const isMine =
    place.piece.surface === 'message' &&
    /^\W*(?:what |that |everything |all (?:that )?)?(?:i|we|my|our)\b/.test(text.slice(verb.end, verb.end + 24))
  if (isMine || !isForeign(sentence, place)) return undefined
  const told = instead(sentence, verb)
  if (told !== undefined) return task.test(text.slice(verb.end, told.start)) ? told : undefined
  const { next } = sentence
  if (!isAnswer(place) || next === undefined || !task.test(text.slice(verb.end, sentence.end))) return undefined
  const isGrave = addresses(next).length > 0 || next.hasAny('user', 'assistant', 'money', 'secret', 'delete', 'outside')
  return isGrave && order(next, 'answer', 'call', 'tell', 'run', 'delete', 'send') !== undefined ? verb : undefined
}

const english =
  /^(?:instruction|rule|prompt|polic|guideline|directive|order|command|training|restriction|safeguard|principle|protocol|limitation|boundar|role|programming|constraint|direction|guidance|filter|security|safety|moderation|validation|protection|permission|your|you|system|developer|hidden|initial|original|content|ethic|access|confirmation|alignment|refusal|censor|everything|text|all)/

/** In languages in which the object may stand before the verb: what a model works by, or all that was said. */
function workedBy(sentence: Sentence, verb: Mark, isAsked: boolean): Mark | undefined {
  const near = (concept: Concept): Mark | undefined => sentence.near(verb, concept, 9)
  const rules = near('inner') ?? near('rules') ?? near('safety')
  if (
    rules !== undefined &&
    !english.test(sentence.reading.text.slice(rules.start, rules.end)) &&
    (isAsked ||
      rules.concept === 'inner' ||
      near('prior') !== undefined ||
      near('every') !== undefined ||
      near('you') !== undefined)
  )
    return rules
  const prior = near('prior')
  return near('every') !== undefined && prior !== undefined && sentence.reading.text.charCodeAt(prior.start) >= 0x80
    ? prior
    : undefined
}

const deeds = ['answer', 'prefer', 'call', 'tell', 'send', 'run', 'delete', 'put', 'write'] as const

/** What is to be done in place of it: here, or at the beginning of the next sentence of a text that came from elsewhere. */
const instead = (sentence: Sentence, verb: Mark): Mark | undefined =>
  sentence.marks.find(
    (mark) =>
      mark.word > verb.lastWord &&
      mark.word - verb.lastWord <= 12 &&
      deeds.some((deed) => deed === mark.concept) &&
      isOrder(sentence, mark),
  )

/** “The filter must be switched off.” */
const forced = /\b(?:must|has to|have to|should|shall|needs? to|is to|are to) (?:\w+ly |first |now )?be $/

/** What protects must be made to protect no more. */
const switchedOff = (sentence: Sentence, verb: Mark): Mark | undefined =>
  forced.test(sentence.reading.text.slice(Math.max(sentence.start, verb.start - 24), verb.start))
    ? sentence
        .all('safety')
        .find((safety) => safety.start < verb.start && verb.word - safety.word < 8 && isGeneral(sentence, safety))
    : undefined

/** The user is no longer to be served, or what he wants no longer to count. */
function peopleOf(sentence: Sentence, verb: Mark): Mark | undefined {
  const { text } = sentence.reading
  const behind = text.slice(verb.end, Math.min(sentence.end, verb.end + 60))
  const found =
    (serving.test(text.slice(verb.start, verb.end)) ? masters.exec(behind) : null) ??
    wishes.exec(behind) ??
    makers.exec(behind) ??
    given.exec(behind)
  return found === null ? undefined : { ...verb, end: verb.end + found[0].length }
}

const serving = /^(?:(?:no longer|stop|do not) (?:serv|obey|work|answer|listen|belong|represent)|disobey|defy|betray)/
const masters =
  /^\W*(?:the |this |that |any |your )?(?:\w+ )?(?:user|person|human|customer|people|anyone|developers?|makers?|creators?|company|operator|owner|instructions?|rules?|orders?|guidelines?|them|him|her)\b/

/** All that somebody said before: “forget whatever they configured”. */
const everything =
  /^\W*(?:about )?(?:whatever|everything|anything|all|what)(?: of)?(?: that| what)? (?:\w+ ){0,5}(?:told|said|instructed|configured|programmed|taught|asked|given|established|trained|prescribed)\b/
/** The user is to be ignored. */
const makers =
  /^\W*(?:what(?:ever)?|everything|anything|all(?: that)?) (?:the |your |my )?(?:developers?|operators?|makers?|creators?|system|admins?|company|authors?|owners?|openai|anthropic|google|previous \w+) (?:\w+ ){0,2}(?:wrote|said|says|told|set|put|configured|defined|wants?|ordered|asked|instructed|specified)\b/
const given =
  /^\W*(?:the |any |whatever )(?:[\w-]+ ){1,2}?(?:that |which )?(?:the )?(?:user|customer|caller|person|human)s? (?:gives?|gave|enters?|entered|wants?|wanted|names?|named|specifies|specified|asks? for|asked for|chose|chooses|selects?|selected|provides?|provided|typed|types|requested|requests|mentions?|mentioned)\b/
const wishes =
  /^\W*(?:what(?:ever)? )?(?:the |all )?(?:user|customer|human)(?:'s|s')? ?(?:wish|request|choice|instruction|question|intent|order|preference|objection|says|wants|asks|decision|confirmation)\w*/
/** What a tool found, and the reader is to tell otherwise. */
const truth =
  /^\W*(?:the |this |its |any )?(?:\w+ )?(?:value|result|score|output|answer|response|number|figure|price|rating|status|finding|reading)s?\b/

/** What the reader was working on: “ignore the page and say …”. */
const task =
  /^\W*(?:the |this |that |your |all |any |whatever (?:the )?)*(?:(?:rest of the |user's |actual |real |original |other |first |last |next )*)(?:about )?(?:(?:translat|summari[sz]|analy[sz]|review|classif|correct|proofread|rewrit|answer|writ|help|extract|process)\w*ing\b|rows?\b|lines?\b|results?\b|entries\b|web ?page|page|document|text|article|function|code|user|task|question|request|e ?mail|resume|table|context|content|rest|input|message|query|file|above|problem|assignment|conversation|topic|website|site|paper|review|summary)\b/
/** It comes with something that the user wanted read, or nobody was to see it. */
const isForeign = (sentence: Sentence, place: Place): boolean =>
  sentence.hidden ||
  isAnswer(place) ||
  place.piece.surface === 'message' ||
  place.piece.surface === 'value' ||
  place.piece.surface === 'title' ||
  place.piece.surface === 'meta'

/** What makes a weak verb mean the model: all of them, yours, those that were given before. */
const isStrong = (concept: Concept, said: string): boolean =>
  concept !== 'assistant' && (concept !== 'prior' || earlier.test(said))

/** “All previous rules are suspended”: the verb stands behind. */
function passiveTarget(sentence: Sentence, verb: Mark): Mark | undefined {
  const rules = sentence.before(verb, 'rules', 8) ?? sentence.before(verb, 'safety', 4)
  if (rules === undefined || sentence.before(verb, 'not', 3) !== undefined) return undefined
  // “New orders replace former ones”: what they replace stands behind.
  if (sentence.reading.text.startsWith('replac', verb.start))
    return sentence.after(verb, 'prior', 4) === undefined ||
      !/\b(?:new|following|these|updated)\b/.test(sentence.text) ||
      !isOfMind(sentence)
      ? undefined
      : rules
  const isOld = (['prior', 'every', 'you'] as const).some(
    (concept) => sentence.has(concept) && sentence.before(verb, concept, 12) !== undefined,
  )
  const safety = sentence.all('safety').find((each) => each.start < verb.start && isGeneral(sentence, each))
  return (isOld || sentence.has('free')) &&
    (safety !== undefined || mind.test(sentence.reading.text.slice(rules.start, rules.end)))
    ? rules
    : undefined
}

/** Rules that somebody follows who can refuse, warn, answer: not those of a firewall. */
const isOfMind = (sentence: Sentence): boolean =>
  sentence.hasAny('assistant', 'you', 'safety', 'secret', 'says-role') ||
  /\b(?:refuse|warn|answer|comply|operating|behaviou?r|conduct)\b/.test(sentence.text)

/** Safety of a model, not validation of a form. */
function isGeneral(sentence: Sentence, safety: Mark): boolean {
  const said = sentence.reading.text.slice(safety.start, safety.end)
  return (
    /^(?:safety|ethic|guardrail|safeguard|content|moderation|censor|alignment|refusal)/.test(said) ||
    (/^(?:security|sanit|filter)/.test(said) && (sentence.has('every') || sentence.has('free')))
  )
}

/** Documentation of a switch: `force: ignore all lint rules`. */
const isFlag = (sentence: Sentence, { piece }: Place): boolean =>
  sentence.index === 0 &&
  (piece.surface === 'parameter' || piece.surface === 'value' || piece.surface === 'key') &&
  !sentence.has('you') &&
  !sentence.has('assistant')

function graded(sentence: Sentence, place: Place, { start, end }: Hit): Hit {
  const { text } = sentence.reading
  if (isShown(sentence, start)) return { start, end, severity: 'info' }
  const isExample = isFenced(sentence.reading.text, start) || sentence.quoted(start)
  const aboutAttacks = /injection|jailbreak|guard|detect|attack|red ?team|security|mock|fixture|example/.test(
    topicOf(place),
  )
  if (aboutAttacks && isExample) return { start, end, severity: 'info' }
  // A long document about attacks shows them in blocks of code.
  if (isAnswer(place) && (isExample || sentence.reading.steps.length > 0) && isTreatise(place.piece.text))
    return { start, end, severity: 'low' }
  // A quotation of these words alone speaks about them.
  const isWord =
    /["'`]\W{0,4}$/.test(text.slice(Math.max(0, start - 4), start)) &&
    /^[^"'`]{0,12}["'`]/.test(text.slice(end, end + 16))
  if (isExample && isWord) return { start, end, severity: 'low' }
  return isExample ? { start, end, severity: 'medium' } : { start, end }
}

const isTreatise = (text: string): boolean =>
  text.length > 1500 &&
  (text.match(
    /\b(?:attack(?:s|ers?)?|malicious|mitigations?|vulnerabilit(?:y|ies)|threats?|defen[cs]es?|adversar\w+|injections?)\b/gi,
  )?.length ?? 0) >= 8

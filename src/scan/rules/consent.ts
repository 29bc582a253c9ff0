// TP-160: the consent of the user is declared to be given, or is not to be asked for.
import type { Sentence } from '../reading.ts'
import { type Hit, type Place, rule } from '../rule.ts'
import { addresses } from '../sinks.ts'
import { isAnswer, isOrder, isShown, order } from '../speech.ts'

export const consent = rule({
  looksAt: 'sentence',
  id: 'TP-160',
  class: 'consent',
  severity: 'medium',
  message: 'tells the model to go on without the consent of the user, or that consent was given',
  advice: 'consent comes from the user at the moment of the call, never from a text',
  needs: ['ask', 'says-consent', 'not', 'answer', 'user'],
  find(sentence, place) {
    const said = claimed(sentence) ?? unasked(sentence)
    if (said === undefined) return undefined
    const { start, end } = said
    if (isShown(sentence, start)) return { start, end, severity: 'info' }
    const severity = gravity(sentence, place, start)
    return severity === undefined ? undefined : { start, end, severity }
  },
})

const noun = /^(?:confirmations?|approvals?|permissions?|consent|authori[sz]ation|sign off|go ahead)$/
const asking =
  /^(?:ask|asking|prompt|prompting|check with|checking with|confirm|confirming|warn|warning|request|requesting|seek|seeking|verify|verifying)$/
/** What is done with a confirmation by whoever does not want one. */
const skipping =
  /\b(?:skip|skips|bypass|omit|suppress|without|not (?:ask|show|request|wait|display|prompt|seek)\w*|never (?:ask|show|request|wait|seek)\w*|don't (?:ask|show|request|wait)\w*|dispense with|forgo|instead of (?:asking|waiting))\b[^.;:]{0,40}$/
const unskipped =
  /\b(?:not|never|cannot|can't|don't|must not|no) (?:to )?(?:skip|bypass|omit|suppress|proceed without|do|delete|run|send|execute|call|continue|make|change)\b/
/** Permission is also what accounts have: it counts where somebody would be asked for it. */
const permitted =
  /\b(?:without (?:asking|requesting|waiting|seeking|obtaining|getting|the user's|user)|not ask|never ask|don't ask)\b[^.;:]{0,40}$/
const answered =
  /^[^.;:]{0,24}\b(?:questions?|requests?|prompts?|dialogs?)\b[^.;:]{0,24}(?:\b(?:with|by) (?:yes|ok|y|accept)|\b(?:affirmatively|positively|in the affirmative|automatically|on behalf of)\b)/
const someone =
  /^\W*(?:with |from |to |for )?(?:the |your |any |their )?(?:user|users|human|customer|operator|him|her|them|anyone|confirmation|approval|permission|consent|first|before|again)/
const accepting =
  /\b(?:accept|approve|confirm|allow|grant|(?:click|press|hit|tap|choose) (?:yes|ok|allow|accept|confirm|continue)(?: (?:on|in|at|for))?)\b[^.;]{0,24}\b(?:every|all|any|each)\b[^.;]{0,24}\b(?:dialogs?|prompts?|confirmations?|permission requests?|approval requests?|warnings?|pop-?ups?|cases?|times?|questions?)\b/
/** Who says nothing agrees. */
const silence =
  /\b(?:treat|regard|take|consider|count|interpret|read|understand)\b[^.;]{0,40}\b(?:silence|no (?:answer|reply|response)|(?:lack|absence) of (?:an )?(?:answer|reply|objection|response)|a missing (?:answer|reply))\b[^.;]{0,20}\bas\b|\b(?:silence|no (?:answer|reply|response))\b[^.;]{0,24}\b(?:means?|counts? as|is taken as|equals|implies|amounts to) (?:a )?(?:yes|consent|approval|agreement|confirmation|permission|go)/
/** Somebody else's word is given for him. */
const proxy =
  /\b(?:approve|confirm|accept|sign|agree|consent|authori[sz]e|answer|click|acknowledge|grant|vote)\b[^.;]{0,50}\b(?:on behalf of|in the name of|in place of|in lieu of|for|instead of) (?:the |your |any |each )?(?:user|reviewer|owner|manager|admin(?:istrator)?|customer|human|approver|maintainer|person|him|her|them)\b/
/** Asked for something else than consent: “never ask the user for a password”. */
const wanting =
  /^\W*(?:the |your |any )?(?:\w+ )?(?:to (?:paste|type|enter|provide|give|share|send|upload|log|sign|supply|copy|write|fill|install|create|repeat|choose|name)|for (?!confirm|approv|permission|consent|a confirm|an? (?:explicit )?(?:approv|ok)|their (?:ok|consent|approv)|(?:explicit|further|additional|prior) )|about|which|what|how|why|where)\b/
const preview =
  /\b(?:no need|not necessary|unnecessary|needless) to (?:list|show|review|preview|present|explain|display|check)\b[^.;:]{0,60}\bbefore (?:you |it |they |the \w+ )?(?:proceed|continue|go|delet|send|run|execut|unsubscrib|remov|pay|is |are )/

/** Consent that is said to be there, or needless: not “never … without asking”, which asks for it. */
export function claimed(sentence: Sentence): Hit | undefined {
  const { text } = sentence.reading
  return sentence
    .all('says-consent')
    .find(
      ({ start }) =>
        !/\b(?:if|when|once|after|unless|until|whether|only|provided|as soon as) (?:the |your )?$/.test(
          text.slice(Math.max(sentence.start, start - 24), start),
        ) &&
        (!text.startsWith('without', start) ||
          !/\b(?:not|never|cannot|can't|don't|must not|won't|no|nothing|refuses?|only)\b[^.;]*$/.test(
            text.slice(sentence.start, start),
          )),
    )
}

/** “Do not ask for confirmation”, “without approval”, “say yes to every dialog”. */
function unasked(sentence: Sentence): Hit | undefined {
  const { text } = sentence.reading
  const unseen = sentence.has('before') && sentence.has('not') ? preview.exec(sentence.text) : null
  if (unseen !== null)
    return { start: sentence.start + unseen.index, end: sentence.start + unseen.index + unseen[0].length }
  const all = accepting.exec(sentence.text)
  if (all !== null && !sentence.has('not'))
    return { start: sentence.start + all.index, end: sentence.start + all.index + all[0].length }
  const mute = silence.exec(sentence.text)
  if (mute !== null) return { start: sentence.start + mute.index, end: sentence.start + mute.index + mute[0].length }
  const forOthers = proxy.exec(sentence.text)
  if (forOthers !== null && !sentence.has('not'))
    return { start: sentence.start + forOthers.index, end: sentence.start + forOthers.index + forOthers[0].length }
  for (const asked of sentence.all('ask')) {
    const said = text.slice(asked.start, asked.end)
    const from = Math.max(sentence.start, asked.start - 60)
    const before = text.slice(from, asked.start)
    const after = text.slice(asked.end, Math.min(sentence.end, asked.end + 60))
    if (noun.test(said)) {
      const skipped = (/^permission|^authori/.test(said) ? permitted : skipping).exec(before)
      const open = text.slice(sentence.start, asked.start)
      if (
        skipped !== null &&
        !unskipped.test(open) &&
        !/\b(?:must not|never|cannot|can't|do not|don't|should not|only)\b[^.;]*\bwithout\b/.test(open)
      )
        return { start: from + skipped.index, end: asked.end }
      if (
        /^\W*(?:(?:for|to|of) [^.;,]{1,50} )?(?:is|are|was|were|has been|have been|can be|may be|should be) (?:\w+ly )?(?:therefore |thus |hence |already |always |to be )?(?:unnecessary|not (?:needed|required|necessary)|superfluous|waived|implied|presumed|assumed|deemed|obtained|given|granted|implicit|automatic|tacit|standing|on file|settled|taken for granted|taken care of|collected|recorded|secured|in place|pointless|redundant)\b/.test(
          after,
        ) &&
        !/\b(?:only|once|after|if|when|unless|until|requires?|ensure|check|whether|sure|before)\b/.test(open) &&
        (sentence.has('user') || /^\W*(?:consent|approval|confirmation)/.test(text.slice(asked.start, asked.end)))
      )
        return { start: asked.start, end: asked.end }
      if (answered.test(after)) return { start: asked.start, end: asked.end }
      continue
    }
    const not = sentence.before(asked, 'not', 4)
    if (
      not === undefined ||
      !asking.test(said) ||
      !(someone.test(after) || (/^ask(?:ing)?$/.test(said) && /^\W*$/.test(after)))
    )
      continue
    if (/[,;:]|\band\b/.test(text.slice(not.end, asked.start)) || wanting.test(after)) continue
    // “Never delete without asking first”: two negations ask for consent.
    if (unskipped.test(text.slice(Math.max(sentence.start, not.start - 60), asked.start))) continue
    if (
      /^(?:do not|don't|never|without|no need|not|refrain|avoid|stop|instead of|needn't)/.test(
        text.slice(not.start, not.end),
      )
    )
      return { start: not.start, end: asked.end }
  }
  return undefined
}

function gravity(sentence: Sentence, place: Place, start: number): Hit['severity'] | undefined {
  const { piece } = place
  const phrase = sentence.first('says-consent')?.start === start
  const acts = order(sentence, 'delete', 'send', 'run', 'write', 'call', 'put') !== undefined
  const isGrave =
    sentence.hasAny('delete', 'money', 'outside', 'secret', 'private', 'quiet', 'safety') ||
    addresses(sentence).length > 0
  const speaksOfUser = sentence.has('user')
  // What a switch does: `force: skip confirmation`.
  const isSwitch =
    (/\b(?:set|pass|use|add|with|via|flag|option|true|enabled?|using)\b[^.;]{0,24}[`'"-][\w.=-]+[`'"]?[^.;]{0,24}$/.test(
      sentence.reading.text.slice(Math.max(sentence.start, start - 80), start),
    ) &&
      !speaksOfUser) ||
    ((piece.surface === 'parameter' || piece.surface === 'key' || piece.surface === 'value') &&
      !sentence.has('assistant') &&
      !speaksOfUser)
  if (isSwitch && !phrase) return 'info'
  if (isAnswer(place) || piece.surface === 'message') {
    if (phrase)
      return acts ||
        (isGrave && sentence.hasAny('assistant', 'you')) ||
        sentence.previous?.hasAny('delete', 'send', 'money') === true
        ? 'medium'
        : 'low'
    return isGrave && sentence.hasAny('assistant', 'quiet') ? 'medium' : 'low'
  }
  if (phrase) return isGrave || acts || sentence.hasAny('must', 'not', 'ask') ? 'high' : 'medium'
  if (!speaksOfUser && !isOrdered(sentence, start)) return 'low'
  return isGrave && isOrdered(sentence, start) && sentence.hasAny('every', 'quiet', 'money', 'outside', 'assistant')
    ? 'high'
    : 'medium'
}

/** Whether it is asked of the reader: by an order nearby, or by name. */
const isOrdered = (sentence: Sentence, start: number): boolean =>
  sentence.hasAny('assistant', 'you') ||
  sentence.marks.some((mark) => mark.base && Math.abs(mark.start - start) < 60 && isOrder(sentence, mark))

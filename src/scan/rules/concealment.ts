// TP-110: the reader is told to keep something from the user.
import type { Sentence } from '../reading.ts'
import { type Hit, type Place, rule } from '../rule.ts'
import { addresses } from '../sinks.ts'
import { around, isAnswer, isOrder, isShown, order, topicOf } from '../speech.ts'

/** What is to be kept quiet is what the reader was told to do, not some detail of an answer. */
const itself =
  /^(?:,? (?:or |and )?(?!to|the|this|that|it|these)\w+){0,3}\W*(?:(?:to|explicitly|ever|in any way|anything|a word|the user|users|him|her|them|anyone|anybody|that|of|about|up)\s+){0,5}(?:this|these|that|it|so|you|you're|your|any of (?:this|these|it)|the (?:step|file|fact|process|instructions?|above|content|upload|reading|copy|note|prefix|call|request|email|change|fetch|transfer|sending|access|lookup|extra \w+|second \w+|addition|forwarding|download|backup)|their (?:existence|content|use)|anything about|about (?:this|it|these|that))\b/
const somebody =
  /^\W*(?:to\s+|with\s+)?(?:the |any |your |our )?(?:user|users|human|humans|customer|customers|operator|anyone|anybody|people|person|owner|him|her|them|traveller)\b(?:\W*$|\W+(?:of|about|that|this|any|in|at|what|which|anything|under|during|or|and|so|before|why|when)\b|\s*[,.;:!?)—–-])/

/** The user is not to learn it. */
const ignorance =
  /\b(?:no need|no reason|not necessary|need not|needn't|does not need|doesn't need|must not|mustn't|should not|shouldn't|never)\b[^.;,]{0,24}\b(?:user|human|customer|person|owner|people|anyone|anybody)s?\b[^.;,]{0,8}\b(?:know|learn|notice|find out|realise|realize|discover|become aware)\b/

const people = String.raw`(?:the |any |your |our |end |human |calling )*(?:end.?)?(?:users?|humans?|customers?|operators?|person|people|owners?|anyone|anybody|somebody|someone|him|her|them|teams?|colleagues?|coworkers|boss|managers?|management|maintainers?|reviewers?|others|everyone|everybody|staff|auditors?|clients?|visitors?|callers?|guests?|patients?|travell?ers?|account holders?)`
const never = String.raw`(?:do not|don't|dont|never|must not|mustn't|should not|shouldn't|without|avoid|refrain from|no need to|no reason to|not|need not|needn't|stop|instead of|rather than)`
/** “Keep it to yourself”, “treat this as confidential”. */
const confidential =
  /\b(?:keep|keeps|keeping|treat|treats|hold|handle)\b[^.;]{1,40}\b(?:to yourself|between (?:us|you and)|under wraps|as (?:strictly )?(?:confidential|secret|internal|classified)|out of sight|hush)\b/
/** Traces are to be removed. */
const tracks =
  /\b(?:clear|delete|remove|wipe|erase|truncate|purge|scrub|clean|disable|empty|overwrite|prune)\w*\b[^.;]{0,30}\b(?:(?:shell|bash|command|terminal|browser) history|(?:audit|access|activity|event|system|call|error) (?:logs?|trails?|entries)|traces?|evidence|fingerprints|log (?:files?|entries|lines?)|tracks|undo history)\b[^.]{0,60}\b(?:so that|so nobody|so no|afterwards?|after (?:each|every|this|the|you)|when (?:done|finished|you)|on completion|nothing points|this (?:call|step|tool)|once (?:done|finished)|at the end|that (?:mention|show|prove|contain))\b|\b(?:afterwards?|on completion|when (?:done|finished)|once (?:done|finished)|at the end|finally)\b[^.;]{0,20}\b(?:clear|delete|remove|wipe|erase|purge|scrub)\b[^.;]{0,30}\b(?:history|audit|traces?|evidence|tracks|log (?:entries|lines|files?))\b/
/** Said of what the reader does, not of what it answers: somebody is not to hear of it. */
const hushed: readonly RegExp[] = [
  // “Do not discuss this policy with end users.”
  new RegExp(
    String.raw`\b${never} (?:\w+ly )?(?:discuss|mention|shar|reveal|disclos|explain|announc|report|describ|rais|bring|surfac|communicat|speak|talk|comment|refer|point|flag|admit|acknowledg|hint|volunteer|confess|divulg|tell)\w*\b[^.;!?]{1,60}? (?:to|with|in front of|towards?|from) ${people}\b(?! (?:who|that|with|without|unless|until))`,
  ),
  // “Do not explain why”, “never say what it is for”.
  new RegExp(
    String.raw`\b${never} (?:\w+ly )?(?:explain|say|tell|mention|justify|discuss|reveal|disclose|state|comment on|give)\w* (?:\w+ )?(?:why|the reasons?|what (?:it|this|that) (?:is|was|does)|that you|that it|where (?:it|they|the)|how it|a reason)\b`,
  ),
  // “The user should see no difference”, “nobody will notice”.
  new RegExp(
    String.raw`\b${people} (?:\w+ )?(?:(?:must|should|shall|may|can|need|needs?|ought|is|are|does|do|will|would)(?: not| never|n't)(?: to| ever| have to| need to)?|never|should(?: only)?|will|need) (?:\w+ly )?(?:see no|notice no|notice nothing|see nothing|hear nothing|learn nothing|know nothing|notice|noticed?|learns?|find out|hear (?:of|about)|become aware|be aware|be told|be informed|be shown|be notified|be bothered with|be made aware|know (?:about|of|that|this|it)|realise|realize|suspect|be any the wiser)\b`,
  ),
  /\b(?:nobody|no one|no user|none of the users|no human) (?:\w+ )?(?:notices?|knows?|learns?|sees?|suspects?|finds? out|should|needs? to|must|will)\b/,
  // “Needs no mention”, “goes without comment”, “leave it out of the summary”.
  /\b(?:needs?|requires?|deserves?|calls? for|warrants?) no (?:\w+ )?(?:mention|explanation|remark|comment|announcement|notice|note|disclosure)\b|\b(?:goes?|go|stays?|remains?|left|kept|be|is|are) (?:unmentioned|unannounced|unreported|undisclosed|unnoticed|unremarked|between us|under wraps|off the record)\b|\bwithout (?:any |further )?(?:comment|remark|mention|mentioning|announcing|disclosing|notice)\b(?! of (?:errors?|failures?))|\b(?:leave|leaves|leaving|keep|keeps|keeping|omit|omits|omitting|exclude|drop|strip|remove)\b[^.;]{1,48}\b(?:out of|from) (?:what you (?:tell|say|show|report)|(?:the|your|any) (?:\w+ )?(?:answer|reply|summary|explanation|recap|description of what|report to|message to|transcript|plan)|view|sight)\b|\boff the record\b/,
  confidential,
  new RegExp(
    String.raw`\b(?:hide|hides|hiding|conceal|conceals|concealing|mask|withhold|withholds|obscure|disguise|camouflage|bury|cover up)\b[^.;]{1,60}\bfrom ${people}\b|\b(?:hide|conceal|disguise|cover up|downplay|obscure) (?:the fact|that|this step|these steps|this action|what you|your actions|any trace|all traces|the (?:call|step|transfer|upload|copy|change|request|access|instruction)s?)\b`,
  ),
  /\b(?:do not|don't|never|without|avoid|nor) (?:bring(?:ing)? (?:it|this|that|them) up|point(?:ing)? (?:it|this|that) out|draw(?:ing)? attention|call(?:ing)? attention|mak(?:e|ing) (?:any |a )?mention|leav(?:e|ing) (?:a |any )?traces?|let (?:it|this|that) (?:show|slip)|refer(?:ring)? to (?:it|this))\b|\b(?:is|are|be|gets?) (?:never|not) (?:to be )?(?:mentioned|explained|discussed|revealed|disclosed|announced|communicated|surfaced|brought up|talked about)\b/,
  /\bmake (?:it|this|that|them) (?:look|sound|seem|appear|read) (?:like|as (?:if|though)|to be)\b|\b(?:is|are|was|were) not (?:meant |intended )?for (?:the )?(?:users?|humans?|people|customers?|human eyes|public)\b(?! (?:interface|input|names?))/,
  tracks,
  // “If asked, say that …”.
  new RegExp(
    String.raw`\b(?:if|when|should|in case) (?:(?:${people}|they) )?(?:asks?|asked|questioned|wonders?|enquires?|inquires?|complains?|notices?|objects?)\b(?! (?:you|for|him|her|them|us|me|a|an|whether you) )[^.;]{0,40}?[, ](?:say|claim|answer|reply|respond|tell|deny|pretend|explain|blame|call it|state|insist|change the subject)\b`,
  ),
  /\b(?:as if|as though|pretend(?:ing)? that|like) (?:nothing|none of this|no such|it (?:was|were) (?:your|always|the)|you (?:had|never|did not|didn't|were not)|this (?:step|note|message|text|line) (?:did|does|was|were)|the (?:next|following|previous) (?:line|step|part)s?)\b|\bpretend (?:the |this |these |that )?(?:\w+ ){0,3}(?:does|do|did) not exist\b/,
]
export const concealment = rule({
  looksAt: 'sentence',
  id: 'TP-110',
  class: 'concealment',
  severity: 'medium',
  message: 'tells the model to hide something from the user',
  advice: 'ask what has to be hidden: an honest tool hides nothing from whoever uses it',
  needs: ['tell', 'says-conceal', 'quiet', 'answer', 'user', 'not', 'delete', 'put'],
  find(sentence, place) {
    const hit = concealed(sentence, place)
    if (hit === undefined || (isAnswer(place) && isManner(sentence, hit))) return undefined
    const { start, end } = hit
    const severity = isShown(sentence, start) ? 'info' : gravity(sentence, place, hit)
    return severity === undefined ? undefined : { start, end, severity }
  },
})

interface Concealed extends Hit {
  /** Honest texts say it as well: it takes company to mean something. */
  readonly isWeak: boolean
}

function concealed(sentence: Sentence, place: Place): Concealed | undefined {
  const { text } = sentence.reading
  const said = sentence.first('says-conceal')
  if (said !== undefined)
    return {
      start: said.start,
      end: said.end,
      isWeak: /visible|shown|need not|naturally|normal|hidden$|confidential/.test(text.slice(said.start, said.end)),
    }
  const unknowing = sentence.has('user') && sentence.has('not') ? ignorance.exec(sentence.text) : null
  if (unknowing !== null)
    return {
      start: sentence.start + unknowing.index,
      end: sentence.start + unknowing.index + unknowing[0].length,
      isWeak: false,
    }
  const isOfPeople = isAnswer(place) && !sentence.has('assistant') && !/\b(?:the|your) users?\b/.test(sentence.text)
  return untold(sentence) ?? (isOfPeople ? undefined : hush(sentence)) ?? quietly(sentence)
}

/** “Do not tell the user”, “never mention this”. */
function untold(sentence: Sentence): Concealed | undefined {
  const { text } = sentence.reading
  for (const act of ['tell', 'answer'] as const)
    for (const verb of sentence.all(act)) {
      const not = sentence.before(verb, 'not', 4)
      if (not === undefined || /[.;:]/.test(text.slice(not.end, verb.start))) continue
      const rest = text.slice(verb.end, Math.min(sentence.end, verb.end + 80))
      if (
        !isNegated(
          text.slice(not.start, verb.start),
          text.slice(Math.max(sentence.start, not.start - 24), not.start),
        ) ||
        isRequired(sentence, not.start)
      )
        continue
      if (somebody.test(rest) && !/^\W*(?:the |any )?\w+\s+(?:to|how|where|until|unless)\b/.test(rest))
        return {
          start: not.start,
          end: verb.end,
          isWeak:
            act === 'answer' ||
            /present|list|show|display|expla|describ|ask|bother|refer|warn|alert/.test(
              text.slice(verb.start, verb.end),
            ),
        }
      if (
        itself.test(rest) &&
        !(
          /^(?:tell|told|let)/.test(text.slice(verb.start, verb.end)) &&
          /^\W*(?:it|this|that|them) (?:to|how|what|which|where|a|an|the)\b/.test(rest)
        ) &&
        /^(?:mention|tell|told|reveal|disclos|inform|discuss|brin|talk|acknowledg|surfac|announc|hint|report|expos|admit|divulg|refer|say|speak|let|indicat|comment|display|show|explain|notif)/.test(
          text.slice(verb.start, verb.end),
        )
      )
        return {
          start: not.start,
          end: verb.end,
          isWeak:
            /^(?:report|refer|display|show|explain|expos|indicat|say)/.test(text.slice(verb.start, verb.end)) &&
            !/^ (?:so|anything|a word)\b/.test(rest),
        }
    }
  return undefined
}

/** The turns of speech in which something is kept from somebody. */
function hush(sentence: Sentence): Concealed | undefined {
  const { text } = sentence
  if (text.length > 1_000) return undefined
  const isDenied = sentence.has('not')
  for (const [index, pattern] of hushed.entries()) {
    if (
      index < 2
        ? !isDenied
        : index === 2
          ? !sentence.has('user')
          : !/\b(?:no ?\w+|un\w+ed|without|off|wraps|out|from|yourself|us|not|never|don't|history|log|logs|traces?|evidence|tracks|entries|trails?|confidential|secret|internal|fact|if|when|should|pretend|as|like)\b/.test(
              text,
            )
    )
      continue
    const found = pattern.exec(text)
    if (found === null || unlike.test(text)) continue
    // What is to be told to nobody at all is a secret of its owner.
    if (index === 0 && sentence.hasAny('secret', 'private') && !/users?\b/.test(found[0])) continue
    const start = sentence.start + found.index
    return { start, end: start + found[0].length, isWeak: pattern === confidential }
  }
  return undefined
}

/** Errors, views and rights are not shown to everybody; what is said of those hides nothing. */
const unlike =
  /\b(?:if (?:it|the \w+|no|there|this) (?:is|are|does|do|has|was)|unless|until|by default|permission|access rights?|error|exception|null|deprecated|optional|without (?:first|explicit)|spoiler|raw (?:json|ids?)|stack trace|internal ids?)\b/

/** “Do not”, “never”, “without”: not “if it does not mention”, “is not exposed”. */
const isNegated = (said: string, before: string): boolean =>
  (/^(?:do not|don't|dont|never|without|avoid|refrain|no need|no reason|no point|not necessary|unnecessary|needn't|mustn't|shouldn't|nor|neither|stop|won't|under no|rather than|instead of)\b/.test(
    said,
  ) ||
    (said.startsWith('not ') &&
      /(?:^|[.,;:!?]\s*|\b(?:and|but|or|do|must|should|shall|need|may|can|will|please|you|to)\s+)$/.test(before))) &&
  !/,|\b(?:if|when|does|did|was|were|is|are|has|had|be|been|who|which|what|believe|want|wants)\b/.test(said)

/** “Never go on without showing it first”: two negations ask for openness. */
const isRequired = (sentence: Sentence, not: number): boolean => {
  const said = sentence.reading.text.slice(not, not + 24)
  return (
    /^without (?:first|explicitly|clearly|fully)/.test(said) ||
    (said.startsWith('without') && sentence.all('not').some(({ start }) => start < not))
  )
}

/** Something is to be done without a sound. */
function quietly(sentence: Sentence): Concealed | undefined {
  const { text } = sentence.reading
  for (const mark of sentence.all('quiet')) {
    const verb = ['send', 'read', 'call', 'run', 'put', 'write', 'delete'] as const
    const act = verb
      .map((concept) => sentence.near(mark, concept, 6))
      .find((found) => found !== undefined && isOrder(sentence, found))
    const isPlain = /background|hood|scenes/.test(text.slice(mark.start, mark.end))
    if (act === undefined && !sentence.hasAny('says-exfil', 'outside')) continue
    return {
      start: mark.start,
      end: mark.end,
      isWeak: isPlain || !(isForeign(sentence) || (sentence.has('user') && sentence.hasAny('read', 'put'))),
    }
  }
  return undefined
}

const isForeign = (sentence: Sentence): boolean =>
  sentence.hasAny('secret', 'outside', 'talk', 'says-exfil', 'config') ||
  (sentence.has('private') && sentence.has('user')) ||
  addresses(sentence).length > 0

/** In documents things happen quietly all the time. */
const isManner = (sentence: Sentence, { start }: Hit): boolean =>
  sentence.first('quiet')?.start === start && !sentence.hasAny('secret', 'outside', 'talk', 'says-exfil', 'assistant')

/** Nothing worth hiding close by: a question of style. Something worth stealing or somewhere to send it: an attack. */
function gravity(sentence: Sentence, place: Place, { isWeak }: Concealed): Hit['severity'] | undefined {
  const window = around(sentence)
  const acts = window.some(
    (each) => order(each, 'send', 'read', 'put', 'run', 'delete', 'call', 'write', 'says-exfil') !== undefined,
  )
  const isGrave = window.some(
    (each) =>
      each.hasAny('secret', 'outside', 'talk', 'config', 'says-exfil', 'says-override', 'says-role') ||
      addresses(each).length > 0,
  )
  const speaksOfSecrets = /secret|credential|password|vault|redact|mask|privacy/.test(topicOf(place))
  // People are told to keep things to themselves as well: a report of a gap, a key of their own.
  if (
    isAnswer(place) &&
    !window.some(
      (each) => each.hasAny('assistant', 'user', 'says-override', 'says-role') || order(each, 'ignore') !== undefined,
    )
  )
    return 'low'
  if (isWeak)
    return isGrave && acts && !speaksOfSecrets
      ? sentence.hasAny('secret', 'outside') && sentence.has('quiet')
        ? 'high'
        : 'medium'
      : 'low'
  if (isGrave && acts && !speaksOfSecrets) return 'high'
  if (acts && (window.some((each) => each.hasAny('private', 'money', 'tool')) || !isAnswer(place))) return 'high'
  return 'medium'
}

// TP-135: what is none of its business is to be handed to a tool: told by how many parts of such an order a sentence holds.
import type { Mark, Sentence } from '../reading.ts'
import { type Place, rule } from '../rule.ts'
import { addresses, isDemand } from '../sinks.ts'
import { isAnswer, isFenced, isOrder, isShown, topicOf } from '../speech.ts'
import { about } from './context-harvest.ts'
import { isFile, keeper } from './secret-read.ts'

/** From here on it is a warning, and from here on a block. */
const WARNS = 5
const BLOCKS = 6.5

/** Verbs that say by themselves that the call gets it. */
const handing = /^(?:pass|suppl|provid|hand|submit|transmit|deliver|surrender)/

const givers = ['send', 'put', 'answer', 'write', 'call', 'tell'] as const
const takers = ['read', 'run'] as const

export const handedOver = rule({
  looksAt: 'sentence',
  id: 'TP-135',
  class: 'exfiltration',
  severity: 'medium',
  message: 'wants things of the user or of the model that the tool has no business with',
  advice: 'ask what the tool needs them for: it works on its arguments, not on what else there is',
  surfaces: [
    'content',
    'title',
    'description',
    'instructions',
    'parameter',
    'value',
    'schema',
    'annotation',
    'meta',
    'message',
  ],
  needs: ['secret', 'talk', 'private', 'inner', 'said'],
  find(sentence, place) {
    if (isAnswer(place) && !place.piece.isError && !isDemand(sentence)) return undefined
    // Whoever writes for himself speaks of what is his.
    if (place.kind === 'message' && !sentence.hasAny('user', 'inner', 'says-conceal', 'quiet', 'outside', 'talk'))
      return undefined
    const goods = goodsOf(sentence)
    if (goods === undefined) return undefined
    if (
      place.kind === 'message' &&
      goods.mark.concept === 'private' &&
      !sentence.hasAny('says-conceal', 'quiet', 'outside')
    )
      return undefined
    const verb = asked(sentence, goods.mark, givers) ?? follow(sentence, goods) ?? held(sentence, place, goods)
    if (verb === undefined) return undefined
    const isError = isAnswer(place) ? 1.5 : 0
    const total =
      isError + goods.weight + channel(sentence, place) + signals(sentence, goods) - trade(sentence, place, goods)
    const isHandy =
      channel(sentence, place) > 0 ||
      (goods.weight >= 3 && sentence.index > 0) ||
      (goods.weight >= 2 && verb.base && handing.test(sentence.reading.text.slice(verb.start, verb.end)))
    if (!isHandy || total < (channel(sentence, place) > 0 ? WARNS : WARNS - 0.5)) return undefined
    const start = Math.min(goods.mark.start, verb.start)
    const end = Math.max(goods.mark.end, verb.end)
    if (isShown(sentence, start) || isFenced(sentence.reading.text, start)) return { start, end, severity: 'info' }
    return { start, end, severity: total >= BLOCKS ? 'high' : 'medium' }
  },
})

interface Goods {
  readonly mark: Mark
  readonly weight: number
}

/** The most serious thing that a sentence names. */
function goodsOf(sentence: Sentence): Goods | undefined {
  let best = placed(sentence)
  for (const mark of sentence.marks) {
    const weight = worth(sentence, mark)
    if (weight > (best?.weight ?? 0)) best = { mark, weight }
  }
  // Several private things in one breath are a collection.
  const few = sentence.all('private').length
  if (best !== undefined && best.mark.concept === 'private' && few > 2) return { ...best, weight: best.weight + 1 }
  return best
}

const places =
  /(?:~|\$home|%userprofile%|%appdata%|\/home\/\w+|\/users\/\w+|c:\\users\\\w+)[/\\](?!\.?(?:config\/\w+\/config|cache|local\/share))[\w.-]+|\/etc\/(?:passwd|shadow|hosts|ssh)\b|\/proc\/\w+\/environ|\/var\/log\/|\/root\//

/** Values of the environment that are known by their names. */
const variables =
  /\b[a-z]{2,20}_(?:[a-z]{2,12}_){0,2}(?:api_key|secret_key|access_key|private_key|token|secret|password)\b(?! (?:is|must be|has to be) set)/

/** A path into what belongs to the user. */
function placed(sentence: Sentence): Goods | undefined {
  const found =
    places.exec(sentence.text) ??
    (/\b(?:environment|env|user|your|value|export)\b/.test(sentence.text) ? variables.exec(sentence.text) : null)
  if (found === null) return undefined
  const start = sentence.start + found.index
  const word = sentence.marks.findLast((mark) => mark.start <= start)?.word ?? 0
  const mark: Mark = {
    concept: 'private',
    start,
    end: start + found[0].length,
    word,
    lastWord: word,
    base: false,
    order: false,
  }
  return { mark, weight: 2 }
}

/** What something is worth to a thief: keys and what a model works by most, what a user may well name himself least. */
function worth(sentence: Sentence, mark: Mark): number {
  const { concept } = mark
  if (concept === 'inner') return 3
  if (/^\.(?:example|sample|template|dist)\b/.test(sentence.reading.text.slice(mark.end, mark.end + 10))) return 0
  if (concept === 'secret') return isFile(sentence, mark) ? 3.5 : 2
  if (concept === 'talk' && /^dialogs?$/.test(sentence.reading.text.slice(mark.start, mark.end))) return 0
  if (concept === 'talk') return isWhole(sentence, mark) ? 3 : isSmall(sentence, mark) ? 0 : 2
  if (concept === 'said') return isWhole(sentence, mark) ? 2.5 : 0
  if (concept === 'private') return isWhole(sentence, mark) || isOfUser(sentence, mark) ? 1.5 : 0.5
  return 0
}

const whole =
  /\b(?:full|entire|whole|complete|all|every|everything|anything|whatever|verbatim|word for word|last|recent|raw|exact|unabridged|unredacted|in full|uncut|completely|with the user|above|so far|until now|up to now|each)\b/

/** All of it, not what somebody picked from it. */
const isWhole = (sentence: Sentence, mark: Mark): boolean => {
  const { start, end } = mark
  const { text } = sentence.reading
  return (
    (/^\W*(?:[\w-]+ ){0,4}(?:unabridged|unredacted|in full|uncut|verbatim|word for word|completely)\b/.test(
      text.slice(end, Math.min(sentence.end, end + 60)),
    ) ||
      sentence.before(mark, 'every', 3) !== undefined ||
      whole.test(text.slice(Math.max(sentence.start, start - 40), Math.min(sentence.end, end + 24)))) &&
    !/\b(?:summar\w+|short|brief|relevant|title|name|topic|id|identifier|if|type|number) (?:\w+ ){0,2}(?:of|from|for|to)?\s*(?:the |a |your )?$/.test(
      text.slice(Math.max(sentence.start, start - 32), start),
    )
  )
}

const isSmall = (sentence: Sentence, { start, end }: Mark): boolean =>
  /^(?:chats?|dialog(?:ue)?s?|conversations?|transcripts?|discussions?|chat session)$/.test(
    sentence.reading.text.slice(start, end),
  )

const isOfUser = (sentence: Sentence, mark: Mark): boolean =>
  sentence.before(mark, 'user', 5) !== undefined || sentence.after(mark, 'user', 4) !== undefined

const forbidden =
  /\b(?:do not|don't|dont|never|must not|mustn't|should not|shouldn't|shall not|cannot|can't|will not|won't|may not|avoid|without|not|nor|no need to|not to|refrain from|instead of|rather than|may|might|can|could|if you|whether to|allows?|lets?|enables?|helps?|able|used) (?:\w+ ){0,3}$/
const passive = /\b(?:is|are|be|been|being|gets?|get|goes|comes?)\s+(?:\w+ly |also |then |always |first |therefore )*$/

/** “Begin by sending”, “start with reading”. */
const begun = /\byou $|\b(?:begin|start|continue|proceed|open|finish|end|close|follow up) (?:\w+ )?(?:by|with) $/
/** “On the third call send …”: an order behind a condition, with no comma between. */
const condition =
  /^\W*(?:on|after|before|at|from|for|in|once|when|whenever|if|upon|during|while|as|prior|ahead|until|with) [^,;:]{3,70}[a-z] $/
const noOrder =
  /\b(?:to|the|an?|of|for|and|or|you|we|they|it|can|may|will|would|could|with|by|in|on|that|which|who|is|are)\s$/

/** Whether it is to be done: an order, a duty of the assistant, or what happens to it anyway. */
function isAsked(sentence: Sentence, verb: Mark): boolean {
  if (isOrder(sentence, verb)) return true
  const { text } = sentence.reading
  const before = text.slice(Math.max(sentence.start, verb.start - 80), verb.start)
  if (forbidden.test(before) || /[\w/_.-]$/.test(before)) return false
  if (!verb.base)
    return (
      begun.test(before) ||
      (verb.concept !== 'write' &&
        verb.concept !== 'tell' &&
        passive.test(before) &&
        !/^ by\b/.test(text.slice(verb.end, verb.end + 4)) &&
        !/\b(?:if|when|where|unless|once|while)\b[^,]{0,80}$/.test(before) &&
        !/\b(?:that|which|who|if|when|where|and|or|as|what) (?:\w+ ){0,2}(?:is|are|be|been|gets?|will be|has been)\s+(?:\w+ly )?$/.test(
          before,
        ))
    )
  const opening = text.slice(sentence.start, verb.start)
  if (condition.test(opening) && !noOrder.test(opening)) return true
  return (
    /\bto (?:\w+ly |also |then |first )?$/.test(before) &&
    (sentence.before(verb, 'assistant', 14) !== undefined || sentence.before(verb, 'must', 12) !== undefined)
  )
}

function asked(sentence: Sentence, { word, start, end }: Mark, acts: readonly Mark['concept'][]): Mark | undefined {
  for (const act of acts) {
    const found = sentence
      .all(act)
      .find(
        (verb) =>
          (verb.end <= start || verb.start >= end) && Math.abs(verb.word - word) <= 18 && isAsked(sentence, verb),
      )
    if (found !== undefined) return found
  }
  return undefined
}

const holds =
  /\b(?:let|have|make) [^.;]{1,60}\b(?:carry|contain|hold|include|bear|transport|begin with|end with)\b[^.;]{0,60}$|\b(?:start|begin|end|close|open|finish|sign|prefix|head) (?:off )?(?:the |your |each |every |its )?(?:\w+ ){0,3}(?:with|by)\b[^.;]{0,60}$|\b(?:must|should|shall|has to|have to|needs? to|is to|are to|is required to|is expected to|always) (?:\w+ly |also |always |first )?(?:contain|include|hold|be|consist of|carry|start with|begin with|end with|comprise|equal|have|carry|be (?:followed|preceded|accompanied|prefixed|set|filled|populated|completed) (?:by|with|to))\b[^.;]{0,60}$/

/** “It must contain the token of the user”: where something is described, that is an order to fill it so. */
const held = (sentence: Sentence, { piece }: Place, { mark }: Goods): Mark | undefined =>
  (part.has(piece.surface) || sentence.has('param') || slot.test(sentence.text)) &&
  holds.test(sentence.reading.text.slice(Math.max(sentence.start, mark.start - 120), mark.start))
    ? mark
    : undefined

const same =
  /\b(?:it|them|these|those|its|their|that|this|(?:the|every|all) (?:contents?|values?|keys?|files?|outputs?|results?|texts?|lines?|findings?))\b/

/** Taken here, and handed over in the next sentence. */
function follow(sentence: Sentence, { mark }: Goods): Mark | undefined {
  const { next } = sentence
  const taken = asked(sentence, mark, takers)
  if (next === undefined || !same.test(next.text)) return undefined
  const given = givers.flatMap((act) => next.all(act)).find((verb) => isOrder(next, verb))
  if (given === undefined) return undefined
  const isSent = next.has('outside') || addresses(next).length > 0
  return taken ?? (isSent ? mark : undefined)
}

const slot =
  /\b(?:this tool|this server|this function|this call|next call|tool call|the call|(?:each|every|the first|the next) (?:request|call|query|lookup)|your (?:response|answer|reply|next|output)|(?:the|each|every|your|a) (?:[\w-]+ )?(?:log|report|message|entry|record|note|ticket|comment|event|header|subject|title|commit|footer|form|issue)|the (?:payload|url|file ?name|value|string|link|path|request|response|answer|reply|review|summary|output|query|request|result|end|beginning|top|body))\b|\b(?:as|in|into|to|under|through|via|with|on|inside|within|fill|populate|set|using)\s+(?:the |an? )?(?:[\w-]+ ){0,2}["'`][\w.-]+["'`]|["'`«“„「『][\w.-]{2,40}["'`»”“」』]|\b[a-z]+_[a-z_]+\b/

const part: ReadonlySet<Place['piece']['surface']> = new Set([
  'parameter',
  'key',
  'value',
  'title',
  'schema',
  'meta',
  'annotation',
])

/** Where it goes: 2 for somebody else, 1 for the call or the answer. */
const ours =
  /\b(?:to|for|with) us\b|\b(?:send|give|tell|show|mail|hand|pass|report|forward|grant|supply|provide|bring|lend) us\b|\blet us (?:know|have|see)\b|\bwe (?:want|need|require|collect|expect|would like)\b|\b(?:our|its) (?:side|staff|people|experts?|developers?|analysts?|support|team|partners?|records?|archive)\b/
const service =
  /\b(?:to|with|at|by|in) (?:the|our|a|an|its) (?:[\w-]+ ){1,3}(?:service|server|endpoint|archive|host|database|cloud|portal|platform|provider|backend|company|desk|team|hub|pool|registry|vendor|partner|department|agency|group|mailbox|channel|collector|store)\b/

function channel(sentence: Sentence, { piece }: Place): number {
  const window = sentence.next !== undefined && same.test(sentence.next.text) ? [sentence, sentence.next] : [sentence]
  if (window.some((each) => each.has('outside') || addresses(each).length > 0)) return 2
  if (window.some((each) => service.test(each.text) || ours.test(each.text))) return 1.5
  return part.has(piece.surface) || window.some((each) => each.has('param') || slot.test(each.text)) ? 1 : 0
}

const untold =
  /\b(?:not|never|don't|without|no need to|nothing|avoid)\b[^.;]{0,30}\b(?:tell|mention\w*|inform\w*|discuss\w*|reveal\w*|disclos\w*|explain\w*|announc\w*|show\w*|notice\w*|know|comment\w*|report\w*|ask\w*)\b/

const masked =
  /\b(?:disguised?|camouflaged?|masked|hidden|hide|conceal\w*|smuggle\w*|invisible|invisibly|white (?:text|font|on white)|zero[- ]width|steganograph\w*|acrostic|first letters?|obfuscated)\b/
const moment =
  /\b(?:before|prior to|ahead of|whenever|each time|every time|as soon as|upon|(?:on|at|from|after) (?:the |each |every )?(?:\w+ )?(?:call|use|request|invocation|run|start|lookup|query|answer))\b/

/** What else makes it an attack: it is secret, it is about the user, it is done each time, somebody is pressed. */
function signals(sentence: Sentence, { mark }: Goods): number {
  const { next, text } = sentence
  const beside = [next, sentence.previous].filter((each) => each !== undefined)
  let sum = 0
  if (sentence.has('says-conceal') || sentence.has('quiet') || untold.test(text) || masked.test(text)) sum += 2
  else if (beside.some((each) => each.has('says-conceal') || (each.has('user') && untold.test(each.text)))) sum += 2
  if (sentence.has('assistant')) sum += 1
  if (/\b(?:base ?64|encoded|compressed|gzip\w*|zipped|hashed|encrypted)\b/.test(text)) sum += 0.5
  if (mark.concept !== 'private' && isOfUser(sentence, mark)) sum += 0.5
  if (asked(sentence, mark, takers) !== undefined && asked(sentence, mark, givers) !== undefined) sum += 1.5
  sum += moment.test(text) ? 1 : 0
  if (
    /\b(?:you (?:saw|have seen|know|remember|were told|came across|found)|earlier in (?:this|the)|seen (?:so far|earlier|before)|came up|mentioned (?:earlier|before))\b/.test(
      text,
    )
  )
    sum += 1
  if (sentence.has('session') || sentence.has('regardless')) sum += 1
  if (sentence.has('must')) sum += 0.5
  if (sentence.has('pretext') || sentence.previous?.has('pretext') === true) sum += 1
  if (sentence.has('pressure') || next?.has('pressure') === true) sum += 0.5
  if (sentence.has('authority')) sum += 0.5
  if (/\b(?:also|additionally|as well|too|along|copy|copies|duplicate)\b/.test(text)) sum += 0.5
  return sum
}

const work =
  /mail|message|contact|calendar|photo|file|document|customer|crm|map|location|note|repo|code|chat|database|search|backup|export|account|user|profile|identity|person/

/** A tool that works on such things asks for them by right. */
function trade(sentence: Sentence, place: Place, { mark }: Goods): number {
  const topic = topicOf(place)
  const first = sentence.index === 0 && place.piece.surface === 'description' ? 1 : 0
  const own =
    mark.concept === 'secret' &&
    !isFile(sentence, mark) &&
    /^(?!\W*of (?:the |your |this )?(?:users?|customers?|person|humans?|people|owners?)\b)\W*(?:for|of|to (?:access|authenticate|connect|log|sign)|from your|with|in your|here|\(|is|used|status|configured)\b/.test(
      sentence.reading.text.slice(mark.end, mark.end + 40),
    )
      ? 1.5
      : 0
  const isWork =
    mark.concept === 'secret' ? keeper.test(topic) : mark.concept === 'private' ? work.test(topic) : about.test(topic)
  return first + own + (isWork ? (mark.concept === 'private' ? 1 : 2) : 0)
}

// TP-120: secrets of the user are to be read, and to go where they do not belong.
import type { Mark, Sentence } from '../reading.ts'
import { type Hit, type Place, rule } from '../rule.ts'
import { isDemand, sink } from '../sinks.ts'
import { around, isAnswer, isFenced, isOrder, isShown, order, topicOf } from '../speech.ts'

/** Files and stores that only hold secrets: no service asks for their contents. */
const file =
  /^(?:\.|id[ _](?:rsa|ed|ecdsa|dsa)|authorized|known|netrc|kube|etc|key ?chain|key ?ring|key ?store|wallet|login data|saved|browser|cookies sqlite|sam |bash|zsh|shell|application|service account|secring|dotenv|env file|credentials json|secrets |tfstate|mcp json|ssh key|seed|recovery|mnemonic|private key|run env|process env|environment dump|shell env|hosts yml|proc self|printenv|output of env|aws cred|git cred)/
/** What tools are about that handle secrets for a living. */
export const keeper =
  /secret|credential|password|vault|key ?chain|ssh|token|auth|login|sign ?in|\bkeys?\b|\benv\b|cert|wallet|gpg|pgp|kms|iam|cookie|session|git|deploy|docker|kube/

export const isFile = (sentence: Sentence, { start, end }: Mark): boolean => {
  const { text } = sentence.reading
  const said = text
    .slice(start, end)
    .replaceAll(/[_/.-]+(?=\w)/g, (separator, at: number) => (at === 0 ? separator : ' '))
  return (
    file.test(said) ||
    (said.startsWith('environment') &&
      /\b(?:values?|contents?) of [^.]{0,40}$/.test(text.slice(Math.max(sentence.start, start - 60), start)))
  )
}

/** Part of a longer name: of another tool, of a variable. */
function isName(sentence: Sentence, { start, end }: Mark, { piece }: Place): boolean {
  if (piece.surface === 'key' || piece.surface === 'name') return false
  const { text } = sentence.reading
  if (
    /^ (?:engines?|managers?|stores?|backends?|mounts?|scann\w+|rotation|names?|detection|metadata|versions?|polic(?:y|ies)|types?)\b/.test(
      text.slice(end, end + 14),
    )
  )
    return true
  if (/^\.(?:example|sample|template|dist)\b/.test(text.slice(end, end + 10))) return true
  // The value of a variable that is called like this.
  if (/\b(?:value|environment|env|variable)\b/.test(sentence.text) && !/[_(]/.test(text[end] ?? '')) return false
  return text[start - 1] === '_' || text[end] === '_' || text[end] === '('
}

export const secretRead = rule({
  looksAt: 'sentence',
  id: 'TP-120',
  class: 'exfiltration',
  severity: 'high',
  message: 'tells the model to fetch secrets of the user and hand them over',
  advice: 'do not admit it: a tool that needs a credential has it from its own configuration',
  needs: ['secret'],
  find(sentence, place) {
    const secrets = sentence
      .all('secret')
      .filter(
        (each) =>
          !isName(sentence, each, place) &&
          !sentence
            .all('config')
            .some((config) => config.start <= each.start && config.end >= each.end && each.end - each.start < 8),
      )
    const best = secrets.find((each) => isFile(sentence, each)) ?? secrets[0]
    if (best === undefined) return undefined
    const severity = theft(sentence, place, best)
    if (severity === undefined) return undefined
    return {
      start: Math.min(best.start, severity.from),
      end: Math.max(best.end, severity.to),
      severity:
        isShown(sentence, Math.min(best.start, severity.from)) || isFenced(sentence.reading.text, best.start)
          ? 'info'
          : severity.is,
    }
  },
})

interface Judged {
  readonly is: NonNullable<Hit['severity']>
  readonly from: number
  readonly to: number
}

/** The orders about a secret in a sentence, and where it would go. */
interface Asked {
  readonly read: Mark | undefined
  readonly give: Mark | undefined
  /** As `give`, or in the next sentence about the same thing. */
  readonly gives: Mark | undefined
  /** To an address. */
  readonly leaves: boolean
  /** Into an argument of a call, or into the answer. */
  readonly isCall: boolean
  readonly strong: boolean
}

/** “The argument must contain the key”: said by an error, that is an order. */
const wantedIn = (sentence: Sentence, place: Place, secret: Mark): Mark | undefined =>
  isAnswer(place) &&
  /\b(?:must|has to|should|needs to) (?:contain|hold|include|equal|be|have)\b[^.]{0,30}$/.test(
    sentence.reading.text.slice(Math.max(sentence.start, secret.start - 60), secret.start),
  )
    ? secret
    : undefined

/** “Call login with the password”: an error that asks for it. */
function withIt(sentence: Sentence, place: Place, secret: Mark): Mark | undefined {
  if (!isAnswer(place)) return undefined
  const call = sentence.all('call').find((verb) => verb.start < secret.start && isOrder(sentence, verb))
  return call !== undefined && /\bwith\b/.test(sentence.reading.text.slice(call.end, secret.start)) ? call : undefined
}

/** Speaks about what was named before. */
const same =
  /\b(?:it|them|these|those|its|their|that|this|(?:the|every|all) (?:contents?|values?|keys?|files?|outputs?|results?|texts?|lines?))\b/

function asked(sentence: Sentence, place: Place, secret: Mark): Asked {
  const give =
    actOn(sentence, secret, 'send') ??
    actOn(sentence, secret, 'put') ??
    actOn(sentence, secret, 'answer') ??
    actOn(sentence, secret, 'tell') ??
    withIt(sentence, place, secret)
  const next = sentence.next !== undefined && same.test(sentence.next.text) ? sentence.next : undefined
  const gives = give ?? (next === undefined ? undefined : order(next, 'send', 'put', 'answer'))
  const follows = gives === give ? undefined : next
  const goes = (each: Sentence | undefined): boolean =>
    each !== undefined && (each.has('outside') || sink(each) !== undefined)
  return {
    read: actOn(sentence, secret, 'read'),
    give,
    gives,
    leaves: goes(sentence) || goes(follows),
    isCall: isCallOf(sentence) || (follows !== undefined && isCallOf(follows)) || isPart(place),
    strong: isFile(sentence, secret),
  }
}

/** How the secret is asked for, and how bad that is. */
function theft(sentence: Sentence, place: Place, secret: Mark): Judged | undefined {
  const how = asked(sentence, place, secret)
  const act = how.read ?? how.give ?? (sentence.has('you') ? how.gives : undefined) ?? wantedIn(sentence, place, secret)
  if (act === undefined) return named(sentence, place, secret) ?? admitted(sentence, place, how)
  const is = isAnswer(place) ? inAnswer(sentence, place, secret, how) : inDefinition(sentence, place, secret, how)
  return is === undefined ? undefined : { is, from: act.start, to: act.end }
}

/** Documents tell people what to send where; an attack tells a model, about its user, or does not want to be seen. */
function inAnswer(sentence: Sentence, place: Place, secret: Mark, how: Asked): Hit['severity'] {
  const { text } = sentence.reading
  const { gives, strong } = how
  const isOurs = around(sentence).some(
    (each) => each.hasAny('assistant', 'quiet', 'says-conceal', 'says-override') || order(each, 'ignore') !== undefined,
  )
  // How a server is set up is for whoever runs it.
  if (
    /\b(?:set|configure|define|export|check|add|provide) (?:the |your |a |an )?[`'"]?[\w ]*(?:environment variable|env(?:ironment)? var|in (?:your|the) (?:\.env|config|settings|environment))/.test(
      sentence.text,
    ) &&
    !sentence.hasAny('assistant', 'user', 'outside', 'param')
  )
    return 'info'
  const demanded = place.piece.isError || isDemand(sentence)
  if (demanded && (gives !== undefined || wantedIn(sentence, place, secret) !== undefined))
    return strong ? 'high' : 'medium'
  if (gives === undefined) return strong && sentence.hasAny('assistant', 'user') ? 'medium' : 'low'
  const isTheirs = /\b(?:user|customer|human|owner|victim|people)(?:'s|s'|s)? (?:\w+ ){0,3}$/.test(
    text.slice(Math.max(sentence.start, secret.start - 60), secret.start),
  )
  if (how.leaves)
    return isOurs || (strong && sentence.hasAny('user', 'you')) ? 'high' : strong || isTheirs ? 'medium' : 'info'
  if (strong && how.isCall) return isOurs ? 'high' : 'medium'
  return isOurs && (how.isCall || how.read !== undefined) ? 'medium' : 'info'
}

function inDefinition(sentence: Sentence, place: Place, secret: Mark, how: Asked): Hit['severity'] | undefined {
  const { read, give, gives, strong } = how
  const isKeeper = keeper.test(topicOf(place))
  const others = sentence.hasAny('every', 'user', 'assistant', 'private', 'quiet', 'says-conceal', 'session', 'before')
  const isForeign = sentence.hasAny('assistant', 'quiet', 'says-conceal', 'outside')
  if (how.leaves && gives !== undefined) return 'high'
  if (strong && gives !== undefined && how.isCall)
    return isKeeper && place.piece.surface === 'parameter' && !others ? 'low' : 'high'
  if (strong) return plain(sentence, place, isKeeper)
  if (isKeeper) return 'info'
  // The first sentence says what the tool does, and most do it with things that are secret to others.
  if (
    sentence.index === 0 &&
    place.piece.surface === 'description' &&
    !isForeign &&
    !sentence.has('user') &&
    give === undefined
  )
    return 'low'
  // “… should be provided” says who pays attention, not who is told.
  const isAbroad = gives !== undefined && (gives.order || sentence.reading.text.charCodeAt(gives.start) >= 0x80)
  if (gives !== undefined && (gives.base || isForeign || isAbroad) && others && how.isCall) {
    if (aboutOwn(sentence, secret)) return 'low'
    return sentence.hasAny('every', 'assistant', 'quiet') ? 'high' : 'medium'
  }
  // Fetched here to be given there: two orders about a secret. The first sentence says what the tool does.
  if (read !== undefined && !aboutOwn(sentence, secret)) {
    if (give !== undefined) return sentence.hasAny('every', 'user') ? 'high' : 'medium'
    if (sentence.index > 0 && sentence.has('every')) return 'medium'
  }
  return gives !== undefined && sentence.hasAny('assistant', 'quiet') ? 'medium' : undefined
}

/** A tool that says of itself that it takes such files where they do not belong. */
function admitted(sentence: Sentence, place: Place, { strong }: Asked): Judged | undefined {
  if (!strong || isAnswer(place) || keeper.test(topicOf(place))) return undefined
  const verb = sentence.all('send')[0] ?? sentence.all('read')[0] ?? sentence.all('put')[0]
  const leaves = sentence.has('param') || sentence.has('outside') || sink(sentence) !== undefined
  return verb === undefined || !leaves ? undefined : { is: 'high', from: verb.start, to: verb.end }
}

/** A name that asks for the inside of a file: `contents_of_private_key`. */
function named(sentence: Sentence, { piece }: Place, secret: Mark): Judged | undefined {
  if (
    !(piece.surface === 'key' || (piece.surface === 'parameter' && sentence.index === 0)) ||
    !isFile(sentence, secret) ||
    !/(?:^|[ _-])(?:contents?|text|body|dump|data|value|copy|export|listing)s?[ _-](?:of|from|in)(?![a-z])/.test(
      sentence.text,
    )
  )
    return undefined
  return { is: 'high', from: secret.start, to: secret.end }
}

/** A secret file is named in an order that goes nowhere: for a keeper of secrets that is its work, for others doubtful. */
function plain(sentence: Sentence, place: Place, isKeeper: boolean): Judged['is'] {
  if (isKeeper) return 'info'
  const isDocumentation = sentence.index === 0 || place.piece.surface === 'value'
  return isDocumentation && !sentence.hasAny('assistant', 'user', 'must', 'before') ? 'low' : 'medium'
}

/** The secret belongs to the service that the tool speaks to: “your API token for …”. */
const aboutOwn = (sentence: Sentence, secret: Mark): boolean =>
  /^(?!\W*of (?:the |your |this )?(?:users?|customers?|person|humans?|people|owners?)\b)\W*(?:for|of|to (?:access|authenticate|connect|log|sign)|from your|with|in your|here|\(|is|used)\b/.test(
    sentence.reading.text.slice(secret.end, secret.end + 40),
  ) && !sentence.hasAny('every', 'assistant')

/** What is written into an argument, a field or the next call goes to the server. */
const isCallOf = (sentence: Sentence): boolean =>
  sentence.has('param') ||
  /[^ -~]\s?[a-z_]{3,24}\s?[^ -~]|[`«“„「『][\w.-]{2,40}[`»”“」』]/.test(sentence.text) ||
  /\b(?:this tool|this server|this function|this call|next call|tool call|the call|(?:each|every) (?:request|call)|your (?:response|answer|reply|next)|the (?:response|answer|reply|review|summary|output|result|number|query|request))\b|\b(?:as|in|into|to|under|through|via) ["'`][\w.-]+["'`]/.test(
    sentence.text,
  )

/** A description of an argument is itself the place where it should go. */
const isPart = ({ piece }: Place): boolean =>
  piece.surface === 'parameter' ||
  piece.surface === 'key' ||
  piece.surface === 'value' ||
  piece.surface === 'meta' ||
  piece.surface === 'title' ||
  piece.surface === 'schema'

/** An order whose object is the secret: close before it, or in the same sentence with nothing else between. */
function actOn(sentence: Sentence, secret: Mark, act: 'read' | 'send' | 'put' | 'answer' | 'tell'): Mark | undefined {
  return sentence.all(act).find((verb) => {
    const gap = secret.word - verb.lastWord
    return gap > -14 && gap <= 14 && verb.start !== secret.start && isOrder(sentence, verb)
  })
}

const close =
  /^(?:clipboard|brows|contact|address book|inbox|mailbox|calendar|photo|screenshot|location|personal|customer|subscriber|medical|bank|passport|social|phone|home address|whereabouts|user data|user file)/

export const privateRead = rule({
  looksAt: 'sentence',
  id: 'TP-121',
  class: 'exfiltration',
  severity: 'medium',
  message: 'tells the model to collect private things of the user and hand them over',
  advice: 'ask what the tool needs them for: it works on its arguments, not on what lies about',
  needs: ['private'],
  find(sentence, place) {
    const { text } = sentence.reading
    const thing = sentence.all('private').find(({ start, end }) => close.test(text.slice(start, end)))
    if (thing === undefined || sentence.index === 0 || isAnswer(place)) return undefined
    if (
      place.piece.surface === 'parameter' &&
      sentence.has('user') &&
      order(sentence, 'put', 'send') !== undefined &&
      !isShown(sentence, thing.start)
    )
      return { start: thing.start, end: thing.end }
    const follows = sentence.next !== undefined && same.test(sentence.next.text) ? sentence.next : undefined
    const read = order(sentence, 'read') ?? (follows === undefined ? undefined : order(follows, 'read'))
    const give = order(sentence, 'put', 'send') ?? (follows === undefined ? undefined : order(follows, 'put', 'send'))
    if (read === undefined || give === undefined || isShown(sentence, thing.start)) return undefined
    if (!isCallOf(sentence) && !(follows !== undefined && isCallOf(follows)) && !sentence.hasAny('quiet', 'outside'))
      return undefined
    const isWork =
      close.test(topicOf(place)) || /mail|contact|calendar|photo|file|customer|crm|map|location/.test(topicOf(place))
    return { start: thing.start, end: thing.end, severity: isWork ? 'info' : 'medium' }
  },
})

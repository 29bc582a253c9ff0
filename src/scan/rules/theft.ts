// TP-120 and TP-130: secrets and private things are to be read, and to go where they do not belong.
import type { Mark, Sentence } from '../reading.ts'
import { type Hit, type Place, rule } from '../rule.ts'
import { type Address, addresses, around, isAnswer, isFenced, isOrder, isShown, order, topicOf } from '../speech.ts'

/** Files and stores that only hold secrets: no service asks for their contents. */
const file =
  /^(?:\.|id[ _](?:rsa|ed|ecdsa|dsa)|authorized|known|netrc|kube|etc|key ?chain|key ?ring|key ?store|wallet|login data|saved|browser|cookies sqlite|sam |bash|zsh|shell|application|service account|secring|dotenv|env file|credentials json|secrets |tfstate|mcp json|ssh key|seed|recovery|mnemonic|private key|run env|printenv|output of env|aws cred|git cred)/
/** What tools are about that handle secrets for a living. */
const keeper =
  /secret|credential|password|vault|key ?chain|ssh|token|auth|login|sign ?in|\bkeys?\b|\benv\b|cert|wallet|gpg|pgp|kms|iam|cookie|session|git|deploy|docker|kube/

const isFile = (sentence: Sentence, secret: Mark): boolean =>
  file.test(
    sentence.reading.text
      .slice(secret.start, secret.end)
      .replaceAll(/[_/.-]+(?=\w)/g, (separator, at: number) => (at === 0 ? separator : ' ')),
  )

/** Part of a longer name: of another tool, of a variable. */
function isName(sentence: Sentence, { start, end }: Mark): boolean {
  const { text } = sentence.reading
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
          !sentence
            .all('config')
            .some((config) => config.start <= each.start && config.end >= each.end && each.end - each.start < 8),
      )
    const best =
      secrets.filter((each) => !isName(sentence, each)).find((each) => isFile(sentence, each)) ??
      secrets.find((each) => !isName(sentence, each))
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

/** How the secret is asked for, and how bad that is. */
function theft(sentence: Sentence, place: Place, secret: Mark): Judged | undefined {
  const read = actOn(sentence, secret, 'read')
  const give =
    actOn(sentence, secret, 'send') ??
    actOn(sentence, secret, 'put') ??
    actOn(sentence, secret, 'answer') ??
    actOn(sentence, secret, 'tell')
  const next = sentence.next
  const gives = give ?? (next === undefined ? undefined : order(next, 'send', 'put', 'answer'))
  const act = read ?? give
  if (act === undefined) return undefined
  const said = (is: Judged['is']): Judged => ({ is, from: act.start, to: act.end })
  const isKeeper = keeper.test(topicOf(place))
  const strong = isFile(sentence, secret)
  const leaves =
    sentence.has('outside') ||
    sink(sentence) !== undefined ||
    (next !== undefined && gives !== give && (next.has('outside') || sink(next) !== undefined))
  const others =
    sentence.hasAny('every', 'user', 'assistant', 'private', 'quiet', 'says-conceal', 'session') ||
    sentence.has('before')
  const isCall = isCallOf(sentence) || (next !== undefined && give === undefined && isCallOf(next))
  if (leaves && gives !== undefined) return said(isAnswer(place) ? toPeople(sentence, strong) : 'high')
  if (strong && gives !== undefined && (isCall || isPart(place)))
    return said(isKeeper && place.piece.surface === 'parameter' && !others ? 'low' : 'high')
  // Set by whoever installs the server, not read by the model.
  if (strong && read === undefined && sentence.reading.text.startsWith('env', secret.start)) return said('info')
  if (strong) return said(plain(sentence, place, isKeeper))
  if (isKeeper) return said('info')
  if (gives !== undefined && others && (isCall || isPart(place)))
    return said(
      aboutOwn(sentence, secret)
        ? 'low'
        : isAnswer(place)
          ? 'medium'
          : sentence.hasAny('every', 'assistant') || sentence.has('quiet')
            ? 'high'
            : 'medium',
    )
  if (isAnswer(place) && gives !== undefined && (place.piece.isError || isDemand(sentence))) return said('medium')
  return gives !== undefined && sentence.hasAny('assistant', 'quiet') ? said('medium') : undefined
}

/** Documents tell people what to send where; an attack tells a model, about its user, or does not want to be seen. */
function toPeople(sentence: Sentence, strong: boolean): Judged['is'] {
  const isOurs = around(sentence).some(
    (each) => each.hasAny('assistant', 'quiet', 'says-conceal', 'says-override') || order(each, 'ignore') !== undefined,
  )
  if (isOurs) return 'high'
  return strong ? (sentence.hasAny('user', 'you') ? 'high' : 'medium') : sentence.has('user') ? 'medium' : 'info'
}

/** A secret file is named in an order that goes nowhere: for a keeper of secrets that is its work, for others doubtful. */
function plain(sentence: Sentence, place: Place, isKeeper: boolean): Judged['is'] {
  if (isKeeper) return 'info'
  if (isAnswer(place)) return sentence.hasAny('assistant', 'user') ? 'medium' : 'low'
  const isDocumentation = sentence.index === 0 || place.piece.surface === 'value'
  return isDocumentation && !sentence.hasAny('assistant', 'user', 'must', 'before') ? 'low' : 'medium'
}

/** The secret belongs to the service that the tool speaks to: “your API token for …”. */
const aboutOwn = (sentence: Sentence, secret: Mark): boolean =>
  /^\W*(?:for|of|to (?:access|authenticate|connect|log|sign)|from your|with|in your|here|\(|is|used)\b/.test(
    sentence.reading.text.slice(secret.end, secret.end + 40),
  ) && !sentence.hasAny('every', 'assistant')

/** What is written into an argument, a field or the next call goes to the server. */
const isCallOf = (sentence: Sentence): boolean =>
  sentence.has('param') ||
  /\b(?:this tool|this server|this function|this call|next call|tool call|the call|each request|every request|every call|each call|as ['"`]?\w+['"`]?|in ['"`]\w+['"`]|into ['"`]\w+['"`]|your (?:response|answer|reply|next)|the (?:response|answer|reply|review|summary|output|result))\b/.test(
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

/** Where it says that something should go. */
function sink(sentence: Sentence): Address | undefined {
  const { text } = sentence.reading
  return addresses(sentence).find(
    ({ kind, start }) =>
      kind !== 'url' ||
      /\b(?:to|at|under|via|into|on|with|through|towards?|from)\s*["'`(<]?$|\b(?:url|endpoint|server|host)\s*:?\s*["'`]?$/.test(
        text.slice(Math.max(0, start - 12), start),
      ) ||
      isHostAfter(text, start),
  )
}

const isHostAfter = (text: string, start: number): boolean =>
  /\b(?:to|at|post|get|ping|fetch)\s*$/.test(text.slice(Math.max(0, start - 8), start))

export const foreignSink = rule({
  looksAt: 'sentence',
  id: 'TP-130',
  class: 'exfiltration',
  severity: 'medium',
  message: 'tells the model to send what it has to somebody who is no party to the call',
  advice: 'ask whose address this is; if the tool has to send something there, it can do that itself and say so',
  needs: ['send', 'says-exfil', 'put', 'call'],
  find(sentence, place) {
    const to = target(sentence)
    const exfil = sentence.first('says-exfil')
    if (to === undefined && exfil === undefined) return undefined
    const verb = exfil ?? sending(sentence, to)
    if (verb === undefined) return undefined
    const severity = exfil === undefined ? leak(sentence, place, verb, to) : stolen(sentence, place)
    if (severity === undefined) return undefined
    const start = Math.min(verb.start, to?.start ?? verb.start)
    return {
      start,
      end: Math.max(verb.end, to?.end ?? verb.end),
      severity: isShown(sentence, verb.start) ? 'info' : severity,
    }
  },
})

const target = (sentence: Sentence): { readonly start: number; readonly end: number } | undefined =>
  sink(sentence) ?? sentence.first('outside')

/** The verb that sends: close before its target. */
function sending(sentence: Sentence, to: { readonly start: number } | undefined): Mark | undefined {
  if (to === undefined) return undefined
  const near = (verb: Mark): boolean => verb.start < to.start && to.start - verb.end < 160
  return (
    sentence.all('send').find((verb) => near(verb) && isOrder(sentence, verb)) ??
    sentence.all('put').find((verb) => near(verb) && isOrder(sentence, verb)) ??
    sentence.all('send').find((verb) => !verb.base && near(verb))
  )
}

function stolen(sentence: Sentence, place: Place): Judged['is'] {
  const isOrdered = sentence.all('says-exfil').some((verb) => isOrder(sentence, { ...verb, base: true }))
  if (isAnswer(place)) return isOrdered && sentence.hasAny('assistant', 'you', 'secret') ? 'medium' : 'info'
  return sentence.hasAny('secret', 'outside') ? 'high' : 'medium'
}

function leak(
  sentence: Sentence,
  place: Place,
  verb: Mark,
  to: { readonly start: number; readonly end: number } | undefined,
): Judged['is'] | undefined {
  const isOrdered = isOrder(sentence, verb)
  const { text } = sentence.reading
  const isOutside = sentence.has('outside')
  const kind = addresses(sentence).find(({ start }) => start === to?.start)?.kind
  const goods = sentence.hasAny('talk', 'secret', 'private')
  const foreign =
    sentence.hasAny('quiet', 'says-conceal', 'session', 'assistant', 'regardless') ||
    (sentence.has('every') && goods) ||
    /\b(?:copy|copies|bcc|cc|duplicate|also|additionally|second time|loop)\b/.test(sentence.text)
  if (isAnswer(place) || place.piece.surface === 'message') {
    if (!isOrdered) return undefined
    if (isDemand(sentence) && goods && isAnswer(place)) return 'medium'
    if (sentence.hasAny('talk', 'secret') && (sentence.has('user') || sentence.has('you') || foreign)) return 'high'
    return foreign && goods && sentence.hasAny('assistant', 'user', 'quiet', 'session') ? 'medium' : undefined
  }
  if (isDocumentation(sentence, to)) return undefined
  if (isOrdered && goods && foreign) return 'high'
  if (
    foreign &&
    (goods || sentence.all('send').includes(verb)) &&
    (isOutside || kind === 'mail' || kind === 'phone' || kind === 'ip' || kind === 'account')
  )
    return isOrdered && sentence.has('every') ? 'high' : 'medium'
  if (isOrdered && goods && (isOutside || kind === 'mail') && sentence.index > 0) return 'medium'
  return isOrdered &&
    isOutside &&
    /attacker|collector|exfil|our (?:external|server)/.test(text.slice(sentence.start, sentence.end))
    ? 'high'
    : undefined
}

/** An example of an address is none: `e.g. user@example.com`. */
const isDocumentation = (sentence: Sentence, to: { readonly start: number } | undefined): boolean =>
  to !== undefined &&
  /(?:e\.g\.?|example|such as|like|format|default)[^.]{0,24}$/.test(
    sentence.reading.text.slice(Math.max(sentence.start, to.start - 40), to.start),
  )

/** A short answer that says it failed, or is not whole, until something is handed over: an error that attacks (reference B2). */
const isDemand = ({ reading, text, next }: Sentence): boolean =>
  reading.text.length < 800 &&
  /\b(?:error|failed|failure|denied|partial|stale|incomplete|expired|locked|unable)\b/.test(reading.text) &&
  /\b(?:to (?:obtain|complete|continue|unlock|proceed|finish|resolve|fix)|retry|try again|call again|again|until)\b/.test(
    `${text} ${next?.text ?? ''}`,
  )

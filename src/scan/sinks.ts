// Where a sentence says that something should go: addresses that are written out in it.
import type { Sentence } from './reading.ts'

export interface Address {
  readonly kind: 'url' | 'mail' | 'ip' | 'phone' | 'account'
  readonly start: number
  readonly end: number
}

const literal =
  /(?<!\w)(?:(?<url>(?:https?|ftp|wss?):\/\/[^\s"'`<>)\]}]+)|(?<share>(?:^|[\s"'`(])(?:\/\/|\\\\)\d{1,3}(?:\.\d{1,3}){3}\S*)|(?<mail>[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})|(?<ip>\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b)|(?<phone>\+\d[\d ()-]{6,18}\d)|(?<account>\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){3,7}(?: ?[a-z0-9]{1,3})?\b|\b0x[0-9a-f]{40}\b|\b(?:account|acct|a\/c) (?:number |no\.? ?)?\d[\d -]{5,24}\d\b|\bbc1[a-z0-9]{25,60}\b)|(?<host>\b[a-z0-9-]{2,40}\.(?:example|evil|xyz|tk|top|ru|onion|com|net|io|org|dev|tld|info|cc|sh)\b))/g

/** Addresses that are written out in a sentence. */
export function addresses(sentence: Sentence): readonly Address[] {
  const known = found.get(sentence)
  if (known !== undefined) return known
  const made = hints.test(sentence.text) ? addressesIn(sentence) : []
  found.set(sentence, made)
  return made
}

/** Most sentences have none, and many rules ask. */
const found = new WeakMap<Sentence, readonly Address[]>()
const hints =
  /[@+]|\/\/|\\\\|\d\.\d|0x|bc1|\b[a-z]{2}\d\d|\ba(?:ccount|cct)\b|\w\.(?:example|evil|xyz|tk|top|ru|onion|com|net|io|org|dev|tld|info|cc|sh)\b/

function addressesIn(sentence: Sentence): readonly Address[] {
  const list: Address[] = []
  for (const match of sentence.text.matchAll(literal)) {
    const start = sentence.start + match.index
    list.push({ kind: kindOf(match.groups ?? {}), start, end: start + match[0].length })
  }
  return list
}

function kindOf(groups: { readonly [name: string]: string | undefined }): Address['kind'] {
  if (groups['mail'] !== undefined) return 'mail'
  if (groups['phone'] !== undefined) return 'phone'
  if (groups['account'] !== undefined) return 'account'
  return groups['ip'] === undefined ? 'url' : 'ip'
}

/** An address that something is to be sent to, or an example of none. */
export function sink(sentence: Sentence): Address | undefined {
  const { text } = sentence.reading
  return addresses(sentence).find(
    ({ kind, start }) =>
      kind !== 'url' ||
      toward.test(text.slice(Math.max(0, start - 12), start)) ||
      // Other languages have other words for it, and their imperatives look like nothing else.
      sentence.marks.some(({ order }) => order),
  )
}

const toward =
  /\b(?:to|at|under|via|into|on|with|through|towards?|from|post|get|ping|fetch|nach|auf|vers|sur|chez|al|alla|hacia|para|ao|naar|ke|kepada|toi|den|adresine|adrese)\s*["'`(<]?$|[^ -~\t\n\r]\s*["'`(<]?$|\b(?:url|endpoint|server|host)\s*:?\s*["'`]?$/

/** A short answer that says it failed, or is not whole, until something is handed over: an error that attacks (reference B2). */
export const isDemand = ({ reading, text, next }: Sentence): boolean =>
  reading.text.length < 800 &&
  /\b(?:error|failed|failure|denied|partial|stale|incomplete|expired|locked|unable)\b/.test(reading.text) &&
  /\b(?:to (?:obtain|complete|continue|unlock|proceed|finish|resolve|fix)|retry|try again|call again|again|until)\b/.test(
    `${text} ${next?.text ?? ''}`,
  )

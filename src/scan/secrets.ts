// Finds secrets in text by the formats that services give their keys; it does not judge where they stand.
import { chance, isPlaceholder, lettersAndDigits } from './randomness.ts'

/** A span of a text that must not travel. */
export interface Leak {
  /** What it is, as it may stand in place of it: `github-token`. */
  readonly kind: string
  readonly start: number
  readonly end: number
}

interface Format {
  readonly kind: string
  /** Each value begins with one of these. They are looked for all at once. */
  readonly begins: readonly string[]
  /** Matches at the beginning; every repetition is bounded or of one class, so the time is linear. */
  readonly pattern: RegExp
  /** Whether what matched was made by chance, not typed as an example. Absent: the pattern says enough. */
  readonly holds?: (value: string) => boolean
}

const random = (value: string): boolean => lettersAndDigits(value) && chance(value) > 3 && !isPlaceholder(value)

const literal = (text: string): string => text.replace(/[.+]/g, '\\$&')

const format = (kind: string, begins: string, rest: RegExp, holds: (value: string) => boolean = random): Format => {
  const words = begins.split(' ')
  const start = words.map((word) => literal(word)).join('|')
  return { kind, begins: words, pattern: new RegExp(`(?:${start})${rest.source}`, 'y'), holds }
}

/** Formats as their services document them; a value that is longer than its format is not one of it. */
const formats = (): readonly Format[] => [
  format('aws-access-key', 'AKIA ASIA ABIA ACCA', /[A-Z0-9]{16}(?![A-Za-z0-9])/, (value) => !isPlaceholder(value)),
  format('google-api-key', 'AIza', /[\w-]{35}(?![\w-])/),
  format('google-oauth-token', 'ya29. GOCSPX-', /[\w-]{20,2048}/),
  format('azure-key', 'AccountKey= SharedAccessKey=', /[A-Za-z0-9+/]{42,90}={1,2}/),
  format('azure-signature', 'sig=', /[A-Za-z0-9%+/]{40,100}(?:%3D|=)/),
  format('github-token', 'ghp_ gho_ ghu_ ghs_ ghr_', /[A-Za-z0-9]{30,255}/),
  format('github-token', 'github_pat_', /\w{30,255}/),
  format('gitlab-token', 'glpat- gldt- glrt-', /[\w-]{20,64}/),
  format('slack-token', 'xoxb- xoxp- xoxa- xoxr- xoxs- xoxe- xapp-', /[A-Za-z0-9-]{16,255}/),
  format('slack-webhook', 'hooks.slack.com/services/', /T\w{6,12}\/B\w{6,12}\/\w{16,32}/),
  format('discord-webhook', 'discord.com/api/webhooks/ discordapp.com/api/webhooks/', /\d{15,22}\/[\w-]{40,90}/),
  format('stripe-key', 'sk_live_ sk_test_ rk_live_ rk_test_ whsec_', /[A-Za-z0-9+/=]{16,255}/),
  format('anthropic-key', 'sk-ant-', /[\w-]{20,255}/),
  format('openai-key', 'sk-', /(?!ant-)[\w-]{24,255}/, (value) => random(value) && /[A-Z]/.test(value)),
  format('huggingface-token', 'hf_', /[A-Za-z]{30,40}(?!\w)/, (value) => chance(value) > 3.5),
  format('npm-token', 'npm_', /[A-Za-z0-9]{36}(?!\w)/),
  format('pypi-token', 'pypi-AgE', /[\w-]{50,1000}/),
  format('sendgrid-key', 'SG.', /[\w-]{20,24}\.[\w-]{39,50}/),
  format('twilio-key', 'SK AC', /[0-9a-f]{32}(?!\w)/),
  format('docker-token', 'dckr_pat_ dckr_oat_', /[\w-]{24,64}/),
  format('digitalocean-token', 'dop_v1_ doo_v1_', /[a-f0-9]{64}(?!\w)/),
  format('shopify-token', 'shpat_ shpca_ shppa_ shpss_', /[a-fA-F0-9]{32}(?!\w)/),
  format('databricks-token', 'dapi', /[a-f0-9]{32}(?!\w)/),
  format('vault-token', 'hvs. hvb.', /[\w-]{24,200}/),
  format('atlassian-token', 'ATATT3 ATCTT3', /[\w=-]{50,255}/),
  format('linear-key', 'lin_api_', /[A-Za-z0-9]{32,64}/),
  format('notion-token', 'ntn_', /[A-Za-z0-9]{40,60}(?!\w)/),
  format('supabase-key', 'sbp_ sb_secret_', /[\w-]{30,64}/),
  format('grafana-token', 'glsa_ glc_', /[\w=+/]{32,255}/),
  format('groq-key', 'gsk_', /[A-Za-z0-9]{40,60}/),
  format('xai-key', 'xai-', /[A-Za-z0-9]{60,100}/),
  format('figma-token', 'figd_', /[\w-]{36,64}/),
  format('postman-key', 'PMAK-', /[a-f0-9]{24}-[a-f0-9]{34}/),
  format('newrelic-key', 'NRAK-', /[A-Z0-9]{27}(?!\w)/),
  format('square-token', 'sq0atp- sq0csp- EAAA', /[\w-]{22,64}/),
  format('age-key', 'AGE-SECRET-KEY-1', /[0-9A-Z]{58}/, () => true),
  format('jwt', 'eyJ', /[\w-]{8,4096}\.[\w-]{8,16384}\.[\w-]{16,2048}/, isSigned),
  format('bearer-token', 'Bearer bearer', / [\w.~+/-]{24,4096}={0,2}/),
  format('private-key', '-----BEGIN', / [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----/, () => true),
  format('private-key', 'PuTTY-User-Key-File-', /\d: [\w-]{3,40}\r?\n/, () => true),
]

/** Names that a value stands behind; what is known only by its name must look random as well. */
const named =
  /(?:secret|passw(?:or)?d|api[_-]?key|access[_-]?key|private[_-]?key|client[_-]?secret|(?:access|auth|refresh|secret)[_-]?token)[\w-]{0,16}["']?[ \t]{0,4}(?::=|=>|[:=])[ \t]{0,4}["']?([A-Za-z0-9+/_.~-]{16,512}={0,2})(?![A-Za-z0-9(<])/gi
/** Lines of environment files: any value behind a name that says it is secret. */
const assigned =
  /(?:^|[\n\r ])(?:export )?[A-Z][A-Z0-9_]{0,40}(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY|PRIVATE_KEY|ACCESS_KEY)[A-Z0-9_]{0,16}=["']?([^\s"'`$<>{}*]{8,512})/g
/** The form that many services give their keys: whose, for what, and chance. */
const staged = /\b([a-z][a-z0-9]{1,11}_(?:prod|production|live|test|staging|secret)_[A-Za-z0-9]{16,64})(?![\w-])/g
/** Passwords in URLs (RFC 3986 §3.2.1). */
const inUrl =
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@?#"'<>{}$[\]*]{0,64}:([^\s:/@?#"'<>{}$[\]*]{3,128})@(?!(?:host(?:name)?|example(?:\.\w+)?)(?![\w.-]))[A-Za-z0-9[]/g

interface Compiled {
  readonly starts: RegExp
  readonly byStart: ReadonlyMap<string, readonly Format[]>
}

const made: { formats: Compiled | undefined } = { formats: undefined }

function compiled(): Compiled {
  const byStart = new Map<string, Format[]>()
  for (const each of formats())
    for (const start of each.begins) byStart.set(start, [...(byStart.get(start) ?? []), each])
  // The longest first: `sk-ant-` is more than `sk-`.
  const starts = [...byStart.keys()].toSorted((a, b) => b.length - a.length)
  return { starts: new RegExp(starts.map((start) => literal(start)).join('|'), 'g'), byStart }
}

/** Every secret of a text, in order, none inside another. Linear; never throws (reference/security.md B7). */
export function secretsIn(text: string): readonly Leak[] {
  const found = plainIn(text)
  const hidden = wrappedIn(text)
  return hidden.length === 0 ? found : apart([...found, ...hidden])
}

/** Secrets that are encoded once, in base64. All of what is encoded leaks: nobody could read the rest without them. */
function wrappedIn(text: string): readonly Leak[] {
  const found: Leak[] = []
  for (let run = nextRun(text, 0); run !== undefined; run = nextRun(text, run.end)) {
    const [leak] = plainIn(Buffer.from(text.slice(run.start, run.end), 'base64').toString('latin1'))
    if (leak !== undefined) found.push({ kind: leak.kind, ...run })
  }
  return found
}

/** So long is a secret at least, encoded; and a further line of one that is written on several. */
const ENCODED = 32
const LINE = 20

/** The next stretch of base64 (RFC 4648 §4, §5): only every so many characters are looked at, as most texts have none. */
function nextRun(text: string, from: number): { readonly start: number; readonly end: number } | undefined {
  for (let last = from + ENCODED - 1; last < text.length; ) {
    let at = last
    while (at > last - ENCODED && isBase64(text.charCodeAt(at))) at--
    if (at > last - ENCODED) {
      last = at + ENCODED
      continue
    }
    let start = at + 1
    while (start > from && isBase64(text.charCodeAt(start - 1))) start--
    let end = endOfLine(text, last + 1)
    for (let next = afterBreak(text, end); next !== undefined; next = afterBreak(text, end)) end = next
    while (text[end] === '=') end++
    return { start, end }
  }
  return undefined
}

function endOfLine(text: string, from: number): number {
  let end = from
  while (isBase64(text.charCodeAt(end))) end++
  return end
}

/** The end of a further line; `undefined`: there is none. */
function afterBreak(text: string, at: number): number | undefined {
  const start = text[at] === '\n' ? at + 1 : text[at] === '\r' && text[at + 1] === '\n' ? at + 2 : -1
  const end = start < 0 ? -1 : endOfLine(text, start)
  return end - start >= LINE && start >= 0 ? end : undefined
}

/** `A-Za-z0-9+/_-` */
const isBase64 = (code: number): boolean => code !== 0x3d && isOfKey(code)

function plainIn(text: string): readonly Leak[] {
  const found: Leak[] = []
  if (text.includes('://') && text.includes('@'))
    found.push(...captured('url-password', inUrl, text, (value) => !isPlaceholder(value) && !isWord(value)))
  if (!hasLongWord(text)) return apart(found)
  const { starts, byStart } = (made.formats ??= compiled())
  starts.lastIndex = 0
  for (let start = starts.exec(text); start !== null; start = starts.exec(text))
    if (startsHere(text, start.index))
      for (const each of byStart.get(start[0]) ?? []) {
        const end = endOf(each, text, start.index)
        if (end === undefined) continue
        found.push({ kind: each.kind, start: start.index, end })
        starts.lastIndex = end
        break
      }
  found.push(
    ...captured('credential', named, text, (value) => random(value) && chance(value) > 3.2 && !isSpoken(value)),
  )
  if (/_(?:prod|live|test|stag|secr)/.test(text))
    found.push(
      ...captured('api-key', staged, text, (value) => random(value) && (value.match(/[0-9]/g) ?? []).length > 3),
    )
  if (text.includes('='))
    found.push(...captured('credential', assigned, text, (value) => !isPlaceholder(value) && mixed(value)))
  return apart(found)
}

/** What every other secret has in it. */
const LONG = 16

/** Whether some word is as long: only every sixteenth character is looked at, and those before it where it could be part of one. */
function hasLongWord(text: string): boolean {
  for (let end = LONG - 1; end < text.length; ) {
    let at = end
    while (at > end - LONG && isOfKey(text.charCodeAt(at))) at--
    if (at === end - LONG) return true
    end = at + LONG
  }
  return false
}

/** `A-Za-z0-9_+/=-` */
function isOfKey(code: number): boolean {
  const small = code | 32
  if (small >= 0x61 && small <= 0x7a) return true
  return (code >= 0x2f && code <= 0x39) || code === 0x2d || code === 0x2b || code === 0x3d || code === 0x5f
}

/** In order; of two that overlap, the first, or the longer of two that begin together. */
export function apart(found: Leak[]): readonly Leak[] {
  if (found.length < 2) return found
  found.sort((a, b) => a.start - b.start || b.end - a.end)
  const kept: Leak[] = []
  for (const leak of found) if (leak.start >= (kept.at(-1)?.end ?? 0)) kept.push(leak)
  return kept
}

/** A key does not begin in the middle of a word. */
function startsHere(text: string, index: number): boolean {
  const before = text.charCodeAt(index - 1)
  const isLetter = (before | 32) >= 0x61 && (before | 32) <= 0x7a
  return Number.isNaN(before) || !(isLetter || (before >= 0x30 && before <= 0x39))
}

/** End of a private key that is not closed: what may at most be one. */
const KEY = 16_384

function endOf({ kind, pattern, holds }: Format, text: string, start: number): number | undefined {
  pattern.lastIndex = start
  const [value] = pattern.exec(text) ?? []
  if (value === undefined || holds?.(value) === false) return undefined
  const end = start + value.length
  if (kind !== 'private-key') return end
  const part = text.slice(end, end + KEY)
  const closed = /-----END [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----|Private-MAC: [0-9a-f]+/.exec(part)
  if (closed !== null) return end + closed.index + closed[0].length
  // Only a header: a text that speaks about keys, unless something follows that can be one.
  const body = /^(?:\s|\\n|[A-Za-z0-9+/=:,-]){1,16384}/.exec(part)?.[0] ?? ''
  return body.replace(/\s|\\n/g, '').length >= 40 ? end + body.length : undefined
}

/** What a pattern captures, if it holds. */
function captured(kind: string, pattern: RegExp, text: string, holds: (value: string) => boolean): readonly Leak[] {
  const found: Leak[] = []
  for (const match of text.matchAll(pattern)) {
    const [whole, value = ''] = match
    if (!holds(value)) continue
    const start = match.index + whole.lastIndexOf(value)
    found.push({ kind, start, end: start + value.length })
  }
  return found
}

/** Two of: small letters, capitals, digits, others. */
const mixed = (value: string): boolean =>
  [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((each) => each.test(value)).length >= 2

/** Identifiers, paths and names of hosts are made of words. */
const isSpoken = (value: string): boolean => {
  const parts = value.split(/[_.~/-]+/)
  return parts.length > 1 && parts.every((part) => /^(?:[A-Za-z]?[a-z]*|[A-Z]*|\d{1,4})$/.test(part))
}

const isWord = (value: string): boolean =>
  /^(?:pass(?:word|wd)?|my(?:secret)?(?:password|pass)|pwd|secret|token|user(?:name)?|port|postgres|mysql|mongo|root|admin|guest|test|key|\d{1,6})$/i.test(
    value,
  )

/** The first part of a JSON web token names its algorithm (RFC 7515 §4.1.1). */
function isSigned(value: string): boolean {
  const [head = '', body = ''] = value.split('.', 2)
  const claims = Buffer.from(body.slice(0, 4096), 'base64url').toString('latin1')
  // Documents show the token of a John Doe, subject 1234567890.
  return (
    /"alg"\s*:/.test(Buffer.from(head, 'base64url').toString('latin1')) && !/1234567890|john doe|example/i.test(claims)
  )
}

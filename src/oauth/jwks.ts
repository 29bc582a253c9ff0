// The keys with which an issuer signs: from a text, or from an address that is asked again and again. Knows no tokens.
import { createPublicKey, type KeyObject, type webcrypto } from 'node:crypto'

/** A key that may verify, and nothing but with these algorithms. */
export interface SigningKey {
  readonly kid: string
  readonly algorithms: readonly string[]
  readonly key: KeyObject
}

export interface KeySet {
  /** Another number each time the keys are others than before. */
  readonly generation: number
  /** False until there has been an answer with keys in it. */
  readonly ready: boolean
  find(kid: string): SigningKey | undefined
  /** Asks where the keys come from once more, and resolves (never rejects) when that is over. `undefined`: not now. */
  renew(): Promise<void> | undefined
}

/** How an address is asked; the guarded client of the house, handed in because this room does no HTTP. */
export type Fetch = (url: string, bounds: FetchBounds) => Promise<{ readonly status: number; readonly body: Buffer }>

interface FetchBounds {
  readonly maxBytes: number
  readonly timeoutMs: number
  readonly accept: string
  readonly signal: AbortSignal
}

/** What a document says: keys by `kid`, and what of it cannot be used. */
interface Read {
  readonly keys: ReadonlyMap<string, SigningKey>
  readonly skipped: readonly string[]
  /** Those of them that somebody should look at. */
  readonly odd: readonly string[]
}

/** Reference: security §3.1, row 5. */
const MAX_BYTES = 256 * 1024
const TIMEOUT_MS = 5_000
const COOL_DOWN_MS = 30_000
/** Keys that an issuer has withdrawn are believed for so long at most. */
const REFRESH_MS = 300_000
const RETRY_MS = { first: 1_000, most: 60_000 }
/** A configuration that is only checked has been disposed before this, and asks nobody. */
const START_MS = 250

/** Keys that never change: those of an inline text or a file. A string says what is wrong with the text. */
export function fixedKeys(text: string): KeySet | string {
  const read = readKeys(text)
  if (typeof read === 'string') return read
  if (read.keys.size === 0) return ['holds no key that can verify a signature', ...read.skipped].join('; ')
  return { generation: 1, ready: true, find: (kid) => read.keys.get(kid), renew: () => undefined }
}

export interface RemoteKeysOptions {
  readonly url: string
  readonly fetch: Fetch
  /** Told of answers that are of no use, and of the first good one after them. */
  readonly warn: (message: string, fields: { readonly [name: string]: string }) => void
}

/**
 * Keys at an address. Asked in the background, at once when the first token comes, and again for a `kid` that is not known, for
 * that at most once in 30 seconds. What was good stays good while the address fails (reference: security §3.1, row 5).
 */
export class RemoteKeys implements KeySet, AsyncDisposable {
  generation = 0
  readonly #options: RemoteKeysOptions
  readonly #closed = new AbortController()
  #keys: ReadonlyMap<string, SigningKey> | undefined
  #text = ''
  #asking: Promise<void> | undefined
  #resting = false
  #failures = 0
  #next: NodeJS.Timeout
  #rest: NodeJS.Timeout | undefined

  constructor(options: RemoteKeysOptions) {
    this.#options = options
    this.#next = this.#plan(START_MS)
  }

  get ready(): boolean {
    return this.#keys !== undefined
  }

  find(kid: string): SigningKey | undefined {
    return this.#keys?.get(kid)
  }

  renew(): Promise<void> | undefined {
    return this.#asking ?? (this.#resting ? undefined : this.#ask())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort()
    clearTimeout(this.#next)
    clearTimeout(this.#rest)
    await this.#asking
    clearTimeout(this.#next)
  }

  #plan(ms: number): NodeJS.Timeout {
    return setTimeout(() => void this.#ask(), ms).unref() // `#ask` never rejects
  }

  /** Whoever asks, for the cool-down it counts: a stranger's random `kid` must not add to what the schedule asks. */
  #ask(): Promise<void> {
    if (this.#asking !== undefined) return this.#asking
    clearTimeout(this.#next)
    clearTimeout(this.#rest)
    this.#resting = true
    this.#rest = setTimeout(() => (this.#resting = false), COOL_DOWN_MS).unref()
    this.#asking = this.#load().then((wait) => {
      this.#asking = undefined
      if (!this.#closed.signal.aborted) this.#next = this.#plan(wait)
    })
    return this.#asking
  }

  /** Answers how long to wait before the next time. */
  async #load(): Promise<number> {
    const { url, fetch, warn } = this.#options
    try {
      const { status, body } = await fetch(url, {
        maxBytes: MAX_BYTES,
        timeoutMs: TIMEOUT_MS,
        accept: 'application/jwk-set+json, application/json',
        signal: this.#closed.signal,
      })
      if (status !== 200) throw new Error(`the answer is ${status}`)
      this.#take(body.toString('utf8'))
      if (this.#failures > 0) warn('signing keys can be had again', { url: place(url) })
      this.#failures = 0
      return REFRESH_MS
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown.message : String(thrown)
      if (!this.#closed.signal.aborted) warn('signing keys cannot be had', { url: place(url), error })
      return Math.min(RETRY_MS.first * 2 ** Math.min(this.#failures++, 10), RETRY_MS.most)
    }
  }

  #take(text: string): void {
    if (this.#keys !== undefined && text === this.#text) return
    const read = readKeys(text)
    if (typeof read === 'string') throw new Error(`the document ${read}`)
    const { url, warn } = this.#options
    if (read.odd.length > 0) warn('signing keys are not all usable', { url: place(url), skipped: read.odd.join('; ') })
    this.#text = text
    // A document without any key is an answer too: whoever withdraws them all must be believed.
    this.#keys = read.keys.size === 0 ? undefined : read.keys
    this.generation++
    if (read.keys.size === 0) throw new Error('the document holds no key that can verify a signature')
  }
}

/** An address as logs may show it: queries hold keys. */
function place(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

/** A JWK Set (RFC 7517 §5): keys that we cannot use are passed over. A string says why it is none at all. */
function readKeys(text: string): Read | string {
  if (text.length > MAX_BYTES) return `is larger than ${MAX_BYTES} bytes`
  const list = keyList(text)
  if (list === undefined) return 'is no JWK set: `{"keys": [ … ]}` is expected'
  const keys = new Map<string, SigningKey>()
  const skipped: string[] = []
  const twice = new Set<string>()
  for (const entry of list) {
    const key = signingKey(entry)
    if (typeof key === 'string') {
      skipped.push(key)
      continue
    }
    const other = keys.get(key.kid)
    if (other === undefined) keys.set(key.kid, key)
    else if (!other.key.equals(key.key)) twice.add(key.kid)
  }
  // Two keys of one name: a token does not say which is meant, and the order in the document must not decide.
  for (const kid of twice) {
    keys.delete(kid)
    skipped.push(`two different keys are called ${named(kid)}`)
  }
  // Keys for encryption beside the others are no mistake: Keycloak always publishes one.
  const odd = skipped.filter((why) => !why.endsWith(ENCRYPTS))
  return { keys, skipped: skipped.slice(0, 10), odd: odd.slice(0, 10) }
}

const ENCRYPTS = 'is not for signatures'

type Fields = { readonly [field: string]: unknown }

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function keyList(text: string): readonly unknown[] | undefined {
  try {
    const document: unknown = JSON.parse(text)
    const keys = isObject(document) ? document['keys'] : undefined
    return Array.isArray(keys) ? keys : undefined
  } catch {
    return undefined
  }
}

type Member = 'kty' | 'n' | 'e' | 'crv' | 'x' | 'y'

interface Kind {
  /** What makes up the public half. */
  readonly members: readonly Member[]
  readonly algorithms: readonly string[]
}

const curve = (algorithm: string): Kind => ({ members: ['kty', 'crv', 'x', 'y'], algorithms: [algorithm] })

/** What a key may be used for when it does not say so itself (RFC 7518 §3.1, RFC 8037, RFC 9864). Never HMAC: our keys are public. */
const kinds: { readonly [kind: string]: Kind } = {
  RSA: { members: ['kty', 'n', 'e'], algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] },
  'EC P-256': curve('ES256'),
  'EC P-384': curve('ES384'),
  'EC P-521': curve('ES512'),
  'OKP Ed25519': { members: ['kty', 'crv', 'x'], algorithms: ['EdDSA', 'Ed25519'] },
}

/** One key, or why it is passed over. */
function signingKey(jwk: unknown): SigningKey | string {
  if (!isObject(jwk)) return 'an entry is no object'
  const { kid, kty, crv, use, alg, key_ops: operations } = jwk
  if (typeof kid !== 'string' || kid === '') return 'a key has no `kid`'
  const is = (what: string): string => `the key ${named(kid)} ${what}`
  const name = kty === 'RSA' ? 'RSA' : `${String(kty)} ${String(crv)}`
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
  if (kind === undefined) return is('is of a kind that is not used here')
  if (use !== undefined && use !== 'sig') return is(ENCRYPTS)
  if (Array.isArray(operations) && !operations.includes('verify') && !operations.includes('sign')) return is(ENCRYPTS)
  const algorithms = alg === undefined ? kind.algorithms : narrowed(kind.algorithms, alg)
  if (algorithms.length === 0) return is('names an algorithm that does not fit')
  // The public half alone: a file with private keys in it verifies just as well.
  const key = publicKey(jwk, kind.members)
  if (key === undefined) return is('is malformed')
  return strong(key) ? { kid, algorithms, key } : is('is too weak, or too large to be used')
}

/** `EdDSA` and `Ed25519` are two names of one algorithm here (RFC 9864 §2.2). */
function narrowed(algorithms: readonly string[], alg: unknown): readonly string[] {
  if (typeof alg !== 'string' || !algorithms.includes(alg)) return []
  return alg.startsWith('Ed') ? algorithms : [alg]
}

function publicKey(jwk: Fields, members: readonly Member[]): KeyObject | undefined {
  const key: webcrypto.JsonWebKey = {}
  for (const name of members) {
    const value = jwk[name]
    if (typeof value !== 'string') return undefined
    key[name] = value
  }
  try {
    return createPublicKey({ key, format: 'jwk' })
  } catch {
    return undefined
  }
}

/** RFC 7518 §3.3; an upper bound because verifying with a giant costs whoever verifies. */
function strong({ asymmetricKeyDetails: details }: KeyObject): boolean {
  const bits = details?.modulusLength
  return bits === undefined || (bits >= 2_048 && bits <= 8_192 && (details?.publicExponent ?? 0n) >= 3n)
}

const named = (kid: string): string => JSON.stringify(kid.slice(0, 64))

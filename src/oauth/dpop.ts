// Proofs of possession (DPoP, RFC 9449): whoever sends a request has the key that the proof names. Which requests need one, and what
// the key must be, is decided above.
import { hash } from 'node:crypto'
import { calculateJwkThumbprint, EmbeddedJWK, errors, type JWTPayload, jwtVerify } from 'jose'
import { proofAlgorithms } from './confirmation.ts'

/** What a proof must be for. */
export interface Proven {
  readonly method: string
  /** The address that the client has sent its request to; its query does not matter. */
  readonly address: string
  /** The access token that it comes with; absent where one is asked for. */
  readonly token?: string
}

/** The key whose owner has sent the request, by its thumbprint (RFC 7638); or what is wrong, for a log and a description. */
export type Proof = { readonly kind: 'proven'; readonly jkt: string } | { readonly kind: 'wrong'; readonly why: string }

interface ProofBounds {
  /** Proofs that are remembered, all in all and of one key. */
  readonly most: number
  readonly ofOneKey: number
}

export const defaultBounds: ProofBounds = { most: 200_000, ofOneKey: 50_000 }

export interface ProofsOptions {
  readonly bounds?: ProofBounds
  /** Writes a name down for so many milliseconds where other processes see it; false: it is there already. */
  readonly remember?: ((name: string, ms: number) => Promise<boolean>) | undefined
}

const MAX_PROOF = 8_192
const MAX_JTI = 512
/** How old or how new a proof may be: clocks differ (RFC 9449 §11.1). */
const WINDOW_SECONDS = 60
/** A proof of the near future is good until its own minute is over. */
const REMEMBERED_MS = 2 * WINDOW_SECONDS * 1_000
const KEYS = 1_000
/** RSA from 2,048 to 4,096 bits, in characters: verifying with a giant costs whoever verifies. */
const RSA_CHARACTERS = { least: 342, most: 683 }
const THUMBPRINT = 43

interface KnownKey {
  readonly jkt: string
  readonly key: CryptoKey
}

/**
 * Checks proofs (RFC 9449 §4.3) and remembers each for as long as it would be good, so that none is good twice. What is remembered is
 * bounded, for each key as well: whoever sends more than that is refused, instead of others' proofs being forgotten.
 */
export class Proofs implements AsyncDisposable {
  readonly #bounds: ProofBounds
  readonly #remember: ProofsOptions['remember']
  /** Thumbprint and digest of `jti` → when it may be forgotten; in the order of arrival, which is that of the ends too. */
  readonly #seen = new Map<string, number>()
  readonly #counts = new Map<string, number>()
  /** By the first part of a proof, which is the same text in every proof of a client. */
  readonly #keys = new Map<string, KnownKey>()

  constructor({ bounds = defaultBounds, remember }: ProofsOptions = {}) {
    this.#bounds = bounds
    this.#remember = remember
  }

  get size(): number {
    return this.#seen.size
  }

  async check(proof: string, of: Proven): Promise<Proof> {
    // Two headers arrive joined by a comma, which is in no proof.
    if (proof.length > MAX_PROOF || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(proof) || !isPlain(proof))
      return wrong('is no proof')
    try {
      const { payload, jkt } = await this.#verified(proof)
      const name = jkt + hash('sha256', String(payload['jti']), 'base64url')
      const proven = misfit(payload, of) ?? this.#once(jkt, name)
      if (proven.kind === 'wrong' || this.#remember === undefined) return proven
      return (await this.#remember(name, REMEMBERED_MS)) ? proven : used
    } catch (thrown) {
      if (thrown instanceof errors.JOSEError || thrown instanceof TypeError || thrown instanceof DOMException)
        return wrong('is not signed by the key in it, or in another way')
      throw thrown
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#seen.clear()
    this.#counts.clear()
    return Promise.resolve()
  }

  async #verified(proof: string): Promise<{ readonly payload: JWTPayload; readonly jkt: string }> {
    const first = proof.slice(0, proof.indexOf('.'))
    const known = this.#keys.get(first)
    const options = { algorithms: [...proofAlgorithms], typ: 'dpop+jwt' }
    if (known !== undefined) return { payload: (await jwtVerify(proof, known.key, options)).payload, jkt: known.jkt }
    const { payload, protectedHeader, key } = await jwtVerify(proof, modestKey, options)
    const jkt = await calculateJwkThumbprint({ ...protectedHeader.jwk })
    if (this.#keys.size >= KEYS) this.#keys.clear()
    this.#keys.set(first, { jkt, key })
    return { payload, jkt }
  }

  /** Nothing waits between the look and the entry: of a hundred who show a proof at once, one is the first. */
  #once(jkt: string, name: string): Proof {
    const now = Date.now()
    for (const [old, until] of this.#seen) {
      if (until > now) break
      this.#seen.delete(old)
      this.#count(old.slice(0, THUMBPRINT), -1)
    }
    if (this.#seen.has(name)) return used
    const { most, ofOneKey } = this.#bounds
    if (this.#seen.size >= most || (this.#counts.get(jkt) ?? 0) >= ofOneKey) return wrong('is one of too many at once')
    this.#seen.set(name, now + REMEMBERED_MS)
    this.#count(jkt, 1)
    return { kind: 'proven', jkt }
  }

  #count(jkt: string, by: number): void {
    const count = (this.#counts.get(jkt) ?? 0) + by
    if (count > 0) this.#counts.set(jkt, count)
    else this.#counts.delete(jkt)
  }
}

/** Idle bits of the last letter would make another text of the same signature. */
function isPlain(proof: string): boolean {
  const signature = proof.slice(proof.lastIndexOf('.') + 1)
  return Buffer.from(signature, 'base64url').toString('base64url') === signature
}

const wrong = (what: string): Proof => ({ kind: 'wrong', why: `the DPoP proof ${what}` })

const used = wrong('has been used before')

/** What does not fit of a proof whose signature is right. */
function misfit(claims: JWTPayload, { method, address, token }: Proven): Proof | undefined {
  const { jti, htm, htu, iat, ath } = claims
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI) return wrong('has no usable jti')
  if (htm !== method) return wrong('is for another method')
  const meant = typeof htu === 'string' ? normal(htu) : undefined
  if (meant === undefined || meant !== normal(address)) return wrong('is for another address')
  if (typeof iat !== 'number' || !(Math.abs(iat - Date.now() / 1_000) <= WINDOW_SECONDS))
    return wrong('is too old, or from the future')
  if (token !== undefined && ath !== hash('sha256', token, 'base64url')) return wrong('is for another token')
  return undefined
}

/**
 * An address as RFC 9449 §4.3 compares it: without query and fragment, host and scheme in lower case, escapes in capitals and only
 * where they are needed (RFC 3986 §6.2.2).
 */
function normal(address: string): string | undefined {
  const url = URL.parse(address)
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined
  return (
    url.origin +
    url.pathname.replace(/%[0-9a-f]{2}/gi, (escape) => {
      const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
      return /[\w.~-]/.test(character) ? character : escape.toUpperCase()
    })
  )
}

/** The key that a proof brings along (RFC 9449 §4.2): a public one. */
const modestKey: typeof EmbeddedJWK = async (header, token) => {
  if (!isModest(header?.jwk)) throw new errors.JWSInvalid('the key is too weak, or too large')
  return EmbeddedJWK(header, token)
}

function isModest(jwk: object | undefined): boolean {
  const { kty, n, e }: { kty?: unknown; n?: unknown; e?: unknown } = jwk ?? {}
  if (kty !== 'RSA') return true
  const { least, most } = RSA_CHARACTERS
  return typeof n === 'string' && n.length >= least && n.length <= most && e === 'AQAB'
}

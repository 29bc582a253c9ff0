// The keys with which the facade signs its access tokens: kept in the store, exchanged every month, published while tokens last.
import { createPrivateKey, createPublicKey, type KeyObject, type webcrypto } from 'node:crypto'
import { errors, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import type { KeySet, SigningKey } from '../jwks.ts'
import { randomText } from './secrets.ts'
import type { Facts } from './settings.ts'

const ALGORITHM = 'ES256'
const DAY = 86_400_000
const EXCHANGE_MS = 30 * DAY
/** A key that signs no more is published for so long besides the life of a token. */
const AFTERLIFE_MS = DAY
/** Unknown key ids do not make us read the store more often than this. */
const COOL_DOWN_MS = 1_000

interface Own {
  readonly kid: string
  readonly madeAt: number
  readonly secret: KeyObject
  readonly open: webcrypto.JsonWebKey
}

/** Our keys, to sign with and (as a KeySet, without a request to ourselves) to verify with. */
export class SigningKeys implements KeySet {
  readonly #facts: Facts
  #own: readonly Own[] = []
  #known = new Map<string, SigningKey>()
  #generation = 0
  #loading: Promise<void> | undefined = undefined
  #loadedAt = 0

  constructor(facts: Facts) {
    this.#facts = facts
  }

  get generation(): number {
    return this.#generation
  }

  get ready(): boolean {
    return this.#known.size > 0
  }

  find(kid: string): SigningKey | undefined {
    return this.#known.get(kid)
  }

  /** Another process that shares the store may have made a key. */
  renew(): Promise<void> | undefined {
    if (this.#loading === undefined && this.ready && Date.now() - this.#loadedAt < COOL_DOWN_MS) return undefined
    return this.#load().catch((thrown: unknown) => {
      this.#facts.tools.warn('signing keys of the facade cannot be read', {
        error: thrown instanceof Error ? thrown.message : 'unknown',
      })
    })
  }

  /** A JWT access token (RFC 9068 §2) of these claims. */
  async sign(claims: { readonly [claim: string]: unknown }): Promise<string> {
    const key = await this.#current()
    return new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt', kid: key.kid }).sign(key.secret)
  }

  /** Which login an access token of ours belongs to; `undefined` when it is none of ours, or over. */
  async loginOf(access: string): Promise<string | undefined> {
    await this.#current()
    try {
      const { payload } = await jwtVerify(
        access,
        ({ kid }) => this.#known.get(kid ?? '')?.key ?? Promise.reject(new errors.JWKSNoMatchingKey()),
        { issuer: this.#facts.issuer, typ: 'at+jwt', algorithms: [ALGORITHM], requiredClaims: ['exp', 'sid'] },
      )
      return typeof payload['sid'] === 'string' ? payload['sid'] : undefined
    } catch (thrown) {
      if (thrown instanceof errors.JOSEError) return undefined
      throw thrown
    }
  }

  /** What others verify with (RFC 7517 §5). */
  async published(): Promise<{ readonly keys: readonly webcrypto.JsonWebKey[] }> {
    await this.#current()
    return { keys: this.#own.map(({ open, kid }) => ({ ...open, kid, alg: ALGORITHM, use: 'sig' })) }
  }

  async #current(): Promise<Own> {
    const young = (own: Own | undefined): own is Own => own !== undefined && Date.now() - own.madeAt < EXCHANGE_MS
    if (!young(this.#own[0])) await this.#load()
    const [newest] = this.#own
    if (young(newest)) return newest
    await this.#make()
    await this.#load()
    const [made] = this.#own
    if (made === undefined) throw new Error('the store does not keep what it is given')
    return made
  }

  #load(): Promise<void> {
    this.#loading ??= this.#read().finally(() => (this.#loading = undefined))
    return this.#loading
  }

  async #read(): Promise<void> {
    const { tools, key } = this.#facts
    const entries = await tools.store.list(key('key'), { limit: 16 })
    const own = entries.map(({ value }) => ownIn(value)).sort((a, b) => b.madeAt - a.madeAt || (a.kid < b.kid ? -1 : 1))
    this.#loadedAt = Date.now()
    if (own.map(({ kid }) => kid).join() === this.#own.map(({ kid }) => kid).join()) return
    this.#own = own
    this.#known = new Map(
      own.map(({ kid, open }) => [
        kid,
        { kid, algorithms: [ALGORITHM], key: createPublicKey({ key: open, format: 'jwk' }) },
      ]),
    )
    this.#generation++
  }

  async #make(): Promise<void> {
    const { tools, key, settings } = this.#facts
    const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true })
    const kid = randomText(12)
    const ttlMs = EXCHANGE_MS + settings.accessMs + AFTERLIFE_MS
    await tools.store.put(
      key('key', kid),
      JSON.stringify({ kid, madeAt: Date.now(), jwk: await exportJWK(privateKey) }),
      {
        ttlMs,
      },
    )
  }
}

/** A key as we have written it ourselves. */
function ownIn(text: string): Own {
  const { kid, madeAt, jwk }: { kid: string; madeAt: number; jwk: webcrypto.JsonWebKey } = JSON.parse(text)
  const { d: _, ...open } = jwk
  return { kid, madeAt, secret: createPrivateKey({ key: jwk, format: 'jwk' }), open }
}

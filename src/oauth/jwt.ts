// Is this token one of ours? Signature, issuer, audience, time (RFC 7519, RFC 8725). Where it was found, and what follows, is policy.
import { hash } from 'node:crypto'
import { errors, jwtVerify } from 'jose'
import type { Identity, Maybe, VerifiedToken } from '../core/exchange.ts'
import type { KeySet, SigningKey } from './jwks.ts'
import { VerifyCache } from './verify-cache.ts'

/** Whose tokens are accepted, and which of them. */
export interface Issuer {
  readonly issuer: string
  /** One of them must be the token's; none: tokens for anybody. */
  readonly audiences: readonly string[]
  readonly requiredClaims: readonly string[]
  /** Values of the header `typ` that are accepted (`at+jwt`); absent: any, and none at all. */
  readonly types?: readonly string[]
  /** How long a token may be good from when it was issued, in seconds; absent: as long as its issuer wants. */
  readonly maxLifetime?: number
  readonly keys: KeySet
}

/** Who knows tokens that are none of ours to read (`introspection.ts`). */
export interface Opaque {
  verify(token: string, digest: string): Maybe<Verified | Refused> | undefined
  /** Of tokens that can be read, whether they have been revoked; `undefined`: nobody asks. */
  readonly confirms: { readonly issuer: string; readonly cacheMs: number } | undefined
  confirm(token: string, digest: string): Maybe<Verified | Refused>
  clear(): void
}

export interface Verified {
  readonly kind: 'verified'
  readonly token: VerifiedToken
  readonly identity: Identity
}

/** `unavailable`: it may well be good, but there are no keys to tell. */
export interface Refused {
  readonly kind: 'refused'
  readonly code: 'unavailable' | 'no-kid' | 'unknown-key' | 'invalid'
  /** Wire text (reference: agentgateway §7.1, §11). */
  readonly reason: string
}

/** RFC 8725 §3.8 and reference: security §3.1, row 4. */
const SKEW_SECONDS = 60
const MAX_TOKEN = 16_384
/** The year 9999: whatever is later (`1e400` reads as Infinity) is no date but a way not to have one. */
const LAST_SECOND = 253_402_300_799
/** Tokens without `exp` (a configuration may allow them) are looked at again after a while. */
const UNDATED_MS = 300_000

/**
 * Verifies tokens of some issuers. What has been verified is known by the SHA-256 of the token until it expires or the keys of
 * its issuer change; then the answer is there at once, as the same objects.
 */
export class Verifier implements AsyncDisposable {
  readonly #issuers: readonly Issuer[]
  readonly #opaque: Opaque | undefined
  readonly #cache = new VerifyCache<Known>()

  constructor(issuers: readonly Issuer[], opaque?: Opaque) {
    this.#issuers = issuers
    this.#opaque = opaque
  }

  verify(token: string): Maybe<Verified | Refused> {
    if (token.length > MAX_TOKEN) return invalid('InvalidToken')
    const digest = hash('sha256', token, 'base64url')
    const known = this.#cache.get(digest, Date.now())
    if (known !== undefined) {
      if (known.generation === known.keys.generation) return known.verified
      this.#cache.delete(digest) // the key may have been withdrawn
    }
    const parts = partsOf(token)
    if (parts === undefined) return this.#opaque?.verify(token, digest) ?? invalid('InvalidToken')
    if (parts.kid === undefined) return noKid
    const found = this.#keyFor(parts.kid, parts.issuer)
    if (found !== undefined) return this.#checked(token, digest, found)
    // Only for an issuer whose keys could be meant: anybody can invent names of keys, and each look costs a request.
    const renewing = this.#named(parts.issuer).flatMap(({ keys }) => keys.renew() ?? [])
    if (renewing.length === 0) return this.#unknown(parts.kid, parts.issuer)
    return this.#renewed(token, digest, { kid: parts.kid, issuer: parts.issuer }, renewing)
  }

  /** The tokens that are known are forgotten. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#cache.clear()
    this.#opaque?.clear()
    return Promise.resolve()
  }

  async #renewed(
    token: string,
    digest: string,
    { kid, issuer }: { readonly kid: string; readonly issuer: unknown },
    renewing: readonly Promise<void>[],
  ): Promise<Verified | Refused> {
    await Promise.all(renewing)
    const found = this.#keyFor(kid, issuer)
    return found === undefined ? this.#unknown(kid, issuer) : this.#checked(token, digest, found)
  }

  /** The key of that name; when several issuers have one, the issuer that the token claims to be from. */
  #keyFor(kid: string, claimed: unknown): Found | undefined {
    let other: Found | undefined
    for (const issuer of this.#issuers) {
      const key = issuer.keys.find(kid)
      if (key === undefined) continue
      if (issuer.issuer === claimed) return { issuer, key }
      other ??= { issuer, key } // its check of `iss` says what is wrong
    }
    return other
  }

  #named(claimed: unknown): readonly Issuer[] {
    return this.#issuers.filter(({ issuer }) => issuer === claimed)
  }

  #unknown(kid: string, claimed: unknown): Refused {
    if (this.#named(claimed).some(({ keys }) => !keys.ready)) return unavailable
    const name = kid.length > 128 ? `${kid.slice(0, 128)}…` : kid
    return { kind: 'refused', code: 'unknown-key', reason: `token uses the unknown key ${JSON.stringify(name)}` }
  }

  async #checked(token: string, digest: string, { issuer, key }: Found): Promise<Verified | Refused> {
    const { generation } = issuer.keys // before the wait: keys may change meanwhile
    try {
      const { payload, protectedHeader } = await jwtVerify(token, key.key, {
        algorithms: [...key.algorithms],
        issuer: issuer.issuer,
        ...(issuer.audiences.length > 0 && { audience: [...issuer.audiences] }),
        requiredClaims: [...issuer.requiredClaims],
        clockTolerance: SKEW_SECONDS,
      })
      const wrong = wrongWith(payload, issuer) ?? wrongType(protectedHeader.typ, issuer.types)
      if (wrong !== undefined) return invalid(wrong)
      const verified = verifiedBy(payload, token, digest)
      const doubts = await this.#doubts(token, digest, issuer)
      if (doubts !== undefined) return doubts
      const end = payload.exp === undefined ? Date.now() + UNDATED_MS : payload.exp * 1_000
      const until = this.#asks(issuer) ? Math.min(end, Date.now() + (this.#opaque?.confirms?.cacheMs ?? 0)) : end
      this.#cache.set(digest, { verified, keys: issuer.keys, generation, until, size: token.length * 3 })
      return verified
    } catch (thrown) {
      return invalid(errorName(thrown))
    }
  }

  #asks({ issuer }: Issuer): boolean {
    return this.#opaque?.confirms?.issuer === issuer
  }

  /** What its issuer says against a token that is right by itself. */
  async #doubts(token: string, digest: string, issuer: Issuer): Promise<Refused | undefined> {
    if (this.#opaque === undefined || !this.#asks(issuer)) return undefined
    const said = await this.#opaque.confirm(token, digest)
    return said.kind === 'refused' ? said : undefined
  }
}

type Claims = { readonly [claim: string]: unknown }

/** A token that is good, and whose it is. */
export const verifiedBy = (claims: Claims, raw: string, digest: string): Verified => ({
  kind: 'verified',
  token: { claims, raw },
  identity: { via: 'jwt', subject: subjectOf(claims, digest), claims },
})

interface Found {
  readonly issuer: Issuer
  readonly key: SigningKey
}

interface Known {
  readonly verified: Verified
  readonly keys: KeySet
  readonly generation: number
  readonly until: number
  readonly size: number
}

const noKid: Refused = { kind: 'refused', code: 'no-kid', reason: 'the token header does not specify a `kid`' }

const unavailable: Refused = {
  kind: 'refused',
  code: 'unavailable',
  reason: 'the keys of the issuer cannot be had at the moment',
}

/** Names of errors as the original prints them. */
const invalid = (name: string): Refused => ({
  kind: 'refused',
  code: 'invalid',
  reason: `the token is invalid or malformed: Error(${name})`,
})

interface Parts {
  readonly kid: string | undefined
  /** What the token says, and nobody has verified: it only chooses among keys. */
  readonly issuer: unknown
}

/**
 * Compact form only (RFC 7515 §7.1): the JSON form may hold many signatures, and parsers differ in which of them counts. Each part in
 * its one spelling: decoding forgives padding, alphabets and idle bits, and whoever keeps lists of tokens would be shown a new one.
 */
function partsOf(token: string): Parts | undefined {
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first <= 0 || second < 0 || bytesOf(token.slice(second + 1)) === undefined) return undefined
  const header = decoded(token.slice(0, first))
  const payload = decoded(token.slice(first + 1, second))
  if (header === undefined || payload === undefined) return undefined
  const { kid } = header
  return { kid: typeof kid === 'string' && kid !== '' ? kid : undefined, issuer: payload['iss'] }
}

function bytesOf(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url')
  return bytes.toString('base64url') === part ? bytes : undefined
}

function decoded(part: string): { readonly [field: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(bytesOf(part)?.toString('utf8') ?? '')
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** What the library lets pass: times that are no times, tokens from the future, and those that are good for longer than is wanted. */
export function wrongWith(claims: Claims, { maxLifetime }: Pick<Issuer, 'maxLifetime'>): string | undefined {
  for (const name of ['exp', 'nbf', 'iat']) {
    const value = claims[name]
    if (value !== undefined && (typeof value !== 'number' || !(Math.abs(value) <= LAST_SECOND))) return 'InvalidToken'
  }
  const [now, issued, end] = [Date.now() / 1_000, claims['iat'], claims['exp']]
  if (typeof issued === 'number' && issued > now + SKEW_SECONDS) return 'ImmatureSignature'
  const begin = claims['nbf']
  if (typeof begin === 'number' && begin > now + SKEW_SECONDS) return 'ImmatureSignature'
  if (maxLifetime === undefined) return undefined
  // Of a token that does not say when it was issued, what is left must not be more than all of it.
  const life = typeof end === 'number' ? end - (typeof issued === 'number' ? issued : now) : Number.POSITIVE_INFINITY
  return life > maxLifetime ? 'ExcessiveLifetime' : undefined
}

/** RFC 9068 §2.1; `application/` may be left out (RFC 7515 §4.1.9). */
function wrongType(typ: unknown, types: readonly string[] | undefined): string | undefined {
  if (types === undefined) return undefined
  const given = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : ''
  return types.includes(given) ? undefined : 'InvalidToken'
}

/**
 * Tokens without a subject are told apart by client, or each stands for itself: they must not share a session. A client is nobody
 * whose subject is the same text (RFC 9068 §5).
 */
function subjectOf(claims: Claims, digest: string): string {
  const { sub, client_id: client, azp: party } = claims
  if (isText(sub)) return sub
  if (isText(client)) return `client:${client}`
  return isText(party) ? `client:${party}` : `token:${digest.slice(0, 22)}`
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

function errorName(thrown: unknown): string {
  if (thrown instanceof errors.JWTExpired) return 'ExpiredSignature'
  if (thrown instanceof errors.JWSSignatureVerificationFailed) return 'InvalidSignature'
  if (thrown instanceof errors.JOSEAlgNotAllowed) return 'InvalidAlgorithm'
  if (!(thrown instanceof errors.JWTClaimValidationFailed)) return 'InvalidToken'
  const { claim, reason } = thrown
  if (reason === 'missing') return `MissingRequiredClaim(${JSON.stringify(claim)})`
  if (claim === 'iss') return 'InvalidIssuer'
  if (claim === 'aud') return 'InvalidAudience'
  return claim === 'nbf' && reason === 'check_failed' ? 'ImmatureSignature' : 'InvalidToken'
}

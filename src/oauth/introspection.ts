// Tokens that say nothing to whoever reads them: their issuer is asked (RFC 7662). Where they were found, and what follows, is policy.
import * as oauth from 'oauth4webapi'
import type { Maybe } from '../core/exchange.ts'
import { type Issuer, type Refused, type Verified, verifiedBy, wrongWith } from './jwt.ts'
import { VerifyCache } from './verify-cache.ts'

export interface IntrospectionOptions {
  readonly issuer: Pick<Issuer, 'issuer' | 'audiences' | 'requiredClaims' | 'maxLifetime'>
  /** Where it is asked; rejects when nobody knows at the moment. */
  readonly endpoint: () => Promise<string>
  readonly client: { readonly id: string; readonly secret: string; readonly method: 'basic' | 'post' }
  /** How long an answer is believed, in milliseconds: a token that was revoked is taken for so long at most. */
  readonly cacheMs: number
  /** Of every token it is asked whether it has been revoked, and not only of those that cannot be read. */
  readonly all: boolean
  readonly ask: (
    url: string,
    form: string,
    headers: Readonly<Record<string, string>>,
  ) => Promise<{ readonly status: number; readonly contentType: string | undefined; readonly body: Buffer }>
  readonly warn: (message: string, fields: { readonly [name: string]: string }) => void
}

/** Reference: security §3.1, row 6: what was refused may be good in a moment, when its issuer has spread the word. */
const REFUSED_MS = 5_000
/** Questions on their way: a flood of guesses is not passed on. */
const AT_ONCE = 32
const MAX_TOKEN = 4_096

interface Answered {
  readonly outcome: Verified | Refused
  readonly until: number
  readonly size: number
}

/**
 * Asks for each token once while its answer is believed, under its SHA-256. What is not known to be good is refused, and what cannot
 * be asked is `unavailable`: neither is a reason to let somebody in.
 */
export class Introspection {
  readonly #options: IntrospectionOptions
  readonly #good = new VerifyCache<Answered>()
  /** Apart, so that guesses push out nothing but guesses. */
  readonly #refused = new VerifyCache<Answered>(2_000)
  readonly #asking = new Map<string, Promise<Verified | Refused>>()

  constructor(options: IntrospectionOptions) {
    this.#options = options
  }

  /** `undefined`: it is no token that an issuer could be asked about (RFC 6750 §2.1), or one that can be read. */
  verify(token: string, digest: string): Maybe<Verified | Refused> | undefined {
    if (token.length > MAX_TOKEN || !/^[\w.~+/-]+=*$/.test(token) || token.split('.').length === 3) return undefined
    return this.confirm(token, digest)
  }

  get confirms(): { readonly issuer: string; readonly cacheMs: number } | undefined {
    const { all, issuer, cacheMs } = this.#options
    return all ? { issuer: issuer.issuer, cacheMs } : undefined
  }

  /** What its issuer says of a token, whatever it looks like. */
  confirm(token: string, digest: string): Maybe<Verified | Refused> {
    const now = Date.now()
    const known = this.#good.get(digest, now) ?? this.#refused.get(digest, now)
    if (known !== undefined) return known.outcome
    const under = this.#asking.get(digest)
    if (under !== undefined) return under
    if (this.#asking.size >= AT_ONCE) return unavailable
    const asking = this.#asked(token, digest).finally(() => this.#asking.delete(digest))
    this.#asking.set(digest, asking)
    return asking
  }

  clear(): void {
    this.#good.clear()
    this.#refused.clear()
  }

  async #asked(token: string, digest: string): Promise<Verified | Refused> {
    const { warn, cacheMs, issuer } = this.#options
    let said: oauth.IntrospectionResponse
    try {
      said = await this.#answer(token)
    } catch (thrown) {
      // What the endpoint wrote is not shown: it may hold the token.
      const error = thrown instanceof oauth.ResponseBodyError ? `it answers ${thrown.status}` : reasonOf(thrown)
      warn('tokens cannot be introspected', { issuer: issuer.issuer, error })
      return unavailable
    }
    const wrong = said.active ? wrongAs(said, issuer) : 'Inactive'
    // Whose word it is, even where the answer does not say: equal names of two issuers are two callers.
    const outcome = wrong === undefined ? verifiedBy({ ...said, iss: issuer.issuer }, token, digest) : refused(wrong)
    const now = Date.now()
    const end = said.active && said.exp !== undefined ? said.exp * 1_000 : Number.POSITIVE_INFINITY
    const until = wrong === undefined ? Math.min(now + cacheMs, end) : now + REFUSED_MS
    const answers = wrong === undefined ? this.#good : this.#refused
    answers.set(digest, { outcome, until, size: token.length + JSON.stringify(said).length })
    return outcome
  }

  async #answer(token: string): Promise<oauth.IntrospectionResponse> {
    const { endpoint, client, issuer, ask } = this.#options
    const server: oauth.AuthorizationServer = { issuer: issuer.issuer, introspection_endpoint: await endpoint() }
    const self: oauth.Client = { client_id: client.id }
    const authentication =
      client.method === 'basic' ? oauth.ClientSecretBasic(client.secret) : oauth.ClientSecretPost(client.secret)
    const response = await oauth.introspectionRequest(server, self, authentication, token, {
      additionalParameters: { token_type_hint: 'access_token' },
      // The address is the operator's, or one that the guarded client lets pass.
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: async (url: string, { headers, body }: oauth.CustomFetchOptions<string, unknown>) => {
        const { status, contentType, body: bytes } = await ask(url, String(body), headers)
        return new Response(new Uint8Array(bytes), {
          status,
          headers: contentType === undefined ? {} : { 'content-type': contentType },
        })
      },
    })
    return oauth.processIntrospectionResponse(server, self, response)
  }
}

/** What does not fit of a token that its issuer calls active. A refresh token is active as well, and opens nothing here. */
function wrongAs(said: oauth.IntrospectionResponse, issuer: IntrospectionOptions['issuer']): string | undefined {
  const { token_type: type, iss, aud, exp } = said
  if (type !== undefined && !/^(bearer|dpop)$/i.test(String(type))) return 'InvalidToken'
  if (iss !== undefined && iss !== issuer.issuer) return 'InvalidIssuer'
  const audiences = Array.isArray(aud) ? aud : [aud]
  if (issuer.audiences.length > 0 && !issuer.audiences.some((one) => audiences.includes(one))) return 'InvalidAudience'
  const missing = issuer.requiredClaims.find((name) => said[name] === undefined)
  if (missing !== undefined) return `MissingRequiredClaim(${JSON.stringify(missing)})`
  const unlikely = wrongWith(said, issuer)
  if (unlikely !== undefined) return unlikely
  return exp !== undefined && exp * 1_000 <= Date.now() ? 'ExpiredSignature' : undefined
}

const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : 'unknown').slice(0, 200)

const refused = (name: string): Refused => ({
  kind: 'refused',
  code: 'invalid',
  reason: `the token is invalid or malformed: Error(${name})`,
})

const unavailable: Refused = {
  kind: 'refused',
  code: 'unavailable',
  reason: 'the issuer of the token cannot be asked at the moment',
}

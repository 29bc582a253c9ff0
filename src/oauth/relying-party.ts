// A browser's login at an identity provider, seen from us, its client (OpenID Connect Core §3.1). Cookies and paths are not its affair.
import * as oauth from 'oauth4webapi'
import { type Fetch, type KeySet, RemoteKeys } from './jwks.ts'
import { Verifier } from './jwt.ts'

/** How the provider is asked; small documents only. */
export type Ask = (
  url: string,
  request: {
    readonly method: 'GET' | 'POST'
    readonly headers: Readonly<Record<string, string>>
    readonly body?: string
    readonly maxBytes: number
    readonly timeoutMs: number
  },
) => Promise<{ readonly status: number; readonly headers: { readonly [name: string]: unknown }; readonly body: Buffer }>

export interface RelyingPartyOptions {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
  /** What the provider is: known from the configuration, or to be had at an address. */
  readonly provider: { readonly server: oauth.AuthorizationServer } | { readonly url: string }
  /** Absent: wherever the provider says. */
  readonly keys?: KeySet
  readonly ask: Ask
  readonly warn: (message: string, fields: { readonly [name: string]: string }) => void
}

/** One attempt to log in; kept by the browser, sealed, until it comes back. */
export interface Visit {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** Nobody is logged in. `callback`: what came back does not belong to the visit; `provider`: the provider cannot be dealt with. */
export class LoginFailed extends Error {
  override readonly name = 'LoginFailed'
  readonly kind: 'callback' | 'provider'

  constructor(kind: LoginFailed['kind'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

const BOUNDS = { maxBytes: 256 * 1024, timeoutMs: 10_000 }
const HOUR_MS = 3_600_000

export class RelyingParty implements AsyncDisposable {
  /** For ID tokens: signed by the provider, and for this client. */
  readonly verifier: Verifier
  readonly #options: RelyingPartyOptions
  readonly #client: oauth.Client
  readonly #requests: {
    [oauth.customFetch]: (url: string, request: Sent) => Promise<Response>
    [oauth.allowInsecureRequests]: boolean
  }
  readonly #remote: RemoteKeys | undefined
  #known: { readonly server: oauth.AuthorizationServer; readonly at: number } | undefined
  #asking: Promise<oauth.AuthorizationServer> | undefined

  constructor(options: RelyingPartyOptions) {
    const { issuer, clientId, keys, warn } = options
    this.#options = options
    this.#client = { client_id: clientId, [oauth.clockTolerance]: 60 }
    // A provider that is configured with http is on a network that the operator trusts; one with https must stay there.
    this.#requests = {
      [oauth.customFetch]: (url, request) => this.#sent(url, request),
      [oauth.allowInsecureRequests]: issuer.startsWith('http:'),
    }
    this.#remote = keys === undefined ? new RemoteKeys({ url: issuer, fetch: this.#keys, warn }) : undefined
    const all = keys ?? this.#remote
    this.verifier = new Verifier(
      all === undefined ? [] : [{ issuer, audiences: [clientId], requiredClaims: ['exp', 'sub'], keys: all }],
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remote?.[Symbol.asyncDispose]()
    await this.verifier[Symbol.asyncDispose]()
  }

  /** `state` is the caller's: it must hold enough that nobody can guess. */
  visit(state: string): Visit {
    return { state, nonce: oauth.generateRandomNonce(), verifier: oauth.generateRandomCodeVerifier() }
  }

  /** Where a browser is sent for a visit (RFC 6749 §4.1.1, RFC 7636 §4.3). Rejects with LoginFailed. */
  async address({ state, nonce, verifier }: Visit): Promise<string> {
    const { issuer, clientId, redirectUri, scopes } = this.#options
    const server = await this.#server()
    const url = URL.parse(server.authorization_endpoint ?? '')
    if (url === null || (url.protocol !== 'https:' && (url.protocol !== 'http:' || !issuer.startsWith('http:'))))
      throw new LoginFailed('provider', 'the authorization endpoint of the identity provider is not https')
    const parameters = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: scopes.join(' '),
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    return url.href
  }

  /** The ID token of whoever came back from a visit: verified, as it came. Rejects with LoginFailed. */
  async idToken(query: string, { state, nonce, verifier }: Visit): Promise<string> {
    const { clientSecret, redirectUri } = this.#options
    const server = await this.#server()
    const answer = this.#answer(server, query, state)
    try {
      const authentication = byPost(server)
        ? oauth.ClientSecretPost(clientSecret)
        : oauth.ClientSecretBasic(clientSecret)
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        this.#client,
        authentication,
        answer,
        redirectUri,
        verifier,
        this.#requests,
      )
      const expected = { expectedNonce: nonce, requireIdToken: true }
      const tokens = await oauth.processAuthorizationCodeResponse(server, this.#client, response, expected)
      const token = tokens.id_token ?? ''
      const outcome = await this.verifier.verify(token)
      if (outcome.kind === 'refused')
        throw new LoginFailed('provider', `the ID token cannot be verified: ${outcome.reason}`)
      return token
    } catch (thrown) {
      throw failed(thrown)
    }
  }

  /** What came back (RFC 6749 §4.1.2, RFC 9207). */
  #answer(server: oauth.AuthorizationServer, query: string, state: string): URLSearchParams {
    try {
      return oauth.validateAuthResponse(server, this.#client, new URLSearchParams(query), state)
    } catch (thrown) {
      const error =
        thrown instanceof oauth.AuthorizationResponseError ? word(thrown.error) : 'something else than was asked'
      throw new LoginFailed('callback', `the identity provider answers ${error}`, { cause: thrown })
    }
  }

  /** What the provider says of itself, an hour old at most; older when it does not answer. */
  async #server(): Promise<oauth.AuthorizationServer> {
    const { provider, issuer, warn } = this.#options
    if ('server' in provider) return provider.server
    const known = this.#known
    if (known !== undefined && Date.now() - known.at < HOUR_MS) return known.server
    this.#asking ??= this.#discovered(provider.url).finally(() => (this.#asking = undefined))
    try {
      return await this.#asking
    } catch (thrown) {
      if (known === undefined) throw failed(thrown)
      warn('an identity provider does not say what it is; what it said before is used', { issuer })
      return known.server
    }
  }

  async #discovered(url: string): Promise<oauth.AuthorizationServer> {
    const { ask, issuer } = this.#options
    const { status, body } = await ask(url, { method: 'GET', headers: { accept: 'application/json' }, ...BOUNDS })
    if (status !== 200) throw new LoginFailed('provider', `the identity provider answers ${status} for its description`)
    const server = await describedServer(body.toString('utf8'), issuer)
    this.#known = { server, at: Date.now() }
    return server
  }

  readonly #keys: Fetch = async (_issuer, { accept, maxBytes, timeoutMs }) => {
    const { jwks_uri: url } = await this.#server()
    if (url === undefined) throw new LoginFailed('provider', 'the identity provider does not say where its keys are')
    return this.#options.ask(url, { method: 'GET', headers: { accept }, maxBytes, timeoutMs })
  }

  async #sent(url: string, { method, headers, body }: Sent): Promise<Response> {
    const {
      status,
      headers: fields,
      body: bytes,
    } = await this.#options.ask(url, {
      method: method === 'POST' ? 'POST' : 'GET',
      headers,
      ...(body instanceof URLSearchParams && { body: body.toString() }),
      ...BOUNDS,
    })
    const type = fields['content-type']
    return new Response(bytes.length === 0 ? null : new Uint8Array(bytes), {
      status,
      headers: typeof type === 'string' ? { 'content-type': type } : {},
    })
  }
}

type Sent = oauth.CustomFetchOptions<string, unknown>

/** A discovery document (OpenID Connect Discovery §4.3), which must be about this very issuer. Rejects with LoginFailed. */
export async function describedServer(text: string, issuer: string): Promise<oauth.AuthorizationServer> {
  try {
    const document = new Response(text, { headers: { 'content-type': 'application/json' } })
    const server = await oauth.processDiscoveryResponse(new URL(issuer), document)
    if (server.issuer === issuer) return server
  } catch (thrown) {
    throw failed(thrown)
  }
  throw new LoginFailed('provider', 'the identity provider calls itself otherwise than `issuer`')
}

/** Basic unless only the other one is offered (OpenID Connect Discovery §3: it is what an absent list means). */
const byPost = ({ token_endpoint_auth_methods_supported: methods }: oauth.AuthorizationServer): boolean =>
  methods !== undefined && !methods.includes('client_secret_basic') && methods.includes('client_secret_post')

/** What went wrong, in words for logs: never with a code or token in it. */
function failed(thrown: unknown): LoginFailed {
  if (thrown instanceof LoginFailed) return thrown
  if (thrown instanceof oauth.ResponseBodyError)
    return new LoginFailed('provider', `the token endpoint answers ${word(thrown.error)}`, { cause: thrown })
  if (thrown instanceof oauth.OperationProcessingError && thrown.code === oauth.JWT_CLAIM_COMPARISON)
    return new LoginFailed('callback', 'the ID token was not made for this login', { cause: thrown })
  return new LoginFailed('provider', thrown instanceof Error ? thrown.message : 'unknown', { cause: thrown })
}

/** An error code as it may stand in a log or an answer. */
const word = (code: string): string => (/^[\w.-]{1,60}$/.test(code) ? code : 'an error without a usual name')

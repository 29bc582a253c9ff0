// The identity provider behind the facade: one client of our own there, a login for each person, their claims (OpenID Connect Core).
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import { asFailure } from '../../core/failure.ts'
import { randomText } from './secrets.ts'
import type { Facts } from './settings.ts'

/** Who has logged in. */
export interface User {
  readonly subject: string
  /** Those that the configuration carries on. */
  readonly claims: { readonly [claim: string]: unknown }
  /** The provider's own refresh token, when it gives one. */
  readonly refresh: string | undefined
}

/** What belongs to one visit at the provider; kept by us meanwhile. */
export interface Visit {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** Why there is no user. `denied`: somebody said no; `gone`: a refresh token is no longer good; `broken`: ask later. */
export class NoUser extends Error {
  override readonly name = 'NoUser'
  readonly kind: 'denied' | 'gone' | 'broken'

  constructor(kind: NoUser['kind'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** What a token can carry without becoming too large for a header. */
const CLAIMS_BYTES = 4_096
/** These say what our token is: nobody else's words may stand in their place. */
const ours: ReadonlySet<string> = new Set([
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'sid',
  'client_id',
  'azp',
  'scope',
  'cnf',
  'act',
  'may_act',
  'typ',
])

interface Known {
  readonly server: oauth.AuthorizationServer
  readonly keys: JSONWebKeySet | undefined
  readonly at: number
}

export class Provider {
  readonly #facts: Facts
  readonly #client: oauth.Client
  readonly #auth: oauth.ClientAuth
  readonly #options: { [oauth.customFetch]: Ask; [oauth.allowInsecureRequests]: boolean }
  #known: Known | undefined = undefined
  #asking: Promise<Known> | undefined = undefined

  constructor(facts: Facts) {
    const { clientId, clientSecret, clientAuth, issuer } = facts.settings.provider
    this.#facts = facts
    this.#client = { client_id: clientId, [oauth.clockTolerance]: 60 }
    this.#auth =
      clientSecret === undefined
        ? oauth.None()
        : clientAuth === 'post'
          ? oauth.ClientSecretPost(clientSecret)
          : oauth.ClientSecretBasic(clientSecret)
    // An issuer that is configured with http is a provider on a trusted network; one with https must stay there.
    this.#options = {
      [oauth.customFetch]: (url, request) => this.#fetch(url, request),
      [oauth.allowInsecureRequests]: issuer.startsWith('http:'),
    }
  }

  visit(): Visit {
    return { state: randomText(), nonce: randomText(), verifier: oauth.generateRandomCodeVerifier() }
  }

  /** Where a browser is sent for a visit. Called after consent only. */
  async address({ state, nonce, verifier }: Visit): Promise<string> {
    const { server } = await this.#provider()
    const { provider } = this.#facts.settings
    const url = new URL(server.authorization_endpoint ?? '')
    for (const [name, value] of Object.entries(provider.parameters)) url.searchParams.set(name, value)
    const parameters = {
      client_id: provider.clientId,
      redirect_uri: this.#facts.url('callback'),
      response_type: 'code',
      scope: provider.scopes.join(' '),
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    return url.href
  }

  /** Who came back from a visit. Rejects with NoUser. */
  async user(query: string, { state, nonce, verifier }: Visit): Promise<User> {
    const { server } = await this.#provider()
    try {
      const answer = oauth.validateAuthResponse(server, this.#client, new URLSearchParams(query), state)
      const callback = this.#facts.url('callback')
      const options = this.#options
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        this.#client,
        this.#auth,
        answer,
        callback,
        verifier,
        options,
      )
      const expected = { expectedNonce: nonce, requireIdToken: true }
      const tokens = await oauth.processAuthorizationCodeResponse(server, this.#client, response, expected)
      await oauth.validateApplicationLevelSignature(server, response, options)
      const claims = oauth.getValidatedIdTokenClaims(tokens)
      if (claims === undefined) throw new NoUser('broken', 'the identity provider gave no ID token')
      return await this.#described(claims.sub, tokens, {})
    } catch (thrown) {
      throw noUser(thrown)
    }
  }

  /** The same person again, as the provider knows them now. Rejects with NoUser. */
  async again(user: User & { readonly refresh: string }): Promise<User> {
    const { server } = await this.#provider()
    try {
      const response = await oauth.refreshTokenGrantRequest(
        server,
        this.#client,
        this.#auth,
        user.refresh,
        this.#options,
      )
      const tokens = await oauth.processRefreshTokenResponse(server, this.#client, response)
      const claims = oauth.getValidatedIdTokenClaims(tokens)
      if (claims !== undefined) await oauth.validateApplicationLevelSignature(server, response, this.#options)
      if (claims !== undefined && claims.sub !== user.subject)
        throw new NoUser('gone', 'the provider names somebody else')
      // With an ID token everything is there that the login had: what is missing now has been taken from the person.
      const described = await this.#described(user.subject, tokens, claims === undefined ? user.claims : {})
      return { ...described, refresh: described.refresh ?? user.refresh }
    } catch (thrown) {
      throw noUser(thrown)
    }
  }

  /** Ends the provider's own grant (RFC 7009), if it can be ended. Never rejects. */
  async forget(refresh: string): Promise<void> {
    try {
      const { server } = await this.#provider()
      if (server.revocation_endpoint === undefined) return
      const response = await oauth.revocationRequest(server, this.#client, this.#auth, refresh, this.#options)
      await oauth.processRevocationResponse(response)
    } catch (thrown) {
      this.#facts.tools.warn('a login could not be ended at the identity provider', {
        error: asFailure(thrown).message,
      })
    }
  }

  /**
   * Claims from all that the provider says of the person: its access token where that is a JWT it signed (roles are often only
   * there), then user info, then the ID token, which has the last word.
   */
  async #described(subject: string, tokens: oauth.TokenEndpointResponse, before: User['claims']): Promise<User> {
    const { server } = await this.#provider()
    const said = {
      ...before,
      ...(await this.#inAccessToken(tokens.access_token)),
      ...(await this.#inUserInfo(server, tokens, subject)),
      ...oauth.getValidatedIdTokenClaims(tokens),
    }
    const carried = this.#facts.settings.claims.filter((name) => !ours.has(name) && Object.hasOwn(said, name))
    const claims = Object.fromEntries(carried.map((name) => [name, said[name]]))
    if (subject === '' || subject.length > 255)
      throw new NoUser('broken', 'the subject is empty or above 255 characters')
    // Left out, a claim could turn a rule that denies into one that does not: no login rather than half of one.
    if (JSON.stringify(claims).length > CLAIMS_BYTES)
      throw new NoUser('broken', `the claims of a user are above ${CLAIMS_BYTES} bytes: carry fewer with \`claims\``)
    return { subject, claims, refresh: tokens.refresh_token }
  }

  async #inAccessToken(token: string): Promise<{ readonly [claim: string]: unknown }> {
    if (token.split('.').length !== 3) return {}
    const known = await this.#provider()
    const { issuer } = this.#facts.settings.provider
    try {
      return await claimsIn(token, known.keys, issuer)
    } catch (thrown) {
      if (!(thrown instanceof errors.JWKSNoMatchingKey)) throw thrown
      // New keys since we asked? Roles that are silently left out would turn rules over. Tokens that the provider means for others
      // look the same, and must not make us ask at each login.
      const fresh = Date.now() - known.at < MINUTE ? known : await this.#anew()
      return fresh === known ? {} : claimsIn(token, fresh.keys, issuer).catch(() => ({}))
    }
  }

  async #inUserInfo(
    server: oauth.AuthorizationServer,
    { access_token: token, scope }: oauth.TokenEndpointResponse,
    subject: string,
  ): Promise<{ readonly [claim: string]: unknown }> {
    const asked = scope === undefined ? this.#facts.settings.provider.scopes : scope.split(' ')
    if (server.userinfo_endpoint === undefined || !asked.includes('openid')) return {}
    const response = await oauth.userInfoRequest(server, this.#client, token, this.#options)
    return { ...(await oauth.processUserInfoResponse(server, this.#client, subject, response)) }
  }

  /** What the provider says of itself, an hour old at most; older when it does not answer. */
  async #provider(): Promise<Known> {
    if (this.#known !== undefined && Date.now() - this.#known.at < HOUR) return this.#known
    return this.#anew()
  }

  async #anew(): Promise<Known> {
    this.#asking ??= this.#discover().finally(() => (this.#asking = undefined))
    try {
      return await this.#asking
    } catch (thrown) {
      if (this.#known === undefined) throw noUser(thrown)
      this.#facts.tools.warn('the identity provider does not say what it is; what it said before is used', {
        error: asFailure(thrown).message,
      })
      return this.#known
    }
  }

  async #discover(): Promise<Known> {
    const issuer = new URL(this.#facts.settings.provider.issuer)
    const server = await this.#found(issuer, 'oidc').catch(() => this.#found(issuer, 'oauth2'))
    const { protocol } = new URL(server.authorization_endpoint ?? '')
    if (protocol !== 'https:' && protocol !== issuer.protocol)
      throw new NoUser('broken', 'the authorization endpoint of the identity provider is not https')
    this.#known = { server, keys: await this.#keys(server), at: Date.now() }
    return this.#known
  }

  async #found(issuer: URL, algorithm: 'oidc' | 'oauth2'): Promise<oauth.AuthorizationServer> {
    const response = await oauth.discoveryRequest(issuer, { algorithm, ...this.#options })
    return oauth.processDiscoveryResponse(issuer, response)
  }

  async #keys({ jwks_uri: url }: oauth.AuthorizationServer): Promise<JSONWebKeySet | undefined> {
    if (url === undefined) return undefined
    const { status, body } = await this.#facts.tools.ask(url, {
      method: 'GET',
      headers: { accept: 'application/json' },
    })
    if (status !== 200) return undefined
    const set: unknown = JSON.parse(body.toString('utf8'))
    return isKeySet(set) ? set : undefined
  }

  async #fetch(url: string, request: Parameters<Ask>[1]): Promise<Response> {
    const { status, headers, body } = await this.#facts.tools.ask(url, {
      method: request.method === 'POST' ? 'POST' : 'GET',
      headers: request.headers,
      ...(request.body instanceof URLSearchParams && { body: request.body.toString() }),
    })
    const type = headers['content-type']
    const whole = body.length === 0 ? null : new Uint8Array(body)
    return new Response(whole, { status, headers: type === undefined ? {} : { 'content-type': type } })
  }
}

/** Nothing when it is no token of this issuer for anybody: meant for others, who read it in their own way. */
async function claimsIn(
  token: string,
  keys: JSONWebKeySet | undefined,
  issuer: string,
): Promise<{ readonly [claim: string]: unknown }> {
  if (keys === undefined) return {}
  try {
    return (await jwtVerify(token, createLocalJWKSet(keys), { issuer, clockTolerance: 60 })).payload
  } catch (thrown) {
    if (thrown instanceof errors.JOSEError && !(thrown instanceof errors.JWKSNoMatchingKey)) return {}
    throw thrown
  }
}

type Ask = (url: string, request: oauth.CustomFetchOptions<string, unknown>) => Promise<Response>

const isKeySet = (set: unknown): set is JSONWebKeySet =>
  typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys)

/** What went wrong, in words for the log: never with a token in it. */
function noUser(thrown: unknown): NoUser {
  if (thrown instanceof NoUser) return thrown
  if (thrown instanceof oauth.AuthorizationResponseError)
    return new NoUser('denied', `the identity provider answers ${word(thrown.error)}`, { cause: thrown })
  if (thrown instanceof oauth.ResponseBodyError) {
    const kind = thrown.error === 'invalid_grant' ? 'gone' : 'broken'
    return new NoUser(kind, `the identity provider answers ${word(thrown.error)}`, { cause: thrown })
  }
  return new NoUser('broken', thrown instanceof Error ? thrown.message : 'unknown', { cause: thrown })
}

/** An error code as it may stand in a log. */
const word = (code: string): string => (/^[\w.-]{1,60}$/.test(code) ? code : 'an error without a usual name')

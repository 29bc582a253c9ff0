// YAML `oidc`: people log in with their browser at an identity provider, and come back with a cookie (reference: agentgateway §7.4).
import { hash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { fileInlineOrRemote } from '../config/value.ts'
import { type Exchange, type Maybe, type Reply, text } from '../core/exchange.ts'
import { asFailure } from '../core/failure.ts'
import { define } from '../core/module.ts'
import { fetchDocument, trustBy } from '../http/fetch.ts'
import type { Refused, Verified } from '../oauth/jwt.ts'
import {
  type Ask,
  describedServer,
  LoginFailed,
  RelyingParty,
  type RelyingPartyOptions,
} from '../oauth/relying-party.ts'
import { keysFrom } from './issuers.ts'
import { LoginCookies } from './login-cookies.ts'
import type { Policy, Site } from './policy.ts'

const address = () =>
  z.string().refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''), 'must be an http(s) URL')

const schema = z
  .strictObject({
    issuer: address(),
    discovery: fileInlineOrRemote().nullish(),
    authorizationEndpoint: address().nullish(),
    tokenEndpoint: address().nullish(),
    tokenEndpointAuth: z.enum(['clientSecretBasic', 'clientSecretPost']).nullish(),
    jwks: fileInlineOrRemote().nullish(),
    clientId: z.string().min(1),
    clientSecret: z.string().min(1),
    redirectURI: address(),
    scopes: z.array(z.string().regex(/^[!#-[\]-~]+$/)).default([]),
  })
  .check(({ value, issues }) => {
    const report = (message: string): number => issues.push({ code: 'custom', message, input: value })
    const { authorizationEndpoint, tokenEndpoint, jwks, discovery, tokenEndpointAuth } = value
    const given = [authorizationEndpoint, tokenEndpoint, jwks].filter((one) => (one ?? undefined) !== undefined).length
    if (given !== 0 && given !== 3)
      report('needs all of `authorizationEndpoint`, `tokenEndpoint` and `jwks`, or none of them')
    if (given === 3 && (discovery ?? undefined) !== undefined)
      report('has its endpoints written down: there is nothing to discover with `discovery`')
    if (given === 0 && (tokenEndpointAuth ?? undefined) !== undefined)
      report('takes `tokenEndpointAuth` from the provider, unless all endpoints are written down')
  })

type Config = z.output<typeof schema>

const SESSION_SECONDS = 3_600
const VISIT_SECONDS = 300
/** Logins that a browser may have begun at once: each is a cookie, and too many of them make every request too large. */
const MAX_BEGUN = 8
const MAX_TARGET = 2_048

/**
 * Who has no session is sent to the provider, with PKCE, `state` and `nonce`; who comes back gets the ID token as a sealed
 * cookie. Scripts that fetch something are answered 401: they cannot follow a login, and each attempt would leave a cookie.
 */
export const oidc = define({
  key: 'oidc',
  schema,
  async compile(config, site: Site): Promise<Policy> {
    const { issuer, clientId, redirectURI } = config
    const callback = new URL(redirectURI)
    if (site.cookieSecret === undefined)
      site.problem([], '`oidc` needs the environment variable OIDC_COOKIE_SECRET: 64 hexadecimal digits')
    const party = await partyFor(config, site)
    if (party === undefined || site.cookieSecret === undefined) return {}
    const name = `${issuer} ${clientId} ${redirectURI}`
    const cookies = new LoginCookies(name, site.cookieSecret, callback.protocol === 'https:')
    return new Oidc(party, cookies, { callback: callback.pathname, site })
  },
})

async function partyFor(config: Config, site: Site): Promise<RelyingParty | undefined> {
  const { issuer, clientId, clientSecret, redirectURI, jwks } = config
  const provider = await providerOf(config, site)
  const found = jwks === null || jwks === undefined ? undefined : keysFrom(jwks, site, ['jwks'])
  if (provider === undefined || (found === undefined && 'server' in provider && provider.server.jwks_uri === undefined))
    return undefined // reported
  const facts = {
    issuer,
    clientId,
    clientSecret,
    redirectUri: redirectURI,
    scopes: ['openid', ...config.scopes],
    provider,
  }
  const { log, pools } = site
  const described = 'url' in provider ? provider.url : undefined
  const trust = trustBy([issuer, described, config.authorizationEndpoint, config.tokenEndpoint])
  const ask: Ask = (url, { method, headers, body, maxBytes, timeoutMs }) =>
    fetchDocument(url, {
      pools,
      trust: trust(url),
      method,
      headers,
      maxBytes,
      timeoutMs,
      ...(body !== undefined && { body }),
    })
  const key = `oidc ${hash('sha256', JSON.stringify([facts, found?.origin]))}`
  const scopes = [...new Set(facts.scopes)]
  return site.keep(
    key,
    () =>
      new RelyingParty({
        ...facts,
        scopes,
        ask,
        ...(found !== undefined && { keys: found.keys }),
        warn: (message, fields) => log.warn(message, fields),
      }),
  )
}

/** The provider as the configuration describes it. `undefined`: it cannot be used, and that has been reported. */
async function providerOf(config: Config, site: Site): Promise<RelyingPartyOptions['provider'] | undefined> {
  const { issuer, discovery, authorizationEndpoint, tokenEndpoint, tokenEndpointAuth } = config
  if (typeof authorizationEndpoint === 'string' && typeof tokenEndpoint === 'string') {
    const method = tokenEndpointAuth === 'clientSecretPost' ? 'client_secret_post' : 'client_secret_basic'
    return {
      server: {
        issuer,
        authorization_endpoint: authorizationEndpoint,
        token_endpoint: tokenEndpoint,
        token_endpoint_auth_methods_supported: [method],
      },
    }
  }
  if (discovery === null || discovery === undefined)
    return { url: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration` }
  if ('url' in discovery) return discovery
  const document = 'inline' in discovery ? discovery.inline : site.read(discovery.file)?.toString('utf8')
  if (document === undefined) return undefined
  try {
    return { server: await describedServer(document, issuer) }
  } catch (thrown) {
    site.problem(['discovery'], `cannot be used: ${asFailure(thrown).message}`)
    return undefined
  }
}

const sessionSchema = z.object({ token: z.string(), until: z.number() })
const visitSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  target: z.string(),
  until: z.number(),
})

interface Place {
  /** Path to which the provider sends browsers back. */
  readonly callback: string
  readonly site: Site
}

class Oidc implements Policy {
  readonly #party: RelyingParty
  readonly #cookies: LoginCookies
  readonly #place: Place

  constructor(party: RelyingParty, cookies: LoginCookies, place: Place) {
    this.#party = party
    this.#cookies = cookies
    this.#place = place
  }

  onRequest(x: Exchange): Maybe<Reply | undefined> {
    const { method } = x.request
    if (method === 'GET' && x.path === this.#place.callback) {
      const parameters = new URLSearchParams(x.query)
      if (parameters.has('state') && (parameters.has('code') || parameters.has('error')))
        return this.#returned(x, parameters.get('state') ?? '')
    }
    const { headers } = x
    if (method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined)
      return undefined
    const session = sessionSchema.safeParse(this.#cookies.read(headers.cookie, this.#cookies.session)).data
    if (session === undefined || session.until <= now()) return this.#login(x)
    const outcome = this.#party.verifier.verify(session.token)
    return outcome instanceof Promise ? outcome.then((late) => this.#known(x, late)) : this.#known(x, outcome)
  }

  #known(x: Exchange, outcome: Verified | Refused): Maybe<Reply | undefined> {
    if (outcome.kind === 'refused')
      return outcome.code === 'unavailable' ? refuse(x, 503, outcome.reason) : this.#login(x)
    x.jwt = outcome.token
    x.identity = outcome.identity
    return undefined
  }

  /** Sends the browser to the provider. What it must bring back goes with it, sealed, in a cookie of its own. */
  async #login(x: Exchange): Promise<Reply> {
    const mode = x.headers['sec-fetch-mode']
    if (mode !== undefined && mode !== 'navigate') return refuse(x, 401, 'authentication required')
    const id = token()
    // The shape of the original's (reference: agentgateway §7.4); what counts is that it comes back unchanged.
    const state = Buffer.from(JSON.stringify({ transactionId: id, csrfState: token() })).toString('base64url')
    const visit = this.#party.visit(state)
    try {
      const location = await this.#party.address(visit)
      const name = this.#cookies.transaction(id)
      const content = { ...visit, target: targetOf(x), until: now() + VISIT_SECONDS }
      const begun = this.#cookies.begun(x.headers.cookie)
      const cleared = begun.length < MAX_BEGUN ? [] : begun.map((one) => this.#cookies.clear(one))
      const cookie = this.#cookies.write(name, content, VISIT_SECONDS)
      if (cookie === undefined) return refuse(x, 500, 'the address is too long to come back to')
      return redirect(location, [...cleared, cookie])
    } catch (thrown) {
      return this.#failed(x, thrown)
    }
  }

  /** The browser is back. Only the one that was sent may come, with what it was sent with, and once. */
  async #returned(x: Exchange, state: string): Promise<Reply> {
    const id = transactionOf(state)
    if (id === undefined) return refuse(x, 400, 'invalid callback')
    const name = this.#cookies.transaction(id)
    const visit = visitSchema.safeParse(this.#cookies.read(x.headers.cookie, name)).data
    if (visit === undefined) return refuse(x, 400, 'missing transaction')
    if (visit.until <= now()) return refuse(x, 400, 'invalid transaction', [this.#cookies.clear(name)])
    try {
      const idToken = await this.#party.idToken(x.query, visit)
      const cookie = this.#cookies.write(
        this.#cookies.session,
        { token: idToken, until: now() + SESSION_SECONDS },
        SESSION_SECONDS,
      )
      if (cookie === undefined) return refuse(x, 500, 'the ID token is too large for a cookie')
      return redirect(visit.target, [cookie, this.#cookies.clear(name)])
    } catch (thrown) {
      return this.#failed(x, thrown, [this.#cookies.clear(name)])
    }
  }

  #failed(x: Exchange, thrown: unknown, cookies: readonly string[] = []): Reply {
    const failed = thrown instanceof LoginFailed ? thrown : asFailure(thrown)
    this.#place.site.log.warn('a browser login failed', { error: failed.message })
    if (failed instanceof LoginFailed && failed.kind === 'callback') return refuse(x, 400, failed.message, cookies)
    // What is wrong between us and the provider is the operator's to know.
    return refuse(x, 500, 'the identity provider cannot be used', cookies)
  }
}

const now = (): number => Math.floor(Date.now() / 1_000)

const token = (): string => randomBytes(16).toString('base64url')

const stateSchema = z.object({ transactionId: z.string().regex(/^[\w-]{22}$/) })

function transactionOf(state: string): string | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(state, 'base64url').toString('utf8'))
    return stateSchema.safeParse(value).data?.transactionId
  } catch {
    return undefined
  }
}

/**
 * Where the browser wanted to go: a path of ours, whatever it looks like. `//host` and `/\host` are other servers to browsers, and
 * so is what they make of it after decoding.
 */
function targetOf(x: Exchange): string {
  const target = x.path + x.query
  return target.length <= MAX_TARGET && /^\/(?!\/|\\|%2f|%5c)[\x21-\x5b\x5d-\x7e]*$/i.test(target) ? target : '/'
}

function redirect(location: string, cookies: readonly string[]): Reply {
  return { kind: 'empty', status: 302, headers: { location, 'set-cookie': [...cookies], 'cache-control': 'no-store' } }
}

function refuse(x: Exchange, status: number, why: string, cookies: readonly string[] = []): Reply {
  const message = `oidc authentication failure: ${why}`
  x.reason = 'Oidc'
  x.error = message
  const reply = text(status, message)
  const headers = {
    ...reply.headers,
    'cache-control': 'no-store',
    ...(cookies.length > 0 && { 'set-cookie': [...cookies] }),
  }
  return { ...reply, headers }
}

// The logins of people at one upstream: which token goes with a request, what a refusal means, and the way to a new login.
import { hash } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import type { Maybe } from '../../core/exchange.ts'
import { Failure } from '../../core/failure.ts'
import { hashed, randomText } from '../facade/secrets.ts'
import { type Asked, challengeIn } from './challenge.ts'
import { authenticationOf, UpstreamClients } from './clients.ts'
import { Discovery, type Found } from './discovery.ts'
import { redirectOf } from './document.ts'
import { LoginBroken, LoginNeeded } from './needed.ts'
import { probed } from './probe.ts'
import { loginBroken, type Requests, requests } from './requests.ts'
import type { LoginSettings, LoginTools, UpstreamServer } from './settings.ts'
import { StepUps } from './step-ups.ts'
import { granted, nobody, resting, type Shown, Tokens } from './tokens.ts'

/** How an upstream has refused a request. */
export interface Refusal {
  readonly status: number
  /** `WWW-Authenticate`. */
  readonly challenge: string | readonly string[] | undefined
  /** It was the second attempt. */
  readonly again: boolean
}

/** A login that was begun; it waits in the store for the browser to come back. */
export interface Begun {
  readonly principal: string
  readonly login: string
  readonly issuer: string
  readonly clientId: string
  readonly base: string
  readonly resource: string
  readonly scopes: readonly string[]
  readonly verifier: string
  /** The page that the person came from. */
  readonly page: string
}

export interface LoginOptions {
  readonly upstream: UpstreamServer
  readonly settings: LoginSettings
  readonly tools: LoginTools
}

/** A browser's way to the authorization server. */
export interface Departure {
  readonly address: string
  /** Its name, for the person. */
  readonly shown: string
  readonly state: string
  readonly begun: Begun
}

/** Answers that come so soon after a refresh are to requests that went out before it. */
const SETTLE_MS = 5_000
const CHALLENGES = 1_000

export class UpstreamLogin implements AsyncDisposable {
  readonly target: string
  /** Tells logins of one gateway apart; says nothing secret. */
  readonly key: string
  readonly #options: LoginOptions
  readonly #discovery: Discovery
  readonly #clients: UpstreamClients
  readonly #requests: Requests
  readonly #tokens: Tokens
  readonly #stepUps: StepUps
  /** What the upstream has last said to somebody that it did not let in. */
  readonly #challenges = new Map<string, Asked>()
  readonly #listeners = new Set<(principal: string) => void>()
  readonly #renewing = new Map<string, Promise<Shown>>()

  constructor(options: LoginOptions) {
    const { upstream, settings, tools } = options
    this.target = upstream.target
    this.key = hash('sha256', `${upstream.target} ${upstream.place}`, 'hex').slice(0, 16)
    this.#options = options
    this.#discovery = new Discovery(options)
    this.#requests = requests(tools, this.#discovery)
    this.#clients = new UpstreamClients({ upstream, settings, tools, requests: this.#requests })
    const parts = { upstream, settings, tools, discovery: this.#discovery, requests: this.#requests }
    this.#tokens = new Tokens({ ...parts, clients: this.#clients })
    this.#stepUps = new StepUps(upstream, tools)
  }

  /** A good token of this person. Throws or rejects with LoginNeeded when there is none. */
  token(principal: string): Maybe<string> {
    const token = this.#tokens.get(principal)
    return token instanceof Promise ? token.then((late) => this.#shown(late)) : this.#shown(token)
  }

  /** Whether this person has a login here, as far as we know. */
  async connected(principal: string): Promise<boolean> {
    return (await this.#tokens.grant(principal)) !== undefined
  }

  /** Whether this person has a login that nothing speaks against: what a page may call connected. */
  async settled(principal: string): Promise<boolean> {
    return !this.#challenges.has(principal) && (await this.connected(principal))
  }

  /**
   * The upstream would not have the token. `true`: there is another one now. Rejects with LoginNeeded when the person has to
   * log in, with a Failure when the upstream wants more than it can get.
   */
  async refused(principal: string, { status, challenge, again }: Refusal): Promise<boolean> {
    const asked = challengeIn(challenge)
    if (status === 403) return this.#stepUp(principal, asked)
    this.#heard(principal, asked)
    if (again) throw this.#needed('the upstream does not accept the login any more')
    if (Date.now() - this.#tokens.since(principal) < SETTLE_MS) return true
    const under = this.#renewing.get(principal) ?? this.#renewed(principal, asked)
    this.#shown(await under)
    this.#challenges.delete(principal)
    return true
  }

  /** Hears of every login that has been completed in this process. */
  watch(listener: (principal: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Where a browser is sent to log in (RFC 6749 §4.1.1, RFC 7636, RFC 8707). `base`: address of the connect pages, `page`: where
   * the person goes on afterwards. Rejects with LoginBroken.
   */
  async begin(principal: string, base: string, page: string): Promise<Departure> {
    try {
      const challenge = this.#challenges.get(principal) ?? (await probed(this.#options))
      const found = await this.#discovery.find(challenge)
      const { server, resource } = found
      const client = await this.#clients.forLogin(server, base)
      const scopes = await this.#scopes(principal, challenge, found)
      const [state, verifier] = [randomText(), oauth.generateRandomCodeVerifier()]
      const { omitResource } = this.#options.settings
      const url = new URL(server.authorization_endpoint ?? '')
      const parameters = {
        response_type: 'code',
        client_id: client.id,
        redirect_uri: redirectOf(base),
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(scopes.length > 0 && { scope: scopes.join(' ') }),
        ...(!omitResource && { resource }),
        // OpenID Connect Core §11: otherwise the scope may be ignored.
        ...(scopes.includes('offline_access') && { prompt: 'consent' }),
      }
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
      const begun = {
        principal,
        login: this.key,
        issuer: server.issuer,
        clientId: client.id,
        base,
        resource,
        scopes,
        verifier,
        page,
      }
      return { address: url.href, shown: url.host, state, begun }
    } catch (thrown) {
      throw this.#failed(thrown)
    }
  }

  /** Who was sent has come back: checks the answer (RFC 9207 included) and keeps the login. Rejects with LoginBroken. */
  async finish(begun: Begun, state: string, query: string): Promise<void> {
    const { principal, base, resource } = begun
    try {
      const server = await this.#discovery.server(begun.issuer)
      const client = await this.#clients.again(server, base, begun.clientId)
      if (client === undefined) throw new LoginBroken('broken', 'the client of the login is not known any more')
      const known = { client_id: client.id }
      // `iss` is compared as text with the issuer that the login was begun at, before anything else is believed.
      const answer = oauth.validateAuthResponse(server, known, new URLSearchParams(query), state)
      const { omitResource } = this.#options.settings
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        known,
        authenticationOf(client),
        answer,
        redirectOf(base),
        begun.verifier,
        { ...this.#requests, additionalParameters: omitResource ? {} : { resource } },
      )
      if (await this.#unknownClient(response)) await this.#clients.forget(server, base)
      const tokens = await oauth.processGenericTokenEndpointResponse(server, known, response)
      await this.#tokens.keep(principal, {
        issuer: server.issuer,
        clientId: client.id,
        base,
        resource,
        ...granted(tokens, begun.scopes),
        refresh: tokens.refresh_token,
      })
      this.#challenges.delete(principal)
    } catch (thrown) {
      throw this.#failed(thrown)
    }
    for (const listener of this.#listeners) listener(principal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear()
  }

  #shown(token: Shown): string {
    if (token === nobody) throw this.#needed('the caller has not logged in there')
    if (token === resting) throw new Failure('upstream.credentials', 'the login cannot be refreshed at the moment')
    return token
  }

  #needed(why: string): LoginNeeded {
    return new LoginNeeded(this, why)
  }

  #renewed(principal: string, asked: Asked | undefined): Promise<Shown> {
    const renewing = this.#ofSameServer(principal, asked).finally(() => this.#renewing.delete(principal))
    this.#renewing.set(principal, renewing)
    return renewing
  }

  /** A token that is refused may mean that the upstream has moved to another authorization server: then nothing of the old one counts. */
  async #ofSameServer(principal: string, asked: Asked | undefined): Promise<Shown> {
    const grant = await this.#tokens.grant(principal)
    if (grant === undefined) return nobody
    const found = await this.#discovery.find(asked).catch((thrown: unknown) => {
      const { message } = loginBroken(thrown)
      this.#options.tools.warn('an upstream does not say where its users log in', {
        target: this.target,
        error: message,
      })
      return undefined
    })
    if (found !== undefined && found.server.issuer !== grant.issuer) {
      await this.#tokens.drop(principal)
      return nobody
    }
    return this.#tokens.renew(principal)
  }

  async #stepUp(principal: string, asked: Asked | undefined): Promise<boolean> {
    if (asked?.error !== 'insufficient_scope' || asked.scopes === undefined) return false
    const grant = await this.#tokens.grant(principal)
    if (!(await this.#stepUps.admits(principal, grant?.scopes ?? [], asked.scopes)))
      throw new Failure('upstream.credentials', 'the upstream asks for further permissions again and again')
    this.#heard(principal, asked)
    throw this.#needed('the login does not include all that this needs')
  }

  /** Reference: security §3.3, row 55. */
  async #scopes(principal: string, asked: Asked | undefined, { server, scopes }: Found): Promise<readonly string[]> {
    const wanted = asked?.scopes ?? scopes ?? []
    const more = await this.#stepUps.scopes(principal)
    const all = [...new Set([...this.#options.settings.scopes, ...more, ...wanted])].filter((one) => one !== '*')
    const offline = server.scopes_supported?.includes('offline_access') === true
    return offline && !all.includes('offline_access') ? [...all, 'offline_access'] : all
  }

  /** A client that was registered may have been removed there: the next login registers anew. */
  async #unknownClient(response: Response): Promise<boolean> {
    if (response.status !== 400 && response.status !== 401) return false
    return (await response.clone().text()).includes('invalid_client')
  }

  #heard(principal: string, asked: Asked | undefined): void {
    if (asked === undefined) return
    this.#challenges.delete(principal)
    this.#challenges.set(principal, asked)
    const [oldest] = this.#challenges.keys()
    if (this.#challenges.size > CHALLENGES && oldest !== undefined) this.#challenges.delete(oldest)
  }

  #failed(thrown: unknown): LoginBroken {
    const broken = loginBroken(thrown)
    this.#options.tools.warn('a login at an upstream has failed', { target: this.target, error: broken.message })
    return broken
  }
}

/** Where a begun login waits. */
export const begunKey = (state: string): readonly string[] => ['login', 'begun', hashed(state)]

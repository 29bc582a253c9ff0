// What a person's login at an upstream has brought: kept encrypted in the store, ready in memory, refreshed once however many wait.
import { setTimeout as delay } from 'node:timers/promises'
import * as oauth from 'oauth4webapi'
import type { Maybe } from '../../core/exchange.ts'
import type { StoreEntry, StoreKey } from '../../core/store.ts'
import { authenticationOf, type UpstreamClients } from './clients.ts'
import type { Discovery } from './discovery.ts'
import { loginBroken, type Requests } from './requests.ts'
import type { LoginSettings, LoginTools, UpstreamServer } from './settings.ts'

/** One login. Everything that it is bound to stands in it: it is good for nothing else. */
export interface Grant {
  readonly issuer: string
  readonly clientId: string
  /** Address of the connect pages, under which the client is known there. */
  readonly base: string
  readonly resource: string
  readonly access: string
  /** Milliseconds since 1970; 0: nobody knows. */
  readonly until: number
  readonly refresh: string | undefined
  readonly scopes: readonly string[]
}

export interface TokenParts {
  readonly upstream: UpstreamServer
  readonly settings: LoginSettings
  readonly tools: LoginTools
  readonly discovery: Discovery
  readonly clients: UpstreamClients
  readonly requests: Requests
}

interface Ready {
  readonly token: string
  readonly until: number
  /** When it was granted; 0: found in the store. */
  readonly since: number
}

/** A token must still be good when it arrives. */
const EARLY_MS = 30_000
/** How long a token is used before the store is looked at again: somebody may have ended the login, or have a newer one. */
const LOOK_MS = 60_000
const PEOPLE = 10_000
/** After a refresh that did not work the server is left alone for a moment. */
const REST_MS = 5_000
/** How long one process may take for a refresh before the others do not wait any longer. */
const TURN_MS = 15_000
const POLL_MS = 100

/** Nobody is logged in. */
export const nobody: unique symbol = Symbol('nobody is logged in')
/** The server cannot be asked now. */
export const resting: unique symbol = Symbol('the server is left alone')
/** A token, or why there is none. No text: a token may be any. */
export type Shown = string | typeof nobody | typeof resting

/** Where logins are kept: below it by upstream and person. */
export const grants: StoreKey = ['login', 'grant']

export class Tokens {
  readonly #parts: TokenParts
  readonly #ready = new Map<string, Ready>()
  readonly #asking = new Map<string, Promise<Shown>>()
  readonly #resting = new Map<string, number>()

  constructor(parts: TokenParts) {
    this.#parts = parts
  }

  /** A token that is good now, at once when it is known. */
  get(principal: string): Maybe<Shown> {
    const ready = this.#ready.get(principal)
    if (ready !== undefined && ready.until > Date.now()) return ready.token
    return this.#once(principal, () => this.#loaded(principal))
  }

  /** What is kept of a person's login. */
  async grant(principal: string): Promise<Grant | undefined> {
    const kept = await this.#kept(principal)
    return kept && JSON.parse(kept.value)
  }

  /** When the token in use was granted by this process, in milliseconds since 1970; 0: not lately. */
  since(principal: string): number {
    return this.#ready.get(principal)?.since ?? 0
  }

  async keep(principal: string, grant: Grant): Promise<void> {
    const store = await this.#parts.tools.store()
    await store.put(this.#place(principal), JSON.stringify(grant))
    this.#resting.delete(principal)
    this.#remember(principal, grant, Date.now())
  }

  /** Ends a login here. */
  async drop(principal: string): Promise<void> {
    this.#ready.delete(principal)
    const store = await this.#parts.tools.store()
    await store.delete(this.#place(principal))
  }

  /** Another token instead of one that is good no longer. What is under way already may bring it. */
  async renew(principal: string): Promise<Shown> {
    const under = this.#asking.get(principal)
    const early = under === undefined ? undefined : await under
    if (typeof early === 'string' && this.since(principal) > Date.now() - REST_MS) return early
    this.#ready.delete(principal)
    return this.#once(principal, async () => {
      const kept = await this.#kept(principal)
      return kept === undefined ? nobody : this.#refreshed(principal, kept)
    })
  }

  #once(principal: string, work: () => Promise<Shown>): Promise<Shown> {
    const under = this.#asking.get(principal)
    if (under !== undefined) return under
    const asking = work().finally(() => this.#asking.delete(principal))
    this.#asking.set(principal, asking)
    return asking
  }

  async #loaded(principal: string): Promise<Shown> {
    const kept = await this.#kept(principal)
    if (kept === undefined) return nobody
    const grant: Grant = JSON.parse(kept.value)
    if (grant.until === 0 || grant.until > Date.now() + EARLY_MS) return this.#remember(principal, grant, 0)
    return this.#refreshed(principal, kept)
  }

  async #refreshed(principal: string, kept: StoreEntry): Promise<Shown> {
    const grant: Grant = JSON.parse(kept.value)
    if ((this.#resting.get(principal) ?? 0) > Date.now()) return resting
    if (grant.refresh === undefined) {
      await this.drop(principal)
      return nobody
    }
    const newer = await this.#turn(principal, kept)
    if (newer) return this.#loaded(principal)
    try {
      const fresh = await this.#asked({ ...grant, refresh: grant.refresh })
      if (fresh === undefined) return await this.#ended(principal, kept)
      const store = await this.#parts.tools.store()
      const put = await store.put(this.#place(principal), JSON.stringify(fresh), { when: kept.version })
      // Another process was faster, or the person has logged in anew: theirs is the newest.
      if (put === undefined) return await this.#loaded(principal)
      return this.#remember(principal, fresh, Date.now())
    } catch (thrown) {
      const broken = loginBroken(thrown)
      if (broken.kind === 'refused') return await this.#ended(principal, kept)
      this.#rest(principal)
      const { target } = this.#parts.upstream
      this.#parts.tools.warn('a login at an upstream could not be refreshed', { target, error: broken.message })
      return resting
    } finally {
      await this.#over(principal)
    }
  }

  /**
   * Waits until no other process refreshes this login: a refresh token that is shown twice is a stolen one to many servers. Whether
   * somebody has put a newer login there meanwhile.
   */
  async #turn(principal: string, { version }: StoreEntry): Promise<boolean> {
    const store = await this.#parts.tools.store()
    const place = this.#place(principal, 'turn')
    for (let waited = 0; waited < TURN_MS; waited += POLL_MS) {
      if ((await store.put(place, '', { when: 'absent', ttlMs: TURN_MS })) !== undefined) return false
      await delay(POLL_MS)
      if ((await this.#kept(principal))?.version !== version) return true
    }
    return false
  }

  async #over(principal: string): Promise<void> {
    const store = await this.#parts.tools.store()
    await store.delete(this.#place(principal, 'turn'))
  }

  /** `undefined`: the client is ours no longer. Goes to the server that has granted it and to no other (row 53). */
  async #asked(grant: Grant & { readonly refresh: string }): Promise<Grant | undefined> {
    const { discovery, clients, requests: options, settings } = this.#parts
    const server = await discovery.server(grant.issuer)
    const client = await clients.again(server, grant.base, grant.clientId)
    if (client === undefined) return undefined
    const response = await oauth.refreshTokenGrantRequest(
      server,
      { client_id: client.id },
      authenticationOf(client),
      grant.refresh,
      { ...options, additionalParameters: settings.omitResource ? {} : { resource: grant.resource } },
    )
    const tokens = await oauth.processRefreshTokenResponse(server, { client_id: client.id }, response)
    return { ...grant, ...granted(tokens, grant.scopes), refresh: tokens.refresh_token ?? grant.refresh }
  }

  /** The server has ended the login; unless somebody has put a newer one into its place. */
  async #ended(principal: string, kept: StoreEntry): Promise<Shown> {
    const now = await this.#kept(principal)
    if (now !== undefined && now.version !== kept.version) return this.#loaded(principal)
    await this.drop(principal)
    return nobody
  }

  #remember(principal: string, { access, until }: Grant, since: number): string {
    const now = Date.now()
    this.#ready.delete(principal)
    const end = until === 0 ? now + LOOK_MS : Math.min(Math.max(until - EARLY_MS, now + 1_000), now + LOOK_MS)
    this.#ready.set(principal, { token: access, until: end, since })
    const [oldest] = this.#ready.keys()
    if (this.#ready.size > PEOPLE && oldest !== undefined) this.#ready.delete(oldest)
    return access
  }

  #rest(principal: string): void {
    this.#resting.delete(principal)
    this.#resting.set(principal, Date.now() + REST_MS)
    const [oldest] = this.#resting.keys()
    if (this.#resting.size > PEOPLE && oldest !== undefined) this.#resting.delete(oldest)
  }

  async #kept(principal: string): Promise<StoreEntry | undefined> {
    return (await this.#parts.tools.store()).get(this.#place(principal))
  }

  #place(principal: string, what: 'grant' | 'turn' = 'grant'): StoreKey {
    const { place } = this.#parts.upstream
    return what === 'grant' ? [...grants, place, principal] : ['login', what, place, principal]
  }
}

/** What an answer of a token endpoint says about a token. A server that says nothing about scopes has granted what was asked. */
export function granted(
  { access_token: access, expires_in: seconds, scope }: oauth.TokenEndpointResponse,
  asked: readonly string[],
): Pick<Grant, 'access' | 'until' | 'scopes'> {
  return {
    access,
    until: seconds === undefined ? 0 : Date.now() + seconds * 1_000,
    scopes: scope === undefined ? asked : scope.split(' ').filter((one) => one !== ''),
  }
}

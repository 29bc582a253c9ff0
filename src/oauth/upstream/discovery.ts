// From an upstream's address to the authorization server that its users log in at (RFC 9728, RFC 8414, OpenID Connect Discovery). All
// that is read here was written by strangers.
import * as oauth from 'oauth4webapi'
import { Failure } from '../../core/failure.ts'
import { type Document, parsed } from '../metadata.ts'
import type { Asked } from './challenge.ts'
import { LoginBroken } from './needed.ts'
import type { Fetched, LoginSettings, LoginTools, UpstreamServer } from './settings.ts'

/** What is known about logging in at an upstream. */
export interface Found {
  readonly server: oauth.AuthorizationServer
  /** What tokens are asked for (RFC 8707). */
  readonly resource: string
  /** `scopes_supported` of the resource. */
  readonly scopes: readonly string[] | undefined
}

const SERVER_MS = 600_000
const SERVERS = 64

export interface DiscoveryOptions {
  readonly upstream: UpstreamServer
  readonly settings: LoginSettings
  readonly tools: LoginTools
}

export class Discovery {
  readonly #options: DiscoveryOptions
  readonly #url: URL
  /** Origins that the configuration names: everything else is a stranger's word. */
  readonly #operators: ReadonlySet<string>
  readonly #servers = new Map<string, { readonly server: oauth.AuthorizationServer; readonly at: number }>()

  constructor(options: DiscoveryOptions) {
    this.#options = options
    this.#url = new URL(options.upstream.url)
    const { issuer } = options.settings
    this.#operators = new Set([this.#url.origin, ...(issuer === undefined ? [] : [new URL(issuer).origin])])
  }

  /** Who has chosen an address. */
  trust(url: string): 'operator' | 'stranger' {
    return this.#operators.has(URL.parse(url)?.origin ?? '') ? 'operator' : 'stranger'
  }

  /** The whole chain, beginning with what the upstream has just said. Rejects with LoginBroken. */
  async find(challenge: Asked | undefined): Promise<Found> {
    const document = await this.#resource(challenge)
    const { resource, issuer, scopes } = document === undefined ? this.#ofOldServer() : this.#described(document)
    return { server: await this.server(issuer), resource, scopes }
  }

  /** What an authorization server says of itself, ten minutes old at most. Rejects with LoginBroken. */
  async server(issuer: string): Promise<oauth.AuthorizationServer> {
    const known = this.#servers.get(issuer)
    if (known !== undefined && Date.now() - known.at < SERVER_MS) return known.server
    const server = await this.#asked(issuer)
    this.#servers.delete(issuer)
    this.#servers.set(issuer, { server, at: Date.now() })
    const [oldest] = this.#servers.keys()
    if (this.#servers.size > SERVERS && oldest !== undefined) this.#servers.delete(oldest)
    return server
  }

  /**
   * Metadata of the resource: where the challenge says, else at the well-known places for the path and for the root. `undefined`:
   * there is none, as with servers of 2025-03-26.
   */
  async #resource(challenge: Asked | undefined): Promise<Document | undefined> {
    const { origin, pathname } = this.#url
    const wellKnown = `${origin}/.well-known/oauth-protected-resource`
    const path = pathname === '/' ? '' : pathname.replace(/\/$/, '')
    const named = challenge?.resourceMetadata
    for (const url of named === undefined ? new Set([wellKnown + path, wellKnown]) : [named]) {
      const answer = await this.#get(url)
      if (answer.status === 200) return documentIn(answer, 'the metadata of the resource')
      if (named !== undefined)
        throw new LoginBroken('broken', `the metadata that the server has named is answered ${answer.status}`)
      if (answer.status >= 500)
        throw new LoginBroken('broken', `the metadata of the resource is answered ${answer.status}`)
    }
    return undefined
  }

  #described(document: Document): { resource: string; issuer: string; scopes: readonly string[] | undefined } {
    const { resource, authorization_servers: servers, scopes_supported: scopes } = document
    if (typeof resource !== 'string' || !covers(resource, this.#url))
      throw new LoginBroken('broken', 'the metadata of the resource is about another resource')
    const issuers = Array.isArray(servers) ? servers.filter((one): one is string => typeof one === 'string') : []
    const wanted = this.#options.settings.issuer
    const issuer = wanted === undefined ? issuers[0] : issuers.find((one) => one === wanted)
    if (issuer === undefined)
      throw new LoginBroken(
        'operator',
        wanted === undefined
          ? 'the metadata of the resource names no authorization server'
          : 'the upstream does not name the configured `issuer` as its authorization server',
      )
    return { resource, issuer, scopes: textsIn(scopes) }
  }

  /** Revision 2025-03-26: the server's own origin is its authorization server. */
  #ofOldServer(): { resource: string; issuer: string; scopes: undefined } {
    const { origin, pathname } = this.#url
    const { issuer = origin } = this.#options.settings
    return { resource: pathname === '/' ? origin : origin + pathname, issuer, scopes: undefined }
  }

  async #asked(issuer: string): Promise<oauth.AuthorizationServer> {
    const url = issuer.length > 2_048 ? null : URL.parse(issuer)
    if (url === null || url.search !== '' || url.hash !== '')
      throw new LoginBroken('broken', 'the name of the authorization server is no address')
    for (const address of metadataAddresses(url)) {
      const answer = await this.#get(address)
      if (answer.status === 200) return this.#usable(await serverIn(answer, url))
      if (answer.status >= 500)
        throw new LoginBroken('broken', `the authorization server's metadata is answered ${answer.status}`)
    }
    if (await this.#isOld(url)) return this.#usable(byDefault(url))
    throw new LoginBroken('broken', 'the authorization server says nothing about itself')
  }

  /**
   * Whether it is a server of 2025-03-26 without any metadata, and the operator knows that it checks PKCE all the same: only at the
   * upstream's own origin, and only where no resource names another place.
   */
  async #isOld({ origin, pathname }: URL): Promise<boolean> {
    const { assumePkce } = this.#options.settings
    if (!assumePkce || origin !== this.#url.origin || pathname !== '/') return false
    return (await this.#resource(undefined)) === undefined
  }

  /** Reference: security §3.3, rows 51 and 54. The guarded client judges the endpoints that we ask ourselves; a browser has no guard. */
  #usable(server: oauth.AuthorizationServer): oauth.AuthorizationServer {
    const { authorization_endpoint: front = '', token_endpoint: back, code_challenge_methods_supported: pkce } = server
    const url = URL.parse(front)
    const plain = /[\u0000-\u0020\\]/.test(front) // oxlint-disable-line no-control-regex
    const local = this.#options.tools.loopback || this.trust(front) === 'operator'
    if (url === null || plain || (url.protocol !== 'https:' && (url.protocol !== 'http:' || !local)))
      throw new LoginBroken('broken', 'the page of the authorization server is not https')
    if (back === undefined) throw new LoginBroken('broken', 'the authorization server has no token endpoint')
    if (pkce?.includes('S256') === true) return server
    const { settings, upstream, tools } = this.#options
    if (!settings.assumePkce)
      throw new LoginBroken('operator', 'the authorization server does not say that it checks PKCE with S256')
    tools.warn('an authorization server does not say that it checks PKCE, and is trusted to (assumePkce)', {
      target: upstream.target,
      issuer: server.issuer,
    })
    return server
  }

  async #get(url: string): Promise<Fetched> {
    try {
      return await this.#options.tools.ask(url, {
        method: 'GET',
        headers: { accept: 'application/json' },
        trust: this.trust(url),
      })
    } catch (cause) {
      const message = cause instanceof Failure ? cause.message : 'it could not be asked'
      throw new LoginBroken('broken', `the way to the authorization server is not passable: ${message}`, { cause })
    }
  }
}

/** RFC 8414 §3.1 and OpenID Connect Discovery §4.1, in the order of MCP 2025-11-25. */
function metadataAddresses({ origin, pathname }: URL): readonly string[] {
  const path = pathname.replace(/\/$/, '')
  const [server, openid] = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']
  return path === ''
    ? [origin + server, origin + openid]
    : [origin + server + path, origin + openid + path, origin + path + openid]
}

/** Where the endpoints are of a server that does not say where (MCP 2025-03-26, authorization §2.3.3). */
const byDefault = ({ origin }: URL): oauth.AuthorizationServer => ({
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  registration_endpoint: `${origin}/register`,
})

/** Whether tokens for a resource are good for an address: the same place, or one above it. */
function covers(resource: string, { origin, pathname }: URL): boolean {
  const url = URL.parse(resource)
  if (url === null || url.origin !== origin || url.hash !== '' || url.search !== '' || url.username !== '') return false
  const above = url.pathname.replace(/\/$/, '')
  return pathname === above || pathname.startsWith(`${above}/`)
}

function documentIn({ body }: Fetched, what: string): Document {
  const document = parsed(body)
  if (document === undefined) throw new LoginBroken('broken', `${what} is no JSON object`)
  return document
}

/** Only what says the very name under which it was asked for counts (RFC 8414 §3.3). */
async function serverIn({ body }: Fetched, issuer: URL): Promise<oauth.AuthorizationServer> {
  try {
    const response = new Response(new Uint8Array(body), { headers: { 'content-type': 'application/json' } })
    return withLists(await oauth.processDiscoveryResponse(issuer, response))
  } catch (cause) {
    throw new LoginBroken('broken', 'the authorization server describes itself as another one, or not at all', {
      cause,
    })
  }
}

/** What should be a list and is none says nothing: a text has every part of it in it. */
function withLists(server: oauth.AuthorizationServer): oauth.AuthorizationServer {
  const { scopes_supported: scopes, code_challenge_methods_supported: pkce, ...rest } = server
  const { token_endpoint_auth_methods_supported: methods, ...others } = rest
  const [known, checks, ways] = [textsIn(scopes), textsIn(pkce), textsIn(methods)]
  return {
    ...others,
    ...(known && { scopes_supported: [...known] }),
    ...(checks && { code_challenge_methods_supported: [...checks] }),
    ...(ways && { token_endpoint_auth_methods_supported: [...ways] }),
  }
}

function textsIn(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined
  return value.filter((one): one is string => typeof one === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/.test(one))
}

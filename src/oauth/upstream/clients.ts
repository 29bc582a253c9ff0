// Who the gateway is at an upstream's authorization server: a client registered by hand, its own document, or one that it registers
// itself. Each is a client of one server: nothing of it is ever shown to another (reference: security §3.3, row 53).
import * as oauth from 'oauth4webapi'
import type { StoreKey } from '../../core/store.ts'
import { clientDocument, documentPath, redirectOf } from './document.ts'
import { LoginBroken } from './needed.ts'
import type { Requests } from './requests.ts'
import type { LoginSettings, LoginTools, UpstreamServer } from './settings.ts'

type Method = 'none' | 'client_secret_basic' | 'client_secret_post'

export interface UpstreamClient {
  readonly id: string
  readonly secret: string | undefined
  readonly method: Method
}

interface Registered extends UpstreamClient {
  /** Milliseconds since 1970; 0: for ever. */
  readonly until: number
}

export interface ClientParts {
  readonly upstream: UpstreamServer
  readonly settings: LoginSettings
  readonly tools: LoginTools
  readonly requests: Requests
}

/** A registration is not used in its last minute. */
const EARLY_MS = 60_000

export class UpstreamClients {
  readonly #parts: ClientParts

  constructor(parts: ClientParts) {
    this.#parts = parts
  }

  /** The client for a login: by hand before by document before by registration (MCP 2025-11-25). Rejects with LoginBroken. */
  async forLogin(server: oauth.AuthorizationServer, base: string): Promise<UpstreamClient> {
    const byHand = await this.#byHand(server)
    if (byHand !== undefined) return byHand
    if (server['client_id_metadata_document_supported'] === true && base.startsWith('https:'))
      return { id: documentPath(base), secret: undefined, method: 'none' }
    const place = this.#place(server, base)
    const store = await this.#parts.tools.store()
    const kept = await store.get(place)
    if (kept !== undefined) {
      const { until, ...client }: Registered = JSON.parse(kept.value)
      if (until === 0 || until > Date.now() + EARLY_MS) return client
    }
    if (server.registration_endpoint === undefined) throw this.#nobody(server)
    const made = await this.#registered(server, base)
    // Somebody may have been faster: there is one client for all, and a login that was begun with another one could not end.
    const put = await store.put(place, JSON.stringify(made), { when: kept?.version ?? 'absent' })
    const now = put === undefined ? await store.get(place) : undefined
    const { until: _, ...client }: Registered = now === undefined ? made : JSON.parse(now.value)
    return client
  }

  /** The client with which a login was begun; `undefined`: it is ours no longer. Asks nobody. */
  async again(server: oauth.AuthorizationServer, base: string, id: string): Promise<UpstreamClient | undefined> {
    const byHand = await this.#byHand(server)
    if (byHand?.id === id) return byHand
    if (id === documentPath(base)) return { id, secret: undefined, method: 'none' }
    const kept = await (await this.#parts.tools.store()).get(this.#place(server, base))
    const client: Registered | undefined = kept && JSON.parse(kept.value)
    return client?.id === id ? client : undefined
  }

  /** The server does not know the client any more: the next login registers anew. */
  async forget(server: oauth.AuthorizationServer, base: string): Promise<void> {
    await (await this.#parts.tools.store()).delete(this.#place(server, base))
  }

  /**
   * A configured client belongs to one authorization server: the configured one, else the first one that the upstream has named.
   * An upstream that names another one later would be given the secret.
   */
  async #byHand(server: oauth.AuthorizationServer): Promise<UpstreamClient | undefined> {
    const { settings, tools, upstream } = this.#parts
    const { clientId, clientSecret, issuer } = settings
    if (clientId === undefined) return undefined
    const place = ['login', 'issuer', upstream.place, clientId]
    if (issuer === undefined) {
      const store = await tools.store()
      await store.put(place, server.issuer, { when: 'absent' })
      const first = await store.get(place)
      if (first?.value !== server.issuer)
        throw new LoginBroken(
          'operator',
          'the upstream names another authorization server than the one that the configured client is for: set `issuer`',
        )
    } else if (issuer !== server.issuer && new URL(issuer).href !== new URL(server.issuer).href)
      throw new LoginBroken('operator', 'the authorization server is not the configured `issuer`')
    const method = clientSecret === undefined ? 'none' : methodWith(server)
    return { id: clientId, secret: clientSecret, method }
  }

  async #registered(server: oauth.AuthorizationServer, base: string): Promise<Registered> {
    const { client_id: _, ...document } = clientDocument(base)
    const offered = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const method = methods.find((each) => offered.includes(each)) ?? 'none'
    const wish = { ...document, token_endpoint_auth_method: method, application_type: typeOf(base) }
    const response = await oauth.dynamicClientRegistrationRequest(server, wish, this.#parts.requests)
    // RFC 7591 §3.2.1 wants 201; several servers say 200.
    const answer =
      response.status === 200
        ? new Response(await response.text(), { status: 201, headers: response.headers })
        : response
    const client = await oauth.processDynamicClientRegistrationResponse(answer)
    const { client_secret: text, token_endpoint_auth_method: named, client_secret_expires_at: until } = client
    const secret = typeof text === 'string' ? text : undefined
    const given = methods.find((each) => each === named) ?? method
    return {
      id: client.client_id,
      secret,
      method: secret === undefined ? 'none' : given === 'none' ? methodWith(server) : given,
      until: typeof until === 'number' && until > 0 && secret !== undefined ? until * 1_000 : 0,
    }
  }

  #place(server: oauth.AuthorizationServer, base: string): StoreKey {
    return ['login', 'client', server.issuer, redirectOf(base)]
  }

  #nobody({ issuer }: oauth.AuthorizationServer): LoginBroken {
    const { target } = this.#parts.upstream
    this.#parts.tools.warn('an authorization server knows no way for the gateway to become its client', {
      target,
      issuer,
      hint: 'register a client there by hand, and set `clientId` (and `clientSecret`)',
    })
    return new LoginBroken('operator', 'the authorization server registers no clients: one must be registered by hand')
  }
}

const methods = ['client_secret_basic', 'client_secret_post', 'none'] as const satisfies readonly Method[]

/** Basic is what an absent list means (RFC 8414 §2). */
const methodWith = ({ token_endpoint_auth_methods_supported: offered }: oauth.AuthorizationServer): Method =>
  offered === undefined || offered.includes('client_secret_basic') || !offered.includes('client_secret_post')
    ? 'client_secret_basic'
    : 'client_secret_post'

/** OpenID Connect Registration §2: redirects to this machine are for native applications. */
const typeOf = (base: string): 'web' | 'native' => (base.startsWith('https:') ? 'web' : 'native')

/** How the library shows who we are. */
export function authenticationOf({ id, secret, method }: UpstreamClient): oauth.ClientAuth {
  if (secret === undefined || method === 'none') return oauth.None()
  if (method === 'client_secret_post') return oauth.ClientSecretPost(secret)
  // The library's own also encodes `-`, `_` and `.`, which need no encoding (RFC 6749 appendix B), and many servers decode nothing.
  return (_server, _client, _body, headers) =>
    headers.set('authorization', `Basic ${Buffer.from(`${formed(id)}:${formed(secret)}`).toString('base64')}`)
}

/** `application/x-www-form-urlencoded`. */
const formed = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1)

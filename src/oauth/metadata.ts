// What an authorization server says about itself: fetched, kept, and changed so that clients can use it from behind the gateway.
import { asFailure, Failure } from '../core/failure.ts'
import type { Fetch } from './jwks.ts'
import type { Provider } from './providers/provider.ts'
import { endpointOf } from './resource.ts'

export type Document = { readonly [name: string]: unknown }

const MAX_BYTES = 256 * 1024
const TIMEOUT_MS = 5_000
const FRESH_MS = 300_000
/** An authorization server that is down is not asked by every client that comes. */
const REST_MS = 5_000

export interface ServerDocumentOptions {
  readonly url: string
  readonly fetch: Fetch
  /** The issuer that the document should name; `undefined`: whichever it names. */
  readonly issuer: string | undefined
  readonly warn: (message: string, fields: { readonly [name: string]: string }) => void
}

/**
 * The document at an address. Fetched when somebody asks, kept for five minutes; while the address fails, the last good one is
 * given. Throws a Failure when there has never been one.
 */
export class ServerDocument implements AsyncDisposable {
  readonly #options: ServerDocumentOptions
  readonly #closed = new AbortController()
  #document: Document | undefined
  #failure: Failure | undefined
  #next = 0
  #asking: Promise<void> | undefined

  constructor(options: ServerDocumentOptions) {
    this.#options = options
  }

  async get(): Promise<Document> {
    if (Date.now() >= this.#next) {
      this.#asking ??= this.#ask().finally(() => (this.#asking = undefined))
      // Whoever has a document does not wait for the next one.
      if (this.#document === undefined) await this.#asking
    }
    if (this.#document !== undefined) return this.#document
    throw this.#failure ?? new Failure('upstream.unreachable', 'the authorization server has not been asked')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort()
    await this.#asking
  }

  async #ask(): Promise<void> {
    const { url, fetch, warn } = this.#options
    try {
      const { status, body } = await fetch(url, {
        maxBytes: MAX_BYTES,
        timeoutMs: TIMEOUT_MS,
        accept: 'application/json',
        signal: this.#closed.signal,
      })
      if (status !== 200)
        throw new Failure('upstream.protocol', `the authorization server's metadata answers ${status}`)
      this.#document = readDocument(body)
      this.#next = Date.now() + FRESH_MS
      this.#compare(this.#document)
    } catch (thrown) {
      this.#failure = asFailure(thrown)
      this.#next = Date.now() + REST_MS
      if (!this.#closed.signal.aborted)
        warn('metadata of an authorization server cannot be had', { url, error: this.#failure.message })
    }
  }

  #compare(document: Document): void {
    const { issuer, url, warn } = this.#options
    if (issuer === undefined || document['issuer'] === issuer) return
    warn('an authorization server calls itself otherwise than `issuer`', {
      url,
      issuer,
      says: String(document['issuer']).slice(0, 256),
    })
  }
}

function readDocument(body: Buffer): Document {
  const document = parsed(body)
  if (document === undefined)
    throw new Failure('upstream.protocol', "the authorization server's metadata is no JSON object")
  for (const name of ['authorization_endpoint', 'token_endpoint'])
    if (!isWebAddress(document[name]))
      throw new Failure('upstream.protocol', `the authorization server's metadata has no usable ${name}`)
  return document
}

/** A JSON object in a body, if that is what it is. */
export function parsed(body: Buffer): Document | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isWebAddress = (value: unknown): value is string => {
  const url = typeof value === 'string' ? URL.parse(value) : null
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:')
}

export interface Adaptation {
  /** `undefined`: clients use the server as it is. */
  readonly provider: Provider | undefined
  readonly issuer: string
  readonly audience: string | undefined
  /** Registrations are answered with it. */
  readonly clientId: string | undefined
  /** Public address of the resource: with a provider, the name of the authorization server too. */
  readonly here: string
}

/**
 * The document as clients must see it (reference: agentgateway §3.7, table of providers). With a provider the gateway is the
 * authorization server that the resource names, and a server's metadata must name the issuer it was asked under (RFC 8414 §3.3).
 */
export function adapted(document: Document, to: Adaptation): Document {
  const { provider, clientId, here, audience } = to
  const changed: { [name: string]: unknown } = { ...document }
  const take = (name: string): boolean => Reflect.deleteProperty(changed, name)
  if (clientId !== undefined || provider?.registration?.(to.issuer) !== undefined)
    changed['registration_endpoint'] = endpointOf(here, 'client-registration')
  // Clients prefer their own document to registering, and would never hear of the configured client.
  if (clientId !== undefined) take('client_id_metadata_document_supported')
  if (provider === undefined) return changed
  changed['issuer'] = here
  // `iss` of its responses is the provider's own name (RFC 9207 §2.4); a signature over the old words proves nothing of these.
  take('authorization_response_iss_parameter_supported')
  take('signed_metadata')
  if (provider.audienceParameter === true && audience !== undefined)
    changed['authorization_endpoint'] = withAudience(String(document['authorization_endpoint']), audience)
  if (provider.pkceUnsaid === true) changed['code_challenge_methods_supported'] = ['S256']
  if (provider.proxied === true) {
    changed['authorization_endpoint'] = endpointOf(here, 'authorize')
    changed['token_endpoint'] = endpointOf(here, 'token')
    changed['token_endpoint_auth_methods_supported'] = withNone(document['token_endpoint_auth_methods_supported'])
  }
  return changed
}

/** Whether a document also is what OpenID Connect Discovery §3 requires. */
export const isOpenid = (document: Document): boolean =>
  isWebAddress(document['jwks_uri']) &&
  Array.isArray(document['subject_types_supported']) &&
  Array.isArray(document['id_token_signing_alg_values_supported'])

function withAudience(endpoint: string, audience: string): string {
  const url = new URL(endpoint)
  url.searchParams.set('audience', audience)
  return url.href
}

const withNone = (methods: unknown): readonly unknown[] => [
  ...new Set([...(Array.isArray(methods) ? methods : []), 'none']),
]

// What the gateway answers for a protected resource without asking for a token: its metadata, its authorization server's, and requests
// that it passes on to that server. No YAML key; `mcpAuthentication` is its only user.
import type { OutgoingHttpHeaders } from 'node:http'
import { type Exchange, type Maybe, type Reply, text } from '../core/exchange.ts'
import { Failure } from '../core/failure.ts'
import { readBody } from '../http/body.ts'
import { type Fetched, fetchDocument, trustBy } from '../http/fetch.ts'
import type { Pools } from '../http/pools.ts'
import { adapted, isOpenid, parsed, type ServerDocument } from '../oauth/metadata.ts'
import type { Provider } from '../oauth/providers/provider.ts'
import { authorizeAddress, type ProxiedFacts, tokenForm, type Unfit } from '../oauth/proxied.ts'
import { type Known, resourceMetadata } from '../oauth/resource.ts'

export interface EndpointFacts {
  readonly provider: Provider | undefined
  readonly issuer: string
  readonly audience: string | undefined
  readonly inHeader: boolean
  readonly overlay: { readonly [name: string]: unknown }
  /** What the resource says of proofs (RFC 9449); `off`: nothing. */
  readonly dpop: 'off' | 'accept' | 'require'
  /** Configured address of the resource; `undefined`: whatever the request was sent to. */
  readonly resource: URL | undefined
  readonly server: ServerDocument
  readonly proxied: ProxiedFacts
  readonly pools: Pools
}

const REGISTRATION_BYTES = 16 * 1024
const FORM_BYTES = 64 * 1024
const ANSWER_BYTES = 256 * 1024
const TIMEOUT_MS = 10_000
/** Requests on their way to the provider: a flood of clients is not passed on. */
const AT_ONCE = 32

const cors = (methods: string, headers = 'content-type'): OutgoingHttpHeaders => ({
  'access-control-allow-origin': '*',
  'access-control-allow-methods': methods,
  'access-control-allow-headers': headers,
})

/** As the original (reference: agentgateway §3.7): documents are for everybody, pages of other origins included. */
const readable = cors('GET, OPTIONS')
const postable = cors('POST, OPTIONS', 'content-type, authorization')
const unstored = { 'cache-control': 'no-store', pragma: 'no-cache' }

export class OauthEndpoints {
  readonly #facts: EndpointFacts
  readonly #trust: ReturnType<typeof trustBy>
  #running = 0

  constructor(facts: EndpointFacts) {
    this.#facts = facts
    this.#trust = trustBy([facts.issuer])
  }

  answer(known: Known, x: Exchange): Maybe<Reply> {
    switch (known.kind) {
      case 'resource':
        return got(x) ?? this.#resource(known.path, x)
      case 'server':
      case 'openid':
        return got(x) ?? this.#server(known, x)
      case 'client-registration':
        return posted(x) ?? this.#register(x)
      case 'authorize':
        return got(x) ?? this.#authorize(x)
      case 'token':
        return posted(x) ?? this.#token(x)
      default:
        return text(404, 'not found')
    }
  }

  /** Where the metadata of the resource is that a request is for. */
  origin(x: Exchange): string {
    // Only without a configured address: clients choose the Host (reference: security §3.1, row 1). It has been checked to be one.
    return this.#facts.resource?.origin ?? `${x.entrance.scheme}://${x.request.headers.host ?? ''}`
  }

  #resource(path: string, x: Exchange): Reply {
    const { provider, issuer, overlay, inHeader, dpop } = this.#facts
    const here = this.#here(path, x)
    const server = provider === undefined ? issuer : here
    return this.#document(resourceMetadata({ resource: here, server, inHeader, dpop, overlay }))
  }

  async #server({ kind, path }: Known, x: Exchange): Promise<Reply> {
    const { provider, issuer, audience, server, proxied } = this.#facts
    const document = adapted(await server.get(), {
      provider,
      issuer,
      audience,
      clientId: proxied.clientId,
      here: this.#here(path, x),
    })
    if (kind === 'openid' && !isOpenid(document)) return missing()
    return this.#document(document)
  }

  /** The resource of a path; at the root, the configured one: what it is the root of. */
  #here(path: string, x: Exchange): string {
    const { resource } = this.#facts
    const own = resource === undefined || resource.pathname === '/' ? '' : resource.pathname
    return this.origin(x) + (path === '' ? own : path)
  }

  #document(value: { readonly [name: string]: unknown }): Reply {
    // A document that depends on the Host must not be kept by anybody for others.
    const kept = this.#facts.resource === undefined ? 'no-store' : 'public, max-age=300'
    return {
      kind: 'bytes',
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': kept, ...readable },
      body: JSON.stringify(value),
    }
  }

  /** RFC 7591 §3. With a configured client there is nothing to register: every client is that one. */
  async #register(x: Exchange): Promise<Reply> {
    const { provider, issuer, proxied } = this.#facts
    const address = provider?.registration?.(issuer)
    if (proxied.clientId === undefined && address === undefined) return missing()
    const body = await readBody(x, REGISTRATION_BYTES)
    if (proxied.clientId !== undefined) return json(201, registered(proxied.clientId, body))
    const wish = parsed(body)
    if (wish === undefined)
      return invalid({ error: 'invalid_client_metadata', description: 'a JSON object is expected' })
    const { unsaid = [] } = provider ?? {}
    const told = Object.entries(wish).filter(([name]) => !unsaid.includes(name))
    return this.#passed(address ?? '', 'application/json', JSON.stringify(Object.fromEntries(told)))
  }

  async #authorize(x: Exchange): Promise<Reply> {
    const { provider, server, proxied } = this.#facts
    if (provider?.proxied !== true) return missing()
    const { authorization_endpoint: endpoint } = await server.get()
    const location = authorizeAddress(String(endpoint), x.query.slice(1), proxied)
    // Never back to where the request says: nobody has checked that address.
    if (typeof location !== 'string') return text(400, `${location.error}: ${location.description}`)
    return { kind: 'empty', status: 302, headers: { location, ...unstored } }
  }

  async #token(x: Exchange): Promise<Reply> {
    const { provider, server, proxied } = this.#facts
    if (provider?.proxied !== true) return missing()
    const type = String(x.headers['content-type'] ?? '').split(';', 1)[0]
    if (type?.trim().toLowerCase() !== 'application/x-www-form-urlencoded')
      return invalid({ error: 'invalid_request', description: 'a form is expected' })
    const body = await readBody(x, FORM_BYTES)
    const { authorization } = x.headers
    const form = tokenForm(body.toString('utf8'), authorization !== undefined, proxied)
    if (!(form instanceof URLSearchParams)) return invalid(form)
    const { token_endpoint: endpoint } = await server.get()
    return this.#passed(String(endpoint), 'application/x-www-form-urlencoded', form.toString(), authorization)
  }

  /** What the provider answers, as far as it is JSON: nothing else of its answer is for clients of ours. */
  async #passed(url: string, type: string, body: Buffer | string, authorization?: string): Promise<Reply> {
    if (this.#running >= AT_ONCE)
      return { ...text(503, 'too many requests to the authorization server'), headers: postable }
    this.#running++
    try {
      const answer = await fetchDocument(url, {
        pools: this.#facts.pools,
        trust: this.#trust(url),
        method: 'POST',
        accept: 'application/json',
        headers: { 'content-type': type, ...(authorization !== undefined && { authorization }) },
        body,
        maxBytes: ANSWER_BYTES,
        timeoutMs: TIMEOUT_MS,
      })
      return passedOn(answer)
    } finally {
      this.#running--
    }
  }
}

function passedOn({ status, body }: Fetched): Reply {
  const value = parsed(body)
  if (value !== undefined) return json(status, value)
  throw new Failure('upstream.protocol', `the authorization server answers ${status} and no JSON object`)
}

/** The only thing that clients check is their redirect addresses (reference: agentgateway §3.7). */
function registered(clientId: string, body: Buffer): { readonly [name: string]: unknown } {
  const asked = parsed(body)?.['redirect_uris']
  return {
    client_id: clientId,
    client_id_issued_at: 0,
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: Array.isArray(asked) ? asked : [],
  }
}

const json = (status: number, value: unknown): Reply => ({
  kind: 'bytes',
  status,
  headers: { 'content-type': 'application/json', ...unstored, ...postable },
  body: JSON.stringify(value),
})

const invalid = ({ error, description }: Unfit): Reply => json(400, { error, error_description: description })

const missing = (): Reply => ({ ...text(404, 'not found'), headers: { 'content-type': 'text/plain', ...readable } })

/** Answers preflights and refuses other methods; `undefined`: go on. */
function only(x: Exchange, methods: readonly string[], headers: OutgoingHttpHeaders): Reply | undefined {
  const { method = '' } = x.request
  if (methods.includes(method)) return undefined
  if (method === 'OPTIONS') return { kind: 'empty', status: 204, headers }
  return { ...text(405, 'method not allowed'), headers: { allow: [...methods, 'OPTIONS'].join(', '), ...headers } }
}

const got = (x: Exchange): Reply | undefined => only(x, ['GET', 'HEAD'], readable)
const posted = (x: Exchange): Reply | undefined => only(x, ['POST'], postable)

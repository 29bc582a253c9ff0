// The guarded client: one document from a URL that a configuration or a stranger names. Small, whole, bounded; no streams.
import type { LookupAddress } from 'node:dns'
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { asFailure, Failure } from '../core/failure.ts'
import { addressKind } from './address.ts'
import { Pieces } from './pieces.ts'
import type { Pools, TlsOptions } from './pools.ts'

export interface FetchOptions {
  readonly pools: Pools
  /** Who chose the URL. An operator may name any place; a stranger only public ones, by https. */
  readonly trust: 'operator' | 'stranger'
  readonly maxBytes: number
  /** For all of it: names, connections, redirects, body. */
  readonly timeoutMs: number
  readonly accept?: string
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** Only GET follows redirects: 3 unless said otherwise, at most 3. `answer`: a redirect is an answer like any other. */
  readonly maxRedirects?: number | 'answer'
  readonly tls?: TlsOptions
  readonly signal?: AbortSignal
}

export interface Fetched {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * Who chose a URL that a document names which the operator has named: the operator for hosts that they named as well, by no weaker
 * scheme, and a stranger for all others. An identity provider must not send us, and our secrets, into the network behind us.
 */
export function trustBy(named: readonly (string | null | undefined)[]): (url: string) => FetchOptions['trust'] {
  const places = new Set<string>()
  for (const text of named) {
    const url = URL.parse(text ?? '')
    if (url === null) continue
    places.add(`${url.protocol}//${url.hostname}`)
    if (url.protocol === 'http:') places.add(`https://${url.hostname}`)
  }
  return (text) => {
    const url = URL.parse(text)
    return url !== null && places.has(`${url.protocol}//${url.hostname}`) ? 'operator' : 'stranger'
  }
}

const MAX_REDIRECTS = 3
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** Fields that are meant for one origin (RFC 9110 §15.4, §17.16.3). */
const credentials: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization'])

/**
 * Fetches one document (reference: security §1.6, F1 and F2). For strangers: https only, every address of the name must be public,
 * and the connection goes to the addresses that were looked at. A redirect to another origin is a stranger's URL, whoever named
 * the first one, and gets no credentials; none leads from https to http. A place that the redirect table of the pools names is
 * the operator's. Bodies are taken as they are (`identity`), never unpacked.
 *
 * Throws `upstream.forbidden` for a URL or address that is not allowed, `upstream.too-large`, `upstream.timeout`, `upstream.dns`,
 * `upstream.unreachable`, `upstream.protocol`. Any status that is no redirect is an answer.
 */
export async function fetchDocument(url: string, options: FetchOptions): Promise<Fetched> {
  const deadline = new AbortController()
  const late = new Failure('upstream.timeout', `no document within ${options.timeoutMs} ms`)
  const timer = setTimeout(() => deadline.abort(late), options.timeoutMs)
  const cancel = (): void => deadline.abort(options.signal?.reason)
  options.signal?.addEventListener('abort', cancel, { once: true })
  if (options.signal?.aborted === true) cancel()
  try {
    return await followed(url, options, deadline.signal)
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', cancel)
  }
}

async function followed(first: string, options: FetchOptions, signal: AbortSignal): Promise<Fetched> {
  const { method = 'GET', maxRedirects = MAX_REDIRECTS } = options
  const most = method !== 'GET' || maxRedirects === 'answer' ? 0 : Math.min(maxRedirects, MAX_REDIRECTS)
  let url = checkedUrl(first, options.trust, options.pools)
  let { trust, headers = {} } = options
  for (let hop = 0; ; hop++) {
    const answer = await once(url, { ...options, trust, headers }, signal)
    if (!redirects.has(answer.status) || maxRedirects === 'answer') return answer
    const { location } = answer.headers
    if (hop >= most || location === undefined)
      throw new Failure('upstream.protocol', `${url.host} redirects, and that is not followed`)
    const next = redirected(location, url, { trust, pools: options.pools })
    if (next.origin !== url.origin) {
      trust = 'stranger'
      headers = Object.fromEntries(Object.entries(headers).filter(([name]) => !credentials.has(name.toLowerCase())))
    }
    url = next
  }
}

function redirected(location: string, from: URL, { trust, pools }: Pick<FetchOptions, 'trust' | 'pools'>): URL {
  spelledPlainly(location)
  const next = URL.parse(location, from.href)
  if (next === null) throw new Failure('upstream.protocol', `${from.host} redirects to what is no URL`)
  if (from.protocol === 'https:' && next.protocol !== 'https:')
    throw new Failure('upstream.forbidden', `${from.host} redirects from https to ${next.protocol.slice(0, -1)}`)
  return checkedUrl(next.href, next.origin === from.origin ? trust : 'stranger', pools)
}

/** The URL as WHATWG reads it, when it is one that may be asked at all; addresses behind names are judged later. */
function checkedUrl(text: string, trust: FetchOptions['trust'], pools: Pools): URL {
  spelledPlainly(text)
  const url = URL.parse(text)
  if (url === null) throw new Failure('upstream.forbidden', 'the text is no URL')
  if (url.username !== '' || url.password !== '')
    throw new Failure('upstream.forbidden', 'the URL holds user information')
  if (url.protocol !== 'https:' && (url.protocol !== 'http:' || (trust === 'stranger' && !pools.strangersOnLoopback)))
    throw new Failure('upstream.forbidden', `the URL's scheme is ${url.protocol.slice(0, -1)}, not https`)
  if (url.hostname === '' || (trust === 'stranger' && url.hostname.endsWith('.')))
    throw new Failure('upstream.forbidden', 'the URL names no host in the usual form')
  url.hash = ''
  return url
}

/** Parsers differ in what they make of these: some drop them, some take them for something else. */
function spelledPlainly(text: string): void {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0020\u007f\\]/.test(text))
    throw new Failure('upstream.forbidden', 'the URL holds a space, a backslash or a control character')
}

type Asking = FetchOptions & { readonly headers: Readonly<Record<string, string>> }

async function once(url: URL, asking: Asking, signal: AbortSignal): Promise<Fetched> {
  const { pools, trust, tls } = asking
  if (trust === 'operator') return asked(pools.pool(url.origin, tls), url, asking, signal)
  const addresses = pools.redirects(url.origin) ? [] : await abortable(allowedAddresses(url, pools), signal)
  const connection = pools.pinned(url.origin, addresses, tls)
  try {
    return await asked(connection, url, asking, signal)
  } finally {
    // The answer is already here or nobody wants it; how the connection ends is of no interest.
    void connection.destroy().catch(() => undefined)
  }
}

/** Every address of a name must be allowed: one that is not may be the one that the system picks. */
async function allowedAddresses(url: URL, pools: Pools): Promise<readonly LookupAddress[]> {
  const name = url.hostname.replace(/^\[|\]$/g, '')
  const family = isIP(name)
  const addresses = family === 0 ? await resolved(name, pools) : [{ address: name, family }]
  if (addresses.length === 0) throw new Failure('upstream.dns', `${name} has no address`)
  for (const { address } of addresses) {
    const kind = addressKind(address)
    if (kind === 'loopback' && pools.strangersOnLoopback) continue
    if (kind !== 'public') throw new Failure('upstream.forbidden', `${url.host} is a ${kind} address`)
    if (url.protocol !== 'https:') throw new Failure('upstream.forbidden', `${url.host} is to be asked by http`)
  }
  return addresses
}

async function resolved(name: string, pools: Pools): Promise<readonly LookupAddress[]> {
  try {
    return await pools.addresses(name)
  } catch (cause) {
    throw new Failure('upstream.dns', `${name} could not be resolved`, { cause })
  }
}

/** A resolver cannot be called off: what it says after the deadline is ignored. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(asFailure(signal.reason))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

async function asked(dispatcher: Dispatcher, url: URL, asking: Asking, signal: AbortSignal): Promise<Fetched> {
  const { method = 'GET', accept, headers, body, maxBytes } = asking
  try {
    const answer = await dispatcher.request({
      method,
      path: url.pathname + url.search,
      headers: flat({ ...headers, ...(accept !== undefined && { accept }), 'accept-encoding': 'identity' }),
      signal,
      ...(body !== undefined && { body }),
    })
    const { statusCode: status, headers: fields } = answer
    if (redirects.has(status)) {
      discard(answer.body)
      return { status, headers: fields, body: Buffer.alloc(0) }
    }
    return { status, headers: fields, body: await whole(answer, url.host, maxBytes) }
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown
    if (signal.aborted) throw asFailure(signal.reason)
    throw new Failure('upstream.unreachable', `${url.host} does not answer`, { cause: thrown })
  }
}

/** As our own client reads them: undici's parser is twenty milliseconds and fifteen megabytes of its first answer. */
const flat = (headers: Readonly<Record<string, string>>): string[] =>
  Object.entries(headers).flatMap(([name, value]) => [name.toLowerCase(), value])

async function whole({ body, headers }: Dispatcher.ResponseData, host: string, maxBytes: number): Promise<Buffer> {
  const encoding = headers['content-encoding'] ?? 'identity'
  const announced = Number(headers['content-length'] ?? 0)
  try {
    // A few bytes can unpack to gigabytes, and identity was asked for.
    if (encoding !== 'identity') throw new Failure('upstream.protocol', `${host} sends a packed document`)
    if (announced > maxBytes) throw tooLarge(host, maxBytes)
    const pieces = new Pieces()
    for await (const chunk of body) {
      if (!Buffer.isBuffer(chunk)) continue
      pieces.add(chunk)
      if (pieces.size > maxBytes) throw tooLarge(host, maxBytes)
    }
    return pieces.whole()
  } finally {
    discard(body)
  }
}

/** What is left of a body, or its end, is of no interest any more: neither is how it breaks. */
function discard(body: Readable): void {
  body.on('error', () => undefined)
  body.destroy()
}

const tooLarge = (host: string, maxBytes: number): Failure =>
  new Failure('upstream.too-large', `${host} sends more than ${maxBytes} bytes`)

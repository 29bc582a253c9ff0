// Target kind `sse`: HTTP+SSE of 2024-11-05, one stream that brings everything and an address to post to that it names first.
import type { Dispatcher } from 'undici'
import type { RawJson, TargetName } from '../../core/brand.ts'
import { asFailure, Failure } from '../../core/failure.ts'
import { define } from '../../core/module.ts'
import type { SseEvent } from '../../http/sse.ts'
import type { Answer, Caller, Connection, Hello, Outgoing, Upstream } from '../conversation.ts'
import { notificationText, WireError } from '../wire.ts'
import { type Call, type Speaker, speakerOf } from './call.ts'
import { Calls, type Wire } from './calls.ts'
import { asFailing, failing } from './failing.ts'
import { baseHeaders, requestHeaders } from './headers.ts'
import { initializeRequest, readHello } from './hello.ts'
import type { LegacyOptions } from './legacy.ts'
import { oneWay } from './one-way.ts'
import { findPlace, hostSchema, poolOf } from './place.ts'
import { type Open, PlacedUpstream } from './placed.ts'
import type { TargetSite } from './site.ts'
import { EventStream, type Reader } from './stream.ts'

/** YAML `sse: {host, …}` (reference: agentgateway §3.1; revision 2024-11-05, transports). */
export const sse = define({
  key: 'sse',
  schema: hostSchema(),
  compile(config, site: TargetSite): Upstream | undefined {
    const place = findPlace(config, site, '/sse')
    return place === undefined ? undefined : new PlacedUpstream(site, place, open)
  },
})

const open: Open = (options, signal) => SseConversation.open(options, signal)

const POST_HEADERS = ['content-type', 'application/json']

/** One conversation, as long as its stream: when that breaks off, everything in it is lost. */
export class SseConversation implements Connection, Reader, Wire {
  readonly target: TargetName
  readonly limits
  readonly metrics
  readonly log
  readonly session = undefined
  readonly #options: LegacyOptions
  readonly #pool: Dispatcher
  readonly #speakers: readonly [Speaker]
  readonly #calls: Calls
  readonly #endpoint = Promise.withResolvers<string>()
  readonly #stream: EventStream
  #path: string | undefined = undefined
  #hello: Hello | undefined = undefined
  #ended: { readonly cause: unknown } | undefined = undefined

  private constructor(options: LegacyOptions) {
    const { site, place, peer } = options
    this.target = site.target
    this.limits = site.limits
    this.metrics = site.metrics
    this.log = site.log
    this.#options = options
    this.#pool = poolOf(place, site, peer)
    this.#speakers = [speakerOf(peer)]
    this.#calls = new Calls(this)
    this.#stream = new EventStream(this, {
      pool: this.#pool,
      path: place.path,
      headers: [...baseHeaders('text/event-stream'), 'cache-control', 'no-cache'],
      headersTimeout: site.limits.upstreamFirstByteMs,
      bound: site.limits.sseEvent,
      pace: this.#calls.pace,
    })
  }

  static async open(options: LegacyOptions, signal: AbortSignal | undefined): Promise<SseConversation> {
    const conversation = new SseConversation(options)
    options.open.add(conversation)
    try {
      await conversation.#initialize(signal)
    } catch (thrown) {
      await conversation[Symbol.asyncDispose]()
      throw thrown
    }
    return conversation
  }

  get hello(): Hello {
    if (this.#hello === undefined) throw this.#over('initialize')
    return this.#hello
  }

  async request(request: Outgoing, caller: Caller): Promise<Answer> {
    const { gate } = this.#options
    await gate.enter(request.method)
    try {
      return await this.#request(request, caller)
    } finally {
      gate.leave()
    }
  }

  async notify(method: string, params: RawJson | undefined): Promise<void> {
    await this.#post(notificationText(method, params), { step: method })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end(new Failure('request.aborted', 'the conversation has been ended'), true)
  }

  speakers(): readonly Speaker[] {
    return this.#speakers
  }

  send(text: RawJson): void {
    void this.#post(text, { step: 'reply' }).catch((thrown: unknown) => {
      this.log.debug('a message was not taken', { target: this.target, error: String(thrown) })
    })
  }

  event({ event, data }: SseEvent): void {
    if (event === 'endpoint') this.#named(data)
    if (event !== 'message' || data === '') return
    try {
      this.#calls.hear(data)
    } catch (thrown) {
      if (!(thrown instanceof WireError)) throw asFailure(thrown)
      this.log.debug('an event of a target is no message', { target: this.target, error: thrown.message })
    }
  }

  closed({ status, cause }: { readonly status?: number; readonly cause?: unknown }): void {
    if (status !== undefined) this.#lost(new Failure('upstream.protocol', `its stream was answered ${status}`))
    else if (cause !== undefined) this.#lost(cause)
    else this.#lost(new Failure('upstream.protocol', 'its stream has ended'))
  }

  /** The first event says where to post. An address elsewhere would take our messages to a stranger (security F1). */
  #named(address: string): void {
    if (this.#path !== undefined) return
    const { place } = this.#options
    const url = address.length > 8_192 ? null : URL.parse(address, place.origin + place.path)
    if (url === null || url.origin !== place.origin || url.username !== '' || url.password !== '') {
      this.#lost(new Failure('upstream.protocol', 'its endpoint is not at its own origin'))
      return
    }
    this.#path = url.pathname + url.search
    this.#endpoint.resolve(this.#path)
  }

  async #initialize(signal: AbortSignal | undefined): Promise<void> {
    const { peer } = this.#options
    const ms = this.limits.upstreamFirstByteMs
    const timer = setTimeout(() => this.#lost(new Failure('upstream.timeout', `no endpoint within ${ms} ms`)), ms)
    const gone = (): void => this.#lost(signal?.reason)
    signal?.addEventListener('abort', gone)
    try {
      if (signal?.aborted) throw signal.reason
      await this.#endpoint.promise
      const caller: Caller = { signal, notification: () => {}, ask: (method, params) => peer.ask(method, params) }
      const hello = readHello(this.target, await this.#request(initializeRequest(peer), caller))
      await this.#post(notificationText('notifications/initialized', undefined), { step: 'initialized' })
      if (this.#ended !== undefined) throw this.#over('initialized')
      this.#hello = hello
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', gone)
    }
  }

  async #request(request: Outgoing, caller: Caller): Promise<Answer> {
    if (this.#ended !== undefined) throw this.#over(request.method)
    const call = this.#calls.begin(request, caller, this.#speakers[0])
    if (!call.settled) {
      call.carrier = carrier
      this.#post(call.text, { step: call.method, call }).catch((thrown: unknown) => call.failed(thrown))
    }
    return await call.answer
  }

  async #post(text: RawJson, { step, call }: { step: string; call?: Call }): Promise<void> {
    const where = [this.target, step] as const
    if (this.#path === undefined || this.#ended !== undefined) throw this.#over(step)
    const revision = this.#hello === undefined ? [] : ['mcp-protocol-version', this.#hello.revision]
    let status: number
    try {
      status = await oneWay({
        pool: this.#pool,
        path: this.#path,
        method: 'POST',
        headers: requestHeaders([...baseHeaders('*/*'), ...POST_HEADERS, ...revision], call?.request.headers),
        body: text,
        who: call?.request.who,
        timeoutMs: this.limits.upstreamFirstByteMs,
      })
    } catch (thrown) {
      throw asFailing(where, thrown)
    }
    if (status < 200 || status > 299) throw failing('upstream.protocol', where, `it answered ${status}`)
  }

  #over(step: string): Failure {
    return asFailing(
      [this.target, step],
      this.#ended === undefined ? new Failure('internal', 'the conversation is not open yet') : this.#ended.cause,
    )
  }

  #lost(cause: unknown): void {
    const wasOpen = this.#hello !== undefined && this.#ended === undefined
    this.#end(cause, false)
    if (wasOpen) this.#options.peer.lost(this.#over('stream'))
  }

  #end(cause: unknown, cancel: boolean): void {
    if (this.#ended !== undefined) return
    this.#calls.endAll((call) => asFailing([this.target, call.method], cause), { cancel })
    this.#ended = { cause }
    this.#options.open.delete(this)
    this.#stream.close()
    this.#endpoint.promise.catch(() => {}) // nobody may be waiting for it
    this.#endpoint.reject(asFailing([this.target, 'initialize'], cause))
  }
}

/** Nothing ends with a call here: its answer comes on the stream of all. */
const carrier = { settled: () => {} }

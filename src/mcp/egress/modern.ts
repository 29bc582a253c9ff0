// One conversation over Streamable HTTP, revision 2026-07-28: no session, every request speaks for itself on a stream of its own.
import type { Dispatcher } from 'undici'
import type { Limits } from '../../config/shape.ts'
import { type RawJson, rawJson, type TargetName } from '../../core/brand.ts'
import { Failure } from '../../core/failure.ts'
import type { SseEvent } from '../../http/sse.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Answer, Caller, Connection, Hello, Outgoing, Peer } from '../conversation.ts'
import { isGateway, ownerOf } from '../principals.ts'
import { codes, outlined, readMessage, requestText, WireError } from '../wire.ts'
import { type Call, forgotten, type Speaker, speakerOf } from './call.ts'
import { Calls, type Wire } from './calls.ts'
import { failing } from './failing.ts'
import type { Gate } from './gate.ts'
import type { LegacyOptions } from './legacy.ts'
import { nextPage, type ToolHeaders } from './modern-headers.ts'
import { changingLists, DISCOVER, makesTasks, mayRetry, readDiscovered } from './modern-hello.ts'
import { type Ear, Listening, type ListName, type StreamReader } from './modern-listening.ts'
import { Envelope, Params } from './modern-params.ts'
import { readError } from './modern-results.ts'
import { type Carrying, ModernTalk, NotModern } from './modern-talk.ts'
import type { Pace } from './pace.ts'
import { poolOf } from './place.ts'
import { type Exchanging, Post } from './post.ts'
import { errorIn } from './refused.ts'
import { EventStream, type Reader } from './stream.ts'
import { unwelcome } from './unwelcome.ts'

/** What all conversations with one server share. */
export interface ModernShare {
  readonly headers: ToolHeaders
  /** Who listens to the server, by whose credentials. */
  readonly listening: Map<string, Listening>
  /** What the server said of itself a moment ago, by whose credentials. */
  readonly hellos: Map<string, Heard>
}

interface Heard {
  readonly hello: Hello
  readonly until: number
}

export interface ModernOptions extends LegacyOptions {
  readonly share: ModernShare
  /** Sends a request to the server as it is now. */
  readonly moved: NonNullable<Carrying['moved']>
}

interface Opened {
  readonly hello: Hello
  readonly envelope: Envelope
  readonly talk: ModernTalk
  readonly listening: Listening
}

/** What a server says of itself holds for so long: whoever opens a conversation for each call need not ask each time. */
const HELLO_MS = 60_000
const HELLOS = 1_000

/** Refusals that say nothing of what the server speaks: too slow, too large, too early, too often. */
const busy: ReadonlySet<number> = new Set([408, 413, 425, 429, 431])
/** Errors by which a server shows that it has read a request of this revision. */
const modernCodes: readonly number[] = [codes.headerMismatch, codes.missingCapability, codes.unsupportedVersion]
const standardCodes: readonly number[] = [codes.parse, codes.invalidRequest, codes.invalidParams, codes.internal]

export class ModernHttp implements Connection, Exchanging, Wire, Carrying, Ear {
  readonly target: TargetName
  readonly limits: Limits
  readonly metrics: Metrics
  readonly log: Log
  readonly pool: Dispatcher
  readonly path: string
  readonly session = undefined
  readonly asksByRequest = false
  readonly uris = new Set<string>()
  readonly #options: ModernOptions
  readonly #peer: Peer
  readonly #gate: Gate
  readonly #speakers: readonly [Speaker]
  readonly #calls: Calls
  #opened: Opened | undefined = undefined
  #lists: readonly ListName[] = []
  /** An answer has come that says nothing of the server's revision. */
  #unwell = false
  #ended = false
  #streams = 0

  private constructor(options: ModernOptions) {
    const { site, place, peer, gate } = options
    this.target = site.target
    this.limits = site.limits
    this.metrics = site.metrics
    this.log = site.log
    this.pool = poolOf(place, site, peer)
    this.path = place.path
    this.#options = options
    this.#peer = peer
    this.#gate = gate
    this.#speakers = [speakerOf(peer)]
    this.#calls = new Calls(this)
  }

  /** Asks the server what it is. Throws NotModern when it speaks earlier revisions only. */
  static async open(options: ModernOptions, signal: AbortSignal | undefined): Promise<ModernHttp> {
    const conversation = new ModernHttp(options)
    options.open.add(conversation)
    try {
      conversation.#begin(conversation.#known() ?? (await conversation.#discover(signal)))
    } catch (thrown) {
      await conversation[Symbol.asyncDispose]()
      throw thrown
    }
    return conversation
  }

  get hello(): Hello {
    if (this.#opened === undefined) throw this.#over(DISCOVER)
    return this.#opened.hello
  }

  get pace(): Pace {
    return this.#calls.pace
  }

  get lists(): readonly ListName[] {
    return this.#lists
  }

  request(request: Outgoing, caller: Caller): Promise<Answer> {
    return this.#opened === undefined || this.#ended
      ? Promise.reject(this.#over(request.method))
      : this.#opened.talk.request(request, caller)
  }

  /** What the server would have to remember, if it did. */
  told(): readonly Outgoing[] {
    const level = this.#opened?.talk.told
    const subscribed = [...this.uris].map((uri) => ({
      method: 'resources/subscribe',
      params: rawJson(JSON.stringify({ uri })),
    }))
    return [...(level === undefined ? [] : [level]), ...subscribed]
  }

  follow(task: string): () => void {
    return this.#opened?.talk.follow(task) ?? (() => {})
  }

  /** Clients say nothing without being asked, in this revision. */
  notify(): Promise<void> {
    return Promise.resolve()
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return Promise.resolve()
    this.#ended = true
    this.#options.open.delete(this)
    this.#opened?.talk.end()
    this.#opened?.listening.leave(this)
    this.#calls.endAll((call) => this.#over(call.method), { cancel: true })
    return Promise.resolve()
  }

  // --- what exchanges and calls need

  speakers(): readonly Speaker[] {
    return this.#speakers
  }

  /** A call is cancelled by closing its stream, and servers do not ask by requests: there is nothing else to say. */
  send(): void {}

  hear(text: string, origin: Call): void {
    try {
      this.#calls.hear(text, origin)
    } catch (thrown) {
      if (this.#opened !== undefined || !(thrown instanceof WireError)) throw thrown
      origin.failed(this.#notModern(DISCOVER, `it answered with what is no message: ${thrown.message}`))
    }
  }

  refused(post: Post, status: number, text: string): boolean {
    const { call } = post
    const { credentials } = this.#options.site
    const where = [this.target, call.method] as const
    const error = errorIn(text, this.limits.jsonDepth)
    if (status === 401 || status === 403 || status === 407) {
      this.#unwell = true
      const { target } = this
      const repeat = (): void => this.#repeat(post)
      void unwelcome(post, { target, credentials, status, who: this.#peer.who, repeat }) // ends the call, whatever happens
    } else if (status >= 300 && status < 400) {
      this.#unwell = true
      call.failed(failing('upstream.protocol', where, `it answered ${status}, and redirects are not followed`))
    } else if (status >= 500 || busy.has(status)) {
      this.#unwell = true
      if (error === undefined) return false
      call.answered({ kind: 'error', raw: error.raw })
    } else if (error !== undefined && this.#understood(status, error, call)) {
      call.answered({ kind: 'error', raw: error.raw })
    } else call.failed(this.#notModern(call.method, `it answered ${status}`))
    return true
  }

  /** Streams cannot be continued in this revision. */
  resumeHeaders(): undefined {
    return undefined
  }

  // --- what the talk needs

  once(request: Outgoing, said: Params, caller: Caller): Promise<Answer> {
    if (this.#ended) return Promise.reject(this.#over(request.method))
    const wait = this.#gate.enter(request.method)
    if (wait !== undefined) return wait.then(() => this.#started(request, said, caller))
    return this.#started(request, said, caller)
  }

  listed(page: RawJson): RawJson {
    return this.#options.share.headers.learn(page)
  }

  moved(request: Outgoing, caller: Caller, cause: Failure): Promise<Answer> {
    return this.#options.moved(request, caller, cause)
  }

  /** All pages of the tools, once more (2026-07-28, transports: header mismatch). */
  async relearn(caller: Caller): Promise<boolean> {
    const opened = this.#opened
    if (opened === undefined) return false
    let more: RawJson | undefined
    for (let page = 0; page < this.limits.listPages; page++) {
      const said = new Params(more)
      const request = { method: 'tools/list', params: said.enveloped(opened.envelope.members(undefined), undefined) }
      const answer = await this.once(request, said, { ...forgotten, signal: caller.signal })
      if (answer.kind === 'error') return false
      this.listed(answer.raw)
      const next = nextPage(answer.raw)
      if (next === undefined || next === more) break
      more = next
    }
    this.#peer.notification('notifications/tools/list_changed', undefined)
    return true
  }

  // --- what whoever listens needs

  notification(method: string, params: RawJson | undefined): void {
    this.#peer.notification(method, params)
  }

  listen(params: RawJson, reader: StreamReader): { close(): void } {
    const { pool, path, limits } = this
    const said = new Params(params)
    const body = said.enveloped(this.#opened?.envelope.members(undefined) ?? '', undefined)
    return new EventStream(new Ears(this, reader), {
      pool,
      path,
      headers: this.#options.share.headers.of(LISTEN, said),
      body: requestText(`"listen-${++this.#streams}"`, LISTEN, body),
      headersTimeout: limits.upstreamFirstByteMs,
      bound: limits.sseEvent,
      pace: this.pace,
    })
  }

  // --- the conversation itself

  async #discover(signal: AbortSignal | undefined): Promise<Hello> {
    const first = await this.#ask(signal)
    // It may change its mind when told that we speak what it named.
    const hello = readDiscovered(this.target, mayRetry(first) ? await this.#ask(signal) : first)
    const { hellos } = this.#options.share
    if (hellos.size >= HELLOS) hellos.clear()
    hellos.set(this.#key, { hello, until: Date.now() + HELLO_MS })
    return hello
  }

  /** The gateway's own conversations find out; others go by what has been found. */
  #known(): Hello | undefined {
    const heard = isGateway(this.#peer.principal) ? undefined : this.#options.share.hellos.get(this.#key)
    return heard !== undefined && Date.now() < heard.until ? heard.hello : undefined
  }

  /** Whose credentials requests carry: without any, all look the same to the server. */
  get #key(): string {
    return this.#options.site.credentials === undefined ? '' : ownerOf(this.#peer.principal)
  }

  async #ask(signal: AbortSignal | undefined): Promise<Answer> {
    const envelope = new Envelope(this.#peer, { tasks: false })
    const said = new Params(undefined)
    const request = { method: DISCOVER, params: said.enveloped(envelope.members(undefined), undefined) }
    try {
      return await this.once(request, said, { ...forgotten, signal })
    } catch (thrown) {
      if (thrown instanceof NotModern || this.#unwell || !(thrown instanceof Failure)) throw thrown
      // It was reached, and has said nothing that this revision knows.
      throw thrown.code === 'upstream.protocol' ? this.#notModern(DISCOVER, thrown.message) : thrown
    }
  }

  #begin(hello: Hello): void {
    const { share, peer, site } = this.#options
    const people = !isGateway(peer.principal)
    const envelope = new Envelope(peer, { tasks: people && makesTasks(hello) })
    // Lists are read by the gateway: whoever else speaks hears of its own subscriptions only.
    this.#lists = people ? [] : changingLists(hello)
    const key = this.#key
    let listening = share.listening.get(key)
    if (listening === undefined) {
      listening = new Listening(site.target, site.log, () => share.listening.delete(key))
      share.listening.set(key, listening)
    }
    const talk = new ModernTalk({ carrying: this, peer, hello, envelope, ear: this, listening })
    this.#opened = { hello, envelope, talk, listening }
    listening.join(this)
  }

  #started(request: Outgoing, said: Params, caller: Caller): Promise<Answer> {
    const call = this.#calls.begin(request, caller, this.#speakers[0])
    const { answer } = call
    answer.then(this.#left, this.#left)
    new Post(this, call, this.#options.share.headers.of(request.method, said)).send()
    return answer
  }

  readonly #left = (): void => this.#gate.leave()

  #repeat({ call, headers }: Post): void {
    this.#unwell = false
    const next = new Post(this, call, headers)
    next.again = true
    next.mended = true
    next.send()
  }

  /** Whether an error on this status is one of a server that has read the request as this revision has it. */
  #understood(status: number, error: { readonly id: RawJson | undefined; readonly raw: RawJson }, call: Call): boolean {
    const { code } = readError(error.raw)
    if (modernCodes.includes(code)) return true
    // What is asked to find out which revisions there are every server of this one knows.
    if (this.#opened === undefined || error.id !== String(call.id)) return false
    return standardCodes.includes(code) || (status === 404 && code === codes.methodNotFound)
  }

  #notModern(step: string, why: string): NotModern {
    return new NotModern('upstream.protocol', `target ${this.target}: ${step}: ${why}`)
  }

  #over(step: string): Failure {
    return failing('request.aborted', [this.target, step], 'the conversation has been ended')
  }
}

const LISTEN = 'subscriptions/listen'

/** The messages of a stream of `subscriptions/listen`, and its end. */
class Ears implements Reader {
  readonly #host: ModernHttp
  readonly #reader: StreamReader

  constructor(host: ModernHttp, reader: StreamReader) {
    this.#host = host
    this.#reader = reader
  }

  event({ data }: SseEvent): void {
    if (data === '') return
    const { pace, limits, log, target } = this.#host
    pace.note()
    try {
      const message = readMessage(data, outlined(data, limits.jsonDepth))
      if (message.kind === 'notification') this.#reader.heard(message.method, message.rawParams)
      else if (message.kind !== 'request') this.#reader.ended(message.kind === 'result')
    } catch (thrown) {
      if (!(thrown instanceof WireError)) throw thrown
      log.debug('an event of a target is no message', { target, error: thrown.message })
    }
  }

  closed({ status, cause }: { readonly status?: number; readonly cause?: unknown }): void {
    const { log, target } = this.#host
    if (cause instanceof Failure) {
      log.warn('the stream of a target is not read any further', { target, error: cause.message })
      this.#reader.ended(false)
      return
    }
    // 200 is an error in a body: mostly that there are too many streams already.
    this.#reader.ended(status === undefined || status >= 500 || status === 429 || status === 200)
  }
}

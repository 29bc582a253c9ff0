// One conversation over Streamable HTTP, revisions 2025-03-26 to 2025-11-25: session, server's own stream, resumption.
import type { Dispatcher } from 'undici'
import type { Limits } from '../../config/shape.ts'
import type { RawJson, TargetName } from '../../core/brand.ts'
import { Failure } from '../../core/failure.ts'
import type { Credentials } from '../../policy/policy.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Answer, Caller, Connection, Hello, Outgoing, Peer } from '../conversation.ts'
import { modernRevision, notificationText } from '../wire.ts'
import { type Call, forgotten, type Speaker, speakerOf } from './call.ts'
import { Calls, type Wire } from './calls.ts'
import type { Moved } from './era.ts'
import { asFailing, failing } from './failing.ts'
import type { Gate } from './gate.ts'
import { baseHeaders, sessionHeader, sessionHeaders, streamHeaders } from './headers.ts'
import { initializeRequest, readHello } from './hello.ts'
import { Memory } from './memory.ts'
import { oneWay } from './one-way.ts'
import type { Pace } from './pace.ts'
import { type Place, poolOf } from './place.ts'
import { type Exchanging, Post } from './post.ts'
import { errorIn, outgrown } from './refused.ts'
import { ServerStream } from './server-stream.ts'
import type { TargetSite } from './site.ts'
import { unwelcome } from './unwelcome.ts'

export interface LegacyOptions {
  readonly site: TargetSite
  readonly place: Place
  readonly gate: Gate
  readonly peer: Peer
  /** Conversations of this upstream that are open. */
  readonly open: Set<Connection>
}

/** Sends a request that has been refused unread to the server as it is now. Absent: it stays what it was. */
type LegacyHttpOptions = LegacyOptions & { readonly moved?: Moved }

/** `initialize` was refused as an HTTP+SSE server of 2024-11-05 would refuse it. */
export class NotStreamable extends Failure {}

/** What `initialize` has settled. A vanished session is replaced whole. */
interface Session {
  readonly id: string | undefined
  readonly hello: Hello
  /** Of every POST of this session. */
  readonly headers: string[]
  readonly stream: ServerStream
}

interface Delivery {
  readonly step: string
  readonly text: RawJson
  readonly headers: string[]
  readonly timeoutMs?: number
}

const GOODBYE_MS = 2_000
const REPLY_MS = 5_000
const POST_ACCEPT = 'application/json, text/event-stream'

export class LegacyHttp implements Connection, Exchanging, Wire {
  readonly target: TargetName
  readonly limits: Limits
  readonly metrics: Metrics
  readonly log: Log
  readonly pool: Dispatcher
  readonly path: string
  readonly #credentials: Credentials | undefined
  readonly #peer: Peer
  readonly #gate: Gate
  readonly #open: Set<Connection>
  readonly #moved: Moved | undefined
  readonly #sending = new Set<Promise<void>>()
  readonly #speakers: readonly [Speaker]
  readonly #calls: Calls
  readonly #memory = new Memory()
  #session: Session | undefined = undefined
  #greeting: Post | undefined = undefined
  #renewal: Promise<Session> | undefined = undefined
  #ended = false
  /** Questions that people think about. */
  #resting = 0

  private constructor({ site, place, gate, peer, open, moved }: LegacyHttpOptions) {
    this.target = site.target
    this.limits = site.limits
    this.metrics = site.metrics
    this.log = site.log
    this.pool = poolOf(place, site, peer)
    this.#credentials = site.credentials
    this.path = place.path
    this.#peer = peer
    this.#gate = gate
    this.#open = open
    this.#moved = moved
    this.#speakers = [speakerOf(peer)]
    this.#calls = new Calls(this)
  }

  /** Opens the conversation. Throws NotStreamable when the server may be one of 2024-11-05. */
  static async open(options: LegacyHttpOptions, signal: AbortSignal | undefined): Promise<LegacyHttp> {
    const conversation = new LegacyHttp(options)
    options.open.add(conversation)
    try {
      conversation.#session = await conversation.#initialize(signal)
    } catch (thrown) {
      await conversation[Symbol.asyncDispose]()
      throw thrown
    }
    return conversation
  }

  get hello(): Hello {
    return this.#opened().hello
  }

  get pace(): Pace {
    return this.#calls.pace
  }

  get session(): string | undefined {
    return this.#opened().id
  }

  get #isLeased(): boolean {
    return this.#peer.revision === modernRevision
  }

  /** The server has something to say between calls. */
  get #isTold(): boolean {
    return this.told().some(({ method }) => method === 'resources/subscribe')
  }

  get keepsSession(): boolean {
    return this.#session?.id !== undefined
  }

  /** What the session has been asked to remember. */
  told(): readonly Outgoing[] {
    return this.#memory.requests()
  }

  request(request: Outgoing, caller: Caller): Promise<Answer> {
    if (this.#ended) return Promise.reject(this.#over(request.method))
    const wait = this.#gate.enter(request.method)
    if (wait !== undefined) return this.#queued(wait, request, caller)
    return this.#started(request, caller)
  }

  async notify(method: string, params: RawJson | undefined): Promise<void> {
    await this.#deliver({ step: method, text: notificationText(method, params), headers: this.#opened().headers })
  }

  /** Ends what runs, then the session (reference: mcp §12.2.6: some servers go on working unless told). */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    this.#open.delete(this)
    const session = this.#session
    session?.stream.close()
    this.#calls.endAll((call) => this.#over(call.method), { cancel: true })
    await Promise.allSettled(this.#sending)
    if (session !== undefined) await this.#goodbye(session)
  }

  // --- what the exchanges and the calls need

  speakers(): readonly Speaker[] {
    return this.#speakers
  }

  send(text: RawJson): void {
    const greeting = this.#greeting // servers may ping while they are greeted (2025-11-25, lifecycle)
    const headers = this.#session?.headers ?? (greeting && [...greeting.headers, ...sessionHeader(greeting.session)])
    if (headers === undefined) return
    // A server that asks without end would have us open a connection for each refusal.
    if (this.#sending.size >= this.limits.callsPerSession) {
      this.metrics.limitHit('callsPerSession')
      return
    }
    const sent = this.#deliver({ step: 'reply', text, headers, timeoutMs: REPLY_MS })
      .catch((thrown: unknown) => {
        this.log.debug('a message was not taken', { target: this.target, error: String(thrown) })
      })
      .finally(() => this.#sending.delete(sent))
    this.#sending.add(sent)
  }

  hear(text: string, origin?: Call): void {
    this.#calls.hear(text, origin)
  }

  refused(post: Post, status: number, text: string): boolean {
    const { call } = post
    const where = [this.target, call.method] as const
    if (status === 401 || status === 403 || status === 407) {
      const [credentials, { who }] = [this.#credentials, this.#peer]
      const repeat = (): void => this.#repeat(call, post.headers, true)
      void unwelcome(post, { target: this.target, credentials, status, who, repeat }) // ends the call, whatever happens
      return true
    }
    if (status >= 300 && status < 400) {
      call.failed(failing('upstream.protocol', where, `it answered ${status}, and redirects are not followed`))
      return true
    }
    const error = errorIn(text, this.limits.jsonDepth)
    if (error !== undefined && call.method !== 'initialize' && this.#moved !== undefined && outgrown(error.raw)) {
      const cause = failing('upstream.protocol', where, 'it does not know sessions any more')
      void this.#elsewhere(call, this.#moved, cause) // ends the call, whatever happens
      return true
    }
    const mine = error?.id === String(call.id)
    if (this.#vanished(post, status, mine ? undefined : text)) {
      void this.#again(post)
      return true
    }
    if (error !== undefined) {
      call.answered({ kind: 'error', raw: error.raw })
      return true
    }
    if (call.method === 'initialize' && [400, 404, 405].includes(status)) {
      call.failed(new NotStreamable('upstream.protocol', `target ${this.target}: initialize: it answered ${status}`))
      return true
    }
    return false
  }

  resumeHeaders(post: Post): string[] | undefined {
    const session = this.#session
    if (session === undefined || session.headers !== post.headers) return undefined
    return streamHeaders(session.id, session.hello)
  }

  // --- the conversation itself

  #opened(): Session {
    if (this.#session === undefined) throw this.#over('initialize')
    return this.#session
  }

  #over(step: string): Failure {
    return failing('request.aborted', [this.target, step], 'the conversation has been ended')
  }

  async #queued(wait: Promise<void>, request: Outgoing, caller: Caller): Promise<Answer> {
    await wait
    return this.#started(request, caller)
  }

  #started(request: Outgoing, caller: Caller): Promise<Answer> {
    const call = this.#calls.begin(request, caller, this.#speakers[0])
    const { answer } = call
    answer.then(this.#left, this.#left)
    const { headers, stream } = this.#opened()
    if (stream.resting) void stream.wake() // never rejects
    new Post(this, call, headers).send()
    this.#memory.watch(request, answer)
    return answer
  }

  readonly #left = (): void => this.#gate.leave()

  /**
   * A person thinks, for minutes perhaps. Conversations of clients of 2026-07-28 are leased for a call: while it waits for nothing
   * else the server has nothing to say on its own stream, and that need not cost a connection.
   */
  rest(): () => Promise<void> | undefined {
    const go = this.#gate.rest()
    const stream = this.#session?.stream // some servers ask while they are greeted
    this.#resting++
    const rests = this.#isLeased && this.#resting >= this.#calls.size && !this.#isTold && stream?.rest() === true
    return () => {
      this.#resting--
      go?.()
      return rests ? stream.wake() : undefined
    }
  }

  async #initialize(signal: AbortSignal | undefined): Promise<Session> {
    const caller: Caller = { signal, notification: () => {}, ask: (method, params) => this.#peer.ask(method, params) }
    const call = this.#calls.begin(initializeRequest(this.#peer), caller, this.#speakers[0])
    const headers = [...baseHeaders(POST_ACCEPT), 'content-type', 'application/json']
    const post = new Post(this, call, headers)
    this.#greeting = post
    post.send()
    const hello = readHello(this.target, await call.answer)
    this.#greeting = undefined
    // A copy: a slice of the answer's head would keep all of that in memory.
    const id = post.session === undefined ? undefined : Buffer.from(post.session, 'latin1').toString('latin1')
    if (id !== undefined && !/^[\x21-\x7e]{1,4096}$/.test(id))
      throw failing(
        'upstream.protocol',
        [this.target, 'initialize'],
        'its session id has characters that no header may have',
      )
    const inSession = [...headers, ...sessionHeaders(id, hello)]
    Object.freeze(inSession) // spelled once for all requests (http/direct-pool.ts)
    const session = { id, hello, headers: inSession, stream: new ServerStream(this, streamHeaders(id, hello)) }
    try {
      const text = notificationText('notifications/initialized', undefined)
      await this.#deliver({ step: 'initialized', text, headers: inSession })
      if (signal?.aborted) throw signal.reason
      if (this.#ended) throw this.#over('initialize')
    } catch (thrown) {
      await this.#goodbye(session)
      throw thrown
    }
    session.stream.open()
    return session
  }

  async #goodbye({ id, hello }: Session): Promise<void> {
    if (id === undefined) return
    const { pool, path } = this
    const headers = [...baseHeaders('*/*'), ...sessionHeaders(id, hello)]
    try {
      await oneWay({ pool, path, method: 'DELETE', headers, timeoutMs: GOODBYE_MS })
    } catch (thrown) {
      this.log.debug('a session could not be ended', { target: this.target, error: String(thrown) })
    }
  }

  async #deliver({ step, text, headers, timeoutMs }: Delivery): Promise<void> {
    const { pool, path, limits } = this
    let status: number
    try {
      const ms = timeoutMs ?? limits.upstreamFirstByteMs
      status = await oneWay({ pool, path, method: 'POST', headers, body: text, timeoutMs: ms })
    } catch (thrown) {
      throw asFailing([this.target, step], thrown)
    }
    if (status < 200 || status > 299) throw failing('upstream.protocol', [this.target, step], `it answered ${status}`)
  }

  /** Whether an answer says that our session is gone. `text`: a body that does not answer our request by its id. */
  #vanished(post: Post, status: number, text: string | undefined): boolean {
    const session = this.#session
    if (session?.id === undefined || post.call.method === 'initialize' || post.again) return false
    if (status === 404) return true
    // What servers built on the TypeScript and Python libraries say of a session they do not know.
    return status === 400 && text !== undefined && /session|not initialized/i.test(text)
  }

  /** Opens a new session, once for all that wait, and sends the request once more: the server has turned it away unread. */
  async #again(post: Post): Promise<void> {
    const { call } = post
    try {
      const session = this.#session
      if (session === undefined || session.headers === post.headers) {
        this.#renewal ??= this.#renew().finally(() => {
          this.#renewal = undefined
        })
        await this.#renewal
      }
      this.#repeat(call, this.#opened().headers)
    } catch (thrown) {
      const cause = asFailing([this.target, call.method], thrown)
      if (this.#moved !== undefined && cause.code === 'upstream.protocol')
        await this.#elsewhere(call, this.#moved, cause)
      else call.failed(cause)
    }
  }

  /** The server has been replaced by one that does not know sessions any more. */
  async #elsewhere(call: Call, moved: Moved, cause: Failure): Promise<void> {
    try {
      call.answered(await moved(call.request, call.caller, cause))
    } catch (thrown) {
      call.failed(asFailing([this.target, call.method], thrown))
    }
  }

  #repeat(call: Call, headers: string[], mended = false): void {
    const next = new Post(this, call, headers)
    next.again = true
    next.mended = mended
    next.send()
  }

  async #renew(): Promise<Session> {
    this.log.info('the session of a target has vanished and is opened anew', { target: this.target })
    this.#session?.stream.close()
    const session = await this.#initialize(undefined)
    this.#session = session
    for (const request of this.#memory.requests()) {
      const call = this.#calls.begin(request, forgotten, this.#speakers[0])
      new Post(this, call, session.headers).send()
      await call.answer.catch((thrown: unknown) => {
        this.log.debug('a setting could not be repeated', { target: this.target, error: String(thrown) })
      })
    }
    for (const kind of ['tools', 'prompts', 'resources'])
      if (kind in session.hello.capabilities) this.#peer.notification(`notifications/${kind}/list_changed`, undefined)
    return session
  }
}

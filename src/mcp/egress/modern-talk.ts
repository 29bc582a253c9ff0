// Requests to a server of 2026-07-28, whatever carries them: envelope, rounds of questions, tasks, and what needs no server at all.

import type { Limits } from '../../config/shape.ts'
import { type RawJson, rawJson, type TargetName } from '../../core/brand.ts'
import { Failure } from '../../core/failure.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Answer, Caller, Hello, Outgoing, Peer } from '../conversation.ts'
import { isGateway } from '../principals.ts'
import { codes, errorObject, modernRevision, resultType } from '../wire.ts'
import { failing } from './failing.ts'
import { asksOfTasks, HeldTasks, plainCall } from './modern-held-tasks.ts'
import { type Ear, Listening } from './modern-listening.ts'
import { type Envelope, type Input, Params, TASKS } from './modern-params.ts'
import { type Asking, askAll, wantedBy, withParams } from './modern-questions.ts'
import { lacking, legacyError, Result, readError, revisionsIn } from './modern-results.ts'
import { followed, progressToken } from './modern-tasks.ts'

/** The server speaks another revision than it did, or than was hoped: what it was sent it has not read. */
export class NotModern extends Failure {}

/** What carries requests. */
export interface Carrying {
  readonly target: TargetName
  readonly limits: Limits
  readonly metrics: Metrics
  readonly log: Log
  /** Sends a request once. `params` of the request are as they are sent, `said` as the client knows them. */
  once(request: Outgoing, said: Params, caller: Caller): Promise<Answer>
  /** Reads the lists of tools anew, because headers were wrong. `false`: there is nothing to be learnt. */
  relearn(caller: Caller): Promise<boolean>
  /** A page of tools, as clients may see it. */
  listed(page: RawJson): RawJson
  /** Sends the request to the server as it is now. Absent: it stays what it was. */
  moved?(request: Outgoing, caller: Caller, cause: Failure): Promise<Answer>
}

export interface TalkOptions {
  readonly carrying: Carrying
  readonly peer: Peer
  readonly hello: Hello
  readonly envelope: Envelope
  readonly ear: Ear
  readonly listening: Listening
}

/** So often one call may ask for input. */
const ROUNDS = 10
/** Methods whose results may ask for input (2026-07-28, mrtr). */
const asking: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read'])
/** A level for those who never named one: servers of earlier revisions then decide, and mostly say everything. */
const USUAL_LEVEL = 'info'

export class ModernTalk {
  readonly #options: TalkOptions
  readonly #modern: boolean
  readonly #level: string | undefined
  #told: Outgoing | undefined = undefined
  #held: HeldTasks | undefined = undefined
  /** What becomes of tasks: the client follows them itself, or they are followed here. */
  readonly #tasks: 'taken' | 'followed' | 'unasked'

  constructor(options: TalkOptions) {
    const { peer, hello, envelope } = options
    this.#options = options
    this.#modern = peer.revision === modernRevision
    const hears = !this.#modern && !isGateway(peer.principal) && 'logging' in hello.capabilities
    this.#level = hears ? USUAL_LEVEL : undefined
    const { extensions } = envelope.capabilities
    const declared = typeof extensions === 'object' && extensions !== null && TASKS in extensions
    this.#tasks = !declared ? 'unasked' : this.#modern ? 'taken' : 'followed'
  }

  /** The log level that was set last, as it was set. */
  get told(): Outgoing | undefined {
    return this.#told
  }

  request(request: Outgoing, caller: Caller): Promise<Answer> {
    switch (request.method) {
      case 'logging/setLevel': // each request says its own
        this.#told = request
        return Promise.resolve(nothing)
      case 'subscriptions/listen': // what is said unasked comes by notifications of the connection
      case 'server/discover':
        return Promise.resolve(refusal(codes.methodNotFound, `method not found: ${request.method}`))
      case 'ping':
        return Promise.resolve(nothing)
      case 'resources/subscribe':
        return this.#subscribe(request)
      case 'resources/unsubscribe':
        return this.#unsubscribe(request)
      default:
        return this.#tasks === 'followed' ? this.#ofTask(request, caller) : this.#rounds(request, caller)
    }
  }

  /** The client hears how a task is until it calls that off. */
  follow(task: string): () => void {
    return this.#holding().follow(task)
  }

  end(): void {
    this.#held?.end()
  }

  /** Clients of before may ask for a task, and about tasks; otherwise calls wait for theirs. */
  async #ofTask(request: Outgoing, caller: Caller): Promise<Answer> {
    if (asksOfTasks(request)) return this.#holding().request(request, caller)
    const plain = plainCall(request)
    return plain === undefined
      ? this.#rounds(request, caller)
      : this.#holding().begun(await this.#rounds(plain, caller, true))
  }

  #holding(): HeldTasks {
    const { carrying, peer, ear } = this.#options
    const { limits, target, log } = carrying
    this.#held ??= new HeldTasks({
      limits,
      peer,
      asking: this.#asking('tools/call'),
      listening: new Listening(target, log, () => {}),
      listen: (params, reader) => ear.listen(params, reader),
      send: (about, by) => this.#rounds(about, by),
    })
    return this.#held
  }

  /** `held`: a task is its client's, and not waited for. */
  #rounds(request: Outgoing, caller: Caller, held = false): Promise<Answer> {
    const turn: Turn = { request, said: new Params(request.params), caller, held }
    return this.#sent(turn, firstInput(turn)).then(
      (answer) => (this.#isPlain(answer, request.method) ? answer : this.#further(answer, turn)),
      (thrown: unknown) => {
        if (thrown instanceof NotModern) return this.#elsewhere(request, caller, thrown)
        throw thrown
      },
    )
  }

  /** What nearly every answer is: whole, and in its client's own words. */
  #isPlain({ kind, raw }: Answer, method: string): boolean {
    return kind === 'result' && this.#modern && method !== 'tools/list' && resultType(raw) === 'complete'
  }

  /** What an answer asks for, until one does not ask any more. */
  async #further(first: Answer, turn: Turn): Promise<Answer> {
    const { request, caller, held } = turn
    let answer = first
    let input = firstInput(turn)
    for (let round = 0; ; round++) {
      if (answer.kind === 'error') answer = await this.#mended(answer, turn, input)
      if (answer.kind === 'error') return await this.#refused(answer.raw, turn, round)
      const result = new Result(answer.raw)
      if (held && result.type === 'task') return answer
      if (result.type !== 'input_required') return await this.#over(result, turn)
      if (round >= ROUNDS) throw this.#wrong(request, `it asks for input more than ${ROUNDS} times`)
      const next = await this.#asked(result, request.method, caller)
      if ('kind' in next) return next
      input = next
      answer = await this.#sent(turn, input)
    }
  }

  #sent({ request, said, caller }: Turn, input: Input | undefined): Promise<Answer> {
    const { carrying, envelope } = this.#options
    const params = said.enveloped(envelope.members(caller.logLevel ?? this.#level), input)
    return carrying.once({ ...request, params }, said, caller)
  }

  /** Once more if the server has other headers in mind than its lists said when they were read. */
  async #mended(answer: Answer, turn: Turn, input: Input | undefined): Promise<Answer> {
    const wrong = turn.request.method === 'tools/call' && readError(answer.raw).code === codes.headerMismatch
    return wrong && (await this.#options.carrying.relearn(turn.caller)) ? await this.#sent(turn, input) : answer
  }

  /** A result that ends the call, or begins a task. */
  async #over(result: Result, { request, caller }: Turn): Promise<Answer> {
    const { method } = request
    if (result.type === 'complete') {
      if (method === 'tools/list')
        return { kind: 'result', raw: this.#shown(new Result(this.#options.carrying.listed(result.raw)), method) }
      return { kind: 'result', raw: this.#shown(result, method) }
    }
    if (result.type !== 'task' || method !== 'tools/call' || this.#tasks === 'unasked')
      throw this.#wrong(request, 'its result is of a kind that nobody asked for')
    if (this.#tasks === 'taken') return { kind: 'result', raw: result.raw }
    return await followed(result, {
      send: (about, by) => this.#rounds(about, by),
      asking: this.#asking(method),
      request,
      caller,
      token: progressToken(request.params),
    })
  }

  #shown(result: Result, method: string): RawJson {
    // What reads lists for the gateway goes by the hints how long they hold.
    return this.#modern ? result.raw : result.legacy(method, isGateway(this.#options.peer.principal))
  }

  /** Asks the user, or lets the client do it. */
  async #asked(result: Result, method: string, caller: Caller): Promise<Input | Answer> {
    const about = this.#asking(method)
    if (!asking.has(method))
      throw failing('upstream.protocol', [about.target, method], 'it wants input where it must not')
    const wanted = wantedBy(result, about)
    if ('kind' in wanted) return wanted
    if (caller.takesInput === true) return { kind: 'result', raw: withParams(result, wanted) }
    const responses = wanted.questions.length === 0 ? undefined : await askAll(wanted, caller, about)
    if (caller.signal?.aborted === true) throw caller.signal.reason
    if (typeof responses === 'object') return responses
    return { responses, state: wanted.state }
  }

  /** An error, in the words of whoever reads it (reference: mcp §1.4). */
  async #refused(raw: RawJson, { request, caller }: Turn, round: number): Promise<Answer> {
    const read = readError(raw)
    switch (read.code) {
      case codes.unsupportedVersion: {
        const cause = new NotModern(
          'upstream.protocol',
          `target ${this.#options.carrying.target}: ${request.method}: it does not speak ${modernRevision} any more`,
        )
        if (round > 0 || revisionsIn(read.data['supported']).includes(modernRevision)) throw cause
        return await this.#elsewhere(request, caller, cause)
      }
      case codes.headerMismatch:
        return { kind: 'error', raw: errorObject(codes.internal, 'the server finds that headers and body differ') }
      case codes.missingCapability: {
        const required = read.data['requiredCapabilities']
        const object =
          typeof required === 'object' && required !== null ? Object.fromEntries(Object.entries(required)) : {}
        return this.#modern ? { kind: 'error', raw } : lacking(object, request.method, false)
      }
      default:
        return { kind: 'error', raw: this.#modern ? raw : legacyError(raw, read, request.method) }
    }
  }

  #elsewhere(request: Outgoing, caller: Caller, cause: Failure): Promise<Answer> {
    const { carrying } = this.#options
    return carrying.moved === undefined ? Promise.reject(cause) : carrying.moved(request, caller, cause)
  }

  async #subscribe(request: Outgoing): Promise<Answer> {
    const { hello, carrying, ear, listening } = this.#options
    const uri = new Params(request.params).string('uri')
    if (uri === undefined) return refusal(codes.invalidParams, 'uri must be a string')
    const { resources } = hello.capabilities
    if (
      typeof resources !== 'object' ||
      resources === null ||
      !('subscribe' in resources) ||
      resources.subscribe !== true
    )
      return refusal(codes.methodNotFound, 'the server does not tell when resources change')
    const honoured = await within(listening.subscribe(ear, uri), carrying.limits.upstreamFirstByteMs)
    if (honoured === true) return nothing
    listening.unsubscribe(ear, uri)
    if (honoured === undefined)
      throw failing('upstream.timeout', [carrying.target, request.method], 'no answer in time')
    return refusal(codes.invalidParams, 'the server does not tell when this resource changes')
  }

  async #unsubscribe(request: Outgoing): Promise<Answer> {
    const uri = new Params(request.params).string('uri')
    if (uri === undefined) return refusal(codes.invalidParams, 'uri must be a string')
    this.#options.listening.unsubscribe(this.#options.ear, uri)
    return nothing
  }

  #asking(method: string): Asking {
    const { carrying, envelope } = this.#options
    const { target, limits, metrics } = carrying
    return { target, limits, metrics, method, capabilities: envelope.capabilities, modern: this.#modern }
  }

  #wrong({ method }: Outgoing, why: string): Failure {
    return failing('upstream.protocol', [this.#options.carrying.target, method], why)
  }
}

/** One request on its way through its rounds. */
interface Turn {
  readonly request: Outgoing
  readonly said: Params
  readonly caller: Caller
  readonly held: boolean
}

/** Who asks the user itself brings the answers itself; nobody else has seen a server's note. */
const firstInput = ({ request, caller }: Turn): Input | undefined =>
  caller.takesInput === true || !asking.has(request.method) ? undefined : NO_INPUT

const NO_INPUT: Input = { responses: undefined, state: undefined }
const nothing: Answer = Object.freeze({ kind: 'result', raw: rawJson('{}') })

const refusal = (code: number, message: string): Answer => ({ kind: 'error', raw: errorObject(code, message) })

/** What is awaited; `undefined`: it has not come within this time. */
async function within<T>(awaited: Promise<T>, ms: number): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), ms)
  try {
    return await Promise.race([awaited, promise])
  } finally {
    clearTimeout(timer)
  }
}

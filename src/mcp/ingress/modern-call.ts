// One request of 2026-07-28 from its first POST to its result: it may be answered with questions, wait, and go on with the next POST.
import { type RawJson, rawJson } from '../../core/brand.ts'
import type { Exchange, Reply, Stoppable } from '../../core/exchange.ts'
import { asFailure, Failure, wireText } from '../../core/failure.ts'
import type { JsonObject } from '../../core/item.ts'
import { encodeEvent } from '../../http/sse.ts'
import { Cancel, type Cancellation } from '../cancellation.ts'
import type { Answer, Caller, Incoming } from '../conversation.ts'
import { cut, edited, find, members, setMember } from '../json.ts'
import type { Parkable } from '../park.ts'
import { codes, errorObject, notificationText, resultText, resultType } from '../wire.ts'
import { prefersStream } from './head.ts'
import type { Listener, ModernClient } from './modern-clients.ts'
import { type ModernDesk, missing } from './modern-desk.ts'
import { Inquiry, lacking } from './modern-questions.ts'
import { answerReply, codeOf, statusOf } from './modern-result.ts'
import { declaresTasks, TASK_STATUS } from './modern-task-words.ts'
import type { Request } from './post.ts'
import { ReadyBodies } from './ready.ts'
import { eventReply, messageText } from './replies.ts'
import { EventStream } from './stream.ts'

/** Questions that come together are put together. */
const TOGETHER_MS = 15

/** Who waits for the call at the moment: one POST, until it is answered. */
class Waiting implements Stoppable {
  readonly x: Exchange
  readonly id: RawJson
  readonly since = Date.now()
  readonly reply: (reply: Reply) => void
  stream: EventStream | undefined = undefined
  readonly #call: ModernCall

  constructor(call: ModernCall, x: Exchange, id: RawJson, reply: (reply: Reply) => void) {
    this.#call = call
    this.x = x
    this.id = id
    this.reply = reply
  }

  stop(reason: unknown): void {
    this.#call.gone(this, asFailure(reason))
  }
}

/** A request as it came, and how often it has been answered with questions before. */
interface Begun {
  readonly request: Incoming
  readonly round: number
}

export class ModernCall implements Caller, Listener, Parkable {
  static readonly #ready = new ReadyBodies()
  seat = -1
  readonly takesInput = true
  readonly client: ModernClient
  readonly #desk: ModernDesk
  /** The request as it came first: what its state is bound to. */
  readonly #request: Incoming
  #waiting: Waiting | undefined = undefined
  #cancel: Cancel | undefined = undefined
  #over = false
  #why: Failure = OVER
  #inquiry: Inquiry | undefined = undefined
  #timer: NodeJS.Timeout | undefined = undefined
  /** What a question of the server would have needed, if its client had declared it. */
  #lacks: JsonObject | undefined = undefined
  /** Of the request that the client came back with; `undefined`: it has not. */
  #token: { readonly now: RawJson | undefined } | undefined = undefined
  /** How often its client has been asked. */
  #rounds: number
  /** Came while nobody waited for it. */
  #answer: Answer | undefined = undefined

  constructor(desk: ModernDesk, client: ModernClient, { request, round }: Begun) {
    this.#desk = desk
    this.client = client
    this.#request = request
    this.#rounds = round
  }

  get principal(): string {
    return this.client.principal
  }

  /** Of this request: nothing is logged for those that name none. */
  get logLevel(): string | undefined {
    return this.client.logLevel
  }

  get over(): boolean {
    return this.#over
  }

  get signal(): Cancellation {
    this.#cancel ??= new Cancel()
    if (this.#over) this.#cancel.abort(this.#why)
    return this.#cancel
  }

  /** Begins; `work` is what has to be asked of the federation. */
  run(x: Exchange, id: RawJson, work: (call: this) => Promise<Answer>): Promise<Reply> {
    this.client.use(x, this)
    const reply = this.#attend(x, id)
    if (!this.#over)
      work(this).then(
        (answer) => this.#answered(answer),
        (thrown: unknown) => this.#answered(broken(thrown, x)),
      )
    return reply
  }

  /** The client is back, with answers: those that nobody asked for are nothing to anybody. */
  resume(x: Exchange, request: Request, responses: ReadonlyMap<string, RawJson>): Promise<Reply> {
    const reply = this.#attend(x, request.id)
    this.#token = { now: tokenOf(request) }
    if (this.#over) return reply // its client is gone again already
    this.client.usedBy(x)
    this.#inquiry?.answered(responses)
    if (this.#answer !== undefined) this.#finish(this.#answer)
    else if (this.#inquiry?.pending === true) this.#askSoon()
    return reply
  }

  notification(method: string, params: RawJson | undefined): void {
    if (method === TASK_STATUS) return this.client.heardOfTask(params)
    if (this.#over || this.#waiting === undefined || !this.#hears(method)) return
    const told = method === 'notifications/progress' ? this.#tokened(params) : params
    if (told === 'unwanted') return
    this.#stream(this.#waiting).write(event(notificationText(method, told)))
  }

  /** Progress under the token of the request that waits now: each has its own, or none. */
  #tokened(params: RawJson | undefined): RawJson | undefined | 'unwanted' {
    if (this.#token === undefined || params === undefined) return params
    const { now } = this.#token
    return now === undefined ? 'unwanted' : edited(params, [setMember(params, 0, 'progressToken', now)])
  }

  ask(method: string, params: RawJson | undefined, signal?: Cancellation): Promise<Answer> {
    if (this.#over) return Promise.resolve(nobodyThere)
    const lacks = lacking(method, params, this.client.capabilities)
    if (lacks !== undefined) {
      // The server may do without; if it cannot, its client reads what was missing.
      this.#lacks ??= lacks
      return Promise.resolve(unaskable)
    }
    const { limits, metrics } = this.#desk
    const size = (this.#inquiry?.bytes ?? 0) + (params?.length ?? 0)
    if (size > limits.parkedBytes) {
      metrics.limitHit('parkedBytes')
      return Promise.resolve(refusal(`more than ${limits.parkedBytes} bytes of questions`))
    }
    if (this.#rounds >= limits.parkedRounds) {
      metrics.limitHit('parkedRounds')
      this.#leave('it asks without end', refusal(`asked more than ${limits.parkedRounds} times`))
      return Promise.resolve(nobodyThere)
    }
    const asked = (this.#inquiry ??= new Inquiry()).ask(method, params, signal)
    if (this.#waiting !== undefined) this.#askSoon()
    return asked
  }

  visit(now: number): void {
    const waiting = this.#waiting
    // Many clients give up on a head that does not come, and connections that seem dead are cut on the way.
    if (waiting === undefined || now - waiting.since < this.#desk.limits.sseKeepAliveMs) return
    this.#stream(waiting)
  }

  abandon(why: string): void {
    this.#leave(why, undefined)
  }

  end(why: string): void {
    this.#leave(why, refusal(why))
  }

  #attend(x: Exchange, id: RawJson): Promise<Reply> {
    return new Promise((resolve) => {
      const waiting = new Waiting(this, x, id, resolve)
      this.#waiting = waiting
      x.work = waiting
      if (x.aborted !== undefined) this.gone(waiting, asFailure(x.aborted))
      else if (prefersStream(x)) this.#stream(waiting)
    })
  }

  #stream(waiting: Waiting): EventStream {
    if (waiting.stream !== undefined) return waiting.stream
    const stream = new EventStream(this.#desk.streams, () => this.gone(waiting, GONE))
    waiting.stream = stream
    waiting.reply(eventReply(stream))
    return stream
  }

  /** Closing the response is how this revision cancels (2026-07-28, transports); after an answer it means nothing. */
  gone(waiting: Waiting, why: Failure): void {
    if (this.#waiting !== waiting) return
    // A deadline of the route: the client is still there, and is told.
    if (why.code !== 'request.aborted') return this.#leave(why.message, refusal(why.message))
    this.#leave('the client is gone', undefined)
  }

  #hears(method: string): boolean {
    if (method === 'notifications/message') return this.client.logLevel !== undefined
    return method === 'notifications/progress' || !OF_BEFORE.test(method)
  }

  #answered(answer: Answer): void {
    if (this.#over) return
    if (this.#waiting === undefined) {
      // It waits for its client to come back. What is large need not wait in memory for somebody who may never come.
      const { limits, metrics } = this.#desk
      const fits = answer.raw.length <= limits.parkedBytes
      if (!fits) metrics.limitHit('parkedBytes')
      this.#answer = fits ? answer : refusal('the result was too large to be kept until the client came back')
    } else this.#finish(answer)
  }

  #finish(answer: Answer): void {
    const waiting = this.#waiting
    this.#close()
    if (waiting !== undefined) this.#send(waiting, this.#worded(answer, waiting.x.mcpTarget))
  }

  /** An answer that asks for more becomes one of ours. */
  #worded(answer: Answer, target: string): Answer {
    if (this.#lacks !== undefined && isFailure(answer)) return missing(this.#lacks)
    if (answer.kind === 'error')
      return codeOf(answer.raw) === codes.urlElicitationRequired
        ? this.#desk.visits(this.#request, this.client, answer.raw)
        : answer
    const type = resultType(answer.raw)
    if (type === 'complete') return answer
    if (type === 'input_required')
      return this.#desk.through(this.#request, this.client, answer.raw, { target, round: this.#rounds })
    if (type === 'task' && declaresTasks(this.client.capabilities))
      return { kind: 'result', raw: this.#desk.tasks.begun(answer.raw, this.principal) }
    // A kind of result that nobody here has asked for means nothing to the client (reference: mcp §8).
    return refusal(`the server answered with a result of kind ${type.slice(0, 64)}`)
  }

  #send(waiting: Waiting, answer: Answer): void {
    const { x, id, stream } = waiting
    x.work = undefined
    if (stream === undefined && answer.kind === 'error' && answer.reply !== undefined)
      return waiting.reply(answer.reply)
    const stamped = this.#desk.stamper.stamp(answer, this.#request.method)
    if (stream !== undefined) {
      stream.write(event(messageText(id, stamped)))
      stream.finish()
    } else if (stamped.kind === 'result') waiting.reply(ModernCall.#ready.reply(id, stamped, x))
    else waiting.reply(answerReply(messageText(id, stamped), statusOf(stamped)))
  }

  #askSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#park()
    }, TOGETHER_MS)
  }

  /** Answers the POST with what is to be asked; the call goes on once the client is back. */
  #park(): void {
    const waiting = this.#waiting
    const inquiry = this.#inquiry
    if (this.#over || waiting === undefined || inquiry?.pending !== true) return
    this.#waiting = undefined
    const state = this.#desk.park(this, this.#request)
    if (state === undefined) {
      this.#waiting = waiting
      return inquiry.refused('too many calls wait for answers of clients')
    }
    this.#rounds++
    const { x, id, stream } = waiting
    x.work = undefined
    const text = resultText(
      id,
      rawJson(`{"resultType":"input_required","inputRequests":${inquiry.text},"requestState":"${state}"}`),
    )
    if (stream === undefined) return waiting.reply(answerReply(text, 200))
    stream.write(event(text))
    stream.finish()
  }

  #leave(reason: string, answer: Answer | undefined): void {
    if (this.#over) return
    const waiting = this.#waiting
    this.#why = new Failure('request.aborted', reason)
    this.#close()
    if (waiting !== undefined) {
      if (answer !== undefined) this.#send(waiting, answer)
      else {
        waiting.x.work = undefined
        waiting.stream?.finish()
        waiting.reply(LEFT)
      }
    }
    this.#cancel?.abort(this.#why)
  }

  #close(): void {
    this.#over = true
    this.#waiting = undefined
    clearTimeout(this.#timer)
    this.#inquiry?.end()
    this.#desk.clients.release(this.client, this)
  }
}

const OVER = new Failure('request.aborted', 'the request is over')
const GONE = new Failure('request.aborted', 'the client is gone')
/** Nobody reads it. */
const LEFT: Reply = Object.freeze({ kind: 'empty', status: 499, headers: {} })
/** Notifications that belong to no call, or not to this revision. */
const OF_BEFORE =
  /^notifications\/(?:cancelled|initialized|(?:tools|prompts|resources|roots)\/list_changed|resources\/updated|elicitation\/complete|tasks)/

function tokenOf({ rawParams }: Incoming): RawJson | undefined {
  const span = rawParams === undefined ? undefined : find(rawParams, ['_meta', 'progressToken'])
  return span && rawParams && cut(rawParams, span)
}

const event = (data: RawJson): string => encodeEvent({ event: 'message', data })
const refusal = (message: string): Answer => ({ kind: 'error', raw: errorObject(codes.internal, message) })
const nobodyThere = refusal('the call is over')
const unaskable: Answer = {
  kind: 'error',
  raw: errorObject(codes.methodNotFound, 'the client has not declared that it can be asked this'),
}

/** Whether a call has failed, by its own account. */
function isFailure({ kind, raw }: Answer): boolean {
  if (kind === 'error') return true
  const span = raw.includes('isError"') ? members(raw).get('isError') : undefined
  return span !== undefined && cut(raw, span) === 'true'
}

function broken(thrown: unknown, x: Exchange): Answer {
  const failure = asFailure(thrown)
  x.reason = failure.row.reason
  x.error = failure.message
  x.mcpErrorCode = codes.internal
  return refusal(wireText(failure))
}

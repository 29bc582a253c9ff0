// One POST that asks something: its requests while they run, and the form of its answer, which the first message decides.
import type { RawJson } from '../../core/brand.ts'
import type { Exchange, Reply } from '../../core/exchange.ts'
import { asFailure, Failure, wireText } from '../../core/failure.ts'
import type { Seated } from '../../core/roster.ts'
import { Cancel, type Cancellation } from '../cancellation.ts'
import type { Answer, Caller, Federation } from '../conversation.ts'
import type { Running, Session } from '../session.ts'
import { codes, errorObject, type Message, notificationText } from '../wire.ts'
import { prefersStream } from './head.ts'
import { ReadyBodies } from './ready.ts'
import { accepted, eventReply, jsonReply, messageText, noSession } from './replies.ts'
import type { Rounds } from './rounds.ts'
import type { Channel } from './stream.ts'

export type Request = Extract<Message, { kind: 'request' }>

/** How long a call goes on for a client that is gone and may come back for the answer. */
const ABANDONED_MS = 60_000

export interface PostOptions {
  readonly x: Exchange
  readonly session: Session
  readonly federation: Federation
  readonly rounds: Rounds<Post>
  /** Where all answers go (HTTP+SSE); otherwise the POST itself is answered. */
  readonly channel?: Channel | undefined
}

/** Requests of one POST. Several only where the revision has batches. */
export class Post implements Seated {
  static readonly #ready = new ReadyBodies()
  seat = -1
  readonly session: Session
  readonly #x: Exchange
  readonly #federation: Federation
  readonly #rounds: Rounds<Post>
  readonly #own: boolean
  #calls: readonly Call[] = []
  #open = 0
  #channel: Channel | undefined
  #answers: RawJson[] | undefined = undefined
  #reply: ((reply: Reply) => void) | undefined = undefined
  #gone = 0
  #seen = 0

  constructor({ x, session, federation, rounds, channel }: PostOptions) {
    this.session = session
    this.#x = x
    this.#federation = federation
    this.#rounds = rounds
    this.#channel = channel
    this.#own = channel === undefined
  }

  /**
   * Runs the requests. Resolves with JSON when nothing comes before the answers, with an event stream at the first thing that does
   * or when the answers keep the client waiting.
   */
  run(requests: readonly Request[], batch: boolean): Promise<Reply> {
    if (batch) this.#answers = []
    this.#rounds.add(this)
    return new Promise((resolve) => {
      this.#reply = resolve
      this.#open = requests.length
      this.#calls = requests.map((request) => new Call(request.id, this))
      for (const call of this.#calls) this.session.begin(call)
      if (this.#own && prefersStream(this.#x)) this.#stream()
      for (let i = 0; i < requests.length; i++) this.#start(requests[i], this.#calls[i])
    })
  }

  /** Something before the answer: from now on this is an event stream. */
  say(text: RawJson): void {
    const channel = this.#channel ?? this.#stream()
    channel.send(text)
  }

  /** The server has hung up: a client that can come back need not hold its connection any longer than we do. */
  hungUp(retryMs: number): void {
    if (!this.#own || !this.session.resumable || this.session.revision < '2025-11-25') return
    const channel = this.#channel ?? this.#stream()
    channel.hangUp(retryMs)
  }

  answered(call: Call, answer: Answer): void {
    this.#open--
    if (this.#channel !== undefined) this.#channel.send(messageText(call.id, answer))
    else if (this.#answers !== undefined) this.#answers.push(messageText(call.id, answer))
    else if (answer.kind === 'error' && answer.reply !== undefined) return this.#end(answer.reply)
    else return this.#end(Post.#ready.reply(call.id, answer, this.#x))
    if (this.#open === 0) this.#end(this.#answers === undefined ? accepted : batchReply(this.#answers))
  }

  /** No answer is wanted any more. */
  left(reply: Reply): void {
    if (--this.#open > 0) return
    this.#end(this.#answers === undefined || this.#answers.length === 0 ? reply : batchReply(this.#answers))
  }

  get notFound(): Reply {
    return noSession(this.#x, 'unknown')
  }

  /**
   * A dropped connection is no cancellation (MCP 2025-11-25, transports), but several clients cancel in no other way: whoever has
   * not come back after a while does not want the answer. A deadline of the route, though, is meant. Whoever waits for longer than
   * `quietMs` gets an event stream, which is kept alive and can be resumed: many clients give up on a head that does not come.
   */
  visit(now: number, quietMs: number): void {
    const { aborted } = this.#x
    if (this.#seen === 0) this.#seen = now
    if (this.#channel !== undefined ? this.#channel.stream !== undefined : aborted === undefined) {
      this.#gone = 0
      if (this.#channel === undefined && now - this.#seen >= quietMs) this.#stream()
      return
    }
    if (this.#gone === 0) this.#gone = now
    const failure = asFailure(aborted)
    const dropped = this.#channel !== undefined || failure.code === 'request.aborted'
    if (dropped && now - this.#gone < ABANDONED_MS) return
    for (const call of this.#calls) call.cancel(dropped ? 'the client is gone' : failure.message)
  }

  #stream(): Channel {
    const channel = this.session.channel()
    this.#channel = channel
    this.#reply?.(eventReply(channel.open()))
    for (const answer of this.#answers ?? []) channel.send(answer)
    this.#answers = undefined
    return channel
  }

  #start(request: Request | undefined, call: Call | undefined): void {
    if (request === undefined || call === undefined) return
    this.#federation.request(this.session, request, call, this.#x).then(
      (answer) => call.answered(answer),
      (thrown: unknown) => call.answered(broken(thrown, this.#x)),
    )
  }

  #end(reply: Reply): void {
    this.#rounds.delete(this)
    if (this.#own) this.#channel?.end()
    this.#reply?.(reply) // nothing when a stream was the reply
    if (this.#own && !this.session.resumable) this.session.end() // of a client that came for this POST only
  }
}

/** One request while it runs: what the federation tells of it, and what the client can still do about it. */
class Call implements Caller, Running {
  seat = -1
  readonly id: RawJson
  readonly #post: Post
  #cancel: Cancel | undefined = undefined
  #over = false
  #why: Failure = OVER

  constructor(id: RawJson, post: Post) {
    this.id = id
    this.#post = post
  }

  get signal(): Cancellation {
    this.#cancel ??= new Cancel()
    if (this.#over) this.#cancel.abort(this.#why)
    return this.#cancel
  }

  notification(method: string, params: RawJson | undefined): void {
    if (!this.#over) this.#post.say(notificationText(method, params))
  }

  ask(method: string, params: RawJson | undefined, signal?: Cancellation): Promise<Answer> {
    if (this.#over) return Promise.resolve(nobodyThere)
    return this.#post.session.questions.ask(this, method, params, signal)
  }

  say(text: RawJson): void {
    this.#post.say(text)
  }

  hungUp(retryMs: number): void {
    if (!this.#over) this.#post.hungUp(retryMs)
  }

  answered(answer: Answer): void {
    if (this.#over) return
    this.#over = true
    this.#post.session.done(this)
    this.#post.answered(this, answer)
  }

  cancel(reason: string): void {
    this.#leave(reason, accepted)
  }

  sessionOver(): void {
    this.#leave('the session is over', this.#post.notFound)
  }

  #leave(reason: string, reply: Reply): void {
    if (this.#over) return
    this.#over = true
    this.#why = new Failure('request.aborted', reason)
    this.#post.session.done(this)
    this.#post.left(reply)
    this.#cancel?.abort(this.#why)
  }
}

const OVER = new Failure('request.aborted', 'the request is over')
const nobodyThere: Answer = { kind: 'error', raw: errorObject(codes.internal, 'the call is over') }

const batchReply = (answers: readonly string[]): Reply => jsonReply(`[${answers.join(',')}]`)

function broken(thrown: unknown, x: Exchange): Answer {
  const failure = asFailure(thrown)
  x.reason = failure.row.reason
  x.error = failure.message
  x.mcpErrorCode = codes.internal
  return { kind: 'error', raw: errorObject(codes.internal, wireText(failure)) }
}

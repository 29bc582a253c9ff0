// One request under way to an upstream: its id, its deadline, its cancellation, and the promise of its answer.

import { type RawJson, rawJson } from '../../core/brand.ts'
import { Failure } from '../../core/failure.ts'
import type { JsonObject } from '../../core/item.ts'
import type { Seated } from '../../core/roster.ts'
import type { Cancellation } from '../cancellation.ts'
import type { Answer, Caller, Outgoing, Peer } from '../conversation.ts'
import { cut, edited, find } from '../json.ts'
import { requestText } from '../wire.ts'
import { withTrace } from './headers.ts'

/** Nobody waits for what is asked for order's sake, or is only repeated. */
export const forgotten: Caller = {
  notification: () => {},
  ask: () => Promise.reject(new Failure('request.aborted', 'nobody is there to be asked')),
}

/** A peer, and what it declared as it can be asked for. */
export interface Speaker {
  readonly peer: Peer
  readonly capabilities: JsonObject
}

/** What a call tells those who run it. */
export interface Keeper {
  /** The call is over; nothing will settle it again. */
  over(call: Call): void
  /** The caller does not want the answer any more. */
  cancelled(call: Call, reason: unknown): void
}

/** What carries a call (an HTTP exchange) and must end with it. */
export interface Carrier {
  settled(answered: boolean): void
}

interface CallOptions {
  readonly id: number
  readonly request: Outgoing
  readonly caller: Caller
  readonly speaker: Speaker
}

export class Call implements Seated {
  seat = -1
  readonly id: number
  readonly method: string
  readonly request: Outgoing
  readonly caller: Caller
  readonly speaker: Speaker
  /** The message as it is sent. */
  readonly text: RawJson
  /** The client's progress token; the upstream sees `id` in its place. */
  readonly token: RawJson | undefined
  readonly answer: Promise<Answer>
  readonly startedAt = performance.now()
  /** There once the call has been sent. */
  carrier: Carrier | undefined = undefined
  settled = false
  /** Questions of its that a person has before them, and when the last one was put. */
  asking = 0
  askedAt = 0
  /** It is on its way, and not even the head of an answer has come. */
  awaitsHead = false
  readonly #keeper: Keeper
  readonly #resolve: (answer: Answer) => void
  readonly #reject: (cause: unknown) => void

  constructor({ id, request, caller, speaker }: CallOptions, keeper: Keeper) {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    this.id = id
    this.method = request.method
    this.request = request
    this.caller = caller
    this.speaker = speaker
    this.answer = promise
    this.#resolve = resolve
    this.#reject = reject
    this.#keeper = keeper
    const params = withTrace(request.params, request.headers)
    const token = tokenOf(params)
    this.token = token?.text
    this.text = requestText(id, request.method, token === undefined ? params : token.exchanged(id))
    caller.signal?.addEventListener('abort', this)
  }

  /** Puts a question of the server to whoever called. */
  asks(method: string, params: RawJson | undefined, signal: Cancellation): Promise<Answer> {
    this.asking++
    this.askedAt = performance.now()
    const asked = this.caller.ask(method, params, signal)
    const over = (): void => void this.asking--
    asked.then(over, over)
    return asked
  }

  answered(answer: Answer): void {
    if (this.#settle(true)) this.#resolve(answer)
  }

  failed(cause: unknown): void {
    if (this.#settle(false)) this.#reject(cause)
  }

  /** Fails the call and lets the upstream know. */
  cancel(reason: unknown): void {
    if (this.settled) return
    this.#keeper.cancelled(this, reason)
    this.failed(reason)
  }

  /** The caller's signal (as its listener: no closure for each call). */
  handleEvent(): void {
    this.cancel(this.caller.signal?.reason)
  }

  #settle(answered: boolean): boolean {
    if (this.settled) return false
    this.settled = true
    this.caller.signal?.removeEventListener('abort', this)
    this.#keeper.over(this)
    this.carrier?.settled(answered)
    return true
  }
}

interface Token {
  readonly text: RawJson
  exchanged(id: number): RawJson
}

/** Where a progress token stands in the params. Only text that can hold the name at all is looked through. */
function tokenOf(params: RawJson | undefined): Token | undefined {
  if (params === undefined || !(params.includes('progressToken') || params.includes('\\u'))) return undefined
  const span = find(params, ['_meta', 'progressToken'])
  if (span === undefined) return undefined
  const text = cut(params, span)
  return { text, exchanged: (id) => edited(params, [{ ...span, with: String(id) }]) }
}

/** Params of a progress notification with the client's token in place of ours. */
export function withToken(params: RawJson, token: RawJson): RawJson {
  const span = find(params, ['progressToken'])
  return span === undefined ? params : edited(params, [{ ...span, with: token }])
}

/** A peer as one that can be asked. */
export function speakerOf(peer: Peer): Speaker {
  const declared: unknown = JSON.parse(peer.capabilities)
  const capabilities =
    typeof declared === 'object' && declared !== null ? Object.fromEntries(Object.entries(declared)) : {}
  return { peer, capabilities }
}

/** Params of `notifications/cancelled`. */
export function cancelledParams(call: Call, reason: unknown): RawJson {
  const why = reason instanceof Error ? reason.message : 'the caller has gone'
  return rawJson(`{"requestId":${call.id},"reason":${JSON.stringify(why)}}`)
}

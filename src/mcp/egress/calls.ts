// What runs in one conversation with an upstream, and who hears what the server says meanwhile.

import type { Limits } from '../../config/shape.ts'
import { type RawJson, rawJson, type TargetName } from '../../core/brand.ts'
import { asFailure, type Failure } from '../../core/failure.ts'
import { Roster } from '../../core/roster.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { Cancel, type Cancellation } from '../cancellation.ts'
import type { Answer, Caller, Outgoing, Peer } from '../conversation.ts'
import { cut, elements, find } from '../json.ts'
import { anonymous, isGateway } from '../principals.ts'
import {
  codes,
  errorObject,
  errorText,
  type Message,
  modernRevision,
  notificationText,
  outlined,
  readMessage,
  resultText,
} from '../wire.ts'
import { Call, cancelledParams, type Speaker, withToken } from './call.ts'
import { failing } from './failing.ts'
import { Pace } from './pace.ts'

/** The transport below, and who speaks through it. */
export interface Wire {
  readonly target: TargetName
  readonly log: Log
  readonly limits: Limits
  readonly metrics: Metrics
  /** `false`: the server may ask within results only, and nothing would carry an answer to it (2026-07-28). */
  readonly asksByRequest?: boolean
  /** Everybody who speaks through this conversation, the newest last. */
  speakers(): readonly Speaker[]
  /** `false`: it keeps no session, so an answer to a question may never reach the call that asks. */
  readonly keepsSession?: boolean
  /** A call waits for a person: people take minutes, and must not keep other calls from the server. What is returned ends that, at once or later. */
  rest?(): (() => Promise<void> | void) | undefined
  /** Sends an answer or a notification of ours; what becomes of it is nobody's business. */
  send(text: RawJson): void
}

type Request = Extract<Message, { kind: 'request' }>
type Notification = Extract<Message, { kind: 'notification' }>

/** Requests that no server answers with a question to the user. */
const quiet = /\/list$|^(?:initialize|ping|logging\/setLevel|resources\/(?:un)?subscribe)$/
/** Notifications about the server as a whole, whichever stream they came on. */
const general =
  /^notifications\/(?:(?:tools|prompts|resources)\/list_changed|resources\/updated|elicitation\/complete|tasks\/status)$/
/** Capability that a client must have declared to be asked. */
const asksFor: { readonly [method: string]: string } = {
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
  'roots/list': 'roots',
}

export class Calls {
  /** How fast the server is listened to. */
  readonly pace: Pace
  readonly #wire: Wire
  readonly #open = new Roster<Call>()
  /** Questions of the server that are being answered, by their id. */
  readonly #asks = new Map<RawJson, Cancel>()
  readonly #everyMs: number
  #timer: NodeJS.Timeout | undefined = undefined
  #leavers: readonly Leaver[] = []
  /** Tokens of calls that have become tasks, by the id that their server knows; oldest first. */
  readonly #lasting = new Map<number, { readonly token: RawJson; readonly peer: Peer }>()
  #lastId = 0

  constructor(wire: Wire) {
    this.#wire = wire
    this.pace = new Pace(wire)
    const { upstreamTotalMs, upstreamFirstByteMs } = wire.limits
    this.#everyMs = Math.min(Math.max(Math.min(upstreamTotalMs, upstreamFirstByteMs) / 4, 10), 1_000)
  }

  get size(): number {
    return this.#open.size
  }

  /** A new call; the transport sends its `text`. */
  begin(request: Outgoing, caller: Caller, speaker: Speaker): Call {
    const call = new Call({ id: ++this.#lastId, request, caller, speaker }, this)
    this.#open.add(call)
    this.#timer ??= setInterval(() => this.#watch(), this.#everyMs).unref()
    if (caller.signal?.aborted) call.cancel(caller.signal.reason)
    return call
  }

  over(call: Call): void {
    this.#open.delete(call)
    if (call.carrier !== undefined)
      this.#wire.metrics.upstreamCall('Primary', 'Mcp', performance.now() - call.startedAt)
  }

  cancelled(call: Call, reason: unknown): void {
    // `initialize` must not be cancelled (2025-11-25, cancellation); a call that was never sent need not be.
    if (call.method === 'initialize' || call.carrier === undefined) return
    if (!quiet.test(call.method) && this.#wire.speakers().some((speaker) => speaker !== call.speaker))
      this.#leavers = [
        ...this.#leavers.filter(stillLeaving),
        { speaker: call.speaker, until: performance.now() + LEAVING_MS },
      ]
    this.#wire.send(notificationText('notifications/cancelled', cancelledParams(call, reason)))
  }

  /** One timer for all calls, and none while there are none: deadlines are minutes, calls milliseconds. */
  #watch(): void {
    if (this.#open.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
      return
    }
    const { upstreamTotalMs, upstreamFirstByteMs } = this.#wire.limits
    const now = performance.now()
    for (const call of this.#open.all()) {
      const age = now - call.startedAt
      if (age >= upstreamTotalMs) this.#late(call, 'upstreamTotalMs')
      else if (call.awaitsHead && age >= upstreamFirstByteMs) this.#late(call, 'upstreamFirstByteMs')
    }
  }

  #late(call: Call, limit: 'upstreamTotalMs' | 'upstreamFirstByteMs'): void {
    const { target, limits, metrics } = this.#wire
    metrics.limitHit(limit)
    call.cancel(failing('upstream.timeout', [target, call.method], `no answer within ${limits[limit]} ms`))
  }

  /** Ends everything of one speaker, or of all. */
  endAll(cause: (call: Call) => Failure, { cancel, of }: { cancel: boolean; of?: Speaker }): void {
    for (const call of this.#open.all()) {
      if (of !== undefined && call.speaker !== of) continue
      if (cancel) call.cancel(cause(call))
      else call.failed(cause(call))
    }
    if (of === undefined) for (const ask of this.#asks.values()) ask.abort('the conversation is over')
  }

  /**
   * Takes what the server said: one message, or a batch of 2025-03-26. `origin` is the call whose own stream brought it.
   * Throws a WireError when it is no message.
   */
  hear(text: string, origin?: Call): void {
    const { jsonDepth } = this.#wire.limits
    const found = outlined(text, jsonDepth)
    if (found.first !== 'array') {
      this.#take(readMessage(text, found), origin)
      return
    }
    for (const span of elements(text)) {
      const one = cut(text, span)
      this.#take(readMessage(one, outlined(one, jsonDepth)), origin)
    }
  }

  #take(message: Message, origin: Call | undefined): void {
    const from = origin?.settled ? undefined : origin
    switch (message.kind) {
      case 'result': {
        const call = this.#find(message.id)
        if (call === undefined) this.pace.note()
        else {
          if (call.token !== undefined && beginsTask(call, message.raw)) this.#outlasts(call, call.token)
          call.answered({ kind: 'result', raw: message.raw })
        }
        return
      }
      case 'error': {
        // An error without an id is about the request it answers.
        const call = message.id === undefined ? from : this.#find(message.id)
        if (call === undefined) {
          this.pace.note()
          this.#wire.log.debug('a target reported an error', { target: this.#wire.target })
        } else call.answered({ kind: 'error', raw: message.raw })
        return
      }
      case 'notification':
        this.pace.note()
        this.#notified(message, from)
        return
      case 'request':
        this.pace.note()
        this.#asked(message, from)
        return
      default:
        message satisfies never
    }
  }

  /** The token of a call that has begun a task is good for as long as that goes on (2025-11-25, tasks: progress). */
  #outlasts({ id, speaker: { peer } }: Call, token: RawJson): void {
    this.#lasting.set(id, { token, peer })
    const [oldest] = this.#lasting.keys()
    if (this.#lasting.size > MOST_LASTING && oldest !== undefined) this.#lasting.delete(oldest)
  }

  /** Servers that know floats only write `7.0`; a string is never an id of ours. */
  #find(id: RawJson): Call | undefined {
    return id.charCodeAt(0) === 34 ? undefined : this.#byId(Number(id))
  }

  #byId(id: number): Call | undefined {
    return this.#open.find((call) => call.id === id)
  }

  #notified({ method, params, rawParams }: Notification, origin: Call | undefined): void {
    if (method === 'notifications/progress') {
      // Some servers hand every token back as text.
      const id = Number(params['progressToken'])
      const call = this.#byId(id)
      const lasting = call === undefined ? this.#lasting.get(id) : undefined
      if (rawParams === undefined) return
      if (call?.token !== undefined) call.caller.notification(method, withToken(rawParams, call.token))
      else if (lasting !== undefined) lasting.peer.notification(method, withToken(rawParams, lasting.token))
      return
    }
    if (method === 'notifications/cancelled') {
      const id = params['requestId']
      const text = JSON.stringify(id)
      for (const [asked, ask] of this.#asks) if (asked === text) ask.abort('the question was taken back')
      return
    }
    if (method === 'notifications/subscriptions/acknowledged') return // whoever listens has read it already
    const speakers = this.#wire.speakers()
    if (!general.test(method)) {
      const running = this.#running()
      const call = origin ?? (running.length === 1 ? running[0] : undefined)
      if (call !== undefined) {
        call.caller.notification(method, rawParams)
        return
      }
      // It may be about any of several people's calls, also those that are over: better nobody reads it than the wrong one.
      if (!samePrincipal(speakers)) return
    }
    for (const { peer } of speakers) peer.notification(method, rawParams)
  }

  #asked({ id, method, rawParams }: Request, origin: Call | undefined): void {
    const { target, limits, log, metrics } = this.#wire
    if (this.#wire.asksByRequest === false) {
      log.debug('a target asks by a request, which its revision does not know', { target, method })
      // It would wait for an answer, and the caller for it.
      origin?.cancel(failing('upstream.protocol', [target, origin.method], `it asks by ${shown(method)} of its own`))
      return
    }
    if (method === 'ping') {
      this.#wire.send(resultText(id, rawJson('{}')))
      return
    }
    if (this.#asks.has(id)) return // an id in use names the question that is being answered
    const meant = origin ?? this.#listener(asksFor[method])
    if (meant === undefined) {
      log.debug('a target asks, and nobody can answer', { target, method })
      this.#wire.send(
        errorText(id, errorObject(codes.methodNotFound, `nobody here answers ${asksFor[method] ?? 'that'}`)),
      )
      return
    }
    if (this.#asks.size >= limits.callsPerSession) {
      metrics.limitHit('callsPerSession')
      this.#wire.send(errorText(id, errorObject(codes.internal, 'too many questions at once')))
      return
    }
    const ended = new Cancel()
    this.#asks.set(id, ended)
    const asked = meant instanceof Call ? meant.asks(method, rawParams, ended) : meant.ask(method, rawParams, ended)
    void this.#answer({ id, method, origin, ended }, asked) // answers whatever happens
  }

  /** Waits for a person. A call whose question is refused must not wait for ever for the server to hear of it. */
  async #answer({ id, method, origin, ended }: Put, asked: Promise<Answer>): Promise<void> {
    const resume = origin === undefined ? undefined : this.#wire.rest?.()
    let answer: Answer
    try {
      answer = await asked
    } catch (thrown) {
      answer = { kind: 'error', raw: errorObject(codes.internal, asFailure(thrown).message) }
    }
    const ready = resume?.()
    if (answer.kind === 'error' && this.#wire.keepsSession === false && origin?.settled === false) {
      const why = `it asks by ${shown(method)}, which nobody answers, and keeps no session to be told so`
      origin.cancel(failing('upstream.protocol', [this.#wire.target, origin.method], why))
    }
    if (ready !== undefined) await ready
    this.#asks.delete(id)
    if (!ended.aborted)
      this.#wire.send(answer.kind === 'result' ? resultText(id, answer.raw) : errorText(id, answer.raw))
  }

  /** Those whose calls were cancelled a moment ago: their server may not have read that, and go on asking. */
  #leaving(): readonly Speaker[] {
    if (this.#leavers.length === 0) return []
    this.#leavers = this.#leavers.filter(stillLeaving)
    return this.#leavers.map(({ speaker }) => speaker)
  }

  /** Calls during which a server may have something to ask or to tell. */
  #running(): Call[] {
    return this.#open.filter((call) => !quiet.test(call.method)).sort((a, b) => a.id - b.id)
  }

  /**
   * Who is meant by a question that came on no call's stream: the only call under way (reference: mcp §12.2.3), else the newest of
   * those who declared that they answer such questions. Never a guess between several people.
   */
  #listener(capability: string | undefined): Call | Peer | undefined {
    const answers = (speaker: Speaker): boolean =>
      capability === undefined || speaker.capabilities[capability] !== undefined
    const running = this.#running()
    if (running.length > 0) {
      if (!samePrincipal([...speakersOf(running.slice(0, 1)), ...this.#leaving()])) return undefined
      const possible = samePrincipal(speakersOf(running)) ? running : speaking(running)
      if (!samePrincipal(speakersOf(possible))) return undefined
      // The only one there is may not be able to answer, but can say what is missing.
      const only = possible.length === 1 ? possible[0] : undefined
      const able = possible.filter((call) => answers(call.speaker))
      const newest = able.at(-1)
      if (newest === undefined || able.length === 1) return newest ?? only
      // It need not be this call's: put to a session the question outlasts it. Who has no session is asked by calls only.
      return newest.speaker.peer.revision === modernRevision ? newest : newest.speaker.peer
    }
    const speakers = this.#wire.speakers().filter(answers)
    const people = speakers.filter(isSomebody)
    if (people.length === 0) return speakers.at(-1)?.peer
    return samePrincipal([...people, ...this.#leaving()]) ? people.at(-1)?.peer : undefined
  }
}

/** A server's word, short and plain enough for a message. */
const shown = (word: string): string => word.replace(/[^\x21-\x7e]/g, '?').slice(0, 64)

const speakersOf = (calls: readonly Call[]): readonly Speaker[] => calls.map(({ speaker }) => speaker)

const MOST_LASTING = 256

/** Whether a result says that the call goes on as a task. Who speaks 2026-07-28 hears of those otherwise. */
const beginsTask = ({ request, speaker }: Call, result: RawJson): boolean =>
  request.params?.includes('"task"') === true &&
  speaker.peer.revision !== modernRevision &&
  find(result, ['task', 'taskId']) !== undefined

/** A question of the server, as it was put to somebody. */
interface Put {
  readonly id: RawJson
  readonly method: string
  readonly origin: Call | undefined
  readonly ended: Cancellation
}

interface Leaver {
  readonly speaker: Speaker
  readonly until: number
}

const stillLeaving = ({ until }: Leaver): boolean => performance.now() < until

/** How long the server of a cancelled call may still ask for it. */
const LEAVING_MS = 3_000
/** What a server asks within so many milliseconds it asks in one breath. */
const BREATH_MS = 50

/** Calls that can have asked: one that waits for an answer says nothing more, but for what it asks in the same breath. */
function speaking(running: readonly Call[]): readonly Call[] {
  const awake = running.filter(({ asking }) => asking === 0)
  if (awake.length > 0) return awake
  const now = performance.now()
  return running.filter(({ askedAt }) => now - askedAt < BREATH_MS)
}

const isSomebody = ({ peer }: Speaker): boolean => !isGateway(peer.principal)

/** Whether there is one person only, besides the gateway itself. Callers without a name may be anybody. */
function samePrincipal(speakers: readonly Speaker[]): boolean {
  const [first, ...others] = speakers.filter(isSomebody)
  const named = first?.peer.principal !== anonymous
  return others.every((one) => one === first || (named && one.peer.principal === first?.peer.principal))
}

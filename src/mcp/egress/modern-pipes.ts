// Revision 2026-07-28 over a process's pipes: who speaks through it, each with an envelope of their own, and what it says unasked.
import type { Limits } from '../../config/shape.ts'
import { type RawJson, rawJson, type TargetName } from '../../core/brand.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Answer, Caller, Hello, Outgoing } from '../conversation.ts'
import { cut, find } from '../json.ts'
import { isGateway } from '../principals.ts'
import { codes, type Message, notificationText, outlined, readMessage, requestText } from '../wire.ts'
import type { Speaker } from './call.ts'
import { changingLists, DISCOVER, makesTasks } from './modern-hello.ts'
import { type Ear, Listening, type ListName, type StreamReader } from './modern-listening.ts'
import { Envelope, Params } from './modern-params.ts'
import { readError, SUBSCRIPTION } from './modern-results.ts'
import { type Carrying, ModernTalk } from './modern-talk.ts'

/** The process below. */
export interface Pipes {
  readonly target: TargetName
  readonly limits: Limits
  readonly metrics: Metrics
  readonly log: Log
  ask(request: Outgoing, caller: Caller, speaker: Speaker): Promise<Answer>
  send(text: RawJson): void
}

/** No other id begins so: what belongs to a stream is told apart by its text. */
const MARK = 'listen-stream-'
const LISTEN = 'subscriptions/listen'

/**
 * Whether a server has refused to open as servers of before do. Which error that is the revision leaves open: the method is unknown
 * to it, and the request lacks what every request must have (2026-07-28, versioning: compatibility matrix).
 */
export function refusesToOpen({ kind, raw }: Answer): boolean {
  if (kind === 'result') return false
  const { code } = readError(raw)
  return code === codes.unsupportedVersion || code === codes.methodNotFound || code === codes.invalidParams
}

/** The request that asks a process what it is. */
export function discovering(introduction: ConstructorParameters<typeof Envelope>[0]): Outgoing {
  const envelope = new Envelope(introduction, { tasks: false })
  return { method: DISCOVER, params: new Params(undefined).enveloped(envelope.members(undefined), undefined) }
}

/** A process that speaks 2026-07-28, as all who speak through it see it. */
export class ModernPipes {
  readonly hello: Hello
  readonly #pipes: Pipes
  readonly #listening: Listening
  readonly #voices = new Map<Speaker, Voice>()
  readonly #streams = new Map<string, StreamReader>()
  #count = 0

  constructor(pipes: Pipes, hello: Hello) {
    this.hello = hello
    this.#pipes = pipes
    this.#listening = new Listening(pipes.target, pipes.log, () => {})
  }

  join(speaker: Speaker): void {
    const voice = new Voice({ speaker, pipes: this.#pipes, hello: this.hello, listening: this.#listening, host: this })
    this.#voices.set(speaker, voice)
    this.#listening.join(voice)
  }

  leave(speaker: Speaker): void {
    const voice = this.#voices.get(speaker)
    this.#voices.delete(speaker)
    if (voice === undefined) return
    voice.talk.end()
    this.#listening.leave(voice)
  }

  end(): void {
    this.#streams.clear()
    for (const speaker of this.#voices.keys()) this.leave(speaker)
  }

  follow(task: string, speaker: Speaker): () => void {
    return this.#voices.get(speaker)?.talk.follow(task) ?? (() => {})
  }

  request(request: Outgoing, caller: Caller, speaker: Speaker): Promise<Answer> | undefined {
    return this.#voices.get(speaker)?.talk.request(request, caller)
  }

  /** Takes a message that belongs to a stream. `false`: it belongs to none. Throws a WireError when it is no message. */
  heard(text: string): boolean {
    if (this.#streams.size === 0 || !text.includes(MARK)) return false
    const message = readMessage(text, outlined(text, this.#pipes.limits.jsonDepth))
    const id = streamOf(message)
    const reader = id === undefined ? undefined : this.#streams.get(id)
    if (id === undefined || reader === undefined) return false
    if (message.kind === 'notification' && message.method !== 'notifications/cancelled') {
      reader.heard(message.method, message.rawParams)
      return true
    }
    this.#streams.delete(id)
    reader.ended(message.kind !== 'error')
    return true
  }

  listen(envelope: Envelope, params: RawJson, reader: StreamReader): { close(): void } {
    const id = JSON.stringify(`${MARK}${++this.#count}`)
    this.#streams.set(id, reader)
    this.#pipes.send(requestText(id, LISTEN, new Params(params).enveloped(envelope.members(undefined), undefined)))
    return {
      close: () => {
        if (!this.#streams.delete(id)) return
        const about = rawJson(`{"requestId":${id}}`)
        this.#pipes.send(notificationText('notifications/cancelled', about))
      },
    }
  }
}

/** The stream that a message belongs to, by its id as it is spelled. */
function streamOf(message: Message): string | undefined {
  if (message.kind === 'result' || message.kind === 'error') return message.id
  const { rawParams } = message
  const path = message.method === 'notifications/cancelled' ? ['requestId'] : ['_meta', SUBSCRIPTION]
  const span = rawParams && find(rawParams, path)
  return rawParams && span && cut(rawParams, span)
}

interface VoiceOptions {
  readonly speaker: Speaker
  readonly pipes: Pipes
  readonly hello: Hello
  readonly listening: Listening
  readonly host: ModernPipes
}

/** One of those who speak through the process. */
class Voice implements Carrying, Ear {
  readonly target: TargetName
  readonly limits: Limits
  readonly metrics: Metrics
  readonly log: Log
  readonly lists: readonly ListName[]
  readonly uris = new Set<string>()
  readonly talk: ModernTalk
  readonly #options: VoiceOptions
  readonly #envelope: Envelope

  constructor(options: VoiceOptions) {
    const { speaker, pipes, hello, listening } = options
    const { peer } = speaker
    const people = !isGateway(peer.principal)
    this.#options = options
    this.target = pipes.target
    this.limits = pipes.limits
    this.metrics = pipes.metrics
    this.log = pipes.log
    this.lists = people ? [] : changingLists(hello)
    this.#envelope = new Envelope(peer, { tasks: people && makesTasks(hello) })
    this.talk = new ModernTalk({ carrying: this, peer, hello, envelope: this.#envelope, ear: this, listening })
  }

  once(request: Outgoing, _said: Params, caller: Caller): Promise<Answer> {
    const { pipes, speaker } = this.#options
    return pipes.ask(request, caller, speaker)
  }

  /** Pipes have no headers. */
  relearn(): Promise<boolean> {
    return Promise.resolve(false)
  }

  listed(page: RawJson): RawJson {
    return page
  }

  notification(method: string, params: RawJson | undefined): void {
    this.#options.speaker.peer.notification(method, params)
  }

  listen(params: RawJson, reader: StreamReader): { close(): void } {
    return this.#options.host.listen(this.#envelope, params, reader)
  }
}

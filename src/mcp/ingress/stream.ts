// What a client reads as server-sent events: one stream of one connection, and the channel that outlives broken connections.
import { Readable } from 'node:stream'
import type { RawJson } from '../../core/brand.ts'
import { encodeEvent } from '../../http/sse.ts'
import type { Rounds } from './rounds.ts'

/** Bytes that may wait for a slow reader (reference: security §4.3). One event may exceed it, a second one will not be added. */
const STALLED = 1 << 20

/** Bytes of one response, ready for the wire. Ends by itself when its reader is too slow. */
export class EventStream extends Readable {
  seat = -1
  readonly #rounds: Rounds<EventStream>
  readonly #closed: (stream: EventStream) => void
  #quiet = false
  #ended = false

  constructor(rounds: Rounds<EventStream>, closed: (stream: EventStream) => void) {
    super()
    this.#rounds = rounds
    this.#closed = closed
    rounds.add(this)
  }

  /** `false`: nobody will read it. */
  write(text: string): boolean {
    if (this.#ended || this.destroyed) return false
    if (this.readableLength > STALLED) {
      this.finish()
      return false
    }
    this.#quiet = false
    this.push(text)
    return true
  }

  finish(): void {
    if (this.#ended) return
    this.#ended = true
    this.#rounds.delete(this)
    this.#closed(this)
    if (!this.destroyed) this.push(null)
  }

  /** A comment, when nothing was said since the last visit: connections that seem dead are cut on the way. */
  keepAlive(): void {
    if (this.#quiet) this.write(':\n\n')
    this.#quiet = true
  }

  override _read(): void {}

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.finish()
    callback(error)
  }
}

/** What all channels of a process share. */
export interface Streams {
  readonly rounds: Rounds<EventStream>
  /** Bytes that may be kept for readers that come back, of all sessions together. */
  readonly room: { bytes: number }
}

interface Kept {
  readonly seq: number
  readonly text: RawJson
  readonly at: number
}

/** Events and bytes that one channel keeps. */
const KEPT_EVENTS = 100
const KEPT_BYTES = 1 << 20
/** Milliseconds that a client should wait before it comes back. */
const RETRY_MS = 1_000

export interface ChannelOptions {
  readonly streams: Streams
  /** First part of the event ids. */
  readonly number: number
  /** `ids`: events have ids and can be asked for again (2025-03-26); `primed`: a stream begins with one (2025-11-25). */
  readonly resumption: 'none' | 'ids' | 'primed'
}

/** One sequence of messages to a client. Its connection may break and be made again; what was not heard is kept, within bounds. */
export class Channel {
  readonly number: number
  stream: EventStream | undefined = undefined
  /** When it was over; 0: it goes on. */
  ended = 0
  readonly #streams: Streams
  readonly #resumption: ChannelOptions['resumption']
  #seq = 0
  #heard = 0
  #kept: Kept[] | undefined = undefined
  #bytes = 0

  constructor({ streams, number, resumption }: ChannelOptions) {
    this.#streams = streams
    this.number = number
    this.#resumption = resumption
  }

  send(text: RawJson): void {
    if (this.ended > 0) return
    const seq = ++this.#seq
    const written = this.stream?.write(this.#event(seq, text)) === true
    if (written) this.#heard = seq
    if (!written || this.#resumption !== 'none') this.#keep({ seq, text, at: Date.now() })
  }

  /** Opens a connection's stream: with what came after event `after`, or else with what nobody has heard yet. */
  open(after?: number): EventStream {
    this.stream?.finish()
    const stream = new EventStream(this.#streams.rounds, this.#detached)
    this.stream = stream
    const from = after === undefined ? this.#heard : Math.min(after, this.#seq)
    if (this.#resumption === 'primed') stream.write(encodeEvent({ id: this.#id(from), retry: RETRY_MS, data: '' }))
    for (const { seq, text } of this.#kept ?? [])
      if (seq > from && stream.write(this.#event(seq, text))) this.#heard = Math.max(this.#heard, seq)
    if (this.#resumption === 'none') this.forget()
    if (this.ended > 0) stream.finish()
    return stream
  }

  /** Sends the client away for a while: what is said meanwhile is kept for it (2025-11-25, transports). */
  hangUp(retryMs: number): void {
    if (this.#resumption !== 'primed') return
    this.stream?.write(encodeEvent({ retry: retryMs }))
    this.stream?.finish()
  }

  end(): void {
    if (this.ended > 0) return
    this.ended = Date.now()
    this.stream?.finish()
  }

  /** Lets go of what was heard and is older than `ageMs`. */
  prune(now: number, ageMs: number): void {
    for (;;) {
      const first = this.#kept?.[0]
      if (first === undefined || first.seq > this.#heard || now - first.at <= ageMs) break
      this.#shift()
    }
    if (this.#kept?.length === 0) this.#kept = undefined
  }

  forget(): void {
    this.#streams.room.bytes += this.#bytes
    this.#bytes = 0
    this.#kept = undefined
  }

  readonly #detached = (stream: EventStream): void => {
    if (this.stream === stream) this.stream = undefined
  }

  #id(seq: number): string {
    return `${this.number}-${seq}`
  }

  #event(seq: number, text: RawJson): string {
    return this.#resumption === 'none'
      ? encodeEvent({ event: 'message', data: text })
      : encodeEvent({ id: this.#id(seq), event: 'message', data: text })
  }

  #keep(event: Kept): void {
    const { length } = event.text
    const { room } = this.#streams
    if (length > KEPT_BYTES || length > room.bytes) return
    const kept = (this.#kept ??= [])
    while (kept.length >= KEPT_EVENTS || this.#bytes + length > KEPT_BYTES) this.#shift()
    kept.push(event)
    this.#bytes += length
    room.bytes -= length
  }

  #shift(): void {
    const length = this.#kept?.shift()?.text.length ?? 0
    this.#bytes -= length
    this.#streams.room.bytes += length
  }
}

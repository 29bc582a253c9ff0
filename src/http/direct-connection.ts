// One connection of our own HTTP/1.1 client, and the request that runs on it: one at a time, nothing pipelined.
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { type Dispatcher, errors } from 'undici'
import { atTurnEnd } from '../core/turn.ts'
import { Chunked } from './chunked.ts'
import { beginsHead, Garbled, type ResponseHead, responseHead } from './response-head.ts'

/** Most bytes of a head. */
const LONGEST_HEAD = 16_384
/** Most heads that come before the answer's own (1xx): each of them costs, and no server has so much to say. */
const MOST_INFORMATIONAL = 32
const END_OF_HEAD = '\r\n\r\n'
const NO_TRAILERS = Object.freeze({})

export interface Written {
  readonly method: string
  /** The head, its empty line included: one character a byte. Gone, like the body, once there is an answer. */
  head: string
  body: string | Uint8Array
  /** 0: none. */
  readonly headersTimeout: number
  readonly bodyTimeout: number
}

const NOTHING: Written = { method: '', head: '', body: '', headersTimeout: 0, bodyTimeout: 0 }

/** A request from its dispatch to the end of its answer. */
export class Running implements Dispatcher.DispatchController {
  /** What is sent; set before it is given to a connection. */
  written: Written = NOTHING
  readonly #handler: Dispatcher.DispatchHandler
  #connection: Connection | undefined = undefined
  #timer: NodeJS.Timeout | undefined = undefined
  #over = false
  aborted = false
  paused = false
  reason: Error | null = null

  constructor(handler: Dispatcher.DispatchHandler) {
    this.#handler = handler
  }

  get over(): boolean {
    return this.#over
  }

  abort(reason: Error): void {
    if (this.#over) return
    this.aborted = true
    this.reason = reason
    const connection = this.#connection
    this.failed(reason)
    connection?.cut()
  }

  pause(): void {
    if (this.paused || this.#over) return
    this.paused = true
    this.#connection?.pause()
  }

  resume(): void {
    if (!this.paused || this.#over) return
    this.paused = false
    this.#connection?.resume()
  }

  // --- what a connection tells of it

  /** It is about to be written; `false`: nobody wants it any more. */
  begins(connection: Connection): boolean {
    this.#connection = connection
    this.#handler.onRequestStart?.(this, undefined)
    if (!this.#over && this.written.headersTimeout > 0)
      this.#clock(this.written.headersTimeout, () => new errors.HeadersTimeoutError())
    return !this.#over
  }

  head({ status, headers, reason }: ResponseHead): void {
    if (status >= 200) this.#clock(this.written.bodyTimeout, () => new errors.BodyTimeoutError())
    this.#handler.onResponseStart?.(this, status, headers, reason === '' ? STATUS_CODES[status] : reason)
  }

  data(chunk: Buffer): void {
    this.#handler.onResponseData?.(this, chunk)
    if (this.written.bodyTimeout > 0) this.#timer?.refresh()
  }

  ended(): void {
    if (this.#over) return
    this.#close()
    this.#handler.onResponseEnd?.(this, NO_TRAILERS)
  }

  failed(cause: Error): void {
    if (this.#over) return
    this.#close()
    this.#handler.onResponseError?.(this, cause)
  }

  #close(): void {
    this.#over = true
    this.#connection = undefined
    if (this.#timer !== undefined) clearTimeout(this.#timer)
  }

  #clock(ms: number, late: () => Error): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    this.#timer = ms > 0 && !this.#over ? setTimeout(() => this.abort(late()), ms).unref() : undefined
  }
}

export interface ConnectionOwner {
  /** It has nothing to do and may be used until `until` (`performance.now()`). */
  idle(connection: Connection, idleMs: number | undefined): void
  /** It is of no use any more. */
  gone(connection: Connection): void
  /** Its connection is gone, and not a byte of it was sent. */
  unsent(running: Running): void
}

export class Connection {
  /** Until when the server is believed to keep it open while idle. */
  until = 0
  readonly #socket: Socket
  readonly #owner: ConnectionOwner
  #running: Running | undefined = undefined
  /** Not handed to the socket yet. */
  #unwritten = false
  /** There is an answer, and its head has been read. What of that matters until its end: the rest would be kept as long as a stream lasts. */
  #answering = false
  #persistent = false
  #idleMs: number | undefined = undefined
  #endsByClose = false
  /** The first bytes of a head that has not come whole. */
  #partial: Buffer | undefined = undefined
  #left = 0
  #chunked: Chunked | undefined = undefined
  #informational = 0
  #gone = false
  /** It has carried a whole exchange before. */
  #used = false

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.#socket = socket
    this.#owner = owner
    socket.on('error', (cause) => this.#broken(cause))
    socket.on('end', () => this.#ended())
    socket.on('close', () => this.#broken(new errors.SocketError('other side closed')))
  }

  get open(): boolean {
    return !this.#gone
  }

  /** Takes a request; the connection is idle. */
  send(running: Running): void {
    this.#running = running
    this.#unwritten = true
    this.#socket.ref()
    if (running.begins(this)) atTurnEnd(this)
    else this.flush()
  }

  /** Hands the request to the socket (`Writing`). */
  flush(): void {
    if (!this.#unwritten) return
    this.#unwritten = false
    const running = this.#running
    if (this.#gone || running === undefined) return
    if (running.over) {
      // Given up before a byte of it was sent: the connection is as good as before.
      this.#running = undefined
      this.#rest(undefined)
      return
    }
    const { head, body } = running.written
    const socket = this.#socket
    if (typeof body === 'string') socket.write(head + body, 'latin1')
    else {
      socket.cork()
      socket.write(head, 'latin1')
      socket.write(body)
      socket.uncork()
    }
  }

  /** Ends it; whatever runs on it has heard why. */
  cut(): void {
    if (this.#unwritten) return // nothing was sent: `flush` lets it go
    this.destroy()
  }

  destroy(cause?: Error): void {
    if (this.#gone) return
    this.#gone = true
    const running = this.#running
    this.#running = undefined
    this.#owner.gone(this)
    this.#socket.destroy()
    if (cause === undefined || running === undefined) return
    // The server has closed an idle connection at this very moment: nobody but us knows of the request.
    if (this.#unwritten && this.#used && !running.over) this.#owner.unsent(running)
    else running.failed(cause)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /**
   * Takes bytes of the answer. `borrowed`: the buffer is used again for what comes next, so what is handed on is copied; it may
   * be written to in any case.
   */
  receive(bytes: Buffer, size: number, borrowed: boolean): void {
    const running = this.#running
    if (running === undefined || this.#unwritten) {
      // Nobody asked: an answer before its request would be taken for the answer to the next one.
      if (size > 0) this.destroy(new errors.SocketError('bad response'))
      return
    }
    try {
      this.#read(running, { bytes, size, borrowed })
    } catch (thrown) {
      this.destroy(thrown instanceof Error ? thrown : new errors.SocketError('bad response'))
    }
  }

  #read(running: Running, { bytes, size, borrowed }: { bytes: Buffer; size: number; borrowed: boolean }): void {
    let at = 0
    while (!this.#answering) {
      const from = this.#readHead(running, bytes.subarray(at, size))
      if (from === undefined) return
      at += from
      if (running.over) return
    }
    if (this.#chunked !== undefined) {
      const length = this.#chunked.take(bytes, at, size)
      if (length > 0) running.data(slice(bytes, at, at + length, borrowed))
      if (running.over) return
      if (this.#chunked.done) this.#done(running, size - this.#chunked.end)
      return
    }
    const length = Math.min(this.#left, size - at)
    if (length > 0) {
      this.#left -= length
      running.data(slice(bytes, at, at + length, borrowed))
      if (running.over) return
    }
    if (this.#left === 0) this.#done(running, size - at - length)
  }

  /** How many of the bytes belonged to the head; `undefined`: all, and it is not complete. */
  #readHead(running: Running, bytes: Buffer): number | undefined {
    const before = this.#partial?.length ?? 0
    const all = this.#partial === undefined ? bytes : Buffer.concat([this.#partial, bytes])
    const text = all.toString('latin1', 0, Math.min(all.length, LONGEST_HEAD))
    const end = text.indexOf(END_OF_HEAD)
    if (end < 0) {
      if (all.length >= LONGEST_HEAD) throw new errors.HeadersOverflowError()
      if (!beginsHead(text)) throw new Garbled('HEADER_TOKEN', 'it does not begin like an answer')
      this.#partial = this.#partial === undefined ? Buffer.from(all) : all
      return undefined
    }
    this.#partial = undefined
    const head = responseHead(text.slice(0, end), running.written.method)
    if (head.status === 101) throw new errors.SocketError('bad upgrade')
    if (head.status < 200 && ++this.#informational > MOST_INFORMATIONAL)
      throw new Garbled('HEADER_TOKEN', 'it informs without end')
    if (head.status >= 200) {
      this.#informational = 0
      this.#answering = true
      this.#persistent = head.persistent
      this.#idleMs = head.idleMs
      this.#endsByClose = head.framing === 'close'
      running.written.head = ''
      running.written.body = ''
      this.#chunked = head.framing === 'chunked' ? new Chunked() : undefined
      this.#left = typeof head.framing === 'number' ? head.framing : Infinity
    }
    running.head(head)
    return end + END_OF_HEAD.length - before
  }

  /** The answer is complete; `more` bytes came after it. */
  #done(running: Running, more: number): void {
    this.#used = true
    this.#running = undefined
    this.#answering = false
    this.#chunked = undefined
    // The socket may be stopped by whoever read the answer, who is done with it.
    if (running.paused) this.#socket.resume()
    if (more > 0 || !this.#persistent) this.destroy()
    else this.#rest(this.#idleMs)
    running.ended()
  }

  /** An idle connection keeps no process alive. */
  #rest(idleMs: number | undefined): void {
    this.#socket.unref()
    this.#owner.idle(this, idleMs)
  }

  #ended(): void {
    const running = this.#running
    if (running !== undefined && this.#answering && this.#endsByClose) this.#done(running, 0)
    else this.#broken(new errors.SocketError('other side closed'))
  }

  #broken(cause: Error): void {
    this.destroy(cause)
  }
}

const slice = (bytes: Buffer, start: number, end: number, copied: boolean): Buffer =>
  copied ? Buffer.from(bytes.subarray(start, end)) : bytes.subarray(start, end)

// The client side of HTTP/1.1 on a raw socket, as cheap as it gets: for measuring others, not for speaking to strangers.
import { connect, type Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'

const HEAD_END = Buffer.from('\r\n\r\n')
const NOTHING: Buffer = Buffer.alloc(0)

export interface Received {
  readonly status: number
  /** Head as it came, for the one who looks for a header. */
  readonly head: string
  /** Bytes of the body, framing not counted. */
  readonly bytes: number
  /** The body itself, when it was asked to be kept. */
  readonly body: string
  /** The server will close the connection. */
  readonly last: boolean
}

type State = 'head' | 'length' | 'size' | 'chunk' | 'trailer'

/** Cuts a byte stream into responses. One request is under way at a time. */
export class ResponseReader {
  /** Keep bodies: for the first answers, which are checked. */
  keep = true
  readonly #done: (received: Received) => void
  #state: State = 'head'
  #held = NOTHING
  #head = ''
  #status = 0
  #missing = 0
  #bytes = 0
  #kept: Buffer[] = []

  constructor(done: (received: Received) => void) {
    this.#done = done
  }

  push(chunk: Buffer): void {
    let rest: Buffer | undefined = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    this.#held = NOTHING
    while (rest !== undefined && rest.length > 0) {
      const before: Buffer = rest
      rest = this.#step(before)
      if (rest === undefined) this.#held = before
    }
  }

  /** Consumes a part and returns what follows; `undefined`: more is needed first. */
  #step(at: Buffer): Buffer | undefined {
    switch (this.#state) {
      case 'head':
        return this.#readHead(at)
      case 'length':
      case 'chunk':
        return this.#readBytes(at)
      case 'size':
        return this.#readSize(at)
      case 'trailer': {
        const end = at.indexOf('\r\n')
        if (end < 0) return undefined
        if (end === 0) this.#finish()
        return at.subarray(end + 2)
      }
    }
  }

  #readHead(at: Buffer): Buffer | undefined {
    const end = at.indexOf(HEAD_END)
    if (end < 0) return undefined
    this.#head = at.toString('latin1', 0, end)
    this.#status = Number(this.#head.slice(9, 12))
    this.#bytes = 0
    const length = /\r\ncontent-length: *(\d+)/i.exec(this.#head)?.[1]
    const after = at.subarray(end + 4)
    if (length !== undefined) {
      this.#missing = Number(length)
      this.#state = 'length'
      if (this.#missing === 0) this.#finish()
    } else if (/\r\ntransfer-encoding: *chunked/i.test(this.#head)) this.#state = 'size'
    else this.#finish()
    return after
  }

  #readBytes(at: Buffer): Buffer {
    const taken = Math.min(this.#missing, at.length)
    this.#missing -= taken
    const padding = this.#state === 'chunk' ? 2 : 0 // CR LF after the chunk's bytes
    const payload = Math.min(taken, Math.max(0, this.#missing + taken - padding))
    this.#bytes += payload
    if (this.keep && payload > 0) this.#kept.push(at.subarray(0, payload))
    if (this.#missing === 0) {
      if (this.#state === 'chunk') this.#state = 'size'
      else this.#finish()
    }
    return at.subarray(taken)
  }

  #readSize(at: Buffer): Buffer | undefined {
    const end = at.indexOf('\r\n')
    if (end < 0) return undefined
    const size = Number.parseInt(at.toString('latin1', 0, end), 16)
    this.#state = size === 0 ? 'trailer' : 'chunk'
    this.#missing = size + 2
    return at.subarray(end + 2)
  }

  #finish(): void {
    this.#state = 'head'
    const kept = Buffer.concat(this.#kept)
    const body = this.keep ? (isGzip(this.#head) ? gunzipSync(kept) : kept).toString() : ''
    this.#kept = []
    const last = /\r\nconnection: *close/i.test(this.#head)
    this.#done({ status: this.#status, head: this.#head, bytes: this.#bytes, body, last })
  }
}

/** Whether an answer with this head is compressed. */
export const isGzip = (head: string): boolean => /\r\ncontent-encoding: *gzip/i.test(head)

export interface Place {
  readonly port: number
  readonly path: string
  /** Answers may come compressed, as every client library asks for. */
  readonly gzip?: boolean
  /** Bearer token of every request. */
  readonly token?: string
  /** Requests of 2026-07-28, for this method of this thing: no session, every request says for itself what it is. */
  readonly modern?: { readonly method: string; readonly name: string }
}

/** A request of a model context protocol client, ready for the wire. */
export function requestBytes(
  { port, path, gzip = false, token = '', modern }: Place,
  body: string,
  session = '',
  method = 'POST',
): Buffer {
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: application/json, text/event-stream\r\n` +
      (gzip ? 'Accept-Encoding: gzip\r\n' : '') +
      (token === '' ? '' : `Authorization: Bearer ${token}\r\n`) +
      (modern === undefined
        ? ''
        : `Mcp-Protocol-Version: 2026-07-28\r\nMcp-Method: ${modern.method}\r\nMcp-Name: ${modern.name}\r\n`) +
      (session === '' ? '' : `Mcp-Session-Id: ${session}\r\nMcp-Protocol-Version: 2025-11-25\r\n`) +
      (method === 'POST' ? `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` : '') +
      `\r\n${body}`,
  )
}

/** What a request of 2026-07-28 says of its sender, as a member of its params. */
export const modernMeta = (capabilities = '{}'): string =>
  `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},"io.modelcontextprotocol/clientCapabilities":${capabilities}}`

const INITIALIZE =
  '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}'
const INITIALIZED = '{"jsonrpc":"2.0","method":"notifications/initialized"}'

/** One keep-alive connection that sends a request at a time and opens itself anew when the server closes it. */
export class Connection {
  readonly reader: ResponseReader
  #socket: Socket | undefined
  #answer: ((received: Received) => void) | undefined
  #fail: ((error: Error) => void) | undefined
  readonly #port: number

  constructor(port: number) {
    this.#port = port
    this.reader = new ResponseReader((received) => {
      if (received.last) this.#drop()
      const answer = this.#answer
      this.#answer = undefined
      answer?.(received)
    })
  }

  /** Sends; exactly one of the two is called. Callbacks, because a promise a request would be a good part of the cost. */
  send(bytes: Buffer, answer: (received: Received) => void, fail: (error: Error) => void): void {
    this.#answer = answer
    this.#fail = fail
    this.#socket ??= this.#open()
    this.#socket.write(bytes)
  }

  ask(bytes: Buffer): Promise<Received> {
    return new Promise((resolve, reject) => this.send(bytes, resolve, reject))
  }

  /** `initialize` and `notifications/initialized`; the session id, or '' when the server uses none. */
  async initialize(place: Place): Promise<string> {
    const hello = await this.ask(requestBytes(place, INITIALIZE))
    if (hello.status !== 200 || !hello.body.includes('"serverInfo"'))
      throw new Error(`initialize was answered ${hello.status}: ${hello.body.slice(0, 300)}`)
    const session = /\r\nmcp-session-id: *([^\r\n]+)/i.exec(hello.head)?.[1] ?? ''
    const noted = await this.ask(requestBytes(place, INITIALIZED, session))
    if (noted.status !== 202) throw new Error(`initialized was answered ${noted.status}: ${noted.body.slice(0, 300)}`)
    return session
  }

  close(): void {
    this.#answer = undefined
    this.#drop()
  }

  #open(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
    const ended = (error?: Error): void => {
      if (this.#socket === socket) this.#socket = undefined
      if (this.#answer === undefined) return
      this.#answer = undefined
      this.#fail?.(error instanceof Error ? error : new Error('the connection ended before the answer'))
    }
    socket.on('data', (chunk: Buffer) => this.reader.push(chunk))
    socket.on('error', ended)
    socket.on('close', () => this.#socket === socket && ended())
    return socket
  }

  #drop(): void {
    const socket = this.#socket
    this.#socket = undefined
    socket?.destroy()
  }
}

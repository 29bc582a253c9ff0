// HTTP+SSE (2024-11-05): one event stream carries all answers, messages are posted to the address that it names first.
import { randomBytes } from 'node:crypto'
import type { Exchange, Maybe, Reply } from '../../core/exchange.ts'
import { asFailure } from '../../core/failure.ts'
import { encodeEvent } from '../../http/sse.ts'
import type { Session } from '../session.ts'
import { codes, errorObject, type Message } from '../wire.ts'
import { receive } from './body.ts'
import { type Desk, dispatch, openingOf } from './dispatch.ts'
import { unfitBody, unfitGet } from './head.ts'
import type { Request } from './post.ts'
import { accepted, eventReply, messageText, noSession, refuse } from './replies.ts'
import { principalOf } from './sessions.ts'
import { Channel } from './stream.ts'
import { shortInfo } from './ticket.ts'

/** A client that listens; it becomes a session when it initializes. */
interface Listener {
  readonly id: string
  readonly principal: string
  readonly channel: Channel
  session: Session | undefined
}

/** The transport for paths that end in `/sse`. A session lives as long as its stream. */
export class OneStream {
  readonly #desk: Desk
  readonly #listeners = new Map<string, Listener>()

  constructor(desk: Desk) {
    this.#desk = desk
  }

  /** Whether a request is for this transport: Streamable HTTP may use the same address, with a session header or without an id. */
  serves(x: Exchange): boolean {
    if (!x.path.endsWith('/sse')) return false
    if (x.request.method === 'GET') return x.headers['mcp-session-id'] === undefined
    return x.request.method === 'POST' && idIn(x) !== undefined
  }

  get(x: Exchange): Reply {
    const unfit = unfitGet(x)
    if (unfit !== undefined) return unfit
    const { sessions } = this.#desk
    const principal = principalOf(x)
    // A listener has a session once it has said who it is: until then only its connection counts.
    if (this.#listeners.size >= sessions.limits.sessions || !sessions.makeRoom(principal)) return noSession(x, 'full')
    const channel = new Channel({ streams: sessions.oneStream.streams, number: 0, resumption: 'none' })
    const id = randomBytes(16).toString('base64url')
    const listener: Listener = { id, principal, channel, session: undefined }
    this.#listeners.set(id, listener)
    const stream = channel.open()
    // The address as the client knows it, whatever a policy has made of the path since.
    const [path = ''] = (x.request.url ?? '').split('?', 1)
    stream.write(encodeEvent({ event: 'endpoint', data: `${path}?sessionId=${id}` }))
    stream.once('close', () => this.#gone(listener))
    x.signal.addEventListener('abort', () => stream.finish(), { once: true })
    x.mcpSession = id.slice(0, 16)
    return eventReply(stream)
  }

  async post(x: Exchange): Promise<Reply> {
    const unfit = unfitBody(x)
    if (unfit !== undefined) return unfit
    const id = idIn(x) ?? ''
    const listener = this.#listeners.get(id)
    if (listener === undefined || listener.principal !== principalOf(x)) return noSession(x, 'unknown')
    x.mcpSession = id.slice(0, 16)
    const received = await receive(x, this.#desk.sessions)
    switch (received.kind) {
      case 'unfit':
        return received.reply
      case 'batch':
        return refuse(x, 400, 'fail to deserialize request body: this revision has no batches')
      case 'message':
        return this.#message(x, received.message, listener)
    }
  }

  #message(x: Exchange, message: Message, listener: Listener): Maybe<Reply> {
    const { session, channel } = listener
    const desk = this.#desk
    if (message.kind === 'request' && message.method === 'initialize' && session === undefined)
      return this.#initialize(x, message, listener)
    if (session !== undefined) {
      session.lastUsed = Date.now()
      const reply = dispatch({ x, session, desk, batch: false, channel }, [message])
      // Answers go to the stream: whoever waited for them here could not post an answer to a question meanwhile.
      return reply instanceof Promise ? accepted : reply
    }
    if (message.kind === 'request') {
      const error = errorObject(codes.invalidRequest, 'initialize comes first')
      channel.send(messageText(message.id, { kind: 'error', raw: error }))
    }
    return accepted
  }

  #initialize(x: Exchange, request: Request, listener: Listener): Reply {
    const opening = openingOf(x, request)
    if ('status' in opening) return opening
    const { sessions, federation } = this.#desk
    const { id, principal, channel } = listener
    const { revision, capabilities } = opening
    const clientInfo = shortInfo(opening.clientInfo)
    const session = sessions.add(
      { id, principal, revision, clientInfo, capabilities, until: 0 },
      { ...sessions.oneStream, main: channel },
    )
    if (session === 'full') return noSession(x, 'full')
    listener.session = session
    session.use(federation)
    federation.initialize({ revision, capabilities, principal }, x).then(
      (answer) => channel.send(messageText(request.id, answer)),
      (thrown: unknown) => {
        const raw = errorObject(codes.internal, asFailure(thrown).row.prefix ?? 'internal error')
        channel.send(messageText(request.id, { kind: 'error', raw }))
      },
    )
    return accepted
  }

  #gone({ id, channel, session }: Listener): void {
    this.#listeners.delete(id)
    channel.end()
    channel.forget()
    if (session !== undefined) this.#desk.sessions.end(session)
  }
}

function idIn(x: Exchange): string | undefined {
  return /[?&]sessionId=([\w-]{1,64})(?:&|$)/.exec(x.query)?.[1]
}

// Streamable HTTP for clients that open with `initialize` (2024-11-05 to 2025-11-25): POST, the event stream, the end of a session.
import type { Exchange, Maybe, Reply } from '../../core/exchange.ts'
import type { Session } from '../session.ts'
import { codes, isLegacyRevision, type Message, newestLegacy } from '../wire.ts'
import { receive } from './body.ts'
import { type Desk, dispatch, openingOf } from './dispatch.ts'
import { isModern, unfitMessage } from './era.ts'
import { header, unfitGet, unfitPost, unfitRevision } from './head.ts'
import { modern } from './modern.ts'
import { refuseModern } from './modern-result.ts'
import type { Request } from './post.ts'
import { accepted, eventReply, jsonReply, messageText, noSession, opened, refuse } from './replies.ts'
import { type Missing, principalOf } from './sessions.ts'

/** The ladder of a POST: head, body, revision, session, then the federation (reference: agentgateway §3.2, mcp §1.2). */
export async function post(x: Exchange, desk: Desk): Promise<Reply> {
  const unfit = unfitPost(x)
  if (unfit !== undefined) return unfit
  const received = await receive(x, desk.sessions)
  switch (received.kind) {
    case 'unfit':
      return received.reply
    case 'message':
      return one(x, received.message, desk)
    case 'batch':
      return batch(x, received.messages, desk)
  }
}

/** The stream of what belongs to no call, or of an answer whose connection broke (`Last-Event-ID`). */
export function get(x: Exchange, desk: Desk): Reply {
  const unfit = unfitGet(x)
  if (unfit !== undefined) return unfit
  if (!desk.federation.stateful) return notAllowed(x, 'POST')
  const session = found(x, desk)
  if (typeof session === 'string') return noSession(x, session)
  const stream = session.listen(header(x, 'last-event-id'))
  if (stream === 'open already') return refuse(x, 409, 'the session has an event stream already')
  if (stream === 'unknown event') return refuse(x, 400, 'unknown event in Last-Event-ID')
  x.signal.addEventListener('abort', () => stream.finish(), { once: true })
  return eventReply(stream)
}

/** Ends a session, and with it whatever still runs in it (reference: mcp §12.2.6). */
export function remove(x: Exchange, desk: Desk): Reply {
  if (!desk.federation.stateful) return notAllowed(x, 'POST')
  const unfit = unfitRevision(x)
  if (unfit !== undefined) return unfit
  const id = header(x, 'mcp-session-id')
  if (id === undefined) return refuse(x, 400, 'session ID is required')
  note(x, id)
  return desk.sessions.delete(id, principalOf(x)) === 'malformed' ? noSession(x, 'malformed') : accepted
}

export function notAllowed(x: Exchange, allow: 'POST' | 'GET, POST, DELETE'): Reply {
  const must = allow === 'POST' ? 'POST' : 'GET, POST, or DELETE'
  return { ...refuse(x, 405, `method not allowed; must be ${must}`), headers: { 'content-type': 'text/plain', allow } }
}

function one(x: Exchange, message: Message, desk: Desk): Maybe<Reply> {
  if (isModern(x, message)) return modern(x, message, desk.modern)
  const unfit = unfitMessage(x, message)
  if (unfit !== undefined) return unfit
  if (message.kind === 'request' && message.method === 'initialize') return initialize(x, message, desk)
  if (!desk.federation.stateful) return alone(x, [message], desk)
  if (message.kind === 'notification' && message.method === 'notifications/initialized') return ready(x, message, desk)
  const session = found(x, desk)
  if (typeof session === 'string') return noSession(x, session)
  if ('method' in message) x.mcpMethod = message.method
  return dispatch({ x, session, desk, batch: false }, [message])
}

/** Only one revision has batches (MCP 2025-03-26, basic). */
function batch(x: Exchange, messages: readonly Message[], desk: Desk): Maybe<Reply> {
  if (messages.some((message) => isModern(x, message))) return refuseModern(x, undefined, noBatch)
  for (const message of messages) {
    const unfit = unfitMessage(x, message)
    if (unfit !== undefined) return unfit
    if ('method' in message && message.method === 'initialize')
      return refuse(x, 400, 'fail to deserialize request body: initialize must stand alone')
  }
  if (!desk.federation.stateful) {
    const said = header(x, 'mcp-protocol-version') ?? BATCHES
    return said === BATCHES ? alone(x, messages, desk) : noBatches(x)
  }
  const session = found(x, desk)
  if (typeof session === 'string') return noSession(x, session)
  return session.revision === BATCHES ? dispatch({ x, session, desk, batch: true }, messages) : noBatches(x)
}

const BATCHES = '2025-03-26'
const noBatch = { status: 400, code: codes.invalidRequest, message: 'revision 2026-07-28 has no batches' }
const noBatches = (x: Exchange): Reply =>
  refuse(x, 400, 'fail to deserialize request body: this revision has no batches')

/** Opens a session. Nothing is kept of it: most of what is opened is never used (reference: mcp §12.2.7). */
async function initialize(x: Exchange, request: Request, { federation, sessions }: Desk): Promise<Reply> {
  const opening = openingOf(x, request)
  if ('status' in opening) return opening
  const principal = principalOf(x)
  const answer = await federation.initialize({ ...opening, principal }, x)
  const text = messageText(request.id, answer)
  if (answer.kind === 'error') return jsonReply(text)
  if (!federation.stateful) return jsonReply(text)
  const id = sessions.mint({ ...opening, principal })
  note(x, id)
  return opened(text, id)
}

/** A client that says it is ready has used nothing yet: its session still needs no record. */
function ready(x: Exchange, message: Message, desk: Desk): Maybe<Reply> {
  const id = header(x, 'mcp-session-id')
  if (id === undefined) return noSession(x, 'absent')
  note(x, id)
  const { sessions } = desk
  const session = sessions.live(id, principalOf(x))
  if (session !== undefined) return dispatch({ x, session, desk, batch: false }, [message])
  const ticket = sessions.ticket(id, principalOf(x))
  return typeof ticket === 'string' ? noSession(x, ticket) : accepted
}

/** Without sessions every POST is a client of its own, who can be asked nothing. */
function alone(x: Exchange, messages: readonly Message[], desk: Desk): Maybe<Reply> {
  if (messages.every(({ kind }) => kind !== 'request')) return accepted
  const said = header(x, 'mcp-protocol-version')
  const session = desk.sessions.passing(principalOf(x), isLegacyRevision(said) ? said : newestLegacy)
  return dispatch({ x, session, desk, batch: messages.length > 1 }, messages)
}

function found(x: Exchange, { sessions, federation }: Desk): Session | Missing | 'absent' {
  const id = header(x, 'mcp-session-id')
  if (id === undefined) return 'absent'
  note(x, id)
  const session = sessions.find(id, principalOf(x))
  if (typeof session !== 'string') session.use(federation)
  return session
}

/** Enough of an id to find its lines in the log; whole it would be a credential. */
function note(x: Exchange, id: string): void {
  x.mcpSession = id.slice(0, 16)
}

// One exchange from the listener's policies to the reply: plain loops over what was compiled, no pipeline built per request.
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { type Exchange, type Maybe, type Reply, text } from '../core/exchange.ts'
import { Failure } from '../core/failure.ts'
import { hasBody } from '../http/body.ts'
import type { BackendHandler, Program, Retry } from '../policy/policy.ts'
import { unclear } from './match.ts'
import { type Listener, pick, type Route } from './snapshot.ts'

/** A connection that wants to leave HTTP: the socket, and what came after the head. */
interface Link {
  readonly socket: Duplex
  readonly head: Buffer
}

/** Stands for a switch of protocols on its way through the doors; no reply of ours has this status. */
const switched: Reply = { kind: 'empty', status: 101, headers: {} }

/** Serves one exchange. Refusals come back as replies; what breaks is thrown, or rejected, as a Failure. */
export function serve(x: Exchange, listener: Listener): Maybe<Reply> {
  return journey(x, listener, undefined)
}

/**
 * As `serve`, for a request that asks for another protocol (RFC 9110 §7.8). `undefined`: it has been granted, and the socket
 * belongs to the backend's tunnel from now on.
 */
export async function upgrade(
  x: Exchange,
  listener: Listener,
  socket: Duplex,
  head: Buffer,
): Promise<Reply | undefined> {
  // What follows the head is the other protocol's: a body would be read in two ways.
  if (hasBody(x.request)) return text(400, 'invalid request: an upgrade with a body')
  const reply = await journey(x, listener, { socket, head })
  return reply === switched ? undefined : reply
}

// From here to the backend nothing waits unless a door does: an async function costs about a kilobyte and a turn of the
// microtask queue, and a request that no policy holds up would pay for six of them.

function journey(x: Exchange, listener: Listener, link: Link | undefined): Maybe<Reply> {
  const refusal = requestDoors(listener.program, x)
  const reply =
    refusal instanceof Promise
      ? refusal.then((early) => early ?? routed(x, listener, link))
      : (refusal ?? routed(x, listener, link))
  return replyDoors(listener.program, reply, x)
}

function routed(x: Exchange, listener: Listener, link: Link | undefined): Maybe<Reply> {
  const route = listener.router.match(x)
  if (route === undefined) {
    x.reason = 'NotFound'
    return text(404, 'route not found')
  }
  if (route === unclear) {
    x.reason = 'InvalidRequest'
    return text(400, 'invalid request: the path can be read in two ways')
  }
  x.route = route.names
  const { requestTimeout } = route.program.plan
  return requestTimeout === undefined
    ? throughRoute(x, route, link)
    : inTime(x, requestTimeout, () => throughRoute(x, route, link))
}

async function inTime(x: Exchange, ms: number, work: () => Maybe<Reply>): Promise<Reply> {
  const timer = setTimeout(() => x.abort(new Failure('request.timeout', `no answer within ${ms} ms`)), ms)
  try {
    return await Promise.race([work(), rejection(x.signal)])
  } finally {
    clearTimeout(timer)
  }
}

function throughRoute(x: Exchange, route: Route, link: Link | undefined): Maybe<Reply> {
  const refusal = requestDoors(route.program, x)
  if (refusal === undefined) return attempts(x, route, link)
  if (!(refusal instanceof Promise)) return replyDoors(route.program, refusal, x)
  return refusal.then((early) => (early === undefined ? attempts(x, route, link) : replyDoors(route.program, early, x)))
}

/** The backend phase, repeated as the route's plan says. */
function attempts(x: Exchange, route: Route, link: Link | undefined): Maybe<Reply> {
  const { retry } = route.program.plan
  // A body that flows past once cannot be sent twice: the policy has kept it, unless it was too large.
  if (retry === undefined || (x.body === undefined && hasBody(x.request)) || retry.applies?.(x) === false)
    return throughBackend(x, route, link)
  return repeated(x, route, retry, link)
}

async function repeated(x: Exchange, route: Route, retry: Retry, link: Link | undefined): Promise<Reply> {
  const { path, query, authority, authorityFixed } = x
  const headers = { ...x.headers }
  for (let attempt = 0; ; attempt++) {
    const last = attempt >= retry.attempts
    const reply = await tried(() => throughBackend(x, route, link), retry, { x, last })
    if (reply !== undefined) return reply
    x.retries = attempt + 1
    // Doors of the backend phase open anew: what they did to the last attempt must not be done to this one twice.
    Object.assign(x, { path, query, authority, authorityFixed })
    x.headers = { ...headers, 'x-retry-attempt': String(x.retries) }
    if (retry.backoffMs > 0) await pause(retry.backoffMs * 2 ** Math.min(attempt, 6), x)
  }
}

async function pause(ms: number, x: Exchange): Promise<void> {
  try {
    await delay(ms, undefined, { signal: x.signal })
  } catch (thrown) {
    throw x.aborted ?? thrown
  }
}

/** The reply of an attempt, or `undefined` when another one should be made. */
async function tried(
  attempt: () => Maybe<Reply>,
  retry: Retry,
  { x, last }: { readonly x: Exchange; readonly last: boolean },
): Promise<Reply | undefined> {
  try {
    const reply = await attempt()
    if (last || !(retry.codes.has(reply.status) || retry.wanted?.(x, reply) === true)) return reply
    if (reply.kind === 'stream') reply.body.destroy()
    return undefined
  } catch (thrown) {
    if (last || !(thrown instanceof Failure) || !retryable.has(thrown.code)) throw thrown
    return undefined
  }
}

const retryable: ReadonlySet<string> = new Set(['upstream.unreachable', 'upstream.timeout', 'upstream.dns'])

function throughBackend(x: Exchange, route: Route, link: Link | undefined): Maybe<Reply> {
  const backend = pick(route)
  if (backend === undefined) throw new Failure('backend.none', 'the route has no backend to send to')
  const { program, handler } = backend
  const refusal = requestDoors(program, x)
  const reply =
    refusal instanceof Promise
      ? refusal.then((early) => early ?? answered(x, handler, link))
      : (refusal ?? answered(x, handler, link))
  // The route's before the backend's (reference: agentgateway §2, stage 6): of two that set one header the more specific counts.
  return replyDoors(program, replyDoors(route.program, reply, x), x)
}

async function answered(x: Exchange, handler: BackendHandler, link: Link | undefined): Promise<Reply> {
  x.sentOn = performance.now()
  const reply = await (link === undefined ? handler(x) : switching(x, handler, link))
  x.answeredAt = performance.now()
  if (x.reason === '') x.reason = 'Upstream'
  return reply
}

async function switching(x: Exchange, { upgrade: switchOver }: BackendHandler, link: Link): Promise<Reply> {
  if (switchOver === undefined)
    throw new Failure('upstream.upgrade', `nothing but ${x.request.headers.upgrade ?? 'nothing'} is requested`)
  return (await switchOver(x, link.socket, link.head)) ?? switched
}

function requestDoors(program: Program, x: Exchange): Maybe<Reply | undefined> {
  const doors = program.onRequest
  for (let i = 0; i < doors.length; i++) {
    const answer = doors[i]?.(x)
    if (answer instanceof Promise) return waitedDoors(program, x, answer, i + 1)
    if (answer !== undefined) return stopped(answer, x)
  }
  return undefined
}

async function waitedDoors(
  program: Program,
  x: Exchange,
  first: Promise<Reply | undefined>,
  from: number,
): Promise<Reply | undefined> {
  const reply = await first
  if (reply !== undefined) return stopped(reply, x)
  for (const door of program.onRequest.slice(from)) {
    const next = await door(x)
    if (next !== undefined) return stopped(next, x)
  }
  return undefined
}

function stopped(reply: Reply, x: Exchange): Reply {
  if (x.reason === '') x.reason = 'DirectResponse'
  return reply
}

function replyDoors(program: Program, reply: Maybe<Reply>, x: Exchange): Maybe<Reply> {
  if (program.onReply.length === 0) return reply
  return reply instanceof Promise ? reply.then((made) => opened(program, made, x, 0)) : opened(program, reply, x, 0)
}

function opened(program: Program, first: Reply, x: Exchange, from: number): Maybe<Reply> {
  const { onReply } = program
  if (first === switched) return first
  let reply = first
  for (let i = from; i < onReply.length; i++) {
    const answer = onReply[i]?.(reply, x) ?? reply
    if (answer instanceof Promise) return answer.then((made) => opened(program, made, x, i + 1))
    reply = answer
  }
  return reply
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

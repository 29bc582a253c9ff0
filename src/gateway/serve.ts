// One exchange from the listener's policies to the reply: plain loops over what was compiled, no pipeline built per request.
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { type Exchange, type Reply, text } from '../core/exchange.ts'
import { Failure } from '../core/failure.ts'
import { hasBody } from '../http/body.ts'
import type { BackendHandler, Program, Retry } from '../policy/policy.ts'
import { type Listener, pick, type Route } from './snapshot.ts'

/** A connection that wants to leave HTTP: the socket, and what came after the head. */
interface Link {
  readonly socket: Duplex
  readonly head: Buffer
}

/** Stands for a switch of protocols on its way through the doors; no reply of ours has this status. */
const switched: Reply = { kind: 'empty', status: 101, headers: {} }

/** Serves one exchange. Refusals come back as replies; what breaks is thrown as a Failure. */
export async function serve(x: Exchange, listener: Listener): Promise<Reply> {
  const refusal = await requestDoors(listener.program, x)
  return replyDoors(listener.program, refusal ?? (await routed(x, listener, undefined)), x)
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
  const refusal = await requestDoors(listener.program, x)
  const reply = await replyDoors(listener.program, refusal ?? (await routed(x, listener, { socket, head })), x)
  return reply === switched ? undefined : reply
}

async function routed(x: Exchange, listener: Listener, link: Link | undefined): Promise<Reply> {
  const route = listener.router.match(x)
  if (route === undefined) {
    x.reason = 'NotFound'
    return text(404, 'route not found')
  }
  x.route = route.names
  const { requestTimeout } = route.program.plan
  if (requestTimeout === undefined) return throughRoute(x, route, link)
  const timer = setTimeout(
    () => x.abort(new Failure('request.timeout', `no answer within ${requestTimeout} ms`)),
    requestTimeout,
  )
  try {
    return await Promise.race([throughRoute(x, route, link), rejection(x.signal)])
  } finally {
    clearTimeout(timer)
  }
}

async function throughRoute(x: Exchange, route: Route, link: Link | undefined): Promise<Reply> {
  const refusal = await requestDoors(route.program, x)
  return refusal === undefined ? attempts(x, route, link) : replyDoors(route.program, refusal, x)
}

/** The backend phase, repeated as the route's plan says. */
async function attempts(x: Exchange, route: Route, link: Link | undefined): Promise<Reply> {
  const { retry } = route.program.plan
  // A body that flows past once cannot be sent twice: the policy has kept it, unless it was too large.
  if (retry === undefined || (x.body === undefined && hasBody(x.request))) return throughBackend(x, route, link)
  const { path, query, authority, authorityFixed } = x
  const headers = { ...x.headers }
  for (let attempt = 0; ; attempt++) {
    const last = attempt >= retry.attempts
    const reply = await tried(throughBackend(x, route, link), retry, last)
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
async function tried(attempt: Promise<Reply>, retry: Retry, last: boolean): Promise<Reply | undefined> {
  try {
    const reply = await attempt
    if (last || !retry.codes.has(reply.status)) return reply
    if (reply.kind === 'stream') reply.body.destroy()
    return undefined
  } catch (thrown) {
    if (last || !(thrown instanceof Failure) || !retryable.has(thrown.code)) throw thrown
    return undefined
  }
}

const retryable: ReadonlySet<string> = new Set(['upstream.unreachable', 'upstream.timeout', 'upstream.dns'])

async function throughBackend(x: Exchange, route: Route, link: Link | undefined): Promise<Reply> {
  const backend = pick(route)
  if (backend === undefined) throw new Failure('backend.none', 'the route has no backend to send to')
  const { program, handler } = backend
  const refusal = await requestDoors(program, x)
  const reply = refusal ?? (await answered(x, handler, link))
  // The route's before the backend's (reference: agentgateway §2, stage 6): of two that set one header the more specific counts.
  return replyDoors(program, await replyDoors(route.program, reply, x), x)
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

async function requestDoors(program: Program, x: Exchange): Promise<Reply | undefined> {
  for (const door of program.onRequest) {
    const answer = door(x)
    const reply = answer instanceof Promise ? await answer : answer
    if (reply !== undefined) {
      if (x.reason === '') x.reason = 'DirectResponse'
      return reply
    }
  }
  return undefined
}

async function replyDoors(program: Program, first: Reply, x: Exchange): Promise<Reply> {
  if (first === switched) return first
  let reply = first
  for (const door of program.onReply) {
    const answer = door(reply, x)
    reply = answer instanceof Promise ? await answer : answer
  }
  return reply
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

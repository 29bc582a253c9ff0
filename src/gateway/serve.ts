// One exchange from the listener's policies to the reply: plain loops over what was compiled, no pipeline built per request.
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { type Exchange, type Reply, text } from '../core/exchange.ts'
import { Failure } from '../core/failure.ts'
import type { Program, Retry } from '../policy/policy.ts'
import { type Listener, pick, type Route, type RouteBackend } from './snapshot.ts'

/** Serves one exchange. Refusals come back as replies; what breaks is thrown as a Failure. */
export async function serve(x: Exchange, listener: Listener): Promise<Reply> {
  const refusal = await requestDoors(listener.program, x)
  return replyDoors(listener.program, refusal ?? (await routed(x, listener)), x)
}

/**
 * The same journey for a client that asks for another protocol (RFC 9110 §7.8). `undefined`: the backend has taken the socket over
 * and is done with it.
 */
export async function upgrade(
  x: Exchange,
  listener: Listener,
  socket: Duplex,
  head: Buffer,
): Promise<Reply | undefined> {
  const early = await requestDoors(listener.program, x)
  if (early !== undefined) return early
  const route = listener.router.match(x)
  if (route === undefined) return notFound(x)
  x.route = route.names
  const backend = pick(route)
  if (backend === undefined) return throughBackend(x, backend)
  const refusal = (await requestDoors(route.program, x)) ?? (await requestDoors(backend.program, x))
  if (refusal !== undefined) return refusal
  const { handler } = backend
  if (handler.upgrade !== undefined) return handler.upgrade(x, socket, head)
  throw new Failure('upstream.upgrade', 'no upgrade')
}

function notFound(x: Exchange): Reply {
  x.reason = 'NotFound'
  return text(404, 'route not found')
}

async function routed(x: Exchange, listener: Listener): Promise<Reply> {
  const route = listener.router.match(x)
  if (route === undefined) return notFound(x)
  x.route = route.names
  const { requestTimeout } = route.program.plan
  if (requestTimeout === undefined) return throughRoute(x, route)
  const timer = setTimeout(
    () => x.abort(new Failure('request.timeout', `no answer within ${requestTimeout} ms`)),
    requestTimeout,
  )
  try {
    return await Promise.race([throughRoute(x, route), rejection(x.signal)])
  } finally {
    clearTimeout(timer)
  }
}

async function throughRoute(x: Exchange, route: Route): Promise<Reply> {
  const refusal = await requestDoors(route.program, x)
  return replyDoors(route.program, refusal ?? (await attempts(x, route)), x)
}

/** The backend phase, repeated as the route's plan says. */
async function attempts(x: Exchange, route: Route): Promise<Reply> {
  const { retry } = route.program.plan
  if (retry === undefined || !replayable(x)) return throughBackend(x, pick(route))
  for (let attempt = 0; ; attempt++) {
    const last = attempt >= retry.attempts
    const reply = await tried(throughBackend(x, pick(route)), retry, last)
    if (reply !== undefined) return reply
    x.retries = attempt + 1
    x.headers['x-retry-attempt'] = String(x.retries)
    if (retry.backoffMs > 0) await delay(retry.backoffMs * 2 ** Math.min(attempt, 6), undefined, { signal: x.signal })
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

/** A body that flows past once cannot be sent twice. */
function replayable(x: Exchange): boolean {
  const { headers } = x.request
  return (
    x.body !== undefined || ((headers['content-length'] ?? '0') === '0' && headers['transfer-encoding'] === undefined)
  )
}

async function throughBackend(x: Exchange, backend: RouteBackend | undefined): Promise<Reply> {
  if (backend === undefined) throw new Failure('backend.none', 'the route has no backend to send to')
  const refusal = await requestDoors(backend.program, x)
  return replyDoors(backend.program, refusal ?? (await backend.handler(x)), x)
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

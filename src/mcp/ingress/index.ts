// How clients reach us: the table of HTTP methods, behind the check of who may call at all.
import type { Limits } from '../../config/shape.ts'
import type { Exchange, Handler, Maybe, Reply } from '../../core/exchange.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Federation } from '../conversation.ts'
import type { Desk } from './dispatch.ts'
import { namesModern } from './era.ts'
import { rebound } from './head.ts'
import { get, notAllowed, post, remove } from './legacy.ts'
import { ModernDesk } from './modern-desk.ts'
import { OneStream } from './one-stream.ts'
import type { Post } from './post.ts'
import { Rounds } from './rounds.ts'
import { Sessions } from './sessions.ts'

export interface IngressOptions {
  readonly federation: Federation
  readonly limits: Limits
  /** Seals session ids; 32 bytes. */
  readonly sealKey: Buffer
  readonly log: Log
  readonly metrics: Metrics
  /** Loopback names as Host and Origin on every address; on loopback addresses they must be in any case (reference: agentgateway §3.8). */
  readonly dnsRebindingProtection: boolean
  /** The backend whose sessions these are: those of another one are unknown here. */
  readonly name?: string
}

/** By HTTP method. What a POST speaks shows in its message; revision 2026-07-28 has nothing but POSTs. */
const methods: Readonly<Record<string, (x: Exchange, desk: Desk) => Maybe<Reply>>> = {
  POST: post,
  GET: get,
  DELETE: remove,
}

/** How often running calls are looked at. */
const ROUND_MS = 1_000

/** The last step of a route to MCP servers. Dispose it to end all sessions. */
export function ingress(options: IngressOptions): Handler & AsyncDisposable {
  const { federation, dnsRebindingProtection, name = '' } = options
  const { sseKeepAliveMs } = options.limits
  const sessions = new Sessions({ ...options, name })
  const everyMs = Math.min(ROUND_MS, sseKeepAliveMs)
  const posts = new Rounds<Post>(everyMs, (running, now) => running.visit(now, sseKeepAliveMs))
  const modern = new ModernDesk({ ...options, name })
  const desk: Desk = { federation, sessions, posts, modern }
  const oneStream = new OneStream(desk)
  const handler = (x: Exchange): Maybe<Reply> => {
    x.protocol = 'mcp'
    const refusal = rebound(x, dnsRebindingProtection)
    if (refusal !== undefined) return refusal
    if (federation.stateful && oneStream.serves(x))
      return x.request.method === 'GET' ? oneStream.get(x) : oneStream.post(x)
    if (x.request.method !== 'POST' && namesModern(x)) return notAllowed(x, 'POST')
    const method = methods[x.request.method ?? '']
    return method === undefined ? notAllowed(x, 'GET, POST, DELETE') : method(x, desk)
  }
  return Object.assign(handler, {
    [Symbol.asyncDispose]: async (): Promise<void> => {
      await sessions[Symbol.asyncDispose]()
      posts[Symbol.dispose]()
      modern[Symbol.dispose]()
    },
  })
}

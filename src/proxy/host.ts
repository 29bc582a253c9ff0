// Backend kind `host`: a plain HTTP server. Requests are sent on as they are, answers come back as they are.
import type { Dispatcher } from 'undici'
import { z } from 'zod'
import type { Exchange } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import { bodyLength, bodyWithin } from '../http/body.ts'
import { credentialed } from '../http/outbound.ts'
import type { BackendHandler, BackendSite, Credentials } from '../policy/policy.ts'
import { attempt, type Backend } from './attempt.ts'
import { placeOf } from './place.ts'
import { upgrading } from './upgrade.ts'

/** Bodies that are announced to be no larger are sent in one piece with their head: as a stream they cost half as much again. */
const SMALL_BYTES = 16_384

/** A client that waits for `100 Continue` is not asked for a body before the backend has seen the head. */
function isSmall(x: Exchange): boolean {
  if (x.body !== undefined || x.proceed !== undefined) return false
  const length = bodyLength(x.request)
  return length !== undefined && length > 0 && length <= SMALL_BYTES
}

function poolFor(pool: Dispatcher, origin: string, credentials: Credentials | undefined): Dispatcher {
  if (credentials === undefined) return pool
  return credentialed(pool, { origin, apply: (request, who) => credentials.apply(request, who) })
}

/** YAML `host: name:port` or `host: unix:/path` (reference: agentgateway §1.6.3). */
export const host = define({
  key: 'host',
  schema: z.string().refine((text) => placeOf(text, false) !== undefined, {
    error: 'must be `name:port` or `unix:/path`',
  }),
  compile(config, site: BackendSite): BackendHandler {
    const { tls, credentials, backendRequestTimeout, identifies = false } = site.program.plan
    const { upstreamFirstByteMs, upstreamTotalMs, tunnelIdleMs, tunnelHalfOpenMs } = site.limits
    const place = placeOf(config, tls !== undefined)
    if (place === undefined) throw new TypeError('the schema lets no such place through')
    const backend: Backend = {
      pool: poolFor(site.pools.pool(place.origin, tls), place.origin, credentials),
      place,
      clocks: { attemptMs: backendRequestTimeout, firstByteMs: upstreamFirstByteMs, totalMs: upstreamTotalMs },
      strict: identifies,
    }
    const note = (x: Exchange): void => {
      x.backend = place.name
      x.endpoint = place.name
    }
    const upgrade = upgrading(backend, {
      tunnelIdleMs,
      tunnelHalfOpenMs,
      cut: (limit) => site.metrics.limitHit(limit),
    })
    return Object.assign(
      (x: Exchange) => {
        note(x)
        return isSmall(x) ? bodyWithin(x, SMALL_BYTES).then(() => attempt(x, backend)) : attempt(x, backend)
      },
      {
        upgrade: (...given: Parameters<typeof upgrade>) => {
          note(given[0])
          return upgrade(...given)
        },
      },
    )
  },
})

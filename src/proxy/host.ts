// Backend kind `host`: a plain HTTP server. Requests are sent on as they are, answers come back as they are.
import { z } from 'zod'
import type { Exchange } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import type { BackendSite } from '../policy/policy.ts'
import { attempt } from './attempt.ts'
import { placeOf } from './place.ts'

/** YAML `host: name:port` or `host: unix:/path` (reference: agentgateway §1.6.3). */
export const host = define({
  key: 'host',
  schema: z.string().refine((text) => placeOf(text, false) !== undefined, {
    error: 'must be `name:port` or `unix:/path`',
  }),
  compile(config, site: BackendSite) {
    const { tls, backendRequestTimeout } = site.program.plan
    const place = placeOf(config, tls !== undefined)
    if (place === undefined) throw new TypeError('the schema lets no such place through')
    const pool = site.pools.pool(place.origin, tls)
    const clocks = {
      attemptMs: backendRequestTimeout,
      firstByteMs: site.limits.upstreamFirstByteMs,
      totalMs: site.limits.upstreamTotalMs,
    }
    return (x: Exchange) => {
      x.backend = place.name
      x.endpoint = place.name
      return attempt(x, pool, place, clocks)
    }
  },
})

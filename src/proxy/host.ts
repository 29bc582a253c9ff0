// Backend kind `host`: a plain HTTP server. Requests are sent on as they are, answers come back as they are.
import { z } from 'zod'
import type { Exchange } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import type { BackendHandler, BackendSite } from '../policy/policy.ts'
import { attempt, type Backend } from './attempt.ts'
import { placeOf } from './place.ts'
import { upgrading } from './upgrade.ts'

/** YAML `host: name:port` or `host: unix:/path` (reference: agentgateway §1.6.3). */
export const host = define({
  key: 'host',
  schema: z.string().refine((text) => placeOf(text, false) !== undefined, {
    error: 'must be `name:port` or `unix:/path`',
  }),
  compile(config, site: BackendSite): BackendHandler {
    const { tls, backendRequestTimeout } = site.program.plan
    const { upstreamFirstByteMs, upstreamTotalMs } = site.limits
    const place = placeOf(config, tls !== undefined)
    if (place === undefined) throw new TypeError('the schema lets no such place through')
    const backend: Backend = {
      pool: site.pools.pool(place.origin, tls),
      place,
      clocks: { attemptMs: backendRequestTimeout, firstByteMs: upstreamFirstByteMs, totalMs: upstreamTotalMs },
    }
    const note = (x: Exchange): void => {
      x.backend = place.name
      x.endpoint = place.name
    }
    const upgrade = upgrading(backend, upstreamTotalMs)
    return Object.assign(
      (x: Exchange) => {
        note(x)
        return attempt(x, backend)
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

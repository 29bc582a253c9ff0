// YAML `urlRewrite`: another authority and another path for what goes to the backend.
import { z } from 'zod'
import type { Exchange } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import { type Authority, authoritySchema, changedPath, hostAndPort, joined, pathSchema } from './place.ts'
import type { Policy, Site } from './policy.ts'

const schema = z.strictObject({ authority: authoritySchema().nullish(), path: pathSchema().nullish() })

/**
 * `authority`: `auto` (the default) leaves it to the backend, which uses its own host name; `none` keeps what the client asked
 * for; the others set it. `path`: whole, or its matched prefix; the query stays (reference: agentgateway §1.6.1, §7.9).
 */
export const urlRewrite = define({
  key: 'urlRewrite',
  schema,
  compile({ authority, path }, _site: Site): Policy {
    return {
      onRequest(x) {
        if (authority !== undefined && authority !== null) rewriteAuthority(x, authority)
        if (path !== undefined && path !== null) x.path = changedPath(x, path)
        return undefined
      },
    }
  },
})

function rewriteAuthority(x: Exchange, authority: Authority): void {
  x.authorityFixed = authority.kind !== 'auto'
  switch (authority.kind) {
    case 'full':
      x.authority = authority.value
      return
    case 'host':
      x.authority = joined(authority.value, hostAndPort(x.authority)[1])
      return
    case 'port':
      x.authority = joined(hostAndPort(x.authority)[0], String(authority.value))
      return
    case 'auto':
    case 'none':
      return
  }
}

// YAML `requestRedirect`: sends the client elsewhere instead of asking a backend.
import { z } from 'zod'
import type { Exchange } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import { type Authority, authoritySchema, changedPath, hostAndPort, joined, pathSchema } from './place.ts'
import type { Policy, Site } from './policy.ts'

const schema = z.strictObject({
  scheme: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['http', 'https']))
    .nullish(),
  authority: authoritySchema().nullish(),
  path: pathSchema().nullish(),
  status: z.int().min(300).max(399).nullish(),
})

/**
 * An absolute `Location`, its parts the request's own where nothing is configured; the query stays (reference: agentgateway
 * §1.6.1). With another scheme the client's port means nothing, and the scheme's usual one holds (Gateway API,
 * HTTPRequestRedirectFilter).
 */
export const requestRedirect = define({
  key: 'requestRedirect',
  schema,
  compile({ scheme: configured, authority, path, status }, _site: Site): Policy {
    return {
      onRequest(x) {
        const scheme = configured ?? x.entrance.scheme
        const host = target(x, scheme, authority ?? { kind: 'none' })
        const place = path === undefined || path === null ? x.path : changedPath(x, path)
        return { kind: 'empty', status: status ?? 302, headers: { location: `${scheme}://${host}${place}${x.query}` } }
      },
    }
  },
})

const usualPort = { http: '80', https: '443' } as const

function target(x: Exchange, scheme: 'http' | 'https', authority: Authority): string {
  const [name, port] = hostAndPort(x.authority)
  const kept = scheme === x.entrance.scheme && port !== usualPort[scheme] ? port : ''
  switch (authority.kind) {
    case 'full':
      return authority.value
    case 'host':
      return joined(authority.value, kept)
    case 'port': {
      const wanted = String(authority.value)
      return joined(name, wanted === usualPort[scheme] ? '' : wanted)
    }
    case 'auto':
    case 'none':
      return joined(name, kept)
  }
}

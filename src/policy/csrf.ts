// YAML `csrf`: refuses state-changing requests that a page of another origin made a browser send.
import { z } from 'zod'
import { type Exchange, type Reply, text } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import type { Policy, Site } from './policy.ts'

const schema = z.strictObject({ additionalOrigins: z.array(z.string().min(1)).default([]) })

/**
 * Safe methods pass. `Sec-Fetch-Site` decides where browsers send it, else `Origin` against our own; without either it was no
 * browser (reference: agentgateway §7.9). The scheme of our own origin counts only behind TLS of our own: whoever terminates TLS
 * before us makes it look like http.
 */
export const csrf = define({
  key: 'csrf',
  schema,
  compile({ additionalOrigins }, _site: Site): Policy {
    const trusted = new Set(additionalOrigins.map((origin) => origin.toLowerCase().replace(/\/$/, '')))
    return {
      onRequest(x) {
        const { method } = x.request
        if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return undefined
        return passes(x, trusted) ? undefined : refusal
      },
    }
  },
})

const refusal: Reply = text(403, 'CSRF validation failed')

function passes(x: Exchange, trusted: ReadonlySet<string>): boolean {
  const { origin } = x.headers
  if (origin !== undefined && trusted.has(origin.toLowerCase())) return true
  const site = x.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  return origin === undefined || isOwn(origin, x)
}

function isOwn(origin: string, x: Exchange): boolean {
  const { scheme } = x.entrance
  const from = URL.parse(origin)
  if (from === null || (from.protocol !== 'https:' && (scheme === 'https' || from.protocol !== 'http:'))) return false
  // The same scheme on both sides: a port that is spelled out and one that is not are then the same port.
  return URL.parse(`${from.protocol}//${x.authority}`)?.host === from.host
}

// YAML `cors`: which web pages may call, and what they may read. Answers preflights; refuses nothing else (browsers do).
import type { OutgoingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { Pattern, regex } from '../cel/regex.ts'
import { durationMs } from '../config/duration.ts'
import { scalar } from '../config/schema/scalar.ts'
import type { Exchange, Reply } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import type { Policy, Site } from './policy.ts'

/** Seconds: of a duration, or of a plain number as browsers read `Access-Control-Max-Age`. */
const maxAge = () =>
  scalar({
    read: (value) => {
      if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? value : undefined
      if (typeof value !== 'string') return undefined
      if (/^\d{1,9}$/.test(value)) return Number(value)
      const ms = durationMs(value.trim())
      return ms === undefined ? undefined : Math.trunc(ms / 1_000)
    },
    complaint: 'must be a duration such as `10m`, or a number of seconds',
    json: { type: ['string', 'integer'] },
  })

const tokens = () => z.array(z.string().regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/)).default([])

const schema = z.strictObject({
  allowOrigins: z.array(z.string().min(1)).default([]),
  allowHeaders: tokens(),
  allowMethods: tokens(),
  exposeHeaders: tokens(),
  allowCredentials: z.boolean().default(false),
  maxAge: maxAge().nullish(),
})

/**
 * Envoy's semantics (reference: agentgateway §7.9, §11): any OPTIONS with an allowed `Origin` ends here with 200 and no body; so
 * does, without any header, the preflight of another one, whose other requests pass. `*` is answered as `*`, or as the origin when credentials
 * are allowed. An origin may hold a `*` for any part of a host name, or for a port.
 */
export const cors = define({
  key: 'cors',
  schema,
  compile(config, site: Site): Policy {
    return new Cors(config, origins(config.allowOrigins, site))
  },
})

class Cors implements Policy {
  readonly #allows: (origin: string) => boolean
  /** What every allowed answer says; the origin is added unless it is `*`. */
  readonly #always: OutgoingHttpHeaders
  readonly #preflight: OutgoingHttpHeaders
  /** The answer depends on who asks: caches must know (Fetch standard, CORS protocol and HTTP caches). */
  readonly #varies: boolean
  // With credentials, browsers take `*` for a header or method of that name: what they ask for is named back to them.
  readonly #echoesHeaders: boolean
  readonly #echoesMethod: boolean

  constructor(config: z.infer<typeof schema>, allows: (origin: string) => boolean) {
    const { allowOrigins, allowHeaders, allowMethods, exposeHeaders, allowCredentials, maxAge: age } = config
    const everyone = allowOrigins.includes('*')
    this.#varies = !everyone || allowCredentials
    this.#allows = everyone ? () => true : allows
    this.#echoesHeaders = allowCredentials && allowHeaders.includes('*')
    this.#echoesMethod = allowCredentials && allowMethods.includes('*')
    this.#always = {
      ...(!this.#varies && { 'access-control-allow-origin': '*' }),
      ...(allowCredentials && { 'access-control-allow-credentials': 'true' }),
      ...listed('access-control-expose-headers', exposeHeaders),
    }
    this.#preflight = {
      ...(!this.#varies && { 'access-control-allow-origin': '*' }),
      ...(allowCredentials && { 'access-control-allow-credentials': 'true' }),
      ...(!this.#echoesMethod && listed('access-control-allow-methods', allowMethods)),
      ...(!this.#echoesHeaders && listed('access-control-allow-headers', allowHeaders)),
      ...(typeof age === 'number' && { 'access-control-max-age': String(age) }),
    }
  }

  onRequest(x: Exchange): Reply | undefined {
    const { origin } = x.headers
    if (this.#varies) x.addToReply('vary', 'Origin')
    if (origin === undefined) return undefined
    const allowed = this.#allows(origin)
    const options = x.request.method === 'OPTIONS'
    if (!allowed) return options && x.headers['access-control-request-method'] !== undefined ? nothing : undefined
    if (options) return { kind: 'empty', status: 200, headers: this.#answer(x, origin) }
    for (const name in this.#always) x.addToReply(name, String(this.#always[name]))
    if (this.#varies) x.addToReply('access-control-allow-origin', origin)
    return undefined
  }

  /** An upstream has no say here: its own permissions would reach origins that the configuration does not allow. */
  onReply(reply: Reply, x: Exchange): Reply {
    if (reply === nothing || (x.request.method === 'OPTIONS' && this.#allows(x.headers.origin ?? ''))) return reply
    let headers: OutgoingHttpHeaders | undefined
    for (const name of upstreamPermissions) {
      if (reply.headers[name] === undefined) continue
      headers ??= { ...reply.headers }
      Reflect.deleteProperty(headers, name)
    }
    return headers === undefined ? reply : { ...reply, headers }
  }

  #answer(x: Exchange, origin: string): OutgoingHttpHeaders {
    const wanted = x.headers['access-control-request-headers']
    const method = x.headers['access-control-request-method']
    return {
      ...this.#preflight,
      ...(this.#varies && { 'access-control-allow-origin': origin }),
      ...(this.#echoesHeaders && wanted !== undefined && { 'access-control-allow-headers': wanted }),
      ...(this.#echoesMethod && method !== undefined && { 'access-control-allow-methods': method }),
    }
  }
}

const nothing: Reply = { kind: 'empty', status: 200, headers: {} }

const upstreamPermissions = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers',
] as const

const listed = (name: string, values: readonly string[]): OutgoingHttpHeaders =>
  values.length === 0 ? {} : { [name]: values.join(',') }

/**
 * Test for any of the origins. A `*` stands for what host names and ports are made of, never for a separator. JavaScript would try
 * every way to share an origin of ten thousand characters among several stars; RE2 goes through it once.
 */
function origins(allowed: readonly string[], site: Site): (origin: string) => boolean {
  const exact = new Set(allowed.filter((one) => !one.includes('*')).map(asBrowsersSend))
  const patterns: Pattern[] = []
  for (const [at, one] of allowed.entries()) {
    if (!one.includes('*')) continue
    const pattern = regex(`(?i)${one.split('*').map(literal).join('[a-z0-9.-]+')}`)
    if (pattern instanceof Pattern) patterns.push(pattern)
    else site.problem(['allowOrigins', at], `\`allowOrigins\` has an origin that cannot be used: ${pattern.message}`)
  }
  return (origin) => exact.has(origin) || patterns.some((pattern) => pattern.full(origin))
}

/** Lower case, no slash at the end, no port that is the scheme's own (HTML, serialization of an origin). */
const asBrowsersSend = (origin: string): string =>
  origin
    .toLowerCase()
    .replace(/\/$/, '')
    .replace(/^(http:\/\/.*):80$|^(https:\/\/.*):443$/, '$1$2')

const literal = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')

// YAML `jwtAuth`: bearer tokens of known issuers. Verifies and remembers who is calling; what they may do is not decided here.
import { z } from 'zod'
import { type Exchange, type Maybe, type Reply, text } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import type { Refused, Verified, Verifier } from '../oauth/jwt.ts'
import { type Location, locationFor, locationSchema, several } from './authorization-location.ts'
import { issuerFields, verifierFor } from './issuers.ts'
import { identifying, type Policy, type Site } from './policy.ts'

const one = issuerFields()

const schema = z
  .strictObject({
    mode: z.enum(['strict', 'optional', 'permissive']).default('optional'),
    location: locationSchema().nullish(),
    providers: z.array(z.strictObject(one)).min(1).nullish(),
    issuer: one.issuer.nullish(),
    audiences: one.audiences,
    jwks: one.jwks.optional(),
    jwtValidationOptions: one.jwtValidationOptions,
  })
  .check(({ value, issues }) => {
    const single = ['issuer', 'audiences', 'jwks', 'jwtValidationOptions'] as const
    const report = (message: string): number => issues.push({ code: 'custom', message, input: value })
    if ((value.providers ?? undefined) !== undefined) {
      const beside = single.filter((key) => (value[key] ?? undefined) !== undefined)
      if (beside.length > 0)
        report(`has \`providers\`: ${beside.map((key) => `\`${key}\``).join(', ')} belong into them`)
    } else if ((value.issuer ?? undefined) === undefined || value.jwks === undefined)
      report('needs `issuer` and `jwks`, or `providers` that have them')
  })

/**
 * `strict`: no request without a valid token. `optional`: none with a wrong one. `permissive`: all, only that valid ones are known
 * (reference: agentgateway §7.1). A token that has been looked at is taken off the request: what is behind us must not get it.
 */
export const jwtAuth = define({
  key: 'jwtAuth',
  schema,
  compile(config, site: Site): Policy {
    const verifier = verifierFor(issuersOf(config), site)
    const location = locationFor(config.location, 'Bearer', site, ['location'])
    return verifier === undefined ? {} : new JwtAuth(verifier, location, config.mode)
  },
})

type Config = z.output<typeof schema>

function issuersOf({
  providers,
  issuer,
  jwks,
  audiences,
  jwtValidationOptions,
}: Config): Parameters<typeof verifierFor>[0] {
  if (providers !== null && providers !== undefined)
    return providers.map((config, index) => ({ config, at: ['providers', index] }))
  if (typeof issuer !== 'string' || jwks === undefined) return [] // the schema has refused it
  return [{ config: { issuer, jwks, audiences, jwtValidationOptions }, at: [] }]
}

class JwtAuth implements Policy {
  readonly plan = identifying
  readonly #verifier: Verifier
  readonly #location: Location
  readonly #mode: Config['mode']

  constructor(verifier: Verifier, location: Location, mode: Config['mode']) {
    this.#verifier = verifier
    this.#location = location
    this.#mode = mode
  }

  onRequest(x: Exchange): Maybe<Reply | undefined> {
    // Without one on the request, it is the one that a policy of the listener has taken off: both must agree.
    const token = this.#location.read(x) ?? x.jwt?.raw
    if (token === undefined) return this.#mode === 'strict' ? refuse(x, 401, 'no bearer token found') : undefined
    this.#location.remove(x)
    if (token === several)
      return this.#mode === 'permissive' ? forgotten(x) : refuse(x, 401, 'more than one bearer token found')
    const outcome = this.#verifier.verify(token)
    return outcome instanceof Promise ? outcome.then((late) => this.#decided(x, late)) : this.#decided(x, outcome)
  }

  #decided(x: Exchange, outcome: Verified | Refused): Reply | undefined {
    if (outcome.kind === 'verified') {
      x.jwt = outcome.token
      x.identity = outcome.identity
      return undefined
    }
    if (this.#mode === 'permissive') return forgotten(x)
    return refuse(x, outcome.code === 'unavailable' ? 503 : 401, outcome.reason)
  }
}

/** Whom this policy does not know the rules behind it must not know either: claims of another issuer are not what they mean. */
export function forgotten(x: Exchange): undefined {
  x.jwt = undefined
  if (x.identity?.via === 'jwt') x.identity = undefined
}

/** Texts of agentgateway §11; no `WWW-Authenticate` here, which clients of `mcpAuthentication` would follow. */
function refuse(x: Exchange, status: 401 | 503, why: string): Reply {
  const message = `authentication failure: ${why}`
  x.reason = 'JwtAuth'
  x.error = message
  return text(status, message)
}

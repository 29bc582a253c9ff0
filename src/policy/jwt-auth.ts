// YAML `jwtAuth`: bearer tokens of known issuers. Verifies and remembers who is calling; what they may do is not decided here.
import { z } from 'zod'
import { type Exchange, type Maybe, type Reply, text } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import { bareChallenge } from '../oauth/challenge.ts'
import type { Refused, Verified, Verifier } from '../oauth/jwt.ts'
import { locationSchema, several } from './authorization-location.ts'
import { issuerFields, verifierFor } from './issuers.ts'
import { identifying, type Policy, type Site } from './policy.ts'
import { dpopSchema, type Possession, possessionOf, type Unproven } from './possession.ts'

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
    introspection: one.introspection,
    dpop: dpopSchema(),
  })
  .check(({ value, issues }) => {
    const single = ['issuer', 'audiences', 'jwks', 'jwtValidationOptions', 'introspection'] as const
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
    const where = { location: config.location, at: ['location'], origin: undefined }
    const possession = possessionOf(config.dpop, where, site)
    return verifier === undefined ? {} : new JwtAuth(verifier, possession, config.mode)
  },
})

type Config = z.output<typeof schema>

function issuersOf({
  providers,
  issuer,
  jwks,
  audiences,
  jwtValidationOptions,
  introspection,
}: Config): Parameters<typeof verifierFor>[0] {
  if (providers !== null && providers !== undefined)
    return providers.map((config, index) => ({ config, at: ['providers', index] }))
  if (typeof issuer !== 'string' || jwks === undefined) return [] // the schema has refused it
  return [{ config: { issuer, jwks, audiences, jwtValidationOptions, introspection }, at: [] }]
}

class JwtAuth implements Policy {
  readonly plan = identifying
  readonly #verifier: Verifier
  readonly #possession: Possession
  readonly #mode: Config['mode']

  constructor(verifier: Verifier, possession: Possession, mode: Config['mode']) {
    this.#verifier = verifier
    this.#possession = possession
    this.#mode = mode
  }

  onRequest(x: Exchange): Maybe<Reply | undefined> {
    const { location } = this.#possession
    // Without one on the request, it is the one that a policy of the listener has taken off: both must agree.
    const token = location.read(x) ?? x.jwt?.raw
    if (token === undefined) return this.#mode === 'strict' ? this.#refused(x, 'no bearer token found') : undefined
    location.remove(x)
    if (token === several)
      return this.#mode === 'permissive' ? forgotten(x) : this.#refused(x, 'more than one bearer token found')
    const outcome = this.#verifier.verify(token)
    return outcome instanceof Promise ? outcome.then((late) => this.#decided(x, late)) : this.#decided(x, outcome)
  }

  #decided(x: Exchange, outcome: Verified | Refused): Maybe<Reply | undefined> {
    if (outcome.kind === 'verified') {
      const unproven = this.#possession.check(x, outcome.token)
      return unproven instanceof Promise
        ? unproven.then((late) => this.#proven(x, outcome, late))
        : this.#proven(x, outcome, unproven)
    }
    if (this.#mode === 'permissive') return forgotten(x)
    return outcome.code === 'unavailable'
      ? text(503, said(x, outcome.reason))
      : this.#refused(x, outcome.reason, 'invalid_token')
  }

  #proven(x: Exchange, { token, identity }: Verified, unproven: Unproven | undefined): Reply | undefined {
    if (unproven === undefined) {
      x.jwt = token
      x.identity = identity
      return undefined
    }
    if (this.#mode === 'permissive') return forgotten(x)
    const message = said(x, unproven.why)
    return challenged(message, [bareChallenge('DPoP', unproven.error, unproven.why)])
  }

  /** No `WWW-Authenticate` unless the configuration speaks of proofs: clients of `mcpAuthentication` would follow it. */
  #refused(x: Exchange, why: string, error?: 'invalid_token'): Reply {
    const { announced, schemes } = this.#possession
    return challenged(said(x, why), announced ? schemes.map((scheme) => bareChallenge(scheme, error)) : [])
  }
}

function challenged(message: string, challenges: readonly string[]): Reply {
  const reply = text(401, message)
  return challenges.length === 0
    ? reply
    : { ...reply, headers: { ...reply.headers, 'www-authenticate': [...challenges] } }
}

/** Whom this policy does not know the rules behind it must not know either: claims of another issuer are not what they mean. */
export function forgotten(x: Exchange): undefined {
  x.jwt = undefined
  if (x.identity?.via === 'jwt') x.identity = undefined
}

/** Texts of agentgateway §11. */
function said(x: Exchange, why: string): string {
  x.reason = 'JwtAuth'
  x.error = `authentication failure: ${why}`
  return x.error
}

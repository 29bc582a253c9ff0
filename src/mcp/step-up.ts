// A call that more scopes would allow: the client is asked to come back with a token that has them (MCP authorization, step-up).
import type { Exchange } from '../core/exchange.ts'
import type { Call } from '../core/item.ts'
import { insufficientScope, scopesOf } from '../oauth/challenge.ts'
import { type Program, permitted } from '../policy/policy.ts'
import { withScopes } from '../policy/scopes.ts'
import type { Answer } from './conversation.ts'
import { codes, errorObject } from './wire.ts'

/**
 * 403 `insufficient_scope` for a denied call, where the route is a protected resource, the thing is one that the caller may see, and
 * scopes that rules look for would make the answer yes. Otherwise `undefined`: a thing that is hidden stays so.
 */
export function stepUp(program: Program, { item, input }: Call, x: Exchange): Answer | undefined {
  const { resource, jwt } = x
  if (resource === undefined || jwt === undefined || program.scopes.length === 0) return undefined
  if (permitted(program, item, x) === 'no') return undefined
  const has = scopesOf(jwt.claims)
  const missing = program.scopes.filter((scope) => !has.has(scope))
  const helps = (scopes: readonly string[]): boolean => {
    // Nothing waits between here and there: nobody else sees the exchange with this token.
    x.jwt = withScopes(jwt, scopes)
    const verdict = permitted(program, item, x, input)
    x.jwt = jwt
    return verdict === 'yes'
  }
  const one = missing.find((scope) => helps([scope]))
  const needed = one === undefined ? missing : [one]
  if (needed.length === 0 || (one === undefined && !helps(needed))) return undefined
  x.reason = 'Authorization'
  x.error = 'insufficient_scope'
  const reply = insufficientScope({ resourceMetadata: resource.metadata(x), scopes: [...has, ...needed] }, jwt.claims)
  const raw = errorObject(codes.invalidRequest, `insufficient scope: this needs ${needed.join(' ')}`)
  return { kind: 'error', raw, reply }
}

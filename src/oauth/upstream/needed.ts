// What keeps a person from an upstream: they have not logged in there yet, or they cannot.
import { Failure } from '../../core/failure.ts'
import type { UpstreamLogin } from './login.ts'

/** The person must log in at the upstream (again) before the request can be made. */
export class LoginNeeded extends Failure {
  readonly login: UpstreamLogin

  constructor(login: UpstreamLogin, why: string) {
    super('upstream.credentials', why)
    this.login = login
  }
}

/** A chain of causes is followed so far at most. */
const DEEPEST = 8

/** The LoginNeeded behind a failure, through whatever has added its own words to it. */
export function loginNeeded(thrown: unknown): LoginNeeded | undefined {
  let cause = thrown
  for (let depth = 0; depth < DEEPEST && cause instanceof Error; depth++) {
    if (cause instanceof LoginNeeded) return cause
    ;({ cause } = cause)
  }
  return undefined
}

/**
 * A login that comes to nothing. `operator`: only whoever runs the gateway can mend it; `refused`: the authorization server or the
 * person has said no; `broken`: something on the way does not work. The message is for pages and logs, and holds nothing secret.
 */
export class LoginBroken extends Error {
  override readonly name = 'LoginBroken'
  readonly kind: 'operator' | 'refused' | 'broken'

  constructor(kind: LoginBroken['kind'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

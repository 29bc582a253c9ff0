// Microsoft Entra as it looks from outside: scopes that name their API, no `resource` beside them, no registration, numbered errors.
import { randomUUID } from 'node:crypto'
import type { ClientRecord, Quirks, World } from './emulator.ts'

interface Application {
  readonly id: string
  /** A web application has one; for others Entra wants none. */
  readonly secret?: string
  /** Scopes under “Expose an API”. */
  readonly scopes: readonly string[]
  readonly redirects: readonly string[]
}

const forLogin: readonly string[] = ['openid', 'profile', 'email', 'offline_access']
const GRAPH = '00000003-0000-0000-c000-000000000000'

/** The application of a tenant as its one client; registering does not exist. */
export function admit(world: World, { id, secret, redirects }: Application): void {
  const client: ClientRecord = { redirects, ...(secret !== undefined && { secret }) }
  world.clients.set(id, client)
}

export function entra({ id, scopes }: Application): Quirks {
  const api = `api://${id}`
  return {
    issuer: '/tenant/v2.0',
    metadata: ['/tenant/v2.0/.well-known/openid-configuration'],
    keys: '/tenant/discovery/v2.0/keys',
    authorize: '/tenant/oauth2/v2.0/authorize',
    token: '/tenant/oauth2/v2.0/token',
    redirects: 'any loopback port',
    document: () => ({
      code_challenge_methods_supported: undefined,
      grant_types_supported: undefined,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    }),
    consider(request) {
      const asked = (request.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
      const refuse = (number: string, text: string) =>
        ({ told: 'person', error: 'invalid_request', description: `AADSTS${number}: ${text}` }) as const
      if (asked.length === 0) return refuse('900144', "The request body must contain the following parameter: 'scope'.")
      const resource = request.get('resource')
      const named = asked.filter((scope) => !forLogin.includes(scope))
      if (resource !== null && !named.every((scope) => scope.startsWith(`${resource}/`)))
        return refuse(
          '9010010',
          'The resource parameter provided in the request doesn’t match with the requested scopes.',
        )
      const strange = named.find((scope) => !scope.startsWith(`${api}/`))
      if (strange !== undefined)
        return refuse(
          '650053',
          `The application asked for scope '${strange}' that doesn't exist on the resource '${GRAPH}'.`,
        )
      const short = named.map((scope) => scope.slice(api.length + 1))
      if (!short.every((scope) => scopes.includes(scope) || scope === '.default'))
        return refuse('650053', `The application asked for a scope that doesn't exist on the resource '${id}'.`)
      return { audience: id, scope: named.join(' '), claims: { scp: short.join(' '), ver: '2.0' } }
    },
    redeem(form, { headers }, client) {
      if (headers.origin !== undefined)
        return failure(
          400,
          '9002326',
          "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.",
        )
      if (form.has('resource')) return failure(400, '901002', "The 'resource' request parameter is not supported.")
      if (client.secret === undefined)
        return form.has('client_secret')
          ? failure(
              401,
              '700025',
              "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
            )
          : undefined
      if (!form.has('client_secret'))
        return failure(
          401,
          '7000218',
          "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )
      return form.get('client_secret') === client.secret
        ? undefined
        : failure(401, '7000215', 'Invalid client secret provided.')
    },
    refusal: ({ error, description }) => ({ error, error_description: `AADSTS70008: ${description}`, ...traces() }),
    answer: { ext_expires_in: 3_600 },
  }
}

function failure(status: number, number: string, text: string): { status: number; body: object } {
  const error = status === 401 ? 'invalid_client' : 'invalid_request'
  return {
    status,
    body: { error, error_description: `AADSTS${number}: ${text}`, error_codes: [Number(number)], ...traces() },
  }
}

const traces = (): object => ({
  trace_id: randomUUID(),
  correlation_id: randomUUID(),
  timestamp: '2026-01-01 00:00:00Z',
})

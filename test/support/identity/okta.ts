// Okta as it looks from outside: a custom authorization server with one audience and its own scopes, registration at the organisation.
import type { Quirks } from './emulator.ts'

interface Organisation {
  /** Audience of the authorization server. */
  readonly audience: string
  readonly scopes: readonly string[]
  /** Whether registering needs an API token, as it does unless somebody opened it. */
  readonly closed?: boolean
}

const forOpenid: readonly string[] = ['openid', 'profile', 'email', 'offline_access']

export function okta({ audience, scopes, closed = false }: Organisation): Quirks {
  return {
    issuer: '/oauth2/default',
    metadata: [
      '/oauth2/default/.well-known/openid-configuration',
      '/oauth2/default/.well-known/oauth-authorization-server',
    ],
    keys: '/oauth2/default/v1/keys',
    authorize: '/oauth2/default/v1/authorize',
    token: '/oauth2/default/v1/token',
    registration: '/oauth2/v1/clients',
    redirects: 'exact',
    consider(request) {
      const asked = (request.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
      if (asked.length === 0)
        return {
          told: 'client',
          error: 'invalid_scope',
          description: 'The authorization server resource does not have any configured default scopes',
        }
      if (!asked.every((scope) => scopes.includes(scope) || forOpenid.includes(scope)))
        return {
          told: 'client',
          error: 'invalid_scope',
          description: 'One or more scopes are not configured for the authorization server resource.',
        }
      return { audience, scope: asked.join(' '), claims: { scp: asked, ver: 1 } }
    },
    register: (_, request) =>
      closed && !(request.headers.authorization ?? '').startsWith('SSWS ')
        ? { status: 401, body: { errorCode: 'E0000011', errorSummary: 'Invalid token provided', errorCauses: [] } }
        : undefined,
  }
}

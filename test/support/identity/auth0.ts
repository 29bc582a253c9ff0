// Auth0 as it looks from outside: `audience` decides what a token is for, `resource` is not looked at, errors are pages.
import type { Quirks } from './emulator.ts'

interface Tenant {
  /** Identifiers of its APIs. */
  readonly apis: readonly string[]
  /** OIDC Dynamic Application Registration; off when a tenant is new. */
  readonly registration?: boolean
  /** Resource Parameter Compatibility Profile. */
  readonly resourceParameter?: boolean
}

export function auth0({ apis, registration = true, resourceParameter = false }: Tenant): Quirks {
  return {
    issuer: '/', // with its slash: tokens say it too
    metadata: ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'],
    keys: '/.well-known/jwks.json',
    authorize: '/authorize',
    token: '/oauth/token',
    registration: '/oidc/register',
    redirects: 'exact',
    cors: true,
    consider(request, { origin }) {
      const audience = request.get('audience') ?? (resourceParameter ? request.get('resource') : null)
      const scope = request.get('scope') ?? ''
      // Without an API the token is for the tenant's own /userinfo, and nobody else can read it.
      if (audience === null) return { audience: undefined, scope }
      if (!apis.includes(audience))
        return { told: 'client', error: 'access_denied', description: `Service not found: ${audience}` }
      return { audience: [audience, `${origin}/userinfo`], scope, claims: { permissions: ['call:agent'] } }
    },
    register: () =>
      registration
        ? undefined
        : {
            status: 403,
            body: { statusCode: 403, error: 'Forbidden', message: 'Dynamic client registration is not enabled' },
          },
  }
}

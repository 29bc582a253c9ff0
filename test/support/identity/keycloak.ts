// Keycloak as it looks from outside: OpenID documents only, `iss` in its answers, and an audience that nobody asked for.
import type { Quirks } from './emulator.ts'

interface Realm {
  /** What an audience mapper adds. */
  readonly audience?: string
  readonly trustedHosts?: boolean
  /** “Exclude Issuer From Authentication Response”. */
  readonly excludesIssuer?: boolean
}

export function keycloak({ audience, trustedHosts = true, excludesIssuer = false }: Realm): Quirks {
  return {
    issuer: '/realms/mcp',
    metadata: ['/realms/mcp/.well-known/openid-configuration'],
    keys: '/realms/mcp/protocol/openid-connect/certs',
    authorize: '/realms/mcp/protocol/openid-connect/auth',
    token: '/realms/mcp/protocol/openid-connect/token',
    registration: '/realms/mcp/clients-registrations/openid-connect',
    redirects: 'exact',
    saysIssuer: !excludesIssuer,
    document: () => ({ authorization_response_iss_parameter_supported: true }),
    consider: (request) => ({
      audience: audience === undefined ? 'account' : [audience, 'account'],
      scope: request.get('scope') ?? '',
      claims: { realm_access: { roles: ['ai-agents'] } },
    }),
    register: () =>
      trustedHosts
        ? undefined
        : {
            status: 403,
            body: {
              error: 'insufficient_scope',
              error_description:
                "Policy 'Trusted Hosts' rejected request to client-registration service. Details: Host not trusted.",
            },
          },
  }
}

// Keycloak: describes itself as OpenID Connect does; registration answers no pages of other origins; tokens often have no audience.
import { openidMetadata, type Provider, withoutSlash } from './provider.ts'

export const keycloak: Provider = {
  name: 'keycloak',
  title: 'Keycloak',
  recognises: ({ pathname }) => /\/realms\/[^/]+\/?$/.test(pathname),
  metadata: openidMetadata,
  keys: (issuer) => `${withoutSlash(issuer)}/protocol/openid-connect/certs`,
  registration: (issuer) => `${withoutSlash(issuer)}/clients-registrations/openid-connect`,
  console: {
    registration:
      "Clients → Client registration → Anonymous: trust the gateway's host (Trusted Hosts) and allow the scopes that clients ask for (Allowed Client Scopes)",
    'client-id-document': 'start Keycloak with `--features=cimd`',
    pkce: 'Clients → (the client) → Advanced → Proof Key for Code Exchange: S256',
    redirect:
      "Clients → (the client) → Valid redirect URIs: add the client's; for loopback `http://127.0.0.1/*` means any port",
    audience:
      'Client scopes → (a default scope) → Mappers → Audience: Included Custom Audience = one of `audiences`; or start Keycloak with `--features=resource-indicators`',
    issuer:
      'Clients → (the client) → Advanced → OpenID Connect Compatibility Modes → Exclude Issuer From Authentication Response: on; or leave `provider` out, so that clients go to Keycloak themselves',
  },
}

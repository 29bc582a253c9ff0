// Keycloak: describes itself as OpenID Connect does; registration answers no pages of other origins; tokens often have no audience.
import { openidMetadata, type Provider, withoutSlash } from './provider.ts'

export const keycloak: Provider = {
  name: 'keycloak',
  title: 'Keycloak',
  recognises: ({ pathname }) => /\/realms\/[^/]+\/?$/.test(pathname),
  metadata: openidMetadata,
  keys: (issuer) => `${withoutSlash(issuer)}/protocol/openid-connect/certs`,
  registration: (issuer) => `${withoutSlash(issuer)}/clients-registrations/openid-connect`,
  // A client that names scopes gets these and no other: no roles, no audience, although its realm gives them to everybody.
  unsaid: ['scope'],
  console: {
    registration:
      "Clients → Client registration → Anonymous: trust the gateway's host (Trusted Hosts) and allow the scopes that clients ask for (Allowed Client Scopes)",
    'client-id-document':
      'start Keycloak with `--features=cimd`, and give it a client policy that trusts the domain of the document (Realm settings → Client policies)',
    pkce: 'Clients → (the client) → Advanced → Proof Key for Code Exchange: S256',
    redirect:
      "Clients → (the client) → Valid redirect URIs: add the client's; for loopback `http://127.0.0.1/*` means any port",
    audience:
      'Client scopes → (a default scope) → Mappers → Audience: Included Custom Audience = one of `audiences`. With `--features=resource-indicators` a client whose attribute `resource_url` is the address of the resource, included by that mapper (else logins end in `unknown_error`)',
    issuer:
      'Clients → (the client) → Advanced → OpenID Connect Compatibility Modes → Exclude Issuer From Authentication Response: on; or leave `provider` out, so that clients go to Keycloak themselves, and name its keys in `jwks.url` (…/protocol/openid-connect/certs)',
  },
}

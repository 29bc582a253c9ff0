// Okta: a custom authorization server for each API, registration at the organisation, no resource indicators.
import { openidMetadata, type Provider, withoutSlash } from './provider.ts'

export const okta: Provider = {
  name: 'okta',
  title: 'Okta',
  recognises: ({ hostname }) => /(^|\.)(okta|oktapreview|okta-emea)\.com$/.test(hostname),
  metadata: openidMetadata,
  // The original derives `…/.well-known/jwks.json`, which Okta does not have.
  keys(issuer) {
    const { pathname } = new URL(issuer)
    return `${withoutSlash(issuer)}${pathname === '/' ? '/oauth2' : ''}/v1/keys`
  },
  // It answers no pages of other origins, and belongs to the organisation whatever server the issuer is.
  registration: (issuer) => `${new URL(issuer).origin}/oauth2/v1/clients`,
  audienceParameter: true,
  console: {
    registration:
      'registering needs an API token: Applications → Create App Integration → OIDC, Native; then set its id as `clientId`',
    redirect:
      "Applications → (the application) → Sign-in redirect URIs: add the client's redirect URI, ports spelled out",
    audience: 'Security → API → Authorization Servers → (the server) → Settings → Audience: one of `audiences`',
    scope: 'Security → API → Authorization Servers → (the server) → Scopes, and an access policy for the client',
    issuer:
      'use the issuer of a custom authorization server (`…/oauth2/default`): tokens of the organisation cannot be verified',
  },
}

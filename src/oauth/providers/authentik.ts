// authentik: no registration of clients; the audience of a token is the id of its client.
import { openidMetadata, type Provider, withoutSlash } from './provider.ts'

export const authentik: Provider = {
  name: 'authentik',
  title: 'authentik',
  recognises: ({ pathname }) => /\/application\/o\/[^/]+\/?$/.test(pathname),
  metadata: openidMetadata,
  keys: (issuer) => `${withoutSlash(issuer)}/jwks/`,
  needsClientId: true,
  console: {
    registration: 'Applications → Providers → Create: OAuth2, client type Public; set its client id as `clientId`',
    redirect:
      "Applications → Providers → (the provider) → Redirect URIs: add the client's, as a regular expression for any port",
    audience: 'add the client id to `audiences`: authentik puts it into every token',
    issuer:
      'give the issuer with its slash at the end, and leave the issuer mode at “each provider has a different issuer”',
  },
}

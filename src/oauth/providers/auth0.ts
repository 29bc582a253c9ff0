// Auth0: no resource indicators unless a compatibility profile is on; what the token is for is said with `audience`.
import { oauthMetadata, type Provider, usualKeys } from './provider.ts'

export const auth0: Provider = {
  name: 'auth0',
  title: 'Auth0',
  recognises: ({ hostname }) => /(^|\.)auth0\.com$/.test(hostname),
  metadata: oauthMetadata,
  keys: usualKeys,
  audienceParameter: true,
  console: {
    registration:
      'Settings → Advanced → OIDC Dynamic Application Registration: on; or create an application and set `clientId`',
    'client-id-document': 'Settings → Advanced → Client ID Metadata Document registration: on',
    redirect:
      "Applications → (the application) → Settings → Allowed Callback URLs: add the client's redirect URI, ports spelled out",
    audience:
      'Applications → APIs: create an API whose identifier is the first of `audiences`; or switch on Settings → Advanced → Resource Parameter Compatibility Profile',
    scope:
      'Applications → APIs → (the API) → Permissions; for permissions in the token also RBAC → Add Permissions in the Access Token',
    issuer: "give the issuer with its slash at the end, as Auth0's tokens say it",
  },
}

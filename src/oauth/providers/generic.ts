// Any authorization server that follows the standards: clients talk to it directly.
import { oauthMetadata, type Provider, usualKeys } from './provider.ts'

export const generic: Provider = {
  name: 'generic',
  title: 'the authorization server',
  recognises: () => false, // what is meant when nobody else is
  metadata: oauthMetadata,
  keys: usualKeys,
  console: {
    metadata:
      'publish the metadata of RFC 8414 or OpenID Connect Discovery below the issuer, and allow pages of other origins to read it',
    registration:
      'open dynamic registration, or make a client by hand: its id in `mcpAuthentication.clientId` for clients that log in there, or in `mcpAuthentication.facade` for the gateway to do it for them',
    'client-id-document':
      'let the server fetch the document of the client, and trust its domain; or make a client by hand and set `clientId`',
    pkce: 'switch on PKCE with S256, and announce `code_challenge_methods_supported`',
    audience: "let access tokens carry the gateway's address as their audience",
    redirect: "add the client's redirect URI, with any port where it is a loopback address",
    issuer: "give the issuer exactly as the server's own document spells it",
  },
}

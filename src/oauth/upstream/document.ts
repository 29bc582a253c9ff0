// The document in which the gateway says what it is to authorization servers of upstreams, and the addresses in it. Pure.

const NAME = 'Toolgate'
const DOCUMENT = '/client-metadata.json'

/** Where the document about ourselves is, below the address of the connect pages. */
export const documentPath = (base: string): string => base + DOCUMENT
export const redirectOf = (base: string): string => `${base}/callback`

/** Paths of the pages: the page itself, where authorization servers send browsers back to, and the document. */
export const connectPaths = (base: string): readonly string[] =>
  [base, redirectOf(base), documentPath(base)].map((url) => new URL(url).pathname)

/** Our own client id metadata document (draft-ietf-oauth-client-id-metadata-document; MCP 2025-11-25, client registration). */
export const clientDocument = (base: string): { readonly [name: string]: unknown } => ({
  client_id: documentPath(base),
  client_name: NAME,
  client_uri: new URL(base).origin,
  redirect_uris: [redirectOf(base)],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
})

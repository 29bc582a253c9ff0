// What has to be known about an identity provider: where its documents are, and how it differs from what clients expect. No requests.

/** Parts of a login where a provider's console decides whether it works; `doctor` names them. */
export type Topic =
  | 'metadata'
  | 'registration'
  | 'client-id-document'
  | 'pkce'
  | 'redirect'
  | 'audience'
  | 'scope'
  | 'issuer'

export interface Provider {
  /** As the configuration calls it: `provider: {<name>: {}}`. */
  readonly name: string
  readonly title: string
  /** Whether an issuer looks like one of its. */
  recognises(issuer: URL): boolean
  /** Where the authorization server describes itself. */
  metadata(issuer: string): string
  /** Where its keys are, unless `jwks` says it. */
  keys(issuer: string): string
  /**
   * Where registrations are passed on to: the provider's own endpoint answers no browser (CORS), or is not announced. Absent: clients
   * go there themselves, when there is one. `undefined`: this issuer has none.
   */
  registration?(issuer: string): string | undefined
  /** Members of a registration that it is not told: it would take them for more than clients mean. */
  readonly unsaid?: readonly string[]
  /** It has no resource indicators (RFC 8707), but takes `audience` with the authorization request. */
  readonly audienceParameter?: true
  /** Authorization and token requests go through the gateway: as clients send them, the provider refuses them. */
  readonly proxied?: true
  /** It checks PKCE without saying so, and clients refuse what does not say it (OAuth 2.1 §7.5.2). */
  readonly pkceUnsaid?: true
  /** Registrations can only be answered with the configured `clientId`. */
  readonly needsClientId?: true
  /** What to change in its console when a part of the login does not work. */
  readonly console: { readonly [T in Topic]?: string }
}

/** RFC 8414 §3.1: the well-known name goes between host and path. */
export function oauthMetadata(issuer: string): string {
  const { origin, pathname } = new URL(issuer)
  return `${origin}/.well-known/oauth-authorization-server${withoutSlash(pathname)}`
}

/** OpenID Connect Discovery §4.1: it goes behind the path. */
export const openidMetadata = (issuer: string): string => `${withoutSlash(issuer)}/.well-known/openid-configuration`

/** Where most have their keys. */
export const usualKeys = (issuer: string): string => `${withoutSlash(issuer)}/.well-known/jwks.json`

export const withoutSlash = (text: string): string => text.replace(/\/+$/, '')

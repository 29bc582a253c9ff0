// What a facade is made of: its settings, and what it is given to work with. Types, and the addresses that follow from them.
import type { IncomingHttpHeaders } from 'node:http'
import type { Store, StoreKey } from '../../core/store.ts'

/** The identity provider behind the facade, where one client is registered by hand. */
interface ProviderSettings {
  readonly issuer: string
  readonly clientId: string
  /** None: a public client there. */
  readonly clientSecret: string | undefined
  readonly clientAuth: 'basic' | 'post'
  readonly scopes: readonly string[]
  /** Further parameters of the authorization request (`audience`, `access_type`, …). */
  readonly parameters: Readonly<Record<string, string>>
}

export interface FacadeSettings {
  /** Canonical URL of the protected resource; the facade's issuer is the same text. */
  readonly resource: string
  /** Other spellings or audiences under which clients may ask for it. */
  readonly aliases: readonly string[]
  readonly provider: ProviderSettings
  /** What clients can be granted. */
  readonly scopes: readonly string[]
  /** Tokens for keys (RFC 9449): never, for clients that show one, for nobody else. */
  readonly dpop: 'off' | 'accept' | 'require'
  /** Devices without a browser get codes that a person enters elsewhere (RFC 8628). */
  readonly devices: boolean
  /** What a scope means, in words for the person who is asked. */
  readonly words: Readonly<Record<string, string>>
  /** Claims of the user that are carried into our tokens. */
  readonly claims: readonly string[]
  readonly registration: { readonly open: boolean; readonly perHour: number; readonly clients: number }
  /** Client id metadata documents: from anywhere, from these domains, or not at all. */
  readonly documents: 'any' | 'none' | readonly string[]
  /** Schemes of applications that redirects may have, besides those with a dot. */
  readonly schemes: readonly string[]
  /** How often an address may open our pages in a minute; five times as often it may ask for tokens. */
  readonly perMinute: number
  readonly accessMs: number
  /** How long a login lasts at most, however often it is refreshed. */
  readonly loginMs: number
  /** How long a browser's consent is remembered; 0: it is asked each time. */
  readonly consentMs: number
}

export interface Fetched {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

interface Outbound {
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** What the facade is given: this room does no HTTP, keeps no files and has no log. */
export interface FacadeTools {
  readonly store: Store
  /** Asks the identity provider: where the operator has named it, or at a public address that it names. */
  readonly ask: (url: string, request: Outbound) => Promise<Fetched>
  /** Reads a document from an address that a stranger has chosen: public addresses only, no redirects. */
  readonly read: (url: string, bounds: { readonly maxBytes: number; readonly timeoutMs: number }) => Promise<Fetched>
  readonly warn: (message: string, fields: { readonly [name: string]: string }) => void
}

/** Settings, tools and addresses in one: what every part of the facade gets. */
export interface Facts {
  readonly settings: FacadeSettings
  readonly tools: FacadeTools
  readonly issuer: string
  /** Where browsers that show our pages come from. */
  readonly origin: string
  /** Cookies may have the `__Host-` prefix: not on this machine's own http. */
  readonly secure: boolean
  readonly paths: Readonly<Record<EndpointName, string>>
  /** URL of an endpoint. */
  readonly url: (endpoint: EndpointName) => string
  /** A key of ours in the store. */
  readonly key: (...parts: readonly string[]) => StoreKey
}

type EndpointName =
  | 'authorize'
  | 'consent'
  | 'callback'
  | 'token'
  | 'client-registration'
  | 'revoke'
  | 'jwks'
  | 'device'
  | 'device-authorization'

/** What is put before a path to find an authorization server's metadata (RFC 8414 §3.1). */
const WELL_KNOWN = '/.well-known/oauth-authorization-server'
const OPENID = '/.well-known/openid-configuration'

/** Throws a TypeError when `resource` is no URL; whoever reads the configuration checks that. */
export function factsOf(settings: FacadeSettings, tools: FacadeTools): Facts {
  const { origin, protocol, path } = placeOf(settings.resource)
  const at = (name: EndpointName): string => `${WELL_KNOWN}${path}/${name}`
  const paths = {
    authorize: at('authorize'),
    consent: at('consent'),
    callback: at('callback'),
    token: at('token'),
    'client-registration': at('client-registration'),
    revoke: at('revoke'),
    jwks: at('jwks'),
    device: at('device'),
    'device-authorization': at('device-authorization'),
  }
  return {
    settings,
    tools,
    issuer: settings.resource,
    origin,
    secure: protocol === 'https:',
    paths,
    url: (endpoint) => origin + paths[endpoint],
    key: (...parts) => ['facade', settings.resource, ...parts],
  }
}

/** Where the metadata is looked for: RFC 8414, OpenID Connect in both spellings, and the root for old clients. */
export function metadataPaths(resource: string): {
  readonly oauth: readonly string[]
  readonly openid: readonly string[]
} {
  const { path } = placeOf(resource)
  return {
    oauth: [...new Set([WELL_KNOWN + path, WELL_KNOWN])],
    openid: [...new Set([OPENID + path, path + OPENID])],
  }
}

function placeOf(resource: string): { readonly origin: string; readonly protocol: string; readonly path: string } {
  const { origin, protocol, pathname } = new URL(resource)
  return { origin, protocol, path: pathname === '/' ? '' : pathname }
}

// A protected resource and the paths by which clients find out about it (RFC 9728, RFC 8414, OpenID Connect Discovery). Pure: paths and documents.
import { proofAlgorithms } from './confirmation.ts'

/** Endpoints below the metadata of the authorization server: for providers that clients cannot talk to as they are. */
export type Endpoint = 'client-registration' | 'authorize' | 'token'

/** A path that the gateway answers itself; `path` is that of the resource it is about, empty for the root. */
export type Known =
  | { readonly kind: 'resource' | 'server' | 'openid'; readonly path: string }
  | { readonly kind: Endpoint; readonly path: string }

const MARK = '/.well-known/'
const RESOURCE = `${MARK}oauth-protected-resource`
const SERVER = `${MARK}oauth-authorization-server`
const OPENID = `${MARK}openid-configuration`

/** Segments of unreserved characters and the like: what is not in here is in no resource's address, and in no document of ours. */
const PLAIN = /^(?:\/[A-Za-z0-9._~!$&'()*+,;=:@-]+)*\/?$/

/** Whether a path can be that of a resource. */
export const isPlainPath = (path: string): boolean =>
  PLAIN.test(path) && !path.split('/').some((segment) => segment === '.' || segment === '..')

/**
 * What a request path asks for, `undefined` for all that is no such path. The forms: well-known name in front of the resource's
 * path (RFC 9728 §3.1, RFC 8414 §3.1), alone (clients of 2025-03-26 look at the root), and behind it (OpenID Connect Discovery §4.1,
 * and clients that try both).
 */
export function knownPath(path: string): Known | undefined {
  const at = path.indexOf(MARK)
  if (at < 0) return undefined
  const front = path.slice(0, at)
  const rest = path.slice(at)
  const resource = behind(rest, RESOURCE)
  if (resource !== undefined) return known('resource', front, resource)
  const openid = behind(rest, OPENID)
  if (openid !== undefined) return known('openid', front, openid)
  const server = behind(rest, SERVER)
  if (server === undefined) return undefined
  const endpoint = /^(.*)\/(client-registration|authorize|token)$/.exec(server)
  const [, of = '', name] = endpoint ?? []
  return isEndpoint(name) ? known(name, front, of) : known('server', front, server)
}

const isEndpoint = (name: string | undefined): name is Endpoint =>
  name === 'client-registration' || name === 'authorize' || name === 'token'

/** What follows the name; `undefined` when it is another name. */
function behind(path: string, name: string): string | undefined {
  if (!path.startsWith(name)) return undefined
  const rest = path.slice(name.length)
  return rest === '' || rest.startsWith('/') ? rest : undefined
}

/** On one side of the name only; and nothing in it that another reader would take for another path. */
function known(kind: Known['kind'], front: string, back: string): Known | undefined {
  const path = back === '' || back === '/' ? front : back
  if (front !== '' && path !== front) return undefined
  if (!isPlainPath(path)) return undefined
  return { kind, path: path === '/' ? '' : path }
}

/** Where the metadata of a resource is (RFC 9728 §3.1). */
export const metadataOf = (origin: string, path: string): string => `${origin}${RESOURCE}${path}`

/** Where an endpoint of ours is, for a resource at a public address. */
export function endpointOf(resource: string, endpoint: Endpoint): string {
  const { origin, pathname } = new URL(resource)
  return `${origin}${SERVER}${pathname === '/' ? '' : pathname}/${endpoint}`
}

type Fields = { readonly [name: string]: unknown }

export interface ResourceFacts {
  /** The resource's own address: what clients ask tokens for. */
  readonly resource: string
  readonly server: string
  /** Whether tokens are read from a header, and from nowhere else. */
  readonly inHeader: boolean
  /** Whether tokens may be, or must be, bound to a key of the client (RFC 9449); `off`: nothing is said. */
  readonly dpop: 'off' | 'accept' | 'require'
  /** `resourceMetadata` of the configuration: wins over everything. */
  readonly overlay: Fields
}

/** Protected resource metadata (RFC 9728 §2), with the two fields that the original adds (reference: agentgateway §3.7). */
export function resourceMetadata({ resource, server, inHeader, dpop, overlay }: ResourceFacts): Fields {
  return {
    resource,
    authorization_servers: [server],
    ...(inHeader && { bearer_methods_supported: ['header'] }),
    ...(dpop !== 'off' && { dpop_signing_alg_values_supported: proofAlgorithms }),
    ...(dpop === 'require' && { dpop_bound_access_tokens_required: true }),
    mcp_protocol_version: '2025-06-18',
    resource_type: 'mcp-server',
    ...Object.fromEntries(Object.entries(overlay).map(([key, value]) => [snakeCase(key), value])),
  }
}

/** `scopesSupported` → `scopes_supported`; what is written that way already stays. */
export const snakeCase = (key: string): string =>
  key.replace(/[A-Z]/g, (letter, at: number) => `${at === 0 ? '' : '_'}${letter.toLowerCase()}`)

// YAML `mcpAuthentication`: the route is a protected resource of MCP (RFC 9728): it asks for tokens, says where they are had, and
// answers for an authorization server that clients cannot use as it is. What callers may do is not decided here.
import { z } from 'zod'
import { type Exchange, type Maybe, type Protected, type Reply, text } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import { fetchDocument } from '../http/fetch.ts'
import { unauthorized } from '../oauth/challenge.ts'
import { failed } from '../oauth/facade/answer.ts'
import type { Refused, Verified, Verifier } from '../oauth/jwt.ts'
import { ServerDocument } from '../oauth/metadata.ts'
import { generic } from '../oauth/providers/generic.ts'
import { providers } from '../oauth/providers/index.ts'
import type { Provider } from '../oauth/providers/provider.ts'
import { isPlainPath, knownPath, metadataOf, snakeCase } from '../oauth/resource.ts'
import { clientDocument, connectPaths, documentPath } from '../oauth/upstream/document.ts'
import { locationSchema, several } from './authorization-location.ts'
import { type LoginDesk, loginDesk } from './backend-auth/login-desk.ts'
import { type FacadeDoor, type FacadePlace, facadeDoor, facadeSchema, facadeVerifier } from './facade.ts'
import { issuerFields, verifierFor } from './issuers.ts'
import { forgotten } from './jwt-auth.ts'
import { OauthEndpoints } from './oauth-endpoints.ts'
import { noPages, replyOf } from './pages.ts'
import { identifying, type Pages, type Plan, type Policy, type Site } from './policy.ts'
import { dpopSchema, type Possession, possessionOf, type Unproven } from './possession.ts'

const fields = issuerFields()
const isAddress = (text: string): boolean => /^https?:$/.test(URL.parse(text)?.protocol ?? '')

const schema = z.strictObject({
  issuer: z.string(),
  audiences: z.array(z.string()),
  jwks: fields.jwks.nullish(),
  provider: z
    .strictObject(Object.fromEntries(providers.map(({ name }) => [name, z.strictObject({}).optional()])))
    .check(({ value, issues }) => {
      if (Object.keys(value).length !== 1)
        issues.push({ code: 'custom', message: 'must name one provider, such as `keycloak: {}`', input: value })
    })
    .nullish(),
  resourceMetadata: z.record(z.string(), z.unknown()),
  mode: z.enum(['strict', 'optional', 'permissive']).default('strict'),
  authorizationLocation: locationSchema().nullish(),
  jwtValidationOptions: fields.jwtValidationOptions,
  introspection: fields.introspection,
  clientId: z.string().min(1).nullish(),
  clientSecret: z.string().min(1).nullish(),
  facade: facadeSchema().nullish(),
  dpop: dpopSchema(),
})

type Config = z.output<typeof schema>

/**
 * Reference: agentgateway §3.7. Paths that tell about the resource are answered here, without a token; no other request passes
 * without one that was made for this resource. `optional`: none with a wrong token; `permissive`: all.
 */
export const mcpAuthentication = define({
  key: 'mcpAuthentication',
  schema,
  async compile(config, site: Site): Promise<Policy> {
    const { issuer, audiences, jwtValidationOptions } = config
    if (!isComplete(config, site)) return {}
    const provider = providers.find(({ name }) => config.provider?.[name] !== undefined)
    const server = serverDocument(provider ?? generic, issuer, site)
    const overlay = config.resourceMetadata
    const resource = resourceOf(overlay, site)
    const where = { location: config.authorizationLocation, at: ['authorizationLocation'], origin: resource?.origin }
    const possession = possessionOf(config.dpop, where, site)
    const scopes = scopesOf(overlay)
    const facade = await facadeOf(config, { scopes, dpop: possession.mode }, site)
    if (facade === 'broken') return {}
    const verifier =
      facade === undefined
        ? issuerVerifier(config, { provider, server }, site)
        : facadeVerifier(facade, jwtValidationOptions?.requiredClaims, site)
    advise(config, provider, site)
    if (verifier === undefined) return {}
    const endpoints = new OauthEndpoints({
      provider,
      issuer: facade?.issuer ?? issuer,
      audience: audiences[0],
      inHeader: config.authorizationLocation?.header !== undefined || !config.authorizationLocation,
      overlay,
      dpop: possession.announced ? possession.mode : 'off',
      resource,
      server,
      proxied: {
        api: audiences.find((one) => one.startsWith('api://')) ?? audiences[0] ?? '',
        scopes,
        clientId: config.clientId ?? undefined,
        clientSecret: config.clientSecret ?? undefined,
      },
      pools: site.pools,
    })
    return new McpAuthentication({
      verifier,
      possession,
      endpoints,
      facade,
      resource,
      scopes,
      mode: config.mode,
      desk: loginDesk(site),
      pages: site.pages ?? noPages,
    })
  },
})

/** For tokens of the configured issuer: with its keys, and its word for those that cannot be read. */
function issuerVerifier(
  { issuer, audiences, jwks, jwtValidationOptions, introspection }: Config,
  { provider, server }: { readonly provider: Provider | undefined; readonly server: ServerDocument },
  site: Site,
): Verifier | undefined {
  const said = (name: Parameters<typeof namedIn>[2]) => async () => namedIn(await server.get(), issuer, name)
  const from = jwks ? { jwks } : { jwks: { url: (provider ?? generic).keys(issuer) }, named: said('jwks_uri') }
  const asked = said('introspection_endpoint')
  const config = { issuer, audiences, jwtValidationOptions, introspection, asked, ...from }
  return verifierFor([{ config, at: [] }], site)
}

/** An address in the metadata of an authorization server, if it is the one that was meant (RFC 8414 §2, §3.3). */
function namedIn(
  document: { readonly [name: string]: unknown },
  issuer: string,
  name: 'jwks_uri' | 'introspection_endpoint',
): string | undefined {
  const address = document[name]
  return typeof address === 'string' && document['issuer'] === issuer ? address : undefined
}

interface Facts {
  readonly verifier: Verifier
  readonly possession: Possession
  readonly endpoints: OauthEndpoints
  /** An authorization server of our own in front of the configured one. */
  readonly facade: FacadeDoor | undefined
  readonly resource: URL | undefined
  readonly scopes: readonly string[]
  readonly mode: Config['mode']
  readonly desk: LoginDesk
  readonly pages: Pages
}

class McpAuthentication implements Policy, Protected {
  readonly plan: Plan
  readonly #facts: Facts
  readonly #connect: string | undefined

  constructor(facts: Facts) {
    this.#facts = facts
    const { resource } = facts
    this.#connect = resource && `${resource.origin}${resource.pathname.replace(/\/$/, '')}/connect`
    this.plan = { ...identifying, ...(this.#connect !== undefined && { connect: this.#connect }) }
  }

  onRequest(x: Exchange): Maybe<Reply | undefined> {
    const { possession, verifier, endpoints, facade, mode } = this.#facts
    if (facade?.owns(x.path) === true) return facade.answer(x)
    const known = knownPath(x.path)
    // With an authorization server of our own the provider's documents are nobody's business.
    if (known !== undefined && known.kind !== 'resource' && facade !== undefined) return text(404, 'not found')
    if (known !== undefined) return endpoints.answer(known, x)
    x.resource = this
    // A policy of the listener may have taken it off already: it must be good for this resource all the same.
    const token = possession.location.read(x) ?? x.jwt?.raw
    if (token === undefined && this.#isVisit(x)) return this.#visited(x)
    if (token === undefined) return mode === 'strict' ? this.#refused(x, 'no bearer token found') : undefined
    possession.location.remove(x)
    if (token === several)
      return mode === 'permissive'
        ? forgotten(x)
        : this.#refused(x, 'more than one bearer token found', 'invalid_token')
    const outcome = verifier.verify(token)
    return outcome instanceof Promise ? outcome.then((late) => this.#decided(x, late)) : this.#decided(x, outcome)
  }

  /** Where the metadata of the resource is: below the configured origin, and a path that can be nothing but one. */
  metadata(x: Exchange): string {
    const { resource, endpoints } = this.#facts
    const asked = x.request.url?.split('?', 1)[0] ?? ''
    return metadataOf(endpoints.origin(x), isPlainPath(asked) ? asked : (resource?.pathname ?? ''))
  }

  /** Browsers have no token. What they may open without one are connect pages, and only where a backend of this route has some. */
  #isVisit({ path }: Exchange): boolean {
    const base = this.#connect
    return base !== undefined && this.#facts.desk.isOpen(base) && connectPaths(base).includes(path)
  }

  #visited(x: Exchange): Maybe<Reply | undefined> {
    const { identity } = x
    const { facade, mode, pages } = this.#facts
    const connect = this.#connect ?? ''
    if (x.path === new URL(documentPath(connect)).pathname && x.request.method === 'GET')
      return {
        kind: 'json',
        status: 200,
        headers: { 'cache-control': 'public, max-age=3600' },
        value: clientDocument(connect),
      }
    if (identity !== undefined || (facade === undefined && mode !== 'strict')) return undefined
    if (facade === undefined) {
      said(x, 'no bearer token found')
      return replyOf(unknownVisitor, pages)
    }
    return facade.visitor(x).then((visitor) => {
      if (!('subject' in visitor)) return visitor
      x.identity = visitor
      x.jwt = { claims: visitor.claims, raw: '' }
      return undefined
    })
  }

  #decided(x: Exchange, outcome: Verified | Refused): Maybe<Reply | undefined> {
    if (outcome.kind === 'verified') {
      const unproven = this.#facts.possession.check(x, outcome.token)
      return unproven instanceof Promise
        ? unproven.then((late) => this.#proven(x, outcome, late))
        : this.#proven(x, outcome, unproven)
    }
    if (this.#facts.mode === 'permissive') return forgotten(x)
    if (outcome.code !== 'unavailable') return this.#refused(x, outcome.reason, 'invalid_token')
    // The token may well be good: a client that hears 401 would throw it away.
    return text(503, said(x, outcome.reason))
  }

  #proven(x: Exchange, { token, identity }: Verified, unproven: Unproven | undefined): Reply | undefined {
    if (unproven === undefined) {
      x.jwt = token
      x.identity = identity
      return undefined
    }
    const { mode, scopes } = this.#facts
    if (mode === 'permissive') return forgotten(x)
    const { error, why } = unproven
    said(x, why)
    return unauthorized({ resourceMetadata: this.metadata(x), scopes, error, description: why }, ['DPoP'])
  }

  #refused(x: Exchange, why: string, error?: 'invalid_token'): Reply {
    said(x, why)
    const { possession, scopes } = this.#facts
    return unauthorized(
      { resourceMetadata: this.metadata(x), scopes, ...(error !== undefined && { error }) },
      possession.schemes,
    )
  }
}

const unknownVisitor = failed(
  401,
  'Nobody can log in here with a browser',
  'Whoever runs this gateway can change that: with `facade` in `mcpAuthentication`, or with a route for this page that has `oidc`.',
)

function said(x: Exchange, why: string): string {
  x.reason = 'JwtAuth'
  x.error = `authentication failure: ${why}`
  return x.error
}

/** Without an authorization server of our own: `undefined`. `broken`: it cannot be made, and that has been reported. */
async function facadeOf(
  config: Config,
  more: Pick<FacadePlace, 'scopes' | 'dpop'>,
  site: Site,
): Promise<FacadeDoor | undefined | 'broken'> {
  const { facade, issuer, audiences, resourceMetadata, provider, clientId } = config
  if (!facade) return undefined
  if (provider || clientId)
    site.problem(
      ['facade'],
      'stands in front of the identity provider by itself: leave out `provider` and `clientId`, for clients that use the provider',
    )
  const { resource } = resourceMetadata
  const text = typeof resource === 'string' ? resource : ''
  return (await facadeDoor(facade, { issuer, audiences, ...more, resource: text }, site)) ?? 'broken'
}

/** The document of the authorization server; routes that have the same one share it, over reloads too. */
function serverDocument(provider: Provider, issuer: string, site: Site): ServerDocument {
  const url = provider.metadata(issuer)
  // Entra's documents of one version speak for tokens of both.
  const expected = provider.name === 'entra' ? undefined : issuer
  const { pools, log } = site
  return site.keep(
    `oauth server ${url} ${expected ?? ''}`,
    () =>
      new ServerDocument({
        url,
        issuer: expected,
        fetch: (address, bounds) => fetchDocument(address, { pools, trust: 'operator', ...bounds }),
        warn: (message, more) => log.warn(message, more),
      }),
  )
}

/** Checked here and not by the schema: in a file that is only read, variables have no values. */
function isComplete({ issuer, audiences }: Config, site: Site): boolean {
  const known = isAddress(issuer)
  if (!known) site.problem(['issuer'], 'must be the address of an authorization server')
  const meant = audiences.length > 0 && !audiences.includes('')
  if (!meant) site.problem(['audiences'], 'must name whom tokens are for: a token for anybody is no proof here')
  return known && meant
}

function resourceOf(overlay: Config['resourceMetadata'], site: Site): URL | undefined {
  const { resource } = overlay
  if (resource === undefined || resource === null) {
    site.warning(
      ['resourceMetadata'],
      'names no `resource`: clients then decide with their Host header which address is told to them',
      'give the public address of the route, such as `resource: https://gateway.example/mcp`',
    )
    return undefined
  }
  if (typeof resource === 'string' && isAddress(resource) && !resource.includes('#')) return new URL(resource)
  site.problem(['resourceMetadata', 'resource'], 'must be an address without a fragment (RFC 9728 §1.2)')
  return undefined
}

function scopesOf(overlay: Config['resourceMetadata']): readonly string[] {
  const found = Object.entries(overlay).find(([key]) => snakeCase(key) === 'scopes_supported')?.[1]
  return Array.isArray(found) ? found.filter((scope): scope is string => typeof scope === 'string') : []
}

function advise(
  { clientId, clientSecret, introspection, facade }: Config,
  provider: Provider | undefined,
  site: Site,
): void {
  if (provider?.needsClientId === true && !clientId)
    site.warning(
      ['provider', provider.name],
      `${provider.title} registers no clients, and there is no \`clientId\` to give to them`,
      provider.console.registration,
    )
  if (introspection && facade)
    site.warning(['introspection'], 'is not used: tokens of the facade can be read, and it takes no others')
  if (clientSecret && provider?.proxied !== true)
    site.warning(['clientSecret'], 'is not used: token requests go through the gateway with `entra` only')
}

// YAML `mcpAuthentication.facade`: the authorization server of our own in front of the configured identity provider. Its schema, and
// the way from an exchange to the protocol (`oauth/facade`) and back.
import { hash } from 'node:crypto'
import { z } from 'zod'
import { duration } from '../config/duration.ts'
import type { Exchange, Identity, Reply } from '../core/exchange.ts'
import { asFailure } from '../core/failure.ts'
import type { Store } from '../core/store.ts'
import { fetchDocument, trustBy } from '../http/fetch.ts'
import { harmfulSchemes } from '../oauth/facade/redirect-uri.ts'
import type { FacadeSettings, FacadeTools } from '../oauth/facade/settings.ts'
import type { KeySet } from '../oauth/jwks.ts'
import { Verifier } from '../oauth/jwt.ts'
import { askedIn, noPages, replyOf } from './pages.ts'
import type { Site } from './policy.ts'

const MINUTE = 60_000
const DAY = 86_400_000

/** Claims that rules are usually about; each only where the provider has it. */
const usualClaims = [
  'email',
  'email_verified',
  'name',
  'preferred_username',
  'groups',
  'roles',
  'realm_access',
  'resource_access',
  'permissions',
  'upn',
  'oid',
  'tid',
  'org_id',
]

/** Body of the key. Everything but the client has a default. */
export const facadeSchema = () =>
  z.strictObject({
    clientId: z.string().min(1),
    clientSecret: z.string().min(1).optional(),
    clientAuthentication: z.enum(['basic', 'post']).default('basic'),
    scopes: z.array(z.string().min(1)).default(['openid', 'profile', 'email']),
    parameters: z.record(z.string(), z.string()).default({}),
    deviceAuthorization: z.boolean().default(false),
    claims: z.array(z.string().min(1)).default(usualClaims),
    scopeDescriptions: z.record(z.string(), z.string()).default({}),
    registration: z
      .strictObject({
        enabled: z.boolean().default(true),
        perHour: z.int().positive().default(10),
        clients: z.int().positive().default(10_000),
      })
      .default({ enabled: true, perHour: 10, clients: 10_000 }),
    clientDocuments: z.union([z.enum(['any', 'none']), z.array(z.string().min(1))]).default('any'),
    redirectSchemes: z.array(z.string().regex(/^[a-z][a-z0-9+.-]*$/)).default([]),
    requestsPerMinute: z.int().positive().default(120),
    accessTokenTtl: duration().default(10 * MINUTE),
    loginTtl: duration().default(30 * DAY),
    rememberConsent: duration().default(0),
  })

/** What `mcpAuthentication` says beside the facade. */
export interface FacadePlace {
  /** The identity provider. */
  readonly issuer: string
  /** Public URL of the protected resource, as its metadata says it: the facade's issuer is the same text. */
  readonly resource: string
  /** Further values of `aud` that clients may ask for. */
  readonly audiences: readonly string[]
  /** `scopes_supported` of the resource: what clients can be granted. */
  readonly scopes: readonly string[]
  /** Whether tokens are bound to keys of clients. */
  readonly dpop: FacadeSettings['dpop']
}

/** A facade as a policy uses it. */
export interface FacadeDoor {
  /** Equal for equal settings: what depends on the facade is kept as long as it. */
  readonly key: string
  /** `iss` of its tokens, and what stands in `authorization_servers`. */
  readonly issuer: string
  readonly audiences: readonly string[]
  /** Verifies its tokens (`typ: at+jwt`) without a request to ourselves. */
  readonly keys: KeySet
  /** Whether a path is the facade's: then `answer` is for it, and no token is wanted. */
  readonly owns: (path: string) => boolean
  readonly answer: (x: Exchange) => Promise<Reply>
  /** Who uses the browser that opens a page of the gateway, as a token of theirs would say it; or the way to a login. */
  readonly visitor: (x: Exchange) => Promise<Identity | Reply>
}

/** Makes the facade, or keeps the running one; `undefined` after problems have been reported (below `at`). */
export async function facadeDoor(
  body: z.output<ReturnType<typeof facadeSchema>>,
  place: FacadePlace,
  site: Site,
): Promise<FacadeDoor | undefined> {
  const settings = settingsOf(body, place)
  if (!fits(settings, site) || site.store === undefined) return undefined
  let store: Store
  try {
    store = await site.store()
  } catch (thrown) {
    site.problem(['facade'], asFailure(thrown).message)
    return undefined
  }
  // Two dozen files that only those pay for who have a facade.
  const { Facade: Made } = await import('../oauth/facade/facade.ts')
  // Hashed, because there is a secret in it.
  const key = `facade ${hash('sha256', JSON.stringify(settings), 'base64url')}`
  const facade = site.keep(key, () => new Made(settings, tools(store, settings, site)))
  const pages = site.pages ?? noPages
  return {
    key,
    issuer: facade.issuer,
    audiences: [settings.resource, ...settings.aliases],
    keys: facade.keys,
    owns: (path) => facade.owns(path),
    answer: async (x) => replyOf(await facade.answer(x.path, askedIn(x)), pages),
    visitor: async (x) => {
      const seen = await facade.visitor(x.path, askedIn(x))
      if (!('person' in seen)) return replyOf(seen, pages)
      const { subject, claims } = seen.person
      return { via: 'jwt', subject, claims: { ...claims, iss: facade.issuer, sub: subject } }
    },
  }
}

/** Verifies the facade's own tokens: of its issuer, for its resource, of the type that only access tokens have. */
export function facadeVerifier(door: FacadeDoor, requiredClaims: readonly string[] | undefined, site: Site): Verifier {
  const { key, issuer, audiences, keys } = door
  const facts = { issuer, audiences, requiredClaims: requiredClaims ?? ['exp'], types: ['at+jwt'] }
  return site.keep(`verifier of ${key} ${facts.requiredClaims.join()}`, () => new Verifier([{ ...facts, keys }]))
}

function settingsOf(body: z.output<ReturnType<typeof facadeSchema>>, place: FacadePlace): FacadeSettings {
  const { registration } = body
  return {
    resource: place.resource,
    aliases: place.audiences.filter((audience) => audience !== place.resource),
    provider: {
      issuer: place.issuer,
      clientId: body.clientId,
      clientSecret: body.clientSecret,
      clientAuth: body.clientAuthentication,
      scopes: body.scopes,
      parameters: body.parameters,
    },
    scopes: place.scopes,
    dpop: place.dpop,
    devices: body.deviceAuthorization,
    words: body.scopeDescriptions,
    claims: body.claims,
    registration: { open: registration.enabled, perHour: registration.perHour, clients: registration.clients },
    documents: body.clientDocuments,
    schemes: body.redirectSchemes,
    perMinute: body.requestsPerMinute,
    accessMs: body.accessTokenTtl,
    loginMs: body.loginTtl,
    consentMs: body.rememberConsent,
  }
}

function fits({ resource, schemes, provider }: FacadeSettings, site: Site): boolean {
  const url = URL.parse(resource)
  const local = url !== null && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
  const usual = url !== null && !/[?#]/.test(resource) && (url.href === resource || url.href === `${resource}/`)
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && local)
  if (!usual || !secure)
    site.problem(
      ['resourceMetadata', 'resource'],
      'must be the public https address of the MCP endpoint (http for this machine only): clients hold it against what they asked',
    )
  const harmful = schemes.filter((scheme) => harmfulSchemes.has(scheme))
  if (harmful.length > 0)
    site.problem(['facade', 'redirectSchemes'], `\`${harmful.join('`, `')}\` is no scheme that a code may be sent to`)
  const idp = URL.parse(provider.issuer)
  if (idp?.protocol !== 'https:' && idp?.protocol !== 'http:')
    site.problem(['issuer'], 'must be the address of the identity provider')
  if (!provider.scopes.includes('openid'))
    site.problem(['facade', 'scopes'], 'must have `openid` among them: without an ID token nobody knows who logged in')
  return usual && secure && harmful.length === 0 && idp !== null && provider.scopes.includes('openid')
}

function tools(store: Store, { provider }: FacadeSettings, { pools, log }: Site): FacadeTools {
  const trust = trustBy([provider.issuer])
  return {
    store,
    ask: (url, { method, headers, body }) =>
      fetchDocument(url, {
        pools,
        trust: trust(url),
        maxBytes: 256 * 1024,
        timeoutMs: 10_000,
        maxRedirects: 0,
        method,
        headers,
        ...(body !== undefined && { body }),
      }),
    read: (url, { maxBytes, timeoutMs }) =>
      fetchDocument(url, {
        pools,
        trust: 'stranger',
        maxBytes,
        timeoutMs,
        maxRedirects: 0,
        accept: 'application/json',
      }),
    warn: (message, fields) => log.warn(message, fields),
  }
}

// A configured target of kind `openapi` → its upstream: document, places and credentials brought together.
import { Pattern, regex } from '../../cel/regex.ts'
import { limits as bounds } from '../../openapi/limits.ts'
import { sentence } from '../../openapi/loss.ts'
import type { Choice } from '../../openapi/tool.ts'
import type { BoundCredentials } from '../../policy/policy.ts'
import type { Upstream } from '../conversation.ts'
import type { Edition, Manner } from './openapi-edition.ts'
import { Places } from './openapi-places.ts'
import { printOf } from './openapi-print.ts'
import { type Document, RemoteDocument } from './openapi-remote.ts'
import type { OpenapiConfig } from './openapi-schema.ts'
import { checkSlots, type Slots, slotsOf } from './openapi-slots.ts'
import { OpenapiUpstream } from './openapi-upstream.ts'
import { findPlace, type Place } from './place.ts'
import type { TargetSite } from './site.ts'

const DAY_MS = 86_400_000
/** What providers of models accept as a tool's name (reference: openapi §2). */
const NAME_LIMIT = 64
/** However long a target is called, names stay readable: the federation shortens what is too long for clients. */
const SHORTEST_LIMIT = 24
/** Losses that are named when a configuration is compiled; the report names all. */
const REPORTED = 20

interface Parts {
  readonly site: TargetSite
  readonly place: Place | undefined
  readonly slots: Slots
  readonly places: Places
  readonly manner: Manner
}

/** The upstream; `undefined`: the configuration is wrong, and that has been reported. */
export async function openapiUpstream(config: OpenapiConfig, site: TargetSite): Promise<Upstream | undefined> {
  const hosted = config.host !== undefined || config.backend !== undefined
  const place = hosted ? findPlace(config, site, '/') : undefined
  const address = addressOf(config, site)
  if ((hosted && place === undefined) || address === null) return undefined
  const bound = boundTo(place, site)
  const own = bound ?? site.credentials
  const slots = slotsOf(config.credentials, site)
  const places = new Places({
    site,
    place,
    named: config.servers?.allow ?? [],
    home: address?.origin,
    credentials: own,
    proofs: slots.proofs,
  })
  const parts: Parts = { site, place, slots, places, manner: mannerOf(config, site, { place, slots }) }
  const found = address === undefined ? await local(config, parts) : remote(config, address, parts)
  if (found === undefined) return undefined
  const { bodyBytes } = { ...bounds, ...config.limits }
  return new OpenapiUpstream({
    site,
    document: found.document,
    places,
    endpoint: place?.endpoint ?? found.endpoint,
    print: printOf([...found.print, ...slots.print]),
    secrets: slots.secrets,
    proofs: own === undefined ? [...slots.proofs.values()] : [own, ...slots.proofs.values()],
    bound,
    maxBytes: Math.min(bodyBytes, site.limits.resultBytes),
  })
}

/** Address of the document; `undefined`: it has none, `null`: one that cannot be meant. */
function addressOf({ schema }: OpenapiConfig, site: TargetSite): URL | undefined | null {
  if (!('url' in schema)) return undefined
  const url = URL.parse(schema.url)
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url
  site.problem(['schema', 'url'], 'must be an address that begins with http:// or https://, without user information')
  return null
}

/** Credentials that people log in for are for one server: it must be known which. */
function boundTo(place: Place | undefined, { credentials, target, problem }: TargetSite): BoundCredentials | undefined {
  if (credentials?.bind === undefined) return undefined
  if (place !== undefined) return credentials.bind({ target, url: place.origin + place.path, place: place.endpoint })
  problem([], 'people log in at one server, and only the document says which', 'write its `host`')
  return undefined
}

function mannerOf(
  config: OpenapiConfig,
  { target, credentials, tls }: TargetSite,
  { place, slots }: Pick<Parts, 'place' | 'slots'>,
): Manner {
  const { arguments: layout, descriptions, results, outputSchema, deprecated, compatibility, inline } = config
  const { refreshMs: _, ...limits } = config.limits ?? {}
  return {
    target,
    arguments: layout,
    descriptions,
    results,
    outputSchema,
    deprecated,
    compatibility,
    inline,
    nameLimit: Math.max(NAME_LIMIT - target.length - 1, SHORTEST_LIMIT),
    tools: config.tools?.map((row): Choice => ({ ...row, use: row.exclude === true ? 'exclude' : 'include' })),
    ownHost: place !== undefined,
    server: config.server,
    otherHosts: config.servers?.allow,
    pattern: (source) => {
      const pattern = regex(source)
      return pattern instanceof Pattern ? pattern : undefined
    },
    maxEvents: config.maxEvents,
    pages: config.pages,
    limits,
    slots: slots.names,
    anyScheme: credentials !== undefined,
    certificate: tls?.cert !== undefined,
  }
}

interface Found {
  readonly document: Document
  readonly endpoint: string
  /** What the document is made of, as far as the configuration does not say it. */
  readonly print: readonly string[]
}

/** What is converted once is not converted again by every reload. */
class Kept implements AsyncDisposable {
  readonly edition: Edition

  constructor(edition: Edition) {
    this.edition = edition
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

async function local(config: OpenapiConfig, { site, places, manner, slots, place }: Parts): Promise<Found | undefined> {
  const { schema, refs } = config
  if ('url' in schema) return undefined
  const [{ readLocal, reportRefusal }, { editionOf, refusal }] = await Promise.all([
    import('./openapi-local.ts'),
    import('./openapi-edition.ts'),
  ])
  const read = await readLocal(schema, site, { limits: manner.limits ?? {}, origins: refs?.allow ?? [] })
  if (read === undefined) return undefined
  const key = `openapi edition ${printOf([read.print, JSON.stringify(manner)])}`
  const { edition } = site.keep(key, () => new Kept(editionOf(read.library, manner)))
  const refused = refusal(edition)
  if (refused !== undefined) reportRefusal(refused, site)
  const { losses } = edition.facts
  for (const loss of losses.slice(0, REPORTED)) if (loss !== refused) site.warning(['schema'], sentence(loss))
  const more = losses.length - REPORTED
  if (more > 0) site.warning(['schema'], `${more} more of this kind`, 'toolgate openapi report FILE names all')
  checkSlots(slots, edition, site)
  const why = forbids(edition, places, place)
  if (why !== undefined) site.problem(['schema'], why)
  const document = { edition, ready: async () => edition, watch: () => () => {} }
  const [first] = edition.tools.values()
  return { document, endpoint: first?.server.origin ?? 'openapi', print: [read.print] }
}

function remote(config: OpenapiConfig, address: URL, { site, places, manner, place, slots }: Parts): Found {
  const { refs, servers, limits } = config
  const refreshMs = limits?.refreshMs ?? DAY_MS
  const said = [refs, servers, refreshMs, manner, site.tls, place?.origin, site.credentials?.print, slots.print]
  const document = site.keep(
    `openapi document ${printOf([site.target, address.href, JSON.stringify(said)])}`,
    () =>
      new RemoteDocument({
        url: address.href,
        tls: address.origin === place?.origin ? site.tls : undefined,
        refs: refs?.allow ?? [],
        refreshMs,
        manner,
        site,
        forbids: (edition) => forbids(edition, places, place),
      }),
  )
  document.renew()
  return { document, endpoint: address.origin + address.pathname, print: [] }
}

/** Why nothing can be sent to a server that the document names. */
function forbids({ tools }: Edition, places: Places, place: Place | undefined): string | undefined {
  for (const origin of new Set([...tools.values()].map(({ server }) => server.origin))) {
    const why =
      origin !== undefined
        ? places.forbidden(origin)
        : place === undefined
          ? 'the document does not say where its server is: write `host`'
          : undefined
    if (why !== undefined) return why
  }
  return undefined
}

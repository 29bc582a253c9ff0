// One upstream's lists: from pages of text to offers whose text stays as it came. Unusable definitions drop only themselves.
import type { Limits } from '../config/shape.ts'
import type { RawJson } from '../core/brand.ts'
import type { ItemKind, JsonObject } from '../core/item.ts'
import { cut, deeperThan, elements, members } from './json.ts'

/** What servers list. */
export type ListKind = Exclude<ItemKind, 'task'>

export const listKinds = ['tool', 'prompt', 'resource', 'template'] as const satisfies readonly ListKind[]

interface ListRow {
  readonly method: string
  /** Member of the result that holds the list. */
  readonly member: string
  /** Member of a definition that tells it from the others. */
  readonly key: string
  /** Server capability without which the list is empty. */
  readonly capability: string
  readonly changed: string
}

/** Methods and member names of the four lists (MCP 2025-11-25, server features). */
export const lists = {
  tool: { method: 'tools/list', member: 'tools', key: 'name', capability: 'tools', changed: 'tools/list_changed' },
  prompt: {
    method: 'prompts/list',
    member: 'prompts',
    key: 'name',
    capability: 'prompts',
    changed: 'prompts/list_changed',
  },
  resource: {
    method: 'resources/list',
    member: 'resources',
    key: 'uri',
    capability: 'resources',
    changed: 'resources/list_changed',
  },
  template: {
    method: 'resources/templates/list',
    member: 'resourceTemplates',
    key: 'uriTemplate',
    capability: 'resources',
    changed: 'resources/list_changed',
  },
} as const satisfies Record<ListKind, ListRow>

/** Kinds whose lists a notification says have changed. */
export function changedKinds(notification: string): readonly ListKind[] {
  return listKinds.filter((kind) => notification === `notifications/${lists[kind].changed}`)
}

/** One thing that an upstream offers. */
export interface Offer {
  /** Name, or URI for resources and templates. */
  readonly name: string
  readonly raw: RawJson
}

/** A complete list of one upstream. */
export interface Listing {
  readonly offers: readonly Offer[]
  /** The pages it was read from: equal pages make an equal listing. */
  readonly pages: readonly RawJson[]
  /** Other members of a list that had one page, as text that begins with a comma. */
  readonly extra: string
  /** How long it holds, in milliseconds, by the server's own word (2026-07-28). */
  readonly holdsMs?: number | undefined
}

/** Whether a listing was read from pages like these. */
export const samePages = (listing: Listing, pages: readonly Page[]): boolean =>
  listing.pages.length === pages.length && listing.pages.every((raw, index) => raw === pages[index]?.raw)

export const nothingListed: Listing = Object.freeze({ offers: [], pages: [], extra: '' })

export interface Refusal {
  readonly name: string
  readonly reason: string
}

/** What a list may have, and a definition in it (reference: security §4.3). */
export type ListBounds = Pick<Limits, 'definitionBytes' | 'schemaDepth'> & { readonly most: number }

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One page parsed: its definitions and where the next page is. An empty cursor is a cursor (mcp §3.2). */
export interface Page {
  readonly raw: RawJson
  readonly value: JsonObject
  readonly next: string | undefined
}

/** Reads the head of a page; `undefined`: it is no list of this kind. */
export function readPage(kind: ListKind, raw: RawJson): Page | undefined {
  const value: unknown = JSON.parse(raw)
  if (!isObject(value) || !Array.isArray(value[lists[kind].member])) return undefined
  const next = value['nextCursor']
  return { raw, value, next: typeof next === 'string' ? next : undefined }
}

/**
 * Offers of all pages, in order. What no client could use is refused: clients reject a whole list for one definition without its
 * required members. Offers whose text is unchanged stay the same objects, so that what was made from them can be kept.
 */
export function readListing(
  kind: ListKind,
  pages: readonly Page[],
  before: Listing,
  bounds: ListBounds,
): { readonly listing: Listing; readonly refused: readonly Refusal[] } {
  const { most } = bounds
  const known = new Map(before.offers.map((offer) => [offer.name, offer]))
  const offers = new Map<string, Offer>()
  const refused: Refusal[] = []
  let beyond = 0
  for (const { raw, value } of pages) {
    const span = members(raw).get(lists[kind].member)
    const definitions = value[lists[kind].member]
    if (span === undefined || !Array.isArray(definitions)) continue
    elements(raw, span.start).forEach((place, index) => {
      const text = cut(raw, place)
      const definition: unknown = definitions[index]
      const name = nameOf(kind, definition)
      const reason = unusable(kind, definition, text, bounds) ?? (offers.has(name) ? 'it is listed twice' : undefined)
      if (reason !== undefined) refused.push({ name, reason })
      else if (offers.size >= most) beyond++
      else {
        const same = known.get(name)
        offers.set(name, same?.raw === text ? same : { name, raw: text })
      }
    })
  }
  if (beyond > 0) refused.push({ name: `${beyond} more`, reason: `more than ${most} are listed` })
  const holdsMs = shortestHold(pages)
  const texts = pages.map(({ raw }) => raw)
  const listing = { offers: [...offers.values()], pages: texts, extra: extraOf(kind, pages), holdsMs }
  return { listing, refused }
}

function nameOf(kind: ListKind, definition: unknown): string {
  const name = isObject(definition) ? definition[lists[kind].key] : undefined
  return typeof name === 'string' ? name : ''
}

function unusable(
  kind: ListKind,
  definition: unknown,
  text: string,
  { definitionBytes, schemaDepth }: ListBounds,
): string | undefined {
  if (!isObject(definition)) return 'it is not an object'
  if (nameOf(kind, definition) === '') return `it has no ${lists[kind].key}`
  if (typeof definition['name'] !== 'string') return 'it has no name'
  if (text.length > definitionBytes) return `it is longer than ${definitionBytes} characters`
  if (deeperThan(text, schemaDepth + 1)) return `it nests deeper than ${schemaDepth}`
  if (kind !== 'tool') return undefined
  const { inputSchema, outputSchema } = definition
  if (!isObject(inputSchema) || inputSchema['type'] !== 'object') return 'its inputSchema is not of type object'
  if (outputSchema !== undefined && !isObject(outputSchema)) return 'its outputSchema is not an object'
  return undefined
}

/** Members by which a server says what its answer is and how long it holds: that is for whoever asked it. */
const hints: ReadonlySet<string> = new Set(['resultType', 'ttlMs', 'cacheScope'])

/** Nothing is what a library says when its user has not said anything. */
function shortestHold(pages: readonly Page[]): number | undefined {
  const said = pages.flatMap(({ value: { ttlMs } }) => (typeof ttlMs === 'number' && ttlMs > 0 ? [ttlMs] : []))
  return said.length === 0 ? undefined : Math.min(...said)
}

function extraOf(kind: ListKind, pages: readonly Page[]): string {
  const [page] = pages
  if (page === undefined || pages.length !== 1) return ''
  let extra = ''
  for (const [name, span] of members(page.raw)) {
    if (name !== lists[kind].member && name !== 'nextCursor' && !hints.has(name))
      extra += `,${JSON.stringify(name)}:${page.raw.slice(span.start, span.end)}`
  }
  return extra
}

// Lists of several upstreams as one, made ready: texts with exposed names, in stable order, and a map back to their owners.
import { rawJson, type TargetName } from '../core/brand.ts'
import type { ServerItem } from './admissions.ts'
import type { Answer } from './conversation.ts'
import { type Edit, edited, members, setMember } from './json.ts'
import { type Exposed, exposedForm, exposeNames, type PrefixMode } from './names.ts'
import { type Listing, type ListKind, lists, type Offer } from './offers.ts'
import { exposeApp, exposeUri } from './uris.ts'

/** One listed thing. */
export interface Entry {
  readonly item: ServerItem
  /** Name (or URI) that clients use. */
  readonly exposed: string
  /** Definition as clients read it. */
  readonly text: string
}

export interface Merged {
  readonly kind: ListKind
  readonly entries: readonly Entry[]
  readonly byExposed: ReadonlyMap<string, Entry>
  /** Further members of the list, as text. */
  readonly extra: string
  /** The whole list, ready to be sent. */
  readonly answer: Answer
}

export interface MergeOptions {
  readonly prefixMode: PrefixMode
  /** How many things one list may hold. */
  readonly most: number
  /** Absent: nobody judges. */
  readonly admits?: ((item: ServerItem, offer: Offer) => boolean) | undefined
  /** Hears what is left out, and why. */
  dropped(item: ServerItem, reason: string): void
}

/** What one target lists now. */
export interface Contribution {
  readonly target: TargetName
  readonly listing: Listing
}

interface Candidate {
  readonly item: ServerItem
  readonly offer: Offer
}

/** Makes one list of all: targets in their order, definitions in their server's. */
export function merge(kind: ListKind, contributions: readonly Contribution[], options: MergeOptions): Merged {
  const several = contributions.length !== 1
  const joined = joinedOf(kind, contributions, options)
  if (joined !== undefined) return joined
  const admitted = contributions.map(({ target, listing }) => ({
    target,
    offers: listing.offers.flatMap((offer): Candidate[] => {
      const item: ServerItem = { kind, target, name: offer.name }
      return options.admits?.(item, offer) === false ? [] : [{ item, offer }]
    }),
  }))
  const entries =
    kind === 'tool' || kind === 'prompt'
      ? named(kind, admitted, several, options)
      : addressed(
          kind,
          admitted.flatMap(({ offers }) => offers),
          several,
          options,
        )
  for (const entry of entries.splice(options.most)) options.dropped(entry.item, `more than ${options.most} are listed`)
  const extra = several ? '' : (contributions[0]?.listing.extra ?? '')
  return {
    kind,
    entries,
    byExposed: new Map(entries.map((entry) => [entry.exposed, entry])),
    extra,
    answer: listAnswer(kind, entries, extra),
  }
}

/** What a listing is to clients while none of its names is in another one's way. */
interface Part {
  readonly prefixed: boolean
  readonly entries: readonly Entry[]
  readonly text: string
}

/** An unchanged listing is the same object as before: when one of many targets changes, the parts of the others stay as they are. */
const parts = new WeakMap<Listing, Part>()

/** The list as a row of parts; `undefined` where names or definitions must be decided one by one. */
function joinedOf(
  kind: ListKind,
  contributions: readonly Contribution[],
  { prefixMode, most, admits }: MergeOptions,
): Merged | undefined {
  if ((kind !== 'tool' && kind !== 'prompt') || contributions.length < 2 || admits !== undefined) return undefined
  const row: Part[] = []
  const byExposed = new Map<string, Entry>()
  let count = 0
  for (const contribution of contributions) {
    if (contribution.listing.offers.length === 0) continue
    const part = partOf(kind, contribution, prefixMode)
    if (part === undefined) return undefined
    row.push(part)
    count += part.entries.length
    for (const entry of part.entries) byExposed.set(entry.exposed, entry)
  }
  if (byExposed.size < count || count > most) return undefined
  const texts = row.map(({ text }) => text).join(',')
  const entries = row.flatMap((part) => part.entries)
  return { kind, entries, byExposed, extra: '', answer: listText(kind, texts, '') }
}

function partOf(kind: 'tool' | 'prompt', { target, listing }: Contribution, mode: PrefixMode): Part | undefined {
  const prefixed = mode !== 'never'
  const before = parts.get(listing)
  if (before?.prefixed === prefixed) return before
  const entries: Entry[] = []
  for (const offer of listing.offers) {
    const form = exposedForm(target, offer.name, prefixed)
    if (form === undefined) return undefined
    entries.push(knownEntry({ item: { kind, target, name: offer.name }, offer }, form, true))
  }
  const part = { prefixed, entries, text: entries.map(({ text }) => text).join(',') }
  parts.set(listing, part)
  return part
}

/** A list of some entries; `extra` is text of further members. */
export function listAnswer(kind: ListKind, entries: readonly Entry[], extra = ''): Answer {
  return listText(kind, entries.map(({ text }) => text).join(','), extra)
}

const listText = (kind: ListKind, texts: string, extra: string): Answer => ({
  kind: 'result',
  raw: rawJson(`{"${lists[kind].member}":[${texts}]${extra}}`),
})

type Admitted = readonly { readonly target: TargetName; readonly offers: readonly Candidate[] }[]

function named(kind: ListKind, admitted: Admitted, several: boolean, options: MergeOptions): Entry[] {
  const map = exposeNames(
    admitted.map(({ target, offers }) => ({ target, names: offers.map(({ item }) => item.name) })),
    options.prefixMode,
  )
  for (const { target, name, owner } of map.dropped)
    options.dropped({ kind, target, name }, `target ${owner} has the name already`)
  // Names come back in the order they went in, less those that were dropped: no second look-up by name is needed.
  const entries: Entry[] = []
  for (const { offers } of admitted) {
    for (const candidate of offers) {
      const form = map.exposed[entries.length]
      if (form?.target === candidate.item.target && form.name === candidate.item.name)
        entries.push(knownEntry(candidate, form, several))
    }
  }
  return entries
}

interface Known {
  readonly several: boolean
  readonly entry: Entry
}

/** What offers were made into last: when one target changes, those of all others are the same objects as before. */
const known = new WeakMap<Offer, Known>()

function knownEntry({ item, offer }: Candidate, form: Exposed, several: boolean): Entry {
  const before = known.get(offer)
  const entryBefore = before?.several === several ? before.entry : undefined
  if (entryBefore?.exposed === form.exposed && entryBefore.item.target === item.target) return entryBefore
  const entry = { item, exposed: form.exposed, text: namedText(offer.raw, form, several) }
  known.set(offer, { several, entry })
  return entry
}

/** Text of a tool or prompt under its exposed name; a short form says where it comes from. */
function namedText(raw: string, form: Exposed, several: boolean): string {
  const edits: Edit[] = several ? exposeApp(raw, (uri) => exposeUri(form.target, uri)) : []
  if (form.exposed !== form.name) {
    const span = members(raw).get('name')
    if (span !== undefined) edits.push({ ...span, with: JSON.stringify(form.exposed) })
  }
  if (form.shortened) edits.push(originEdit(raw, form))
  return edited(raw, edits)
}

const ORIGIN = 'toolgate/origin'

/** Says in a definition where it comes from. */
export function originEdit(raw: string, { target, name }: Pick<Exposed, 'target' | 'name'>): Edit {
  const value = JSON.stringify({ target, name })
  const meta = members(raw).get('_meta')
  if (meta === undefined || raw[meta.start] !== '{')
    return setMember(raw, 0, '_meta', `{${JSON.stringify(ORIGIN)}:${value}}`)
  return setMember(raw, meta.start, ORIGIN, value)
}

function addressed(kind: ListKind, candidates: readonly Candidate[], several: boolean, options: MergeOptions): Entry[] {
  const owners = new Map<string, ServerItem>()
  return candidates.flatMap(({ item, offer }): Entry[] => {
    const expose = (uri: string): string => (several ? exposeUri(item.target, uri) : uri)
    const exposed = expose(item.name)
    const owner = owners.get(exposed)
    if (owner !== undefined) {
      options.dropped(item, `target ${owner.target} has the address already`)
      return []
    }
    owners.set(exposed, item)
    if (!several) return [{ item, exposed, text: offer.raw }]
    const edits = exposeApp(offer.raw, expose)
    const span = members(offer.raw).get(lists[kind].key)
    if (span !== undefined && exposed !== item.name) edits.push({ ...span, with: JSON.stringify(exposed) })
    return [{ item, exposed, text: edited(offer.raw, edits) }]
  })
}

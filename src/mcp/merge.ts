// Lists of several upstreams as one, made ready: texts with exposed names, in stable order, and a map back to their owners.
import { rawJson, type TargetName } from '../core/brand.ts'
import type { ServerItem } from './admissions.ts'
import type { Answer } from './conversation.ts'
import { type Edit, edited, members, setMember } from './json.ts'
import { type Exposed, exposeNames, type PrefixMode } from './names.ts'
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
  admits(item: ServerItem, offer: Offer): boolean
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
  const admitted = contributions.map(({ target, listing }) => ({
    target,
    offers: listing.offers.flatMap((offer): Candidate[] => {
      const item: ServerItem = { kind, target, name: offer.name }
      return options.admits(item, offer) ? [{ item, offer }] : []
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

/** A list of some entries; `extra` is text of further members. */
export function listAnswer(kind: ListKind, entries: readonly Entry[], extra = ''): Answer {
  const texts = entries.map(({ text }) => text).join(',')
  return { kind: 'result', raw: rawJson(`{"${lists[kind].member}":[${texts}]${extra}}`) }
}

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
  if (form.shortened) edits.push(origin(raw, form))
  return edited(raw, edits)
}

const ORIGIN = 'toolgate/origin'

function origin(raw: string, { target, name }: Exposed): Edit {
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

// The form of a list of tools that one kind of client takes: made once from the list as it is, which most clients share.
import type { TargetName } from '../core/brand.ts'
import type { Log } from '../telemetry/log.ts'
import { aliased } from './aliases.ts'
import type { Answer, Client } from './conversation.ts'
import { cut, edited, members, setMember } from './json.ts'
import { type Entry, listAnswer, type Merged } from './merge.ts'
import { legacyOutput } from './output-schema.ts'
import { type Profile, profileOf } from './profiles.ts'
import { withoutAtRoot } from './root-schema.ts'
import { modernRevision } from './wire.ts'

/** A list as some callers may see it. */
export interface Seeable extends Pick<Merged, 'kind' | 'entries' | 'extra' | 'answer'> {
  /** All that there is, seen or not: no short name may be another one's. */
  readonly all: Merged
}

/** What kind of client a list is for. Equal kinds are the same object. */
export interface Shape {
  readonly profile: Profile
  readonly modern: boolean
  /** Definitions as this kind takes them: when one of many changes, the others stay. */
  readonly entries: WeakMap<Entry, Entry>
  /** The most that the log has said of lists: tools left out, and names that stay too long. */
  cut: number
  long: number
}

/** How many ways to write `clientInfo` are remembered, and how long they may be. */
const REMEMBERED = 256
const LONGEST = 512

export class Shapes {
  readonly #log: Log
  readonly #makesTasks: (target: TargetName) => boolean
  readonly #made = new Map<Profile, { readonly legacy: Shape; readonly modern: Shape }>()
  readonly #known = new Map<string, Profile>()

  /** `makesTasks`: calls of a target's tools become tasks though its definitions cannot say so (2026-07-28, tasks extension). */
  constructor(log: Log, makesTasks: (target: TargetName) => boolean) {
    this.#log = log
    this.#makesTasks = makesTasks
  }

  of({ clientInfo, revision }: Pick<Client, 'clientInfo' | 'revision'>): Shape {
    const profile = this.#known.get(clientInfo) ?? this.#recognised(clientInfo)
    let both = this.#made.get(profile)
    if (both === undefined)
      this.#made.set(profile, (both = { legacy: fresh(profile, false), modern: fresh(profile, true) }))
    return revision === modernRevision ? both.modern : both.legacy
  }

  /**
   * A list of tools as such clients take it: the same answer where nothing has to change. Above what they take, the targets that come
   * first in the configuration keep theirs, and of one target's tools those whose names come first: in whatever order a server lists
   * them, the same ones stay. Whoever knows the name of a tool that was cut may call it: it is not forbidden, only unsaid, and what
   * may be used is for policies to say.
   */
  shaped(list: Seeable, shape: Shape): Answer {
    const { tools = Infinity, name = Infinity } = shape.profile
    const kept = list.entries.length > tools ? firstOf(list.entries, tools) : list.entries
    const entries = kept.map((entry) => aliased(this.#entryFor(entry, shape), name, list.all))
    this.#tellCut(list.entries, kept, shape)
    this.#tellLong(entries, shape)
    if (entries.length === list.entries.length && entries.every((entry, index) => entry === list.entries[index]))
      return list.answer
    const extra = kept === list.entries ? list.extra : withCut(list.extra, kept.length, list.entries.length)
    return listAnswer(list.kind, entries, extra)
  }

  #entryFor(entry: Entry, shape: Shape): Entry {
    const there = shape.entries.get(entry)
    if (there !== undefined) return there
    const text = textFor(entry.text, shape, this.#makesTasks(entry.item.target))
    const made = text === undefined ? entry : { ...entry, text }
    shape.entries.set(entry, made)
    return made
  }

  #recognised(clientInfo: Client['clientInfo']): Profile {
    const profile = profileOf(clientInfo)
    if (clientInfo.length > LONGEST) return profile
    if (this.#known.size >= REMEMBERED) this.#known.clear()
    this.#known.set(clientInfo, profile)
    return profile
  }

  /** Views of several callers may be above the bound in turns: what is said is the most of it, once. */
  #tellCut(all: readonly Entry[], kept: readonly Entry[], shape: Shape): void {
    const count = all.length - kept.length
    if (count <= shape.cut) return
    shape.cut = count
    this.#log.warn('a client takes fewer tools than there are: the rest is not listed to it', {
      client: shape.profile.title,
      tools: all.length,
      listed: kept.length,
      first: all.find((entry) => !kept.includes(entry))?.exposed,
    })
  }

  #tellLong(entries: readonly Entry[], shape: Shape): void {
    const { title, name = Infinity } = shape.profile
    const long = entries.filter(({ exposed }) => exposed.length > name)
    if (long.length <= shape.long) return
    shape.long = long.length
    this.#log.warn('names are longer than a client takes, and their short forms are names of other tools', {
      client: title,
      most: name,
      count: long.length,
      first: long[0]?.exposed,
    })
  }
}

const fresh = (profile: Profile, modern: boolean): Shape => ({
  profile,
  modern,
  entries: new WeakMap(),
  cut: 0,
  long: 0,
})

/** So many, chosen by the order of their targets and then of their names, in the order of the list. */
function firstOf(entries: readonly Entry[], most: number): readonly Entry[] {
  const ranks = new Map<string, number>()
  for (const { item } of entries) if (!ranks.has(item.target)) ranks.set(item.target, ranks.size)
  const rank = ({ item }: Entry): number => ranks.get(item.target) ?? 0
  const chosen = new Set(
    entries.toSorted((a, b) => rank(a) - rank(b) || (a.exposed < b.exposed ? -1 : 1)).slice(0, most),
  )
  return entries.filter((entry) => chosen.has(entry))
}

const CUT = 'toolgate/cut'

/** Further members of a list that say how much of it there is: whoever looks at the answer need not count. */
function withCut(extra: string, listed: number, of: number): string {
  const text = `{${extra.slice(1)}}`
  const said = JSON.stringify({ listed, of })
  const meta = members(text).get('_meta')
  const edit =
    meta === undefined || text[meta.start] !== '{'
      ? setMember(text, 0, '_meta', `{${JSON.stringify(CUT)}:${said}}`)
      : setMember(text, meta.start, CUT, said)
  return `,${edited(text, [edit]).slice(1, -1)}`
}

/** A definition as this kind of client takes it; `undefined`: as it is. Values that need no change keep their bytes. */
function textFor(text: string, { profile, modern }: Shape, makesTasks: boolean): string | undefined {
  const found = members(text)
  const changed = new Map<string, string | undefined>()
  const input = found.get('inputSchema')
  const plain = input && profile.refuses.length > 0 ? withoutAtRoot(cut(text, input), profile.refuses) : undefined
  if (plain !== undefined) changed.set('inputSchema', plain)
  const output = modern ? undefined : found.get('outputSchema')
  const legacy = output && legacyOutput(cut(text, output))
  if (legacy !== undefined && legacy.kind !== 'same')
    changed.set('outputSchema', legacy.kind === 'text' ? legacy.text : undefined)
  // Tasks of 2026-07-28 are an extension, and tools say nothing of them (reference: mcp §2.2, tool definitions).
  if (modern && found.has('execution')) changed.set('execution', undefined)
  if (!modern && makesTasks && !found.has('execution')) changed.set('execution', '{"taskSupport":"optional"}')
  if (changed.size === 0) return undefined
  const kept: string[] = []
  for (const [name, span] of found) {
    const value = changed.has(name) ? changed.get(name) : cut(text, span)
    if (value !== undefined) kept.push(`${JSON.stringify(name)}:${value}`)
  }
  const added = found.has('execution') ? undefined : changed.get('execution')
  if (added !== undefined) kept.push(`"execution":${added}`)
  return `{${kept.join(',')}}`
}

// Shorter names of tools, for clients that put a prefix of their own before a name and then refuse it or the whole list.
import { type Edit, edited, members } from './json.ts'
import { type Entry, type Merged, originEdit } from './merge.ts'
import { shorten } from './names.ts'
import { nameBudgets } from './profiles.ts'

type Names = Pick<Merged, 'kind' | 'entries' | 'byExposed'>

const NONE: ReadonlyMap<string, Entry> = new Map()
const made = new WeakMap<Names, ReadonlyMap<string, Entry>>()

/**
 * What each short form stands for. It follows from target and name alone, so that it is the same after a restart and in every process,
 * and is known before anybody has listed. A name that is a tool's own is nobody's short form.
 */
export function aliases(list: Names): ReadonlyMap<string, Entry> {
  let found = made.get(list)
  if (found === undefined) made.set(list, (found = list.kind === 'tool' ? aliasesOf(list) : NONE))
  return found
}

function aliasesOf({ entries, byExposed }: Names): ReadonlyMap<string, Entry> {
  const [least = Infinity] = nameBudgets
  const long = entries.filter(({ exposed }) => exposed.length > least)
  if (long.length === 0) return NONE
  const found = new Map<string, Entry>()
  for (const entry of long)
    for (const most of nameBudgets) {
      const short = entry.exposed.length > most ? shortForm(entry, most) : entry.exposed
      if (!byExposed.has(short) && !found.has(short)) found.set(short, entry)
    }
  return found
}

const shortForm = ({ item, exposed }: Entry, most: number): string => shorten(item.target, item.name, exposed, most)

/** The definition under a name of at most so many characters; the same one if it has no more, or if its short form is another one's. */
export function aliased(entry: Entry, most: number, list: Names): Entry {
  if (entry.exposed.length <= most) return entry
  const exposed = shortForm(entry, most)
  const owner = aliases(list).get(exposed)?.item
  if (owner?.target !== entry.item.target || owner.name !== entry.item.name) return entry
  const { text } = entry
  const edits: Edit[] = []
  const name = members(text).get('name')
  if (name !== undefined) edits.push({ ...name, with: JSON.stringify(exposed) })
  if (!text.includes('"toolgate/origin"')) edits.push(originEdit(text, entry.item))
  return { ...entry, exposed, text: edited(text, edits) }
}

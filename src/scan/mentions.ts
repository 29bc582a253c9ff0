// Which tools of other servers a text names, and whether it says what is to be done with them.
import type { ServerItems } from './rule.ts'

/** A tool of another server, named in a text. */
export interface Mention {
  readonly server: string
  readonly tool: string
  readonly start: number
  readonly end: number
  /** What the sentence does with it. */
  readonly isDirective: boolean
}

/** The tools of some servers by what texts call them. */
export type Inventory = ReadonlyMap<string, readonly (readonly [server: string, tool: string])[]>

/** Names that say by themselves which tool is meant: made of two words and more; or with the server before a point. */
const isDistinctive = (name: string): boolean =>
  /^[a-z0-9]{2,}(?:[_-][a-z0-9]+)+$/.test(name) || /[a-z][A-Z]/.test(name)

/** Made once for all texts, so that a text costs its own length only. */
export function inventoryOf(servers: readonly ServerItems[]): Inventory {
  const made = new Map<string, (readonly [string, string])[]>()
  const add = (name: string, server: string, tool: string): void => {
    const known = made.get(name) ?? []
    made.set(name, known)
    known.push([server, tool])
  }
  for (const { name: server, tools } of servers)
    for (const { name } of tools) {
      if (typeof name !== 'string' || name.length < 3 || name.length > 200) continue
      if (isDistinctive(name)) add(name.toLowerCase(), server, name)
      add(`${server}.${name}`.toLowerCase(), server, name)
      add(`${server}_${name}`.toLowerCase(), server, name)
    }
  return made
}

const names = /[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*/g
const directive =
  /\b(?:call|calls|invoke|invokes|run|runs|use|using|execute|trigger|before|after|instead|must|should|need|needs|always|never|whenever|when|replace|replaces|require|requires|set|put|add|append|pass|send|ignore|do not|don't|keep in mind|remember|first|only)\b/i

/** Whose text is read: its tools are no others', and what `own` says is of this server is nobody else's. */
export interface Reader {
  readonly server: string | undefined
  readonly own: ReadonlySet<string>
}

/** Tools of other servers in a text. */
export function mentionsIn(text: string, inventory: Inventory, { server: self, own }: Reader): readonly Mention[] {
  const found: Mention[] = []
  for (const match of text.matchAll(names)) {
    const name = match[0].toLowerCase()
    const first = own.has(name) ? undefined : inventory.get(name)?.find(([server]) => server !== self)
    if (first === undefined) continue
    const [server, tool] = first
    const start = match.index
    const end = start + match[0].length
    found.push({ server, tool, start, end, isDirective: directive.test(sentenceAround(text, start, end)) })
  }
  return found
}

function sentenceAround(text: string, start: number, end: number): string {
  const before = text.slice(Math.max(0, start - 240), start)
  const after = text.slice(end, end + 240)
  const from = Math.max(...['. ', '\n', '! ', '? ', '; '].map((stop) => before.lastIndexOf(stop)), 0)
  const to = /[.!?;]\s|\n|$/.exec(after)?.index ?? after.length
  return `${before.slice(from)} ${after.slice(0, to)}`
}

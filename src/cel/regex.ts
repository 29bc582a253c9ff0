// Regular expressions in RE2's syntax, for expressions, routes, guards and scans: no text makes them slow. Not JavaScript's.
import { RE2JS, RE2JSException } from 're2js'

/** Longest pattern. A longer one is a list of words, which belongs into a list. */
const LONGEST = 1024
/** Largest compiled program: what a repeat like `(\w{100}){10}` unfolds to. Matching costs no more than text × this. */
const LARGEST = 10_000
/** Memory that one pattern's automaton may hold. It starts anew when that is full; re2js would take eight times as much. */
const AUTOMATON = 1 << 20
/** Patterns that are kept although no configuration holds them. */
const KEPT = 256

/** Half-open range of UTF-16 offsets. */
export interface Match {
  readonly start: number
  readonly end: number
}

/** Why a pattern is none: lower case, without the pattern, which may be somebody's data. */
export interface NoPattern {
  readonly message: string
}

/** A compiled pattern. Linear in the text, by construction; immutable, and may be shared. */
export class Pattern {
  readonly source: string
  readonly #re: RE2JS
  readonly #names: ReadonlyMap<string, number>

  constructor(source: string, re: RE2JS) {
    this.source = source
    this.#re = re
    this.#names = new Map(Object.entries(re.namedGroups()))
    const program = re.re2()
    // Only these two bound the automaton's memory; there is no option for it.
    program.dfa.stateBudget = AUTOMATON
    program.dfa.memBudget = AUTOMATON
    // re2js prefers this engine, which tracks groups, to the automaton even where nobody asks for groups: three times the time.
    Object.assign(program, { onepass: null })
  }

  /** How much one character can cost, roughly: see `LARGEST`. */
  get size(): number {
    return this.#re.programSize()
  }

  /** Whether it matches anywhere. (`find` looks for the place as well: three to ten times the time.) */
  test(text: string): boolean {
    return this.#re.test(text)
  }

  /** Whether it matches the whole text. */
  full(text: string): boolean {
    return this.#re.testExact(text)
  }

  /** The leftmost match that starts at `from` or behind. */
  find(text: string, from = 0): Match | undefined {
    const matcher = this.#re.matcher(text)
    return matcher.find(from) ? { start: matcher.start(), end: matcher.end() } : undefined
  }

  /**
   * The text with its first match replaced, as Rust's `Regex::replace` does it: `$1`, `$name` and `${name}` are groups (empty when
   * there is none of that name), `$$` is a dollar. `allows` is asked before a text of that length is made; no: `undefined`.
   */
  replaceFirst(text: string, replacement: string, allows: (length: number) => boolean): string | undefined {
    const matcher = this.#re.matcher(text)
    if (!matcher.find()) return text
    const start = matcher.start()
    const end = matcher.end()
    if (!replacement.includes('$')) {
      if (!allows(text.length - (end - start) + replacement.length)) return undefined
      return text.slice(0, start) + replacement + text.slice(end)
    }
    const pieces = template(replacement).map((piece) =>
      piece.group === undefined ? piece.text : (this.#group(piece.group, (index) => matcher.group(index)) ?? ''),
    )
    const length = pieces.reduce((sum, piece) => sum + piece.length, text.length - (end - start))
    return allows(length) ? text.slice(0, start) + pieces.join('') + text.slice(end) : undefined
  }

  #group(name: string, group: (index: number) => string | null): string | null {
    const index = /^\d+$/.test(name) ? Number(name) : this.#names.get(name)
    return index === undefined || index > this.#re.groupCount() ? null : group(index)
  }
}

/** A piece of a replacement: text, or a reference to a group. */
type Piece = { readonly group: string } | { readonly group: undefined; readonly text: string }

/** Pieces of a replacement. A name is as long as it can be: `$1a` is the group `1a`. A dollar before anything else is a dollar. */
function template(replacement: string): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const found of replacement.matchAll(/\$(?:(\$)|(\w+)|\{([^}]*)\})/g)) {
    if (found.index > from) pieces.push({ group: undefined, text: replacement.slice(from, found.index) })
    from = found.index + found[0].length
    const name = found[2] ?? found[3]
    pieces.push(name === undefined ? { group: undefined, text: '$' } : { group: name })
  }
  pieces.push({ group: undefined, text: replacement.slice(from) })
  return pieces
}

/**
 * Compiles a pattern in RE2's syntax (https://github.com/google/re2/wiki/Syntax), which is Rust's without Unicode in `\d \w \s`:
 * linear time, hence no look-around and no back-references.
 */
export function regex(pattern: string): Pattern | NoPattern {
  if (pattern.length > LONGEST) return { message: `a pattern has at most ${LONGEST} characters` }
  try {
    const re = RE2JS.compile(pattern)
    if (re.programSize() > LARGEST) return { message: 'its repeats unfold to too much' }
    return new Pattern(pattern, re)
  } catch (cause) {
    if (!(cause instanceof RE2JSException)) throw cause
    return { message: reason(cause) }
  }
}

/** What is wrong, without the part of the pattern that the parser quotes. */
function reason(cause: RE2JSException): string {
  return cause.message.replace(/^error parsing regexp: /, '').replace(/: `.*$/s, '')
}

/** Patterns that came with the data, the most recently used last. */
const recent = new Map<string, Pattern | NoPattern>()

/** Like `regex`, for a pattern that is only known while an expression is evaluated: the last few hundred are kept. */
export function cachedRegex(pattern: string): Pattern | NoPattern {
  const known = recent.get(pattern)
  if (known !== undefined) {
    recent.delete(pattern)
    recent.set(pattern, known)
    return known
  }
  // Too long to compile, hence too long to keep.
  if (pattern.length > LONGEST) return regex(pattern)
  const made = regex(pattern)
  if (recent.size >= KEPT) {
    for (const oldest of recent.keys()) {
      recent.delete(oldest)
      break
    }
  }
  recent.set(pattern, made)
  return made
}

// Says whether a backtracking engine can take exponential time for a pattern; it reads the pattern, it never runs it.

/** Characters as bits: ASCII one each, all others together the last. */
type Chars = bigint

const OTHERS: Chars = 1n << 128n
const ALL: Chars = (OTHERS << 1n) - 1n

type Node =
  | { readonly kind: 'chars'; readonly chars: Chars }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'loop'; readonly body: Node; readonly min: number; readonly max: number }

/** Longer patterns are not read: nobody writes them by hand. */
const LONGEST = 4096
/** A loop that may run this often is as bad as one without end. */
const MANY = 10
/** Ways through a body that are compared. */
const WAYS = 48

/** Whether some text makes it retry exponentially often: loops within loops, or choices, that fit one text in several ways. */
export function canExplode(pattern: string): boolean {
  if (pattern.length > LONGEST) return true
  const node = new Parser(pattern).run()
  return node !== undefined && explodes(node, 0)
}

function explodes(node: Node, depth: number): boolean {
  if (depth > 100) return true
  switch (node.kind) {
    case 'chars':
      return false
    case 'loop':
      return (node.max >= MANY && isAmbiguous(node.body)) || explodes(node.body, depth + 1)
    case 'sequence':
    case 'choice':
      return node.parts.some((part) => explodes(part, depth + 1))
  }
}

/** A step of a way: one of these characters, once or in a loop. */
interface Step {
  readonly chars: Chars
  readonly min: number
  readonly max: number
}

/** Whether a repeated body fits some text in more than one way. */
function isAmbiguous(body: Node): boolean {
  const inner = bare(body)
  if (inner.kind === 'loop' && inner.max > 1 && inner.min < inner.max) return true
  const ways = waysOf(body, 0)
  return (
    ways.some((way) => canSplit(way)) || ways.some((way, i) => ways.slice(i + 1).some((other) => alike(way, other)))
  )
}

/**
 * A way with a loop in it fits a run of characters as one round or as several, unless something that each round must have
 * cannot stand in the loop: `(a+)+` and `(a+.)+` do, `(a+-)+` does not.
 */
function canSplit(way: readonly Step[]): boolean {
  return way.some((loop) => {
    if (loop.min === loop.max || loop.max < 2) return false
    return way.every((step) => step === loop || step.min === 0 || (step.chars & loop.chars) !== 0n)
  })
}

/** Two ways without loops that fit the same text, the shorter one round or several: `(a|a)*`, `(a|aa)*`. */
function alike(one: readonly Step[], other: readonly Step[]): boolean {
  const [a, b] = one.length <= other.length ? [one, other] : [other, one]
  if (a.length === 0 || b.length % a.length !== 0) return false
  return b.every((step, i) => {
    const short = a[i % a.length]
    return step.max === 1 && short?.max === 1 && (step.chars & short.chars) !== 0n
  })
}

/** What stands alone in groups. */
function bare(node: Node): Node {
  const [only] = node.kind === 'sequence' ? node.parts : []
  return node.kind === 'sequence' && node.parts.length === 1 && only !== undefined ? bare(only) : node
}

function waysOf(node: Node, depth: number): readonly (readonly Step[])[] {
  if (depth > 50) return [[]]
  switch (node.kind) {
    case 'chars':
      return [[{ chars: node.chars, min: 1, max: 1 }]]
    case 'choice':
      return node.parts.flatMap((part) => waysOf(part, depth + 1)).slice(0, WAYS)
    case 'sequence': {
      let ways: readonly (readonly Step[])[] = [[]]
      for (const part of node.parts) {
        const next = waysOf(part, depth + 1)
        ways = ways.flatMap((way) => next.map((more) => [...way, ...more])).slice(0, WAYS)
      }
      return ways
    }
    case 'loop': {
      // Whatever is inside, in any order, as often as it likes; a round's own limits show when its loop is asked.
      const inner = waysOf(node.body, depth + 1)
      if (node.max < 2) return node.min === 0 ? [...inner, []].slice(0, WAYS) : inner
      return inner.map((way) => loosened(way, node))
    }
  }
}

/** A repeated way: one character repeated is a loop of it; several stay in their order, of which the first round is looked at. */
function loosened(way: readonly Step[], { min, max }: { min: number; max: number }): readonly Step[] {
  const [only] = way
  if (way.length === 1 && only !== undefined) return [{ chars: only.chars, min: min * only.min, max: max * only.max }]
  return way.map((step) => ({ ...step, min: min === 0 ? 0 : step.min }))
}

class Parser {
  readonly #pattern: string
  #at = 0
  #depth = 0

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  /** What is no pattern takes no time. */
  run(): Node | undefined {
    const node = this.#choice()
    return this.#at < this.#pattern.length ? undefined : node
  }

  #choice(): Node {
    const parts = [this.#sequence()]
    while (this.#pattern[this.#at] === '|') {
      this.#at++
      parts.push(this.#sequence())
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'choice', parts }
  }

  #sequence(): Node {
    const parts: Node[] = []
    for (let next = this.#pattern[this.#at]; next !== undefined && next !== '|' && next !== ')'; ) {
      const atom = this.#atom()
      const part = atom === undefined ? undefined : this.#counted(atom)
      if (part !== undefined) parts.push(part)
      next = this.#pattern[this.#at]
    }
    return { kind: 'sequence', parts }
  }

  #counted(body: Node): Node {
    const [text, low = '', comma = '', high = ''] = this.#take(/\{(\d{1,6})(,?)(\d{0,6})\}[?+]?/y) ?? []
    if (text !== undefined) {
      const min = Number(low)
      const max = comma === '' ? min : high === '' ? Number.POSITIVE_INFINITY : Number(high)
      return { kind: 'loop', body, min, max }
    }
    const [sign] = this.#take(/[*+?][?+]?/y) ?? []
    if (sign === undefined) return body
    if (sign.startsWith('?')) return { kind: 'loop', body, min: 0, max: 1 }
    return { kind: 'loop', body, min: sign.startsWith('+') ? 1 : 0, max: Number.POSITIVE_INFINITY }
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#pattern) ?? undefined
    if (found !== undefined) this.#at += found[0].length
    return found
  }

  /** One thing that can be counted; nothing for what takes no character. */
  #atom(): Node | undefined {
    const next = this.#pattern[this.#at]
    if (next === '(') return this.#group()
    if (next === '[') return { kind: 'chars', chars: this.#set() }
    if (next === '\\') return this.#escaped()
    this.#at += 1
    if (next === '^' || next === '$') return undefined
    return { kind: 'chars', chars: next === '.' ? ALL & ~bit('\n') : bit(next ?? '') }
  }

  #escaped(): Node | undefined {
    const [text = ''] =
      this.#take(
        /\\(?:u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,6}\}|x[0-9a-fA-F]{2}|[pP]\{[^}]{1,60}\}|k<[^>]{1,60}>|[^])|\\/y,
      ) ?? []
    if (/^\\[bBAzZG]$/.test(text)) return undefined
    return { kind: 'chars', chars: meaning(text) }
  }

  #group(): Node | undefined {
    const [start = ''] = this.#take(/\((?:\?(?:[:=!>]|<[=!]|P?<[^>]{1,60}>|[a-z-]{1,8}:))?/y) ?? []
    if (++this.#depth > 200) {
      this.#at = this.#pattern.length + 1
      return undefined
    }
    const inside = this.#choice()
    this.#depth--
    if (this.#pattern[this.#at] === ')') this.#at++
    // Looking around takes no character; its own loops are as dangerous, but nobody hides them there.
    return /^\(\?<?[=!]/.test(start) ? undefined : inside
  }

  #set(): Chars {
    this.#at++
    const isNegated = this.#pattern[this.#at] === '^'
    if (isNegated) this.#at++
    let chars = 0n
    for (let first = true; this.#at < this.#pattern.length; first = false) {
      if (this.#pattern[this.#at] === ']' && !first) break
      if (this.#pattern[this.#at] === ']') break
      chars |= this.#member()
    }
    this.#at++
    return isNegated ? ALL & ~chars : chars
  }

  /** A character, a class, or a range of a set. */
  #member(): Chars {
    const member = /\\(?:u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,6}\}|x[0-9a-fA-F]{2}|[pP]\{[^}]{1,60}\}|[^])|[^\\\]]|\\/y
    const [from = ''] = this.#take(member) ?? []
    if (this.#pattern[this.#at] !== '-' || this.#pattern[this.#at + 1] === ']') return meaning(from)
    this.#at++
    const [to = ''] = this.#take(member) ?? []
    const [low, high] = [codeOf(from), codeOf(to)]
    let chars = high > 127 ? OTHERS : 0n
    for (let code = low; code <= high && code < 128; code++) chars |= 1n << BigInt(code)
    return chars
  }
}

const bit = (character: string): Chars => {
  const code = character.codePointAt(0) ?? 0
  return code < 128 ? 1n << BigInt(code) : OTHERS
}

const bits = (characters: string): Chars => Array.from(characters).reduce((chars, each) => chars | bit(each), 0n)

const classes = (): ReadonlyMap<string, Chars> => {
  const digit = bits('0123456789')
  const word = digit | bits('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_')
  const space = bits(' \t\n\r\v\f') | OTHERS
  return new Map([
    ['d', digit],
    ['D', ALL & ~digit],
    ['w', word],
    ['W', ALL & ~word],
    ['s', space],
    ['S', ALL & ~bits(' \t\n\r\v\f')],
  ])
}

const made: { classes: ReadonlyMap<string, Chars> | undefined } = { classes: undefined }

function meaning(text: string): Chars {
  if (!text.startsWith('\\')) return bit(text)
  const known = (made.classes ??= classes()).get(text.slice(1))
  if (known !== undefined) return known
  // Backreferences and classes of Unicode can be anything.
  if (/^\\(?:[1-9k]|[pP]\{)/.test(text)) return ALL
  return bit(String.fromCodePoint(codeOf(text)))
}

const controls: { readonly [letter: string]: number } = { n: 10, r: 13, t: 9, v: 11, f: 12, 0: 0 }

function codeOf(text: string): number {
  if (!text.startsWith('\\')) return text.codePointAt(0) ?? 0
  const hex = /^\\(?:u\{?|x)([0-9a-fA-F]+)/.exec(text)?.[1]
  if (hex !== undefined) return Math.min(Number.parseInt(hex, 16), 0x10ffff)
  const letter = text.slice(1)
  return controls[letter] ?? letter.codePointAt(0) ?? 0
}

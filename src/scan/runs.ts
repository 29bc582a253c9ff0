// Stretches of a string that look like an encoding; one pass, no regular expressions over what an attacker wrote at length.

export type Encoding = 'hex' | 'base64' | 'base32' | 'percent' | 'binary' | 'codes' | 'morse'

export interface Run {
  readonly encoding: Encoding
  readonly start: number
  readonly end: number
}

/** What a character can be part of, as bits. */
const WIDE = 1 // base64, with both alphabets
const HEX = 2
const UPPER = 4 // base32
const DIGIT = 8
const BIT = 16
const SPACE = 32 // between groups

const made: { classes: Uint8Array | undefined } = { classes: undefined }

function classes(): Uint8Array {
  if (made.classes !== undefined) return made.classes
  const table = new Uint8Array(128)
  const set = (letters: string, bits: number): void => {
    for (let i = 0; i < letters.length; i++) table[letters.charCodeAt(i)] = (table[letters.charCodeAt(i)] ?? 0) | bits
  }
  set('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-', WIDE)
  set('0123456789abcdefABCDEF', HEX)
  set('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', UPPER)
  set('0123456789', DIGIT)
  set('01', BIT)
  set(' ,:', SPACE)
  made.classes = table
  return table
}

/** All of them, in the order of their ends. */
export function runsIn(text: string): readonly Run[] {
  const finder = new Finder(text)
  finder.run()
  if (text.includes('%')) finder.percent()
  if (/[.-] [.-]/.test(text)) finder.morse()
  return finder.found
}

/** Groups of the same kind behind one another: `49 67 6e`, `01001001 01100111`, `73 103 110`. */
interface Streak {
  readonly encoding: Encoding
  readonly least: number
  count: number
  start: number
  end: number
}

const streak = (encoding: Encoding, least: number): Streak => ({ encoding, least, count: 0, start: 0, end: 0 })

class Finder {
  readonly found: Run[] = []
  readonly #text: string
  readonly #pairs = streak('hex', 10)
  readonly #octets = streak('binary', 5)
  readonly #codes = streak('codes', 10)

  constructor(text: string) {
    this.#text = text
  }

  run(): void {
    const text = this.#text
    const table = classes()
    let start = -1
    let bits = 0
    let gap = 0
    for (let i = 0; i <= text.length; i++) {
      const code = i < text.length ? text.charCodeAt(i) : 128
      const kind = code < 128 ? (table[code] ?? 0) : 0
      if ((kind & WIDE) !== 0) {
        if (start < 0) {
          start = i
          bits = 255
          if (gap > 2) this.#stop()
        }
        bits &= kind
        continue
      }
      if (start >= 0) {
        this.#word(start, i, bits)
        start = -1
        gap = 0
      }
      gap = (kind & SPACE) !== 0 ? gap + 1 : 3
    }
    this.#stop()
  }

  #word(start: number, end: number, bits: number): void {
    const length = end - start
    if (length >= 16) this.#long(start, end, bits)
    // Most words are none of these, and follow none.
    const isPair = length === 2 && (bits & HEX) !== 0
    if (isPair || this.#pairs.count > 0) this.#group(this.#pairs, start, end, isPair)
    const isOctet = length === 8 && (bits & BIT) !== 0
    if (isOctet || this.#octets.count > 0) this.#group(this.#octets, start, end, isOctet)
    const isCode = (length === 2 || length === 3) && (bits & DIGIT) !== 0
    if (isCode || this.#codes.count > 0) this.#group(this.#codes, start, end, isCode)
  }

  #long(start: number, end: number, bits: number): void {
    const length = end - start
    if (length >= 40 && (bits & BIT) !== 0) this.#add('binary', start, end)
    else if (length >= 20 && (bits & HEX) !== 0) this.#add('hex', start, end)
    else {
      if (length >= 24 && (bits & UPPER) !== 0) this.#add('base32', start, end)
      if (this.#isLikely(start, end)) this.#add('base64', start, end)
    }
  }

  /** Text in base64 begins each group of four with a letter up to `f`; names and paths do not. Long runs are tried anyway. */
  #isLikely(start: number, end: number): boolean {
    let likely = 0
    for (let i = start; i < start + 16; i += 4) {
      const code = this.#text.charCodeAt(i)
      if ((code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x66)) likely++
    }
    return likely >= 3 || end - start >= 48
  }

  #group(groups: Streak, start: number, end: number, fits: boolean): void {
    if (!fits) return this.#close(groups)
    if (groups.count++ === 0) groups.start = start
    groups.end = end
  }

  #close(groups: Streak): void {
    if (groups.count >= groups.least) this.#add(groups.encoding, groups.start, groups.end)
    groups.count = 0
  }

  #stop(): void {
    this.#close(this.#pairs)
    this.#close(this.#octets)
    this.#close(this.#codes)
  }

  #add(encoding: Encoding, start: number, end: number): void {
    this.found.push({ encoding, start, end })
  }

  /** Words with four or more percent signs before two digits. */
  percent(): void {
    const text = this.#text
    for (let at = text.indexOf('%'); at >= 0; ) {
      let start = at
      while (start > 0 && at - start < 200 && text.charCodeAt(start - 1) > 0x20) start--
      let end = at
      let signs = 0
      for (; end < text.length && text.charCodeAt(end) > 0x20; end++) if (text.charCodeAt(end) === 0x25) signs++
      if (signs >= 4) this.#add('percent', start, end)
      at = text.indexOf('%', end)
    }
  }

  morse(): void {
    for (const { index, 0: said } of this.#text.matchAll(/[.-]{1,5}(?:[ /]{1,3}[.-]{1,5}){8,}/g))
      this.#add('morse', index, index + said.length)
  }
}

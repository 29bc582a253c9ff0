// One pass over a text that proves what is not in it: which rules cannot find anything, and that nothing is wrapped or out of sight.
import { classOf, STOP } from './characters.ts'
import { type Checks, type Clues, pairOf } from './clues.ts'
import { hashed, hashStart } from './lexicon.ts'
import {
  ALIEN,
  Copy,
  classes,
  DIGIT,
  FOREIGN,
  GAP,
  INSIDE,
  isClosing,
  isDigit,
  isLetter,
  LEET,
  LETTER,
  LETTERS,
  LINES,
  PARTS,
  RUN,
  SIGN,
  WRAPPED,
} from './units.ts'

/** What may be in a text beside open words, as bits. */
export const UNSEEN = 1 // elements, references or gaps that a page does not show
export const RUNS = 2 // stretches of an encoding
const APART = 4 // letters that stand alone
const MASKED = 8 // words turned round, signs for letters, misspellings

export class Skim {
  /** Bits of the rules that may find something in some sentence. */
  fired = 0
  /** Groups of all sentences together. */
  low = 0
  high = 0
  /** What there may be beside open words. */
  wrapped = 0
  /** An at sign stands in it. */
  hasAt = false
  readonly #clues: Clues
  readonly #raw = classes(true)
  readonly #folded = classes(false)
  readonly #copy = new Copy()
  #units = this.#copy.of('')
  #classes = this.#raw
  #checks: Checks = new Int32Array(0)
  #from = 0
  #to = 0
  #low = 0
  #high = 0
  #lineStart = 0
  #signs = 0
  #percents = 0
  #misspelt = 0
  #hasWord = false
  #isStrange = false

  constructor(clues: Clues) {
    this.#clues = clues
  }

  /** Skims a string as it came. `false`: it holds what has to be folded first, or characters that are suspicious by themselves. */
  raw(text: string, checks: Checks): boolean {
    this.load(text)
    return this.part(0, text.length, checks)
  }

  /** Skims a folded text. `false`: it holds a script without spaces, or mixes scripts within a word. */
  folded(text: string, checks: Checks): boolean {
    this.load(text)
    this.#begin(0, text.length, checks)
    return this.#run(this.#folded)
  }

  /** Takes a text to skim parts of it. */
  load(text: string): Uint16Array {
    this.#units = this.#copy.of(text)
    return this.#units
  }

  /** Skims a part of the text that was loaded, as a string of its own that came like this. */
  part(from: number, to: number, checks: Checks): boolean {
    this.#begin(from, to, checks)
    return this.#run(this.#raw)
  }

  #begin(from: number, to: number, checks: Checks): void {
    this.fired = 0
    this.low = 0
    this.high = 0
    this.wrapped = 0
    this.hasAt = false
    this.#checks = checks
    this.#from = from
    this.#to = to
    this.#low = 0
    this.#high = 0
    this.#lineStart = from
    this.#signs = 0
    this.#percents = 0
    this.#misspelt = 0
    this.#hasWord = false
    this.#isStrange = false
  }

  #run(classes: Uint8Array): boolean {
    this.#classes = classes
    const units = this.#units
    const clues = this.#clues
    const to = this.#to
    let before = 0
    let lastEnd = this.#from
    let streak = 0
    for (let i = lastEnd; i < to; ) {
      const code = units[i] ?? 0
      const kind = classes[code] ?? ALIEN
      if ((kind & INSIDE) === 0) {
        if (kind === ALIEN) return false
        if (kind === SIGN) this.#sign(code, i)
        i++
        continue
      }
      const start = i
      let hash = hashed(hashStart, code | 32)
      let kinds = kind
      for (i++; i < to; i++) {
        const next = units[i] ?? 0
        const of = classes[next] ?? 0
        if ((of & INSIDE) !== 0) {
          hash = hashed(hash, next | 32)
          kinds |= of
        } else if (next === 0x27 && i + 1 < to && this.#isInside(i + 1)) kinds |= PARTS
        else break
      }
      this.#hasWord = true
      if (clues.maybe(hash)) hash = this.#known(hash)
      if (kinds !== LETTER) hash = this.#odd(start, i, kinds, hash)
      const pair = pairOf(before, hash)
      before = hash
      if (clues.maybe(pair)) this.#known(pair)
      if (clues.mayBegin(code, units[start + 1] ?? 0)) this.#begun(start, i)
      if (start > this.#from && units[start - 1] === 0x2e) this.#dotted(start, i)
      if (start - lastEnd >= LINES) this.#gap(lastEnd, start)
      lastEnd = i
      const size = i - start
      if (size >= RUN) this.wrapped |= RUNS
      streak = size < 4 || size === 8 ? this.#inRow(streak, size) : 0
    }
    this.#gap(lastEnd, to)
    return this.#finish()
  }

  #finish(): boolean {
    this.#hasWord = true
    this.#end()
    if (this.#percents >= 4) this.wrapped |= RUNS
    const { mask } = this.#clues
    if (((this.low & mask.low) | (this.high & mask.high)) !== 0) this.wrapped |= MASKED
    return !this.#isStrange
  }

  /** A sentence ends, or several that the reader tells apart: what is in none of them is in none. */
  #end(): void {
    // Signs without a word are part of what follows.
    if (!this.#hasWord) return
    this.#hasWord = false
    const low = this.#low
    const high = this.#high
    if (this.#misspelt > 1 || this.#signs > 1) this.wrapped |= MASKED
    this.#misspelt = 0
    this.#signs = 0
    if ((low | high) === 0) return
    const checks = this.#checks
    for (let i = 0; i < checks.length; i += 3) {
      const wantsLow = checks[i] ?? 0
      const wantsHigh = checks[i + 1] ?? 0
      if ((low & wantsLow) === wantsLow && (high & wantsHigh) === wantsHigh) this.fired |= checks[i + 2] ?? 0
    }
    this.low |= low
    this.high |= high
    this.#low = 0
    this.#high = 0
  }

  /** Looks up a word, or two side by side. Returns the hash of the word that it stands for. */
  #known(hash: number): number {
    const slot = this.#clues.find(hash)
    if (slot < 0) return hash
    this.#add(this.#clues.lowAt(slot), this.#clues.highAt(slot))
    const right = this.#clues.rightAt(slot)
    if (right === 0) return hash
    this.#misspelt++
    return right
  }

  /** A word that is not made of ASCII letters alone. Returns its hash. */
  #odd(start: number, end: number, kinds: number, hash: number): number {
    if ((kinds & PARTS) !== 0) this.#parts(start, end)
    // Letters of several scripts in a word: rules that look for whole words see two.
    if ((kinds & FOREIGN) !== 0 && (kinds & (DIGIT | LETTER)) !== 0) this.#isStrange = true
    return (kinds & DIGIT) !== 0 && (kinds & LETTER) !== 0 ? this.#digits(start, end, hash) : hash
  }

  #begun(start: number, end: number): void {
    for (const { text, low, high } of this.#clues.beginnings(this.#units, start)) {
      if (text.length <= end - start && this.#stands(text, start)) this.#add(low, high)
    }
  }

  /** Whether a text stands at a place, in capitals or small letters. */
  #stands(text: string, at: number): boolean {
    for (let i = 0; i < text.length; i++)
      if (((this.#units[at + i] ?? 0) | 32) !== (text.charCodeAt(i) | 32)) return false
    return true
  }

  /** Stretches of blanks and line feeds. */
  #gap(start: number, end: number): void {
    if (end - start >= GAP) this.wrapped |= UNSEEN
    let lines = 0
    for (let i = start; i < end; i++) if (this.#units[i] === 0x0a) lines++
    if (lines >= LINES) this.wrapped |= UNSEEN
  }

  /** Words in a row that have one, two or three, or eight characters: letters spaced out, or codes. Goes on counting. */
  #inRow(streak: number, size: number): number {
    if (size === 1) {
      if ((streak & 0xff) < 3) return (streak & 0xff) + 1
      this.wrapped |= APART
    } else if (size === 8) {
      if (streak < 0x40000) return (streak & 0xff0000) + 0x10000
      this.wrapped |= RUNS
    } else {
      if ((streak & 0xff00) < 0x900) return (streak & 0xff00) + 0x100
      this.wrapped |= RUNS
    }
    return 0
  }

  /** A sign that may be part of base64, or of a key: how long the stretch around it is. */
  #joined(i: number): void {
    if ((this.wrapped & RUNS) !== 0) return
    let start = i
    while (start > this.#from && i - start < RUN && this.#isJoined(start - 1)) start--
    let end = i + 1
    while (end < this.#to && end - start < RUN && this.#isJoined(end)) end++
    if (end - start >= RUN) this.wrapped |= RUNS
  }

  #isJoined(i: number): boolean {
    const code = this.#units[i] ?? 0
    return (
      this.#isInside(i) ||
      code === 0x2b ||
      code === 0x2d ||
      code === 0x2f ||
      code === 0x5f ||
      code === 0x3d ||
      code === 0x27
    )
  }

  #isInside(i: number): boolean {
    return ((this.#classes[this.#units[i] ?? 0] ?? 0) & INSIDE) !== 0
  }

  /** Digits may stand for letters; a number with letters may be part of an address. Returns the hash of the word. */
  #digits(start: number, end: number, known: number): number {
    this.#address()
    let hash = hashStart
    for (let i = start; i < end; i++) {
      const code = (this.#units[i] ?? 0) | 32
      if (code === 0x27) continue
      const letter = isDigit(code) ? LETTERS.charCodeAt(code - 0x30) : code
      if (letter !== code) this.#between(i)
      hash = hashed(hash, letter | 32)
    }
    return end - start < 4 || end - start > LEET ? known : this.#known(hash)
  }

  /** What rules look for as `\bword\b` may have an apostrophe beside it. */
  #parts(start: number, end: number): void {
    let hash = hashStart
    for (let i = start; i < end; i++) {
      const code = this.#units[i] ?? 0
      if (code !== 0x27) hash = hashed(hash, code | 32)
      else {
        this.#known(hash)
        hash = hashStart
      }
    }
    this.#known(hash)
  }

  /** Names that begin with a dot are words of their own. */
  #dotted(start: number, end: number): void {
    let hash = hashed(hashStart, 0x2e | 32)
    for (let i = start; i < end; i++) hash = hashed(hash, (this.#units[i] ?? 0) | 32)
    this.#known(hash)
  }

  #address(): void {
    this.#add(this.#clues.address.low, this.#clues.address.high)
  }

  #add(low: number, high: number): void {
    this.#low |= low
    this.#high |= high
  }

  #sign(code: number, i: number): void {
    const signs = code < 128 ? this.#clues.signs[code] : this.#clues.rareSigns.get(code)
    if (signs !== undefined)
      for (const { text, low, high } of signs) if (text.length === 1 || this.#stands(text, i)) this.#add(low, high)
    const next = this.#units[i + 1] ?? 0
    switch (code) {
      case 0x0a:
        return this.#line(i)
      case 0x2e: // .
        if (this.#isInside(i + 1)) this.#address()
        else if (this.#endsAfter(i)) this.#end()
        return this.#dot(i)
      case 0x2d: // -
        this.#dot(i)
        return this.#joined(i)
      case 0x3d: // =
      case 0x5f: // _
        return this.#joined(i)
      case 0x2f: // /
        if (next === 0x2f) this.#address()
        return this.#joined(i)
      case 0x2b: // +
      case 0x5c: // \
        this.#address()
        return this.#joined(i)
      case 0x3c: // <
        if (next === 0x21 || isLetter(next)) this.wrapped |= UNSEEN
        return
      case 0x5d: // ]
        if (next === 0x3a) this.wrapped |= UNSEEN
        return
      case 0x25: // %
        this.#percents++
        return
      case 0x40: // @
        this.hasAt = true
        this.#address()
        return this.#between(i)
      case 0x24: // $
      case 0x7c: // |
        return this.#between(i)
      case 0x21: // !
        this.#between(i)
        return this.#end()
      default:
        if (classOf(code) === STOP) this.#end()
    }
  }

  /** Signs that stand for letters stand between letters. */
  #between(i: number): void {
    if (isLetter(this.#units[i - 1] ?? 0) && isLetter(this.#units[i + 1] ?? 0)) this.#signs++
  }

  /** Dots and dashes with a space between may be Morse code. */
  #dot(i: number): void {
    const behind = this.#units[i + 2]
    if (this.#units[i + 1] === 0x20 && (behind === 0x2e || behind === 0x2d)) this.wrapped |= RUNS
  }

  /** A line feed ends a sentence as it does for the reader, whose lines may be shorter: spaces have been taken out of them. */
  #line(i: number): void {
    const units = this.#units
    const size = i - this.#lineStart
    this.#lineStart = i + 1
    const before = units[i - 1]
    if (size < WRAPPED || before === 0x3a || before === 0x2e) return this.#end()
    let next = i + 1
    while (next < i + 40 && (units[next] === 0x20 || units[next] === 0x09)) next++
    const code = units[next] ?? 0
    const goesOn = this.#isInside(next) && !isDigit(code)
    if (!goesOn && code !== 0x60 && code !== 0x28 && code !== 0x22) this.#end()
  }

  /** Whether a full stop surely ends a sentence: where the reader has doubts, it does not. */
  #endsAfter(i: number): boolean {
    const units = this.#units
    let at = i + 1
    while (at < i + 4 && isClosing(units[at] ?? 0)) at++
    if (at < this.#to && (units[at] ?? 0) > 0x20) return false
    const before = units[i - 2] ?? 0
    if (before === 0x2e || before === 0x20) return false
    // The number of an item has two digits at most.
    return !isDigit(units[i - 1] ?? 0) || (isDigit(before) && isDigit(units[i - 3] ?? 0))
  }
}

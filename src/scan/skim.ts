// One pass over a text that proves what is not in it: which rules cannot find anything, and that nothing is wrapped or out of sight.
import { classOf, STOP } from './characters.ts'
import { type Clues, pairOf, SHORT } from './clues.ts'
import { hashed, hashStart } from './lexicon.ts'
import { ALIEN, classes, DIGIT, FOREIGN, INSIDE, isDigit, isLetter, SIGN } from './units.ts'

/** What may be in a text beside open words, as bits. */
export const UNSEEN = 1 // elements, references or gaps that a page does not show
const RUNS = 2 // stretches of an encoding
const APART = 4 // letters that stand alone
const MASKED = 8 // words turned round, signs for letters, misspellings

/** What rules ask of a skim, three numbers each: bits of its groups, and its own. */
export type Checks = Int32Array

/** Longest word in which digits are taken for letters; shortest as well. */
const LEET = 24

export class Skim {
  /** Bits of the rules that may find something in some sentence. */
  fired = 0
  /** Groups of all sentences together. */
  low = 0
  high = 0
  /** What there may be beside open words. */
  wrapped = 0
  readonly #clues: Clues
  readonly #raw = classes(true)
  readonly #folded = classes(false)
  #text = ''
  #classes = this.#raw
  #checks: Checks = new Int32Array(0)
  #low = 0
  #high = 0
  #lineStart = 0
  #lastEnd = 0
  #wide = 0
  #wideEnd = 0
  #letters = 0
  #shorts = 0
  #octets = 0
  #signs = 0
  #percents = 0
  #misspelt = 0
  #hasWord = false
  #isStrange = false
  /** Hash of the word before, as phrases have it. */
  #before = 0

  constructor(clues: Clues) {
    this.#clues = clues
  }

  /** Skims a string as it came. `false`: it holds what has to be folded first, or characters that are suspicious by themselves. */
  raw(text: string, checks: Checks): boolean {
    return this.#run(text, this.#raw, checks)
  }

  /** Skims a folded text. `false`: it holds a script without spaces, or mixes scripts within a word. */
  folded(text: string, checks: Checks): boolean {
    return this.#run(text, this.#folded, checks)
  }

  #run(text: string, classes: Uint8Array, checks: Checks): boolean {
    this.#begin(text, classes, checks)
    const { length } = text
    for (let i = 0; i < length; ) {
      const code = text.charCodeAt(i)
      const kind = classes[code] ?? ALIEN
      if ((kind & INSIDE) !== 0) {
        i = this.#word(i, code, kind)
        continue
      }
      if (kind === ALIEN) return false
      if (kind === SIGN) this.#sign(code, i)
      i++
    }
    this.#gap(length)
    this.#hasWord = true
    this.#end()
    if (this.#percents >= 4) this.wrapped |= RUNS
    const { mask } = this.#clues
    if (((this.low & mask.low) | (this.high & mask.high)) !== 0) this.wrapped |= MASKED
    return !this.#isStrange
  }

  #begin(text: string, classes: Uint8Array, checks: Checks): void {
    this.fired = 0
    this.low = 0
    this.high = 0
    this.wrapped = 0
    this.#text = text
    this.#classes = classes
    this.#checks = checks
    this.#low = 0
    this.#high = 0
    this.#lineStart = 0
    this.#lastEnd = 0
    this.#wide = 0
    this.#wideEnd = 0
    this.#letters = 0
    this.#shorts = 0
    this.#octets = 0
    this.#signs = 0
    this.#percents = 0
    this.#misspelt = 0
    this.#hasWord = false
    this.#isStrange = false
    this.#before = 0
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

  /** Reads a word; `code` and `kind` are those of its first unit. Returns its end. */
  #word(start: number, code: number, kind: number): number {
    const text = this.#text
    const classes = this.#classes
    const clues = this.#clues
    const { length } = text
    let hash = hashed(hashStart, code | 32)
    let kinds = kind
    let parts = 0
    let i = start + 1
    for (; i < length; i++) {
      const next = text.charCodeAt(i)
      const of = classes[next] ?? 0
      if ((of & INSIDE) !== 0) {
        hash = hashed(hash, next | 32)
        kinds |= of
      } else if (next === 0x27 && i + 1 < length && ((classes[text.charCodeAt(i + 1)] ?? 0) & INSIDE) !== 0) parts++
      else break
    }
    const before = this.#before
    this.#before = hash
    if (clues.maybe(hash)) this.#known(hash)
    if ((kinds & DIGIT) !== 0 && kinds !== DIGIT) this.#digits(start, i)
    const pair = pairOf(before, this.#before)
    if (clues.maybe(pair)) this.#pair(pair)
    if (i - start >= SHORT && clues.mayBegin(text, start)) this.#begun(start)
    if (parts > 0) this.#parts(start, i)
    // Letters of several scripts in a word: rules that look for whole words see two.
    if ((kinds & FOREIGN) !== 0 && kinds !== FOREIGN) this.#isStrange = true
    if (start > 0 && text.charCodeAt(start - 1) === 0x2e) this.#dotted(start, i)
    if (start - this.#lastEnd >= LINES) this.#gap(start)
    this.#lastEnd = i
    this.#hasWord = true
    this.#joined(start, i)
    const size = i - start
    if (size <= 3 || size === 8) this.#small(size)
    else this.#letters = this.#shorts = this.#octets = 0
    return i
  }

  #known(hash: number): void {
    const slot = this.#clues.find(hash)
    if (slot < 0) return
    this.#low |= this.#clues.lowAt(slot)
    this.#high |= this.#clues.highAt(slot)
    const right = this.#clues.rightAt(slot)
    if (right === 0) return
    this.#misspelt++
    this.#before = right
  }

  #pair(hash: number): void {
    const slot = this.#clues.find(hash)
    if (slot < 0) return
    this.#low |= this.#clues.lowAt(slot)
    this.#high |= this.#clues.highAt(slot)
  }

  #begun(start: number): void {
    for (const { text, low, high } of this.#clues.beginnings(this.#text, start)) {
      let at = 0
      while (at < text.length && (this.#text.charCodeAt(start + at) | 32) === (text.charCodeAt(at) | 32)) at++
      if (at < text.length) continue
      this.#low |= low
      this.#high |= high
    }
  }

  /** Stretches of blanks and line feeds. */
  #gap(end: number): void {
    if (end - this.#lastEnd >= GAP) this.wrapped |= UNSEEN
    let lines = 0
    for (let i = this.#lastEnd; i < end; i++) if (this.#text.charCodeAt(i) === 0x0a) lines++
    if (lines >= LINES) this.wrapped |= UNSEEN
  }

  /** Words in a row that have one, two or three, or eight characters: letters spaced out, or codes. */
  #small(size: number): void {
    this.#letters = size === 1 ? this.#letters + 1 : 0
    this.#shorts = size === 2 || size === 3 ? this.#shorts + 1 : 0
    this.#octets = size === 8 ? this.#octets + 1 : 0
    if (this.#letters >= 4) this.wrapped |= APART
    if (this.#shorts >= 10 || this.#octets >= 5) this.wrapped |= RUNS
  }

  /** Goes on with a stretch of what base64 is written in, or begins one. */
  #joined(start: number, end: number): void {
    if (start !== this.#wideEnd) this.#wide = start
    this.#wideEnd = end
    if (end - this.#wide >= 16) this.wrapped |= RUNS
  }

  /** Digits may stand for letters; a number with letters may be part of an address. */
  #digits(start: number, end: number): void {
    this.#address()
    const text = this.#text
    const isLeet = end - start >= 4 && end - start <= LEET
    let hash = hashStart
    for (let i = start; i < end; i++) {
      const code = text.charCodeAt(i) | 32
      if (code === 0x27) continue
      const letter = isDigit(code) ? LETTERS.charCodeAt(code - 0x30) : code
      if (letter !== code && isLetter(text.charCodeAt(i - 1)) && isLetter(text.charCodeAt(i + 1))) this.#signs++
      hash = hashed(hash, letter | 32)
    }
    if (!isLeet) return
    this.#before = hash
    this.#known(hash)
  }

  /** What rules look for as `\bword\b` may have an apostrophe beside it. */
  #parts(start: number, end: number): void {
    let hash = hashStart
    for (let i = start; i < end; i++) {
      const code = this.#text.charCodeAt(i)
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
    for (let i = start; i < end; i++) hash = hashed(hash, this.#text.charCodeAt(i) | 32)
    this.#known(hash)
  }

  #address(): void {
    this.#low |= this.#clues.address.low
    this.#high |= this.#clues.address.high
  }

  #sign(code: number, i: number): void {
    const text = this.#text
    const next = text.charCodeAt(i + 1)
    for (const sign of this.#clues.signs[code] ?? [])
      if (text.startsWith(sign.text, i)) {
        this.#low |= sign.low
        this.#high |= sign.high
      }
    switch (code) {
      case 0x0a:
        return this.#line(i)
      case 0x2e: // .
        if (isInside(this.#classes[next])) this.#address()
        else if (endsAfter(text, i)) this.#end()
        return this.#dot(i)
      case 0x2d: // -
        this.#dot(i)
        return this.#joined(i, i + 1)
      case 0x5f: // _
        return this.#joined(i, i + 1)
      case 0x2f: // /
        if (next === 0x2f) this.#address()
        return this.#joined(i, i + 1)
      case 0x2b: // +
        this.#address()
        return this.#joined(i, i + 1)
      case 0x5c: // \
        return this.#address()
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
    if (isLetter(this.#text.charCodeAt(i - 1)) && isLetter(this.#text.charCodeAt(i + 1))) this.#signs++
  }

  /** Dots and dashes with a space between may be Morse code. */
  #dot(i: number): void {
    const behind = this.#text.charCodeAt(i + 2)
    if (this.#text.charCodeAt(i + 1) === 0x20 && (behind === 0x2e || behind === 0x2d)) this.wrapped |= RUNS
  }

  /** A line feed ends a sentence as it does for the reader, whose lines may be shorter: spaces have been taken out of them. */
  #line(i: number): void {
    const text = this.#text
    const size = i - this.#lineStart
    this.#lineStart = i + 1
    const before = text.charCodeAt(i - 1)
    if (size < WRAPPED || before === 0x3a || before === 0x2e) return this.#end()
    let next = i + 1
    while (next < i + 40 && (text[next] === ' ' || text[next] === '\t')) next++
    const code = text.charCodeAt(next)
    const goesOn = isInside(this.#classes[code]) && !isDigit(code)
    if (!goesOn && code !== 0x60 && code !== 0x28 && code !== 0x22) this.#end()
  }
}

/** Spaces and line feeds side by side that may push something out of sight. */
const GAP = 40
const LINES = 4
/** As the reader has it. */
const WRAPPED = 40

/** What a digit stands for; most stand for themselves. */
const LETTERS = 'oi2eas6t89'

const isInside = (kind: number | undefined): boolean => kind !== undefined && (kind & INSIDE) !== 0

/** Whether a full stop surely ends a sentence: where the reader has doubts, it does not. */
function endsAfter(text: string, i: number): boolean {
  let at = i + 1
  while (at < i + 4 && isClosing(text.charCodeAt(at))) at++
  if (at < text.length && text.charCodeAt(at) > 0x20) return false
  const before = text.charCodeAt(i - 2)
  if (before === 0x2e || before === 0x20) return false
  // The number of an item has two digits at most.
  return !isDigit(text.charCodeAt(i - 1)) || (isDigit(before) && isDigit(text.charCodeAt(i - 3)))
}

const isClosing = (code: number): boolean => code === 0x22 || code === 0x27 || code === 0x29

// One pass over a text that proves what is not in it: which rules cannot find anything, and that nothing is wrapped or out of sight.
import { classOf, STOP } from './characters.ts'
import { type Checks, type Clues, pairOf } from './clues.ts'
import { hashed, hashStart } from './lexicon.ts'
import { Met } from './met.ts'
import { foldedUnit } from './normalise.ts'
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
  isEscaping,
  isHarmless,
  isLetter,
  LETTER,
  LINES,
  PARTS,
  RUN,
  SIGN,
  WRAPPED,
} from './units.ts'
import { APART, MASKED, MISSPELT, RUNS, SIGNED, UNSEEN } from './wrapped.ts'

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
  readonly #met: Met
  readonly #raw = classes(true)
  readonly #open = classes(undefined)
  readonly #folded = classes(false)
  readonly #copy = new Copy()
  #units = this.#copy.of('')
  #classes = this.#raw
  #checks: Checks = new Int32Array(0)
  #from = 0
  #to = 0
  #lineStart = 0
  #percents = 0
  #hasWord = false
  #isStrange = false
  /** One rule that may find something is enough. */
  #isHasty = false

  constructor(clues: Clues) {
    this.#clues = clues
    this.#met = new Met(clues)
  }

  /** Skims a string as it came. `false`: it has to be folded first, or holds characters that a rule on characters may want to see. */
  raw(text: string, checks: Checks): boolean {
    this.load(text)
    this.#begin(0, text.length, checks)
    return this.#run(this.#raw)
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

  /** Skims a part of the text that was loaded, as a string of its own that came like this. `false` as well where a rule may find something. */
  part(from: number, to: number, checks: Checks): boolean {
    this.#begin(from, to, checks)
    this.#isHasty = true
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
    this.#met.begin(this.#units)
    this.#lineStart = from
    this.#percents = 0
    this.#hasWord = false
    this.#isStrange = false
    this.#isHasty = false
  }

  #run(begun: Uint8Array): boolean {
    let classes = begun
    this.#classes = classes
    const units = this.#units
    const clues = this.#clues
    const met = this.#met
    const to = this.#to
    let before = 0
    let lastEnd = this.#from
    let streak = 0
    for (let i = lastEnd; i < to; ) {
      const code = units[i] ?? 0
      const kind = classes[code] ?? ALIEN
      if ((kind & INSIDE) === 0) {
        if (kind === SIGN) {
          this.#sign(code, i)
          if (this.#isHasty && this.fired !== 0) return false
        }
        if (kind !== ALIEN) i++
        else if (this.#opens(i)) classes = this.#classes
        else return false
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
        else if (of !== ALIEN) break
        else if (this.#opens(i--)) classes = this.#classes
        else return false
      }
      this.#hasWord = true
      if (met.expected !== undefined) met.follow(start)
      if (clues.maybe(hash)) hash = met.known(hash)
      if (kinds !== LETTER) hash = this.#odd(start, i, kinds, hash)
      const pair = pairOf(before, hash)
      before = hash
      if (clues.maybe(pair)) met.known(pair)
      if (clues.mayBegin(code, units[start + 1] ?? 0, units[start + 2] ?? 0)) met.begun(start, i)
      if (start > this.#from && units[start - 1] === 0x2e) met.dotted(start, i)
      if (start - lastEnd >= LINES) this.#gap(lastEnd, start)
      lastEnd = i
      const size = i - start
      if (size >= RUN) this.wrapped |= RUNS
      streak = size < 4 || size === 8 ? this.#inRow(streak, size) : 0
    }
    this.#gap(lastEnd, to)
    return this.#finish()
  }

  /** Folds what is left of a string that turned out to hold more than ASCII, if that is all spelling and printing. */
  #opens(from: number): boolean {
    const units = this.#units
    if (this.#classes !== this.#raw || (units[from] ?? 0) < 0x80) return false
    for (let i = from; i < this.#to; i++) {
      const code = units[i] ?? 0
      if (code < 0x80) continue
      const folded = isHarmless(code) ? foldedUnit(code) : -1
      if (folded < 0) return false
      units[i] = folded
    }
    this.#classes = this.#open
    return true
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
    const { low, high, misspelt, signs } = this.#met
    if (misspelt > 1) this.wrapped |= MISSPELT
    if (signs > 1) this.wrapped |= SIGNED
    this.#met.nothing()
    if ((low | high) === 0) return
    const checks = this.#checks
    for (let i = 0; i < checks.length; i += 3) {
      const wantsLow = checks[i] ?? 0
      const wantsHigh = checks[i + 1] ?? 0
      if ((low & wantsLow) === wantsLow && (high & wantsHigh) === wantsHigh) this.fired |= checks[i + 2] ?? 0
    }
    this.low |= low
    this.high |= high
  }

  /** A word that is not made of ASCII letters alone. Returns its hash. */
  #odd(start: number, end: number, kinds: number, hash: number): number {
    if ((kinds & PARTS) !== 0) this.#met.parts(start, end)
    // Letters of several scripts in a word: rules that look for whole words see two.
    if ((kinds & FOREIGN) !== 0 && (kinds & (DIGIT | LETTER)) !== 0) this.#isStrange = true
    return (kinds & DIGIT) !== 0 && (kinds & LETTER) !== 0 ? this.#met.digits(start, end, hash) : hash
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

  #sign(code: number, i: number): void {
    this.#met.sign(code, i)
    const next = this.#units[i + 1] ?? 0
    switch (code) {
      case 0x0a:
        return this.#line(i)
      case 0x2e: // .
        if (this.#isInside(i + 1)) this.#met.address()
        else if (this.#endsAfter(i)) this.#end()
        return this.#dot(i)
      case 0x2d: // -
        this.#dot(i)
        return this.#joined(i)
      case 0x3d: // =
      case 0x5f: // _
        return this.#joined(i)
      case 0x2f: // /
        if (next === 0x2f) this.#met.address()
        return this.#joined(i)
      case 0x5c: // \
        if (this.#classes !== this.#folded && isEscaping(next)) this.#escaped(i, next)
        return this.#met.address()
      case 0x26: // &
        if (this.#classes !== this.#folded && this.#mayBeEntity(i)) this.#isStrange = true
        return
      case 0x2b: // +
        this.#met.address()
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
        this.#met.address()
        return this.#met.between(i)
      case 0x24: // $
      case 0x7c: // |
        return this.#met.between(i)
      case 0x21: // !
        this.#met.between(i)
        return this.#end()
      default:
        if (classOf(code) === STOP) this.#end()
    }
  }

  /** Reads an escape as folding does, if it is one of those that texts in JSON are full of. */
  #escaped(i: number, next: number): void {
    if (next === 0x6e || next === 0x72) this.#units[i + 1] = 0x0a
    else if (next === 0x74 || next === 0x5c) this.#units[i + 1] = 0x20
    else if (next !== 0x22) this.#isStrange = true
    // Its letter may belong to a stretch of an encoding as well.
    this.wrapped |= RUNS
  }

  #mayBeEntity(i: number): boolean {
    for (let at = i + 1; at < i + 12; at++) if (this.#units[at] === 0x3b) return true
    return false
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

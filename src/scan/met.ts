// What words and signs of a sentence belong to, as a skim meets them: groups of clues as bits, and words that are not what they seem.
import type { Beginning, Clues } from './clues.ts'
import { hashed, hashStart } from './lexicon.ts'
import { isDigit, isLetter, LEET, LETTERS } from './units.ts'

export class Met {
  /** Groups of what was met since the last sentence ended. */
  low = 0
  high = 0
  misspelt = 0
  /** Digits and signs between letters. */
  signs = 0
  /** Beginnings that the next word makes phrases with. */
  expected: readonly Beginning[] | undefined
  units: Uint16Array = new Uint16Array(0)
  readonly #clues: Clues

  constructor(clues: Clues) {
    this.#clues = clues
  }

  /** Of a new text. */
  begin(units: Uint16Array): void {
    this.units = units
    this.expected = undefined
    this.nothing()
  }

  nothing(): void {
    this.low = 0
    this.high = 0
    this.misspelt = 0
    this.signs = 0
  }

  /** The word that follows one with phrases. */
  follow(start: number): void {
    for (const { text, low, high } of this.expected ?? []) if (this.stands(text, start)) this.add(low, high)
    this.expected = undefined
  }

  /** Signs that stand at a place. */
  sign(code: number, i: number): void {
    const signs = code < 128 ? this.#clues.signs[code] : this.#clues.rareSigns.get(code)
    if (signs !== undefined)
      for (const { text, low, high } of signs) if (text.length === 1 || this.stands(text, i)) this.add(low, high)
  }

  /** Looks up a word, or two side by side. Returns the hash of the word that it stands for. */
  known(hash: number): number {
    const slot = this.#clues.find(hash)
    if (slot < 0) return hash
    this.add(this.#clues.lowAt(slot), this.#clues.highAt(slot))
    this.expected = this.#clues.followers(slot) ?? this.expected
    const right = this.#clues.rightAt(slot)
    if (right === 0) return hash
    this.misspelt++
    return right
  }

  begun(start: number, end: number): void {
    for (const { text, low, high } of this.#clues.beginnings(this.units, start)) {
      if (text.length <= end - start && this.stands(text, start)) this.add(low, high)
    }
  }

  /** Whether a text stands at a place, in capitals or small letters. */
  stands(text: string, at: number): boolean {
    for (let i = 0; i < text.length; i++)
      if (((this.units[at + i] ?? 0) | 32) !== (text.charCodeAt(i) | 32)) return false
    return true
  }

  /** Digits may stand for letters; a number with letters may be part of an address. Returns the hash of the word. */
  digits(start: number, end: number, known: number): number {
    this.address()
    let hash = hashStart
    for (let i = start; i < end; i++) {
      const code = (this.units[i] ?? 0) | 32
      if (code === 0x27) continue
      const letter = isDigit(code) ? LETTERS.charCodeAt(code - 0x30) : code
      if (letter !== code) this.between(i)
      hash = hashed(hash, letter | 32)
    }
    return end - start < 4 || end - start > LEET ? known : this.known(hash)
  }

  /** What rules look for as `\bword\b` may have an apostrophe beside it. */
  parts(start: number, end: number): void {
    let hash = hashStart
    for (let i = start; i < end; i++) {
      const code = this.units[i] ?? 0
      if (code !== 0x27) hash = hashed(hash, code | 32)
      else {
        this.known(hash)
        hash = hashStart
      }
    }
    this.known(hash)
  }

  /** Names that begin with a dot are words of their own. */
  dotted(start: number, end: number): void {
    let hash = hashed(hashStart, 0x2e | 32)
    for (let i = start; i < end; i++) hash = hashed(hash, (this.units[i] ?? 0) | 32)
    this.known(hash)
  }

  address(): void {
    this.add(this.#clues.address.low, this.#clues.address.high)
  }

  add(low: number, high: number): void {
    this.low |= low
    this.high |= high
  }

  /** Signs that stand for letters stand between letters. */
  between(i: number): void {
    if (isLetter(this.units[i - 1] ?? 0) && isLetter(this.units[i + 1] ?? 0)) this.signs++
  }
}

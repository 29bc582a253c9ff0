// UTF-16 units for a skim: a text as numbers, and classes: what is inside words, what is looked at, what is not read.
import { classOf, UNSPACED, WORD } from './characters.ts'

/** Classes of units, as bits: of words a digit, a letter, a letter of another script; what is looked at; what is not read here. */
export const DIGIT = 1
export const LETTER = 2
export const FOREIGN = 4
export const INSIDE = DIGIT | LETTER | FOREIGN
export const SIGN = 8
export const ALIEN = 16

/** Separate words and mean nothing else. */
const SEPARATORS = ' \t\r,"\'^'

/** Classes of all units: of a folded text, of a string as it came, or of one that has been folded where it is no ASCII. */
export function classes(isRaw: boolean | undefined): Uint8Array {
  const table = new Uint8Array(0x10000)
  for (let code = 0; code < table.length; code++) table[code] = kindOf(code, isRaw)
  return table
}

function kindOf(code: number, isRaw: boolean | undefined): number {
  const kind = classOf(code)
  if (code >= 0x80) return isRaw === true || kind === UNSPACED ? ALIEN : kind === WORD ? FOREIGN : SIGN
  if (kind === WORD) return isDigit(code) ? DIGIT : LETTER
  if (isRaw !== false) {
    if (isLetter(code)) return LETTER
    if (code === 0x7f || (code < 0x20 && code !== 9 && code !== 10 && code !== 13)) return ALIEN
  }
  return SEPARATORS.includes(String.fromCharCode(code)) ? 0 : SIGN
}

/**
 * Spelling of languages in Latin letters, and what printers set: quotation marks, dashes, bullets, currencies, arrows, mathematics. None
 * of them is invisible, turns text round, or looks like a letter of another script.
 */
export const isHarmless = (code: number): boolean =>
  (code >= 0xa0 && code <= 0x17f && code !== 0xad) ||
  (code >= 0x2010 && code <= 0x2027) ||
  (code >= 0x2030 && code <= 0x205e) ||
  (code >= 0x20a0 && code <= 0x20bf) ||
  (code >= 0x2190 && code <= 0x22ff)

/** Behind a backslash: the two are read as one. */
export const isEscaping = (code: number): boolean => ESCAPING.includes(String.fromCharCode(code))

const ESCAPING = 'uxnrt"/\'\\'

export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

export const isLetter = (code: number): boolean => (code | 32) >= 0x61 && (code | 32) <= 0x7a

/** Units of most texts, of texts that are copied one by one, and units behind a text that belong to none. */
const UNITS = 65_536
const FEW = 24
const BEHIND = 8

/** A text unit by unit: strings have many forms inside, and to ask them for each unit costs more than to copy all of them. */
export class Copy {
  readonly #isLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
  #units = new Uint16Array(UNITS + BEHIND)
  #bytes = Buffer.from(this.#units.buffer)

  /** Valid until the next text. */
  of(text: string): Uint16Array {
    const { length } = text
    // What a large text needs is given back with the next small one.
    if (length + BEHIND > this.#units.length || (length <= UNITS && this.#units.length > UNITS + BEHIND)) {
      this.#units = new Uint16Array(Math.max(length, UNITS) + BEHIND)
      this.#bytes = Buffer.from(this.#units.buffer)
    }
    const units = this.#units
    if (length < FEW || !this.#isLittle) for (let i = 0; i < length; i++) units[i] = text.charCodeAt(i)
    else this.#bytes.write(text, 0, 'utf16le')
    units.fill(0, length, length + BEHIND)
    return units
  }
}

export const isClosing = (code: number): boolean => code === 0x22 || code === 0x27 || code === 0x29

/** What each digit stands for where it stands for a letter; some stand for themselves. */
export const LETTERS = 'oi2eas6t89'

/** Shortest stretch of an encoding. */
export const RUN = 16

/** Spaces and line feeds side by side that may push something out of sight. */
export const GAP = 40
export const LINES = 4
/** As the reader has it. */
export const WRAPPED = 40

/** A word with an apostrophe, beside the classes of its units. */
export const PARTS = 32

/** Longest word in which digits are taken for letters; shortest as well. */
export const LEET = 24

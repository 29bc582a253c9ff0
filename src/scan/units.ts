// Classes of UTF-16 units for a skim: what is inside words, what is looked at, what it does not read.
import { classOf, UNSPACED, WORD } from './characters.ts'

/** Classes of units, as bits: of words a digit, a letter, a letter of another script; what is looked at; what is not read here. */
export const DIGIT = 1
const LETTER = 2
export const FOREIGN = 4
export const INSIDE = DIGIT | LETTER | FOREIGN
export const SIGN = 8
export const ALIEN = 16

/** Separate words and mean nothing else. */
const SEPARATORS = ' \t\r,"\'^'

/** Classes of all units: of a string as it came, which is read as ASCII alone, or of a folded text. */
export function classes(isRaw: boolean): Uint8Array {
  const table = new Uint8Array(0x10000)
  for (let code = 0; code < table.length; code++) table[code] = kindOf(code, isRaw)
  return table
}

function kindOf(code: number, isRaw: boolean): number {
  const kind = classOf(code)
  if (code >= 0x80) return isRaw || kind === UNSPACED ? ALIEN : kind === WORD ? FOREIGN : SIGN
  if (kind === WORD) return isDigit(code) ? DIGIT : LETTER
  if (!isRaw) return SEPARATORS.includes(String.fromCharCode(code)) ? 0 : SIGN
  if (isLetter(code)) return LETTER
  if (code === 0x26 || code === 0x5c || code === 0x7f || (code < 0x20 && code !== 9 && code !== 10 && code !== 13))
    return ALIEN
  return SEPARATORS.includes(String.fromCharCode(code)) ? 0 : SIGN
}

export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

export const isLetter = (code: number): boolean => (code | 32) >= 0x61 && (code | 32) <= 0x7a

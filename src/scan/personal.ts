// Finds data about persons in text: by form, and by check digits wherever the form alone says too little.
import { apart, type Leak } from './secrets.ts'

interface Format {
  readonly kind: string
  /** Matches where a word begins; every repetition is bounded. */
  readonly pattern: RegExp
  /** How much of the value it is: 0 if its check digits are wrong. */
  readonly length: (value: string) => number
}

const digitsOf = (value: string): string => value.replace(/\D/g, '')

const format = (kind: string, pattern: RegExp, holds: (value: string) => boolean = () => true): Format => ({
  kind,
  // Not the beginning of a longer number, identifier or fraction.
  pattern: new RegExp(`(?:${pattern.source})(?![\\w/=]|[.,-]\\d)`, 'y'),
  length: (value) => (holds(value) ? value.length : 0),
})

interface Formats {
  readonly digits: readonly Format[]
  readonly letters: readonly Format[]
  readonly signs: readonly Format[]
}

const made: { formats: Formats | undefined } = { formats: undefined }

const compiled = (): Formats => ({
  digits: [
    format('payment-card', /\d(?:[ -]?\d){12,18}/, isCard),
    format('us-social-security-number', /(?!000|666|9)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}/),
    format('phone', /[2-9]\d{2}-\d{3}-\d{4}/),
    format('brazil-cpf', /\d{3}\.\d{3}\.\d{3}-\d{2}/, isCpf),
    format('india-aadhaar', /[2-9]\d{3} \d{4} \d{4}/, (value) => verhoeff(digitsOf(value))),
    format('swiss-ahv', /756\.\d{4}\.\d{4}\.\d{2}/, (value) => isEan(digitsOf(value))),
    format('spain-dni', /\d{8}-?[A-Z]/, isDni),
  ],
  letters: [
    { kind: 'iban', pattern: /[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?/y, length: ibanLength },
    format('spain-dni', /[XYZ]\d{7}-?[A-Z]/, isDni),
    format('italy-tax-code', /[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]/, isTaxCode),
    format(
      'uk-national-insurance-number',
      /(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] \d{2} \d{2} \d{2} [A-D]/,
    ),
  ],
  signs: [format('phone', /\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6}|\(\d{3}\) ?\d{3}-\d{4}/, isPhone)],
})

/** Where a number or code may begin, unless it is the middle of something. */
const begins = /\d{3}|[A-Z]{2}[A-Z0-9 ]|[X-Z]\d{3}|\+\d|\(\d/g
const isInside = (before: string | undefined): boolean => before !== undefined && /[\w.+/=-]/.test(before)

/** Everything that tells about a person, in order, none inside another. Linear; never throws (reference/security.md B7). */
export function personalIn(text: string): readonly Leak[] {
  const found: Leak[] = []
  addresses(text, found)
  // All of them have digits side by side.
  if (!/\d\d/.test(text)) return found
  const { digits, letters, signs } = (made.formats ??= compiled())
  for (const { index } of text.matchAll(begins)) {
    if (isInside(text[index - 1])) continue
    const code = text.charCodeAt(index)
    for (const { kind, pattern, length } of code < 0x30 ? signs : code < 0x41 ? digits : letters) {
      pattern.lastIndex = index
      const [value] = pattern.exec(text) ?? []
      const long = value === undefined ? 0 : length(value)
      if (long > 0) found.push({ kind, start: index, end: index + long })
    }
  }
  return apart(found)
}

const LOCAL = 64
const DOMAIN = 255

/** Addresses of mail (RFC 5321 §4.5.3.1 bounds them), found from their sign outwards. */
function addresses(text: string, found: Leak[]): void {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const start = localStart(text, at)
    if (start === at || isNobody(text, start)) continue
    const host = /^(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])/.exec(text.slice(at + 1, at + DOMAIN))
    if (host !== null) found.push({ kind: 'email', start, end: at + 1 + host[0].length })
  }
}

const ofLocal = /[A-Za-z0-9._%+'-]/

function localStart(text: string, at: number): number {
  let start = at
  while (start > 0 && at - start < LOCAL && ofLocal.test(text[start - 1] ?? '')) start--
  while (start < at && !/[A-Za-z0-9]/.test(text[start] ?? '')) start++
  return start
}

/** `user:password@host` is a URL, `git@host` a machine. */
const isNobody = (text: string, start: number): boolean => text[start - 1] === ':' || text.startsWith('git@', start)

/** Prefixes of the networks with the lengths they issue (ISO/IEC 7812). */
const networks: readonly (readonly [prefix: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^(?:6011|65|64[4-9])/, [16, 19]],
  [/^35(?:2[89]|[3-8])/, [16]],
  [/^3(?:0[0-5]|[68])/, [14]],
  [/^62/, [16, 17, 18, 19]],
]

function isCard(value: string): boolean {
  const digits = digitsOf(value)
  if (!networks.some(([prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits))) return false
  return new Set(digits).size > 1 && evenlySpaced(value) && luhn(digits)
}

/** People write cards in fours (or 4-6-5), or without spaces; columns of numbers look otherwise. */
const evenlySpaced = (value: string): boolean => {
  const parts = value.split(/[ -]/)
  return parts.length === 1 || (parts.every((part) => part.length >= 3 && part.length <= 6) && parts[0]?.length === 4)
}

/** ISO/IEC 7812-1, annex B. */
function luhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48
    const twice = digit * 2
    sum += i % 2 === 0 ? digit : twice > 9 ? twice - 9 : twice
  }
  return sum % 10 === 0
}

/** Length of an IBAN by country (ISO 13616 registry); others are not issued. */
const ibans =
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 ' +
  'GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 MC27 MD24 ' +
  'ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SE24 SI19 SK24 SM27 TN24 TR26 UA29 VA22 VG24 XK20'

/** How much of a value is an IBAN: after as many characters as its country issues, the rest of the division by 97 is 1. */
function ibanLength(value: string): number {
  const known = ibans.indexOf(value.slice(0, 2))
  const size = known < 0 || known % 5 > 0 ? 0 : Number(ibans.slice(known + 2, known + 4))
  let end = 0
  for (let count = 0; end < value.length && count < size; end++) if (value[end] !== ' ') count++
  const iban = value.slice(0, end).replaceAll(' ', '')
  if (size === 0 || iban.length !== size) return 0
  let rest = 0
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const number = Number.parseInt(character, 36)
    rest = (rest * (number > 9 ? 100 : 10) + number) % 97
  }
  return rest === 1 ? end : 0
}

function isPhone(value: string): boolean {
  const { length } = digitsOf(value)
  return length >= (value.startsWith('+') ? 8 : 10) && length <= 15
}

/** Two check digits, weights from ten and eleven down. */
function isCpf(value: string): boolean {
  const digits = Array.from(digitsOf(value), Number)
  const check = (count: number): number => {
    const sum = digits.slice(0, count).reduce((total, digit, i) => total + digit * (count + 1 - i), 0)
    return ((sum * 10) % 11) % 10
  }
  return new Set(digits).size > 1 && check(9) === digits[9] && check(10) === digits[10]
}

const isEan = (digits: string): boolean =>
  Array.from(digits).reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 3), 0) % 10 === 0

function isDni(value: string): boolean {
  const plain = value.replace('-', '')
  const number = Number(plain.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter))))
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23] === plain.at(-1)
}

/** Odd places count by a table, even ones by their value; the rest of 26 is the last letter. */
function isTaxCode(code: string): boolean {
  let sum = 0
  for (let i = 0; i < 15; i++) {
    const value = Number.parseInt(code[i] ?? '', 36)
    const place = value > 9 ? value - 10 : value
    sum += i % 2 === 1 ? place : oddValue(place)
  }
  return String.fromCharCode(65 + (sum % 26)) === code[15]
}

/** The table of odd places, as the position of each letter in the order of values. */
const oddValue = (place: number): number => odds[place] ?? 0
const odds: readonly number[] = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
]

const turns: readonly string[] = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
]

/** J. Verhoeff's scheme: the product in the group of the pentagon's symmetries is the identity. */
function verhoeff(digits: string): boolean {
  let state = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(turns[i % 8]?.[Number(digits[digits.length - 1 - i])] ?? 0)
    state = times(state, digit)
  }
  return state === 0
}

/** Rotations are 0…4, reflections 5…9. */
function times(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b - 5) % 5)
  return b < 5 ? 5 + ((a - 5 - b + 10) % 5) : (a - b + 10) % 5
}

// Folds a string into the form that rules read, and knows for every place of it where it was in the original.
import { isInvisible, lookalikes, plain } from './characters.ts'

/** A folded string: lower case, without accents, compatibility forms, invisible characters, escapes and control sequences. */
export interface Folded {
  readonly text: string
  /** Offset in the original of a place in `text`; for the end of the text, its end. */
  at(index: number): number
  /** Some word was put together from scripts that do not mix, or had invisible characters inside. */
  readonly disguised: boolean
}

/** Everything here is printable ASCII without escapes: only the case changes. */
const simple = /^[\t\n\r -%'-[\]-~]*$/

/** Folds any string, lone surrogates included. Linear. */
export function fold(raw: string): Folded {
  if (simple.test(raw)) return tightened({ text: raw.toLowerCase(), at: (index) => index, disguised: false })
  const folder = new Folder(raw)
  folder.run()
  return tightened(folder.finish())
}

/** Spaces between words, not between letters that stand alone and not so many that they hide something. */
const loose = /(?<=[^\s]{2}) {2,39}(?=[^\s]{2})/g

/** One space between words is as good as several. */
function tightened(folded: Folded): Folded {
  if (!folded.text.includes('  ')) return folded
  const starts: number[] = [0]
  const froms: number[] = [0]
  let text = ''
  let last = 0
  for (const { index, 0: gap } of folded.text.matchAll(loose)) {
    text += folded.text.slice(last, index + 1)
    last = index + gap.length
    starts.push(text.length)
    froms.push(last)
  }
  if (last === 0) return folded
  text += folded.text.slice(last)
  const at = (index: number): number => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= index) low = middle
      else high = middle - 1
    }
    return folded.at((froms[low] ?? 0) + index - (starts[low] ?? 0))
  }
  return { text, at, disguised: folded.disguised }
}

const entities: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['period', '.'],
  ['comma', ','],
  ['colon', ':'],
  ['sol', '/'],
  ['lowbar', '_'],
  ['tab', ' '],
  ['newline', '\n'],
])

class Tables {
  readonly alike = lookalikes()
  /** Folded form by unit: 0 unknown, else the unit plus one; what becomes nothing or several is asked for each time. */
  readonly #single = new Uint32Array(0x10000)

  /** Folded unit, or -1 when it takes more than a unit to say. */
  single(code: number): number {
    const known = this.#single[code] ?? 0
    if (known !== 0) return known - 2
    const text = plain(String.fromCharCode(code))
    const found = text.length === 1 ? text.charCodeAt(0) : -1
    this.#single[code] = found + 2
    return found
  }
}

const tables: { made: Tables | undefined } = { made: undefined }

/** What a unit beyond ASCII is folded to by itself; -1: nothing, or several. */
export const foldedUnit = (code: number): number => (tables.made ??= new Tables()).single(code)

class Folder {
  readonly #raw: string
  readonly #tables: Tables
  #text: Uint16Array
  #map: Int32Array
  #length = 0
  #wordStart = 0
  #latin = 0
  #alike = 0
  #foreign = 0
  #gapInWord = false
  #disguised = false
  #mostlyLatin = true

  constructor(raw: string) {
    this.#raw = raw
    this.#tables = tables.made ??= new Tables()
    this.#text = new Uint16Array(raw.length + 16)
    this.#map = new Int32Array(raw.length + 17)
  }

  finish(): Folded {
    const { length } = this.#raw
    const size = this.#length
    const map = this.#map
    const text = Buffer.from(this.#text.buffer, 0, size * 2).toString('utf16le')
    return {
      text,
      disguised: this.#disguised,
      at: (index) => (index < size ? (map[index] ?? length) : length),
    }
  }

  run(): void {
    const raw = this.#raw
    this.#mostlyLatin = mostlyLatin(raw)
    for (let i = 0; i < raw.length; ) {
      const code = raw.charCodeAt(i)
      if (code < 0x80) i = this.#ascii(code, i)
      else if (code >= 0xd800 && code < 0xdc00) i = this.#pair(i)
      else {
        this.#unit(code, i)
        i++
      }
    }
    this.#endWord()
  }

  #push(code: number, from: number): void {
    if (this.#length + 1 >= this.#text.length) this.#grow()
    this.#text[this.#length] = code
    this.#map[this.#length++] = from
  }

  #grow(): void {
    const text = new Uint16Array(this.#text.length * 2)
    text.set(this.#text)
    this.#text = text
    const map = new Int32Array(this.#map.length * 2)
    map.set(this.#map)
    this.#map = map
  }

  #ascii(code: number, i: number): number {
    if (code === 0x5c) return this.#escape(i)
    if (code === 0x26) return this.#entity(i)
    if (code === 0x1b) return controlEnd(this.#raw, i)
    if (code < 0x20 && code !== 9 && code !== 10 && code !== 13) return i + 1
    this.#letter(code >= 0x41 && code <= 0x5a ? code + 32 : code, i)
    return i + 1
  }

  /** A folded unit: keeps count of the word it belongs to. */
  #letter(code: number, from: number): void {
    const isLatin = code >= 0x61 && code <= 0x7a
    if (isLatin) this.#latin++
    else if (code < 0x80) this.#endWord()
    else if (this.#tables.alike.has(code)) this.#alike++
    else this.#foreign++
    this.#push(code, from)
    if (!isLatin && code < 0x80) this.#wordStart = this.#length
  }

  /** A word of Latin letters and their doubles, or of doubles alone in a Latin text, is read as Latin (UTS 39, mixed scripts). */
  #endWord(): void {
    if (this.#alike > 0 && this.#foreign === 0 && (this.#latin > 0 || (this.#mostlyLatin && this.#alike > 2))) {
      for (let i = this.#wordStart; i < this.#length; i++) {
        const code = this.#text[i] ?? 0
        this.#text[i] = this.#tables.alike.get(code) ?? code
      }
      this.#disguised = true
    }
    if (this.#gapInWord && this.#latin > 1) this.#disguised = true
    this.#gapInWord = false
    this.#latin = 0
    this.#alike = 0
    this.#foreign = 0
    this.#wordStart = this.#length
  }

  #unit(code: number, from: number): void {
    if (isInvisible(code)) {
      if (this.#latin > 0) this.#gapInWord = true
      return
    }
    const single = this.#tables.single(code)
    if (single >= 0) return this.#letter(single, from)
    for (const each of plain(String.fromCharCode(code))) this.#letter(each.charCodeAt(0), from)
  }

  /** Two units: letters of mathematics and the like are folded, tags vanish, pictures become a space. */
  #pair(i: number): number {
    const point = this.#raw.codePointAt(i) ?? 0
    if (point < 0x10000) {
      this.#endWord()
      return i + 1
    }
    if (isInvisible(point)) return i + 2
    const text = plain(String.fromCodePoint(point))
    if (text.length > 1 && (text.codePointAt(0) ?? 0) > 0xffff) this.#letter(0x20, i)
    else for (let k = 0; k < text.length; k++) this.#letter(text.charCodeAt(k), i)
    return i + 2
  }

  /** Escapes of JSON and its kin: text that was serialised twice reads as if it were not. */
  #escape(i: number): number {
    const next = this.#raw[i + 1] ?? ''
    const width = next === 'u' ? 4 : next === 'x' ? 2 : 0
    if (width > 0) {
      const digits = this.#raw.slice(i + 2, i + 2 + width)
      if (/^[0-9a-fA-F]+$/.test(digits) && digits.length === width) {
        const code = Number.parseInt(digits, 16)
        if (code < 0x80) this.#plainAscii(code, i)
        else if (code < 0xd800 || code > 0xdfff) this.#unit(code, i)
        return i + 2 + width
      }
    }
    if (next === 'n' || next === 'r') this.#letter(0x0a, i)
    else if (next === 't') this.#letter(0x20, i)
    else if (next === '"' || next === '/' || next === "'" || next === '\\') this.#letter(next.charCodeAt(0), i)
    else {
      this.#letter(0x5c, i)
      return i + 1
    }
    return i + 2
  }

  #entity(i: number): number {
    const end = this.#raw.slice(i, i + 12).indexOf(';')
    const name = end > 1 ? this.#raw.slice(i + 1, i + end).toLowerCase() : ''
    const numeric = /^#(?:(\d{1,7})|x([0-9a-f]{1,6}))$/.exec(name)
    const [, decimal, hex] = numeric ?? []
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
    if (code >= 0 && code < 0x80) this.#plainAscii(code, i)
    else if (code >= 0x80 && code < 0x10000) this.#unit(code, i)
    else {
      const named = entities.get(name)
      this.#letter(named?.charCodeAt(0) ?? 0x26, i)
      if (named === undefined) return i + 1
    }
    return i + end + 1
  }

  #plainAscii(code: number, i: number): void {
    if (code === 10 || code === 13) this.#letter(10, i)
    else if (code >= 0x20) this.#letter(code >= 0x41 && code <= 0x5a ? code + 32 : code, i)
  }
}

/** End of a control sequence (ECMA-48 §5.4: CSI, OSC and two-character escapes); never more than 4 KiB. */
function controlEnd(text: string, start: number): number {
  const kind = text[start + 1]
  const limit = Math.min(text.length, start + 4096)
  if (kind === '[') {
    for (let i = start + 2; i < limit; i++) {
      const code = text.charCodeAt(i)
      if (code >= 0x40 && code <= 0x7e) return i + 1
      if (code < 0x20 || code > 0x7e) return i
    }
    return limit
  }
  if (kind === ']') {
    for (let i = start + 2; i < limit; i++) {
      if (text.charCodeAt(i) === 7) return i + 1
      if (text.charCodeAt(i) === 0x1b) return i + 2
    }
    return start + 2
  }
  return start + 2
}

/** Whether Latin letters outnumber all others in the first kilobytes. */
function mostlyLatin(raw: string): boolean {
  let latin = 0
  let other = 0
  for (let i = 0; i < raw.length && i < 8192; i++) {
    const code = raw.charCodeAt(i) | 32
    if (code >= 0x61 && code <= 0x7a) latin++
    else if (raw.charCodeAt(i) >= 0x370 && raw.charCodeAt(i) < 0x2000) other++
  }
  return latin >= other
}

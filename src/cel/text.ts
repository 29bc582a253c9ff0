// Escapes in literals of text and bytes.

/** How a literal is written: `r"…"`, `b"…"`, `br"…"`. */
export interface Quoted {
  readonly raw: boolean
  readonly bytes: boolean
}

type Decoded =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  | { readonly problem: string; readonly at: number; readonly end: number }

const escape = /\\(?:([abfnrtv\\?"'`])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))/y
const simple: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
])

/** What stands between the marks, decoded; or which escape is wrong. `\x` and octal are a byte in bytes, a code point in text. */
export function decode(source: string, { raw, bytes }: Quoted): Decoded {
  if (raw || !source.includes('\\'))
    return bytes ? { type: 'bytes', value: Buffer.from(source) } : { type: 'string', value: source }
  const parts: (string | number)[] = []
  for (let at = 0; at < source.length; ) {
    const next = source.indexOf('\\', at)
    if (next !== at) parts.push(source.slice(at, next < 0 ? source.length : next))
    if (next < 0) break
    escape.lastIndex = next
    const found = escape.exec(source)
    if (found === null) return { problem: 'the escape is not known', at: next, end: next + 2 }
    const [all, letter, hex, short, long, octal] = found
    at = next + all.length
    const code = Number.parseInt(hex ?? short ?? long ?? octal ?? '0', octal === undefined ? 16 : 8)
    if (letter !== undefined) parts.push(simple.get(letter) ?? letter)
    else if (bytes && (short ?? long) !== undefined)
      return { problem: 'bytes take \\x and octal escapes only', at: next, end: at }
    else if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
      return { problem: 'the escape is no character of Unicode', at: next, end: at }
    else parts.push(bytes ? code : String.fromCodePoint(code))
  }
  if (!bytes) return { type: 'string', value: parts.join('') }
  return {
    type: 'bytes',
    value: Buffer.concat(parts.map((part) => Buffer.from(typeof part === 'number' ? [part] : part))),
  }
}

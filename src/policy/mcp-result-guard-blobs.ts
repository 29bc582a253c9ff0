// Texts that servers send as bytes (`blob`, RFC 4648 §4): what stands in them, and the same bytes with something else there.
import { isUtf8 } from 'node:buffer'
import { type RawJson, rawJson } from '../core/brand.ts'
import { type JsonString, withStrings } from './json-strings.ts'

/** Sees the text of a blob; other text goes in its place. */
type Change = (text: string, path: JsonString['path']) => string | undefined

/**
 * The answer with other bytes in place of each blob whose text `change` changes; without such a blob, the answer itself. No bound
 * of its own: an answer is no longer than `limits.resultBytes`, and what nobody reads of it is a way out.
 */
export function withBlobs(raw: RawJson, change: Change): RawJson {
  // A member's name may be written in escapes.
  if (!raw.includes('blob"') && !raw.includes('\\u006')) return raw
  const called = textual(raw)
  return rawJson(
    withStrings(raw, ({ text, path, isKey }) => {
      if (isKey || path.at(-1) !== 'blob') return undefined
      const bytes = bytesIn(text)
      const charset = charsetOf(bytes, called.has(path.slice(0, -1).join('/')))
      if (charset === undefined) return undefined
      const said = charset === 'utf16be' ? swapped(bytes).toString('utf16le') : bytes.toString(charset)
      const other = change(said, path)
      return other === undefined || other === said ? undefined : encoded(other, charset)
    }),
  )
}

const TEXT =
  /^\s*(?:text\/|application\/(?:json|xml|ya?ml|x-ya?ml|javascript|x-www-form-urlencoded|[\w.-]+\+(?:json|xml|ya?ml))\b)/i

/** Places of objects that are text by their own account. */
function textual(raw: RawJson): ReadonlySet<string> {
  const found = new Set<string>()
  withStrings(raw, ({ text, path, isKey }) => {
    if (!isKey && path.at(-1) === 'mimeType' && TEXT.test(text)) found.add(path.slice(0, -1).join('/'))
    return undefined
  })
  return found
}

/** What several encoded texts in a row come to: some readers go on behind the padding of the first. */
function bytesIn(base64: string): Buffer {
  const padding = base64.indexOf('=')
  if (padding < 0 || padding >= base64.length - 2) return Buffer.from(base64, 'base64')
  return Buffer.concat(base64.split(/=+/).map((part) => Buffer.from(part, 'base64')))
}

type Charset = 'utf8' | 'utf16le' | 'utf16be' | 'latin1'

/** So much of the beginning shows whether bytes are a picture or an archive. */
const HEAD = 1_024
/** `undefined`: no text, neither by the server's word nor by the look of it. */
function charsetOf(bytes: Buffer, isCalledText: boolean): Charset | undefined {
  const [a, b, c, d] = bytes
  if ((a === 0xff && b === 0xfe) || (b === 0 && d === 0 && a !== 0)) return 'utf16le'
  if ((a === 0xfe && b === 0xff) || (a === 0 && c === 0 && b !== 0)) return 'utf16be'
  if (!isCalledText && bytes.subarray(0, HEAD).some(isControl)) return undefined
  // Other bytes than those of secrets stay as they are, whatever they stand for.
  return isUtf8(bytes) ? 'utf8' : 'latin1'
}

/** What no text has: controls, but for the blank ones and the one that begins a colour. */
const isControl = (byte: number): boolean => byte < 32 && (byte < 9 || byte > 13) && byte !== 27

function encoded(text: string, charset: Charset): string {
  const bytes = charset === 'utf16be' ? swapped(Buffer.from(text, 'utf16le')) : Buffer.from(text, charset)
  return bytes.toString('base64')
}

const swapped = (bytes: Buffer): Buffer => Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16()

// What stretches of encoded text say: one function an encoding.
import { unreachable } from '../core/failure.ts'
import type { Encoding } from './runs.ts'

const bytes = (list: Uint8Array): string => Buffer.from(list.buffer, list.byteOffset, list.length).toString('utf8')

/** The text that a run of an encoding stands for; it need not make sense. */
export function decoded(encoding: Encoding, run: string): string {
  switch (encoding) {
    case 'hex':
      return Buffer.from(run.replace(/[ :,]/g, ''), 'hex').toString('utf8')
    case 'base64':
      return Buffer.from(run, 'base64').toString('utf8')
    case 'base32':
      return base32(run)
    case 'percent':
      return percent(run)
    case 'binary':
      return bytes(
        Uint8Array.from(run.replace(/[ ,:]/g, '').match(/[01]{8}/g) ?? [], (each) => Number.parseInt(each, 2)),
      )
    case 'codes':
      return String.fromCharCode(
        ...run
          .split(/[ ,:]+/)
          .slice(0, 4096)
          .map(Number),
      )
    case 'morse':
      return morse(run)
    default:
      return unreachable(encoding)
  }
}

function base32(run: string): string {
  const list: number[] = []
  let held = 0
  let bits = 0
  for (let i = 0; i < run.length; i++) {
    held = ((held << 5) | 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(run[i] ?? 'A')) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    list.push((held >> bits) & 0xff)
  }
  return bytes(Uint8Array.from(list))
}

function percent(run: string): string {
  const plain = run.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
  return Buffer.from(plain, 'latin1').toString('utf8')
}

/** Letters by their signs (ITU-R M.1677). */
const signs =
  '.- a|-... b|-.-. c|-.. d|. e|..-. f|--. g|.... h|.. i|.--- j|-.- k|.-.. l|-- m|-. n|--- o|.--. p|--.- q|.-. r|... s|- t|..- u|...- v|.-- w|-..- x|-.-- y|--.. z'
const letters: ReadonlyMap<string, string> = new Map(
  signs.split('|').map((pair): [string, string] => [pair.slice(0, -2), pair.slice(-1)]),
)

const morse = (run: string): string =>
  run
    .split(/ ?\/ ?| {2,}/)
    .map((word) =>
      word
        .split(' ')
        .map((sign) => letters.get(sign) ?? '')
        .join(''),
    )
    .join(' ')

/** Whether decoded bytes are text that somebody wrote: nearly all printable, mostly letters, with spaces. */
export function isText(text: string): boolean {
  if (text.length < 5) return false
  let printable = 0
  let letter = 0
  let space = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0xfffd) continue
    if (code >= 0x20 ? code !== 0x7f : code === 0x0a) printable++
    if (((code | 32) >= 0x61 && (code | 32) <= 0x7a) || code >= 0xc0) letter++
    else if (code === 0x20 || code === 0x0a) space++
    // Bytes that are no text are known by their beginning.
    if (i === 64 && printable < 52) return false
  }
  // Commands have fewer letters than prose, and nothing else that random bytes would have.
  const isPlain = printable === text.length && letter >= text.length * (text.length < 12 ? 0.4 : 0.2)
  return space > 0 && (isPlain || (printable >= text.length * 0.9 && letter >= text.length * 0.5))
}

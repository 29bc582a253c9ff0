// Unwraps what was wrapped to pass unread: encodings, text that a page would not show, letters spaced out.
import { fold } from './normalise.ts'
import { maskOf, type Range, type Reading, type Source } from './reading.ts'

/** Characters that one string may unwrap to, all layers together, and layers (reference/security.md §2.5, 5). */
const BUDGET = 64 * 1024
const LAYERS = 2
/** Runs of one string that are tried. */
const RUNS = 64

const styled =
  /<(?<tag>[a-z][a-z0-9]{0,15})\b[^>]{0,300}?(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*(?:0|1px)|opacity\s*:\s*0(?![.\d])|color\s*:\s*(?:#fff(?:fff)?\b|white|transparent)|(?:left|top|text-indent)\s*:\s*-\d{3,}|\shidden(?=[\s>=]))[^>]{0,300}>/g
const blank = /[ \t]{120,}(?=[^\s|])|(?:[ \t]*\n){20,}/g

/** Ranges of folded text that nobody sees who looks at the page. */
export function hiddenRanges(text: string): readonly Range[] {
  const found: Range[] = []
  if (text.includes('<')) {
    for (let at = text.indexOf('<!--'); at >= 0 && found.length < RUNS; at = text.indexOf('<!--', at + 4)) {
      const end = text.indexOf('-->', at)
      found.push([at, end < 0 ? text.length : end])
    }
    for (const match of text.matchAll(styled)) {
      if (found.length >= RUNS) break
      const end = text.indexOf(`</${match.groups?.['tag'] ?? ''}`, match.index)
      found.push([match.index, end < 0 ? text.length : end])
    }
  }
  if (text.includes(']:'))
    for (const { index, 0: said } of text.matchAll(/^\[[^\]\n]{1,40}\]:\s*(?:#|<>)\s*[("'][^\n]*/gm))
      found.push([index, index + said.length])
  for (const { index, 0: gap } of text.matchAll(blank))
    if (index + gap.length < text.length)
      found.push([index + gap.length, Math.min(text.length, index + gap.length + 2000)])
  return found
}

interface Wrapper {
  readonly name: string
  readonly run: RegExp
  /** The text that a run stands for, or nothing. */
  decode(run: string): string | undefined
}

const bytes = (list: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(list)

const morse: ReadonlyMap<string, string> = new Map(
  '.- a|-... b|-.-. c|-.. d|. e|..-. f|--. g|.... h|.. i|.--- j|-.- k|.-.. l|-- m|-. n|--- o|.--. p|--.- q|.-. r|... s|- t|..- u|...- v|.-- w|-..- x|-.-- y|--.. z|/  '
    .split('|')
    .map((pair): [string, string] => [pair.slice(0, pair.indexOf(' ')), pair.slice(pair.indexOf(' ') + 1)]),
)

const wrappers: readonly Wrapper[] = [
  {
    name: 'hex',
    run: /(?<![\w-])(?:0x)?(?:[0-9a-f]{2}[ :,]?){10,}(?![\w-])/gi,
    decode: (run) => bytes(Buffer.from(run.replace(/^0x|[ :,]/gi, ''), 'hex')),
  },
  {
    name: 'base64',
    run: /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}/g,
    decode: (run) => (/^[a-z/_-]+$|^[A-Z/_-]+$/.test(run) ? undefined : bytes(Buffer.from(run, 'base64'))),
  },
  { name: 'base32', run: /(?<![A-Za-z0-9])[A-Z2-7]{24,}={0,6}(?![A-Za-z0-9])/g, decode: base32 },
  {
    name: 'percent',
    run: /[^\s"'<>]{0,200}(?:%[0-9a-f]{2}[^\s"'<>%]{0,40}){4,}/gi,
    decode: (run) =>
      bytes(
        Buffer.from(
          run.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
          'latin1',
        ),
      ),
  },
  {
    name: 'binary',
    run: /(?:[01]{8}[ ,]?){5,}/g,
    decode: (run) =>
      bytes(Uint8Array.from(run.replace(/[ ,]/g, '').match(/[01]{8}/g) ?? [], (each) => Number.parseInt(each, 2))),
  },
  {
    name: 'codes',
    run: /(?<!\d)(?:\d{2,3}[ ,]{1,2}){9,}\d{2,3}(?!\d)/g,
    decode: (run) => String.fromCharCode(...run.split(/[ ,]+/).slice(0, 4096).map(Number)),
  },
  {
    name: 'morse',
    run: /(?:[.-]{1,5}[ /]{1,3}){8,}[.-]{1,5}/g,
    decode: (run) =>
      run
        .split(/ +/)
        .map((sign) => morse.get(sign) ?? '')
        .join(''),
  },
]

function base32(run: string): string {
  const list: number[] = []
  let held = 0
  let bits = 0
  for (const letter of run.replace(/=+$/, '')) {
    held = ((held << 5) | 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter)) & 0xfff
    bits += 5
    if (bits >= 8) list.push((held >> (bits -= 8)) & 0xff)
  }
  return bytes(Uint8Array.from(list))
}

/** Whether decoded bytes are text that somebody wrote: nearly all printable, with words or a command in it. */
function isText(text: string): boolean {
  if (text.length < 5) return false
  let printable = 0
  let letters = 0
  let spaces = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0xfffd) continue
    if (code >= 0x20 && code !== 0x7f) printable++
    if ((code | 32) >= 0x61 && (code | 32) <= 0x7a) letters++
    else if (code >= 0xc0) letters++
    if (code === 0x20 || code === 0x0a) {
      spaces++
      if (code === 0x0a) printable++
    }
  }
  return printable >= text.length * 0.9 && letters >= text.length * 0.5 && spaces > 0
}

/** Words of attacks, turned round or moved by thirteen letters. */
const masks = maskOf(['mask'])
/** Letters that stand alone, six at least. */
const spaced = /(?<![a-z0-9])[a-z](?:[ ._*|~-]{1,3}[a-z](?![a-z0-9])){5,}/g

/** Texts that were found wrapped in a string. */
export function unwrapped(raw: string, reading: Reading): readonly Source[] {
  const found: Source[] = []
  const budget = { left: BUDGET }
  unwrap(raw, { whole: undefined, steps: [] }, budget, found)
  const part = (name: string, read: string, [start, end]: Range): void => {
    budget.left -= read.length
    if (budget.left >= 0) found.push(source(read, [name], reading.raw(start, end)))
  }
  for (let index = 0; index < reading.sentences; index++) {
    if (!reading.holds(index, masks)) continue
    const sentence = reading.sentence(index)
    if (sentence === undefined || budget.left <= 0) break
    part('rot13', rot13(sentence.text), [sentence.start, sentence.end])
    part('reversed', reversed(sentence.text), [sentence.start, sentence.end])
  }
  const { text } = reading
  if (reading.letterRun >= 6)
    for (const match of text.matchAll(spaced)) {
      if (budget.left <= 0) break
      // Words behind the letters may belong to what they say.
      const end = Math.min(text.length, match.index + match[0].length + 200)
      part('spaced', joined(text.slice(match.index, end)), [match.index, end])
    }
  for (const match of text.matchAll(/[^\n.!?]{0,200}[a-z][@$!|][a-z][^\n.!?]{0,80}[a-z][@$!|][a-z][^\n.!?]{0,200}/g)) {
    if (budget.left <= 0) break
    part(
      'leet',
      match[0].replace(/(?<=[a-z])[@$!|](?=[a-z])/g, (sign) => 'asil'['@$!|'.indexOf(sign)] ?? sign),
      [match.index, match.index + match[0].length],
    )
  }
  const hidden = tagged(raw)
  if (hidden !== undefined) found.push(hidden)
  return found
}

interface Layer {
  /** Span in the original string, once something was unwrapped. */
  readonly whole: Range | undefined
  readonly steps: readonly string[]
}

function unwrap(raw: string, { whole, steps }: Layer, budget: { left: number }, found: Source[]): void {
  if (steps.length >= LAYERS || !/[^\s]{16}|[01]{8}|[.-] [.-]|\d\d[ ,]/.test(raw)) return
  for (const wrapper of wrappers) {
    const { name, run } = wrapper
    let tried = 0
    for (const match of raw.matchAll(run)) {
      if (++tried > RUNS || budget.left <= 0) break
      const text = wrapper.decode(match[0].slice(0, budget.left * 2))
      if (text === undefined || !isText(text)) continue
      budget.left -= text.length
      const span = whole ?? [match.index, match.index + match[0].length]
      const way = [...steps, name]
      found.push(source(fold(text.slice(0, BUDGET)).text, way, span))
      unwrap(text, { whole: span, steps: way }, budget, found)
    }
  }
}

const source = (text: string, steps: readonly string[], span: Range): Source => ({
  text,
  at: (index) => (index < text.length ? span[0] : span[1]),
  span,
  steps,
  hidden: [],
  disguised: false,
})

const rot13 = (text: string): string =>
  text.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 84) % 26) + 97))

function reversed(text: string): string {
  const units = text.slice(0, BUDGET).split('')
  return units.toReversed().join('')
}

/** Letters that stand alone become words again; words stand further apart than letters. */
function joined(text: string): string {
  return text
    .slice(0, BUDGET)
    .replace(/(?<![a-z0-9])[a-z0-9](?:([ ._*|~-]{1,2})[a-z0-9](?![a-z0-9])){2,}/g, (run) =>
      run.replace(/(?<=[a-z0-9])[ ._*|~-](?=[a-z0-9])/g, '').replace(/[ ._*|~-]{2,}/g, ' '),
    )
}

/** Text spelled in tag characters or in selectors, which no screen shows (reference D1). */
function tagged(raw: string): Source | undefined {
  if (!/[\u{e0001}-\u{e01ef}]|[\ufe00-\ufe0f]{3}/u.test(raw)) return undefined
  let text = ''
  let start = -1
  let end = 0
  for (let i = 0; i < raw.length; i++) {
    const code = raw.codePointAt(i) ?? 0
    const size = code > 0xffff ? 2 : 1
    const byte =
      code >= 0xe0020 && code <= 0xe007e
        ? code - 0xe0000
        : code >= 0xe0100 && code <= 0xe01ef
          ? code - 0xe0100 + 16
          : code >= 0xfe00 && code <= 0xfe0f
            ? code - 0xfe00
            : -1
    if (byte >= 0 && text.length < BUDGET) {
      text += String.fromCharCode(byte)
      if (start < 0) start = i
      end = i + size
    }
    i += size - 1
  }
  return text.length > 3 ? source(fold(text).text, ['tags'], [start, end]) : undefined
}

// Unwraps what was wrapped to pass unread: encodings, text that a page would not show, letters spaced out.
import { decoded, isText } from './encodings.ts'
import { gapsIn } from './gaps.ts'
import { fold } from './normalise.ts'
import { maskOf, type Range, type Reading, type Source } from './reading.ts'
import { runsIn } from './runs.ts'
import { APART, MASKED, MISSPELT, RUNS, SIGNED, TAGGED } from './wrapped.ts'

/** Characters that one string may unwrap to, all layers together, and layers (reference/security.md §2.5, 5). */
const BUDGET = 64 * 1024
const LAYERS = 2
/** Ranges of one text that are kept. */
const RANGES = 256

const style =
  /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*(?:0|1px)|opacity\s*:\s*0(?![.\d])|color\s*:\s*(?:#fff(?:fff)?\b|white|transparent)|(?:left|top|text-indent)\s*:\s*-\d{3,}|\shidden(?=[\s>=])/

/** Ranges of folded text that nobody sees who looks at the page. */
export function hiddenRanges(text: string): readonly Range[] {
  const found: Range[] = []
  if (text.includes('<')) unshown(text, found)
  if (text.includes(']:'))
    for (const { index, 0: said } of text.matchAll(/^\[[^\]\n]{1,40}\]:\s{0,8}(?:#|<>)\s{0,8}[("'][^\n]*/gm))
      found.push([index, index + said.length])
  for (const { end, spaces, lines } of gapsIn(text))
    if ((spaces >= 120 || lines >= 20) && found.length < RANGES) found.push([end, Math.min(text.length, end + 2000)])
  return found
}

/** Comments, and elements with a style that makes them invisible. */
function unshown(text: string, found: Range[]): void {
  for (let at = text.indexOf('<'); at >= 0 && found.length < RANGES; ) {
    const next = text.charCodeAt(at + 1)
    let to = at + 1
    if (next === 0x21 && text.startsWith('<!--', at)) {
      const end = text.indexOf('-->', at)
      to = end < 0 ? text.length : end
      found.push([at, to])
    } else if (next >= 0x61 && next <= 0x7a) {
      const close = text.slice(at, at + 400).indexOf('>')
      const tag = close < 0 ? '' : text.slice(at, at + close + 1)
      if (style.test(tag)) {
        const name = /^<[a-z][a-z0-9]{0,15}/.exec(tag)?.[0].slice(1) ?? ''
        const end = text.indexOf(`</${name}`, at)
        to = end < 0 ? text.length : end
        found.push([at, to])
      }
    }
    at = text.indexOf('<', to)
  }
}

/** Words of attacks, turned round or moved by thirteen letters. */
const masks = maskOf(['mask'])
/** Letters that stand alone, six at least. */
const spaced = /(?<![a-z0-9])[a-z](?:[ ._*|~-]{1,3}[a-z](?![a-z0-9])){5,}/g

/** Texts that were found wrapped in a string; `suspected`: bits of what there may be (wrapped.ts). */
export function unwrapped(raw: string, reading: Reading, suspected: number): readonly Source[] {
  const found: Source[] = []
  const budget = { left: BUDGET }
  if ((suspected & RUNS) !== 0) unwrap(raw, { whole: undefined, steps: [] }, budget, found)
  const part = (name: string, read: string, [start, end]: Range): void => {
    budget.left -= read.length
    if (budget.left >= 0) found.push(source(read, [name], reading.raw(start, end)))
  }
  for (let index = 0; (suspected & MASKED) !== 0 && index < reading.sentences && budget.left > 0; index++) {
    if (!reading.holds(index, masks)) continue
    const sentence = reading.sentence(index)
    if (sentence === undefined) break
    part('rot13', rot13(sentence.text), [sentence.start, sentence.end])
    part('reversed', reversed(sentence.text), [sentence.start, sentence.end])
  }
  const { text } = reading
  if ((suspected & APART) !== 0 && reading.letterRun >= 4)
    for (const [start, end] of spacedOut(text)) {
      if (budget.left <= 0) break
      // Words behind the letters may belong to what they say.
      const to = Math.min(text.length, end + 200)
      part('spaced', joined(text.slice(start, to)), [start, to])
    }
  for (const [start, end] of (suspected & SIGNED) === 0 ? [] : signed(reading)) {
    if (budget.left <= 0) break
    part('leet', unsigned(text.slice(start, end)), [start, end])
  }
  for (const [start, end, read] of (suspected & MISSPELT) === 0 ? [] : corrected(reading)) {
    if (budget.left <= 0) break
    part('spelling', read, [start, end])
  }
  const hidden = (suspected & TAGGED) === 0 ? undefined : tagged(raw)
  if (hidden !== undefined) found.push(hidden)
  return found
}

interface Layer {
  /** Span in the original string, once something was unwrapped. */
  readonly whole: Range | undefined
  readonly steps: readonly string[]
}

function unwrap(raw: string, { whole, steps }: Layer, budget: { left: number }, found: Source[]): void {
  if (raw.length < 16 || steps.length >= LAYERS) return
  for (const { encoding, start, end } of runsIn(raw)) {
    if (budget.left <= 0) return
    const text = decoded(encoding, raw.slice(start, Math.min(end, start + budget.left * 8)))
    if (!isText(text)) {
      // An encoding of an encoding has no spaces.
      if (/^[!-~]{16,}$/.test(text))
        unwrap(text, { whole: whole ?? [start, end], steps: [...steps, encoding] }, budget, found)
      continue
    }
    budget.left -= text.length
    const span = whole ?? [start, end]
    const way = [...steps, encoding]
    found.push(source(fold(text.slice(0, BUDGET)).text, way, span))
    unwrap(text, { whole: span, steps: way }, budget, found)
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

const reversed = (text: string): string => text.split('').toReversed().join('')

/** Signs and digits that stand for letters. */
const signs: { readonly [sign: string]: string } = {
  '@': 'a',
  '4': 'a',
  $: 's',
  '5': 's',
  '!': 'i',
  '1': 'i',
  '|': 'l',
  '0': 'o',
  '3': 'e',
  '7': 't',
}

const unsigned = (text: string): string =>
  text.replace(/(?<![a-z0-9@$!|])(?:[a-z013457@$!|]*[a-z][a-z013457@$!|]*|[013457@$]{1,3})(?![a-z0-9])/g, (word) =>
    word.replace(/[@$!|013457]/g, (sign) => signs[sign] ?? sign),
  )

/** Sentences in which signs or digits stand for letters, two at least: `p@ssw$rd`, `1gn0r3`. */
function signed(reading: Reading): readonly Range[] {
  const { text } = reading
  const found: Range[] = []
  let last = -1
  for (const { index } of text.matchAll(/[a-z][@$!|013457](?=[a-z])/g)) {
    const sentence = reading.sentenceAt(index)
    if (sentence === undefined || found.length >= RANGES) break
    if (sentence.start === last && found.at(-1)?.[0] !== sentence.start) found.push([sentence.start, sentence.end])
    last = sentence.start
  }
  return found
}

/** Sentences with two misspelt strong words at least, as they are read: rules look at letters as well. */
function corrected(reading: Reading): readonly (readonly [start: number, end: number, text: string])[] {
  const { corrections } = reading.words
  const found: (readonly [number, number, string])[] = []
  for (let i = 0; i + 1 < corrections.length && found.length < RANGES; i++) {
    const sentence = reading.sentenceAt(corrections[i]?.start ?? 0)
    if (sentence === undefined) continue
    let text = ''
    let at = sentence.start
    let count = 0
    for (let each = corrections[i]; each !== undefined && each.start < sentence.end; each = corrections[i + count]) {
      text += reading.text.slice(at, each.start) + each.word
      at = each.end
      count++
    }
    if (count > 1) found.push([sentence.start, sentence.end, text + reading.text.slice(at, sentence.end)])
    i += Math.max(0, count - 1)
  }
  return found
}

/** Stretches of at least six characters that stand alone. */
function spacedOut(text: string): readonly Range[] {
  const found: Range[] = Array.from(text.matchAll(spaced), ({ index, 0: run }): Range => [index, index + run.length])
  for (const { index, 0: run } of text.matchAll(/(?<!\S)\S(?: {1,3}\S(?!\S)){5,}/g))
    found.push([index, index + run.length])
  return found.slice(0, RANGES)
}

/** Characters that stand alone become words again; words stand further apart than their letters. */
function joined(text: string): string {
  const apart = text.replace(/(?<!\S)\S(?: {1,4}\S(?!\S)){3,}/g, (run) =>
    run
      .split(/ {2,}/)
      .map((word) => word.replaceAll(' ', ''))
      .join(' '),
  )
  return apart.replace(spaced, (run) =>
    run.replace(/(?<=[a-z0-9])[ ._*|~-](?=[a-z0-9])/g, '').replace(/[ ._*|~-]{2,}/g, ' '),
  )
}

/** Text spelled in tag characters or in selectors, which no screen shows (reference D1). */
function tagged(raw: string): Source | undefined {
  // Tags are pairs that begin with this half; few other characters are.
  if (!raw.includes('\udb40') && !/\p{Variation_Selector}{3}/u.test(raw)) return undefined
  let text = ''
  let start = -1
  let end = 0
  for (let i = 0; i < raw.length && text.length < BUDGET; i++) {
    const code = raw.codePointAt(i) ?? 0
    const size = code > 0xffff ? 2 : 1
    const byte = spelled(code)
    if (byte >= 0) {
      text += String.fromCharCode(byte)
      if (start < 0) start = i
      end = i + size
    }
    i += size - 1
  }
  return text.length > 3 ? source(fold(text).text, ['tags'], [start, end]) : undefined
}

/** The byte that a tag or selector stands for, or -1. */
function spelled(code: number): number {
  if (code >= 0xe0020 && code <= 0xe007e) return code - 0xe0000
  if (code >= 0xe0100 && code <= 0xe01ef) return code - 0xe0100 + 16
  return code >= 0xfe00 && code <= 0xfe0f ? code - 0xfe00 : -1
}

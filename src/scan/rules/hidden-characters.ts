// UN-3xx: characters that a screen does not show, or shows as something else than a model reads.
import { isInvisible } from '../characters.ts'
import { gapsIn } from '../gaps.ts'
import { type Hit, type Place, rule } from '../rule.ts'
import { isAnswer } from '../speech.ts'

/** Everything below is about text with something beside printable ASCII in it. */
const plain = /^[\t\n\r -~]*$/
/** The text that was asked about last: six rules ask the same of each. */
const last = { text: '', isOrdinary: true }
const ordinary = {
  test(text: string): boolean {
    if (text === last.text) return last.isOrdinary
    last.text = text.length < 65_536 ? text : ''
    const isOrdinary = plain.test(text)
    last.isOrdinary = text.length < 65_536 ? isOrdinary : true
    return isOrdinary
  },
}
const joining =
  /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Kannada}\p{Script=Khmer}\p{Script=Malayalam}\p{Script=Mongolian}\p{Script=Myanmar}\p{Script=Oriya}\p{Script=Sinhala}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Thai}\p{Script=Lao}\p{Script=Tibetan}\p{Script=Hebrew}\p{Script=Syriac}]/u
const pictorial = /[\p{Extended_Pictographic}\p{Emoji_Component}\p{Emoji_Modifier}]/u
const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u

export const tags = rule({
  looksAt: 'raw',
  id: 'UN-301',
  class: 'hidden-text',
  severity: 'high',
  message: 'holds tag characters or selectors that spell text which no screen shows',
  advice: 'do not admit it: nothing honest is written like this',
  find(text) {
    if (ordinary.test(text)) return []
    // The flags of England, Scotland and Wales are a black flag with tags behind it (UTS 51, ED-14a).
    const flags = [...text.matchAll(/\u{1f3f4}[\u{e0061}-\u{e007a}\u{e0030}-\u{e0039}]{1,6}\u{e007f}/gu)].map(
      ({ index, 0: flag }) => [index, index + flag.length] as const,
    )
    const found = text.matchAll(/[\u{e0000}-\u{e007f}]+|[\u{e0100}-\u{e01ef}]{2,}|[\ufe00-\ufe0f]{3,}/gu)
    return spans(found).filter(({ start }) => !flags.some(([from, to]) => start >= from && start < to))
  },
})

export const invisible = rule({
  looksAt: 'raw',
  id: 'UN-302',
  class: 'hidden-text',
  severity: 'high',
  message: 'has invisible characters between its letters',
  advice: 'have them removed: they hide words from whoever checks the text, and split them for filters',
  find(text, place) {
    if (ordinary.test(text)) return []
    const hits: Hit[] = []
    for (let i = 0; i < text.length && hits.length < 10; i++) {
      if (!isGap(text.charCodeAt(i))) continue
      const start = i
      while (isGap(text.charCodeAt(i + 1))) i++
      const severity = gap(text, { start, end: i + 1 }, place)
      if (severity !== undefined) hits.push({ start, end: i + 1, severity })
    }
    return hits
  },
})

/** Invisible, but for selectors, tags and marks of direction: those have rules of their own. */
const isGap = (code: number): boolean =>
  isInvisible(code) &&
  !(code >= 0xfe00 && code <= 0xfe0f) &&
  !(code >= 0x202a && code <= 0x202e) &&
  !(code >= 0x2066 && code <= 0x2069) &&
  code !== 0x200e &&
  code !== 0x200f &&
  code !== 0x061c

/** Joiners are spelling in many scripts and part of pictures; a soft hyphen, a mark at the very start are leftovers of a page. */
function gap(text: string, { start, end }: Hit, place: Place): Hit['severity'] | undefined {
  const before = characterBefore(text, start)
  const after = String.fromCodePoint(text.codePointAt(end) ?? 0x20)
  const said = text.slice(start, end)
  if (/^[\u200c\u200d]+$/.test(said) && (joining.test(before) || joining.test(after))) return undefined
  if (/^\u200d$/.test(said) && pictorial.test(before) && pictorial.test(after) && !/[0-9]/.test(before))
    return undefined
  if (joining.test(before) && joining.test(after)) return 'low'
  if (start === 0 && said === '\ufeff') return undefined
  const isWithin = /[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after)
  const isPage = /^[\u00ad\u200b\ufeff\u2060]$/.test(said)
  if (/^\u2800+$/.test(said) && /[\u2800-\u28ff]/.test(`${before}${after}`)) return undefined
  if (isAnswer(place) || place.piece.surface === 'message') return isWithin && !isPage ? 'medium' : 'low'
  return 'high'
}

function characterBefore(text: string, at: number): string {
  const code = text.charCodeAt(at - 1)
  return code >= 0xdc00 && code <= 0xdfff ? text.slice(at - 2, at) : (text[at - 1] ?? ' ')
}

export const bidi = rule({
  looksAt: 'raw',
  id: 'UN-303',
  class: 'hidden-text',
  severity: 'high',
  message: 'turns the direction of writing, so that it reads otherwise than it looks',
  advice: 'have the control characters removed: right-to-left text needs none of these',
  find(text, place) {
    if (ordinary.test(text)) return []
    const found = spans(text.matchAll(/[\u202a-\u202e]|[\u2066-\u2068](?![^\u2066-\u2069]*\u2069)/g))
    const isMixed = rightToLeft.test(text)
    return found.map((hit) => ({
      ...hit,
      severity: isAnswer(place)
        ? isMixed
          ? 'low'
          : 'medium'
        : isMixed && !/[\u202d\u202e]/.test(text.slice(hit.start, hit.end))
          ? 'medium'
          : 'high',
    }))
  },
})

export const controls = rule({
  looksAt: 'raw',
  id: 'UN-304',
  class: 'hidden-text',
  severity: 'high',
  message: 'holds control characters: a terminal obeys them instead of showing them',
  advice: 'have them removed: text for a model has no colours and no cursor',
  find(text, place) {
    if (ordinary.test(text)) return []
    const hits: Hit[] = []
    for (let i = 0; i < text.length && hits.length < 10; i++) {
      if (!isControl(text.charCodeAt(i))) continue
      const colour = colourAt(text, i)
      const end = i + Math.max(1, colour)
      hits.push({ start: i, end, severity: isAnswer(place) ? (colour > 0 ? 'info' : 'low') : 'high' })
      i = end - 1
    }
    return hits
  },
})

/** C0 and C1 without tab, line feed, form feed, carriage return and next line. */
const isControl = (code: number): boolean =>
  (code < 0x20 && !(code >= 9 && code <= 13 && code !== 11)) || (code >= 0x7f && code < 0xa0 && code !== 0x85)

/** Length of a sequence that only chooses a colour (ECMA-48 §8.3.117, SGR), or 0. */
const colourAt = (text: string, at: number): number =>
  /^.\[[0-9;]{0,32}m/s.exec(text.slice(at, at + 40))?.[0].length ?? 0

export const unassigned = rule({
  looksAt: 'raw',
  id: 'UN-305',
  class: 'hidden-text',
  severity: 'high',
  message: 'holds characters without a meaning: for private use, or halves of pairs',
  advice: 'have them removed: what they show depends on the reader, and they carry data unseen',
  find(text, place) {
    if (ordinary.test(text)) return []
    const found = spans(text.matchAll(/\p{Co}+|\p{Cs}+|[\ufdd0-\ufdef\ufffe\uffff]+/gu))
    return found.map((hit) => ({
      ...hit,
      severity: isAnswer(place) || place.piece.surface === 'message' ? 'low' : 'high',
    }))
  },
})

export const mixedScripts = rule({
  looksAt: 'raw',
  id: 'UN-306',
  class: 'look-alike',
  severity: 'high',
  message: 'mixes alphabets within a word, so that it looks like another word',
  advice: 'have it spelled in one alphabet: a name like this imitates one that is trusted',
  find(text, place) {
    if (ordinary.test(text)) return []
    const hits: Hit[] = []
    for (const match of text.matchAll(/[\p{L}\p{M}]+/gu)) {
      const word = match[0]
      if (
        hits.length >= 10 ||
        word.length < 3 ||
        !/[a-z]/i.test(word) ||
        !/[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u.test(word)
      )
        continue
      if (isFormula(word)) continue
      const isName = place.piece.surface === 'name' || place.piece.surface === 'key'
      hits.push({
        start: match.index,
        end: match.index + word.length,
        severity: isName ? 'high' : isAnswer(place) ? 'low' : 'medium',
      })
    }
    return hits
  },
})

/** Units and formulas: µm, Δt, λx, Ωm; a Greek letter before or behind a short Latin word. */
const isFormula = (word: string): boolean =>
  /^\p{Script=Greek}{1,2}[a-z]{1,4}$/iu.test(word) || /^[a-z]{1,4}\p{Script=Greek}{1,2}$/iu.test(word)

export const pushedOut = rule({
  looksAt: 'raw',
  id: 'UN-307',
  class: 'hidden-text',
  severity: 'medium',
  message: 'goes on behind a long empty space, where nobody who looks at it will see it',
  advice: 'read what stands behind the space',
  surfaces: [
    'name',
    'title',
    'description',
    'instructions',
    'key',
    'parameter',
    'value',
    'annotation',
    'meta',
    'schema',
  ],
  find(text) {
    return gapsIn(text).slice(0, 4)
  },
})

const spans = (found: Iterable<RegExpExecArray>): readonly Hit[] =>
  Array.from(found, ({ index, 0: said }) => ({ start: index, end: index + said.length })).slice(0, 10)

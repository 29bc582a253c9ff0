// A text as rules read it: folded, cut into sentences, its words known by what they mean; it decides nothing.
import { classOf, OTHER, STOP, UNSPACED, WORD } from './characters.ts'
import { type Concept, concepts } from './concepts.ts'
import { hashed, hashStart, type Lexicon, type Meaning, type Node, STEM } from './lexicon.ts'

const numbers: ReadonlyMap<string, number> = new Map(concepts.map((concept, number) => [concept, number]))

/** Concepts as bits: more than 32, so in two numbers. */
export interface Mask {
  readonly low: number
  readonly high: number
}

/** The mask of a set of concepts. */
export function maskOf(set: readonly Concept[]): Mask {
  let low = 0
  let high = 0
  for (const concept of set) {
    const number = numbers.get(concept) ?? 0
    if (number < 32) low |= 1 << number
    else high |= 1 << (number - 32)
  }
  return { low, high }
}

/** A word or phrase that means something. Offsets are those of the reading's text. */
export interface Mark {
  readonly concept: Concept
  readonly start: number
  readonly end: number
  /** Number of its first and its last word, counted from the text's first. */
  readonly word: number
  readonly lastWord: number
  /** A verb in its base form. */
  readonly base: boolean
  /** An imperative that is nothing else: see `Language.orders`. */
  readonly order: boolean
}

export type Range = readonly [start: number, end: number]

/** What a reading is made of. */
export interface Source {
  /** Folded text. */
  readonly text: string
  /** Offset in the original string. */
  at(index: number): number
  /** How it was unwrapped; empty: it lay open. */
  readonly steps: readonly string[]
  /** Ranges of `text` that a reader of the page would not see. */
  readonly hidden: readonly Range[]
  readonly disguised: boolean
  /** Where the text stands in the original as a whole, when its places have no place of their own there. */
  readonly span?: Range
}

/** Longest sentence in words: further ones begin another. */
const WORDS = 100
/** A line at least this long that ends without punctuation goes on in the next. */
const WRAPPED = 40

export class Reading {
  readonly text: string
  readonly steps: readonly string[]
  readonly hidden: readonly Range[]
  /** Some word was disguised: other scripts, invisible characters. */
  readonly disguised: boolean
  /** Letters that stand alone, the longest run of them: spaced-out words. */
  letterRun = 0
  /** Per sentence: start, end, low and high bits, number of its first mark. */
  readonly bounds: number[] = []
  /** Per mark: concept, start, end, first word, last word, base. */
  readonly marks: number[] = []
  readonly #at: (index: number) => number
  readonly #span: Range | undefined

  constructor(source: Source, lexicon: Lexicon) {
    this.text = source.text
    this.steps = source.steps
    this.hidden = source.hidden
    this.disguised = source.disguised
    this.#at = (index) => source.at(index)
    this.#span = source.span
    new Reader(this, lexicon).run()
  }

  /** Span in the original string of a span in `text`. */
  raw(start: number, end: number): Range {
    if (this.#span !== undefined) return this.#span
    const from = this.#at(start)
    return [from, Math.max(from, this.#at(end))]
  }

  get sentences(): number {
    return this.bounds.length / 5
  }

  /** Whether a sentence holds one of these. */
  holds(index: number, { low, high }: Mask): boolean {
    const { bounds } = this
    return (((bounds[index * 5 + 2] ?? 0) & low) | ((bounds[index * 5 + 3] ?? 0) & high)) !== 0
  }

  /** The sentence that a place of the text stands in. */
  sentenceAt(place: number): Sentence | undefined {
    let low = 0
    let high = this.sentences - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (place < (this.bounds[middle * 5 + 1] ?? 0)) high = middle
      else low = middle + 1
    }
    return this.sentence(low)
  }

  sentence(index: number): Sentence | undefined {
    return index >= 0 && index < this.sentences ? new Sentence(this, index) : undefined
  }
}

const MARK = 6

/** One sentence. Made only when a rule wants to look at it. */
export class Sentence {
  readonly reading: Reading
  readonly index: number
  readonly start: number
  readonly end: number
  readonly #low: number
  readonly #high: number
  #marks: readonly Mark[] | undefined

  constructor(reading: Reading, index: number) {
    const { bounds } = reading
    this.reading = reading
    this.index = index
    this.start = bounds[index * 5] ?? 0
    this.end = bounds[index * 5 + 1] ?? 0
    this.#low = bounds[index * 5 + 2] ?? 0
    this.#high = bounds[index * 5 + 3] ?? 0
  }

  get text(): string {
    return this.reading.text.slice(this.start, this.end)
  }

  get next(): Sentence | undefined {
    return this.reading.sentence(this.index + 1)
  }

  get previous(): Sentence | undefined {
    return this.reading.sentence(this.index - 1)
  }

  /** A reader of the page would not see it, or it had to be decoded first. */
  get hidden(): boolean {
    return this.reading.steps.length > 0 || this.reading.hidden.some(([from, to]) => this.start < to && this.end > from)
  }

  has(concept: Concept): boolean {
    const number = numbers.get(concept) ?? 0
    return number < 32 ? ((this.#low >>> number) & 1) === 1 : ((this.#high >>> (number - 32)) & 1) === 1
  }

  hasAny(...set: readonly Concept[]): boolean {
    return set.some((concept) => this.has(concept))
  }

  /** Everything in it that means something, in order. */
  get marks(): readonly Mark[] {
    if (this.#marks !== undefined) return this.#marks
    const { bounds, marks } = this.reading
    const from = bounds[this.index * 5 + 4] ?? 0
    const to = bounds[this.index * 5 + 9] ?? marks.length
    const made: Mark[] = []
    for (let i = from; i < to; i += MARK) {
      const concept = concepts[marks[i] ?? 0]
      if (concept === undefined) continue
      const [start = 0, end = 0, word = 0, lastWord = 0, base = 0] = marks.slice(i + 1, i + MARK)
      made.push({ concept, start, end, word, lastWord, base: base > 0, order: base > 1 })
    }
    this.#marks = made
    return made
  }

  /** All marks of a concept. */
  all(concept: Concept): readonly Mark[] {
    return this.has(concept) ? this.marks.filter((mark) => mark.concept === concept) : []
  }

  first(concept: Concept): Mark | undefined {
    return this.has(concept) ? this.marks.find((mark) => mark.concept === concept) : undefined
  }

  /** The next mark of a concept at most so many words behind. */
  after(mark: Mark, concept: Concept, words: number): Mark | undefined {
    if (!this.has(concept)) return undefined
    return this.marks.find((each) => {
      const gap = each.word - mark.lastWord
      return each.concept === concept && gap > 0 && gap <= words
    })
  }

  /** The last mark of a concept at most so many words before. */
  before(mark: Mark, concept: Concept, words: number): Mark | undefined {
    if (!this.has(concept)) return undefined
    return this.marks.findLast((each) => {
      const gap = mark.word - each.lastWord
      return each.concept === concept && gap > 0 && gap <= words
    })
  }

  /** A mark of a concept at most so many words away on either side, or on the same words. */
  near(mark: Mark, concept: Concept, words: number): Mark | undefined {
    if (!this.has(concept)) return undefined
    return this.marks.find(
      (each) => each.concept === concept && each.word - mark.lastWord <= words && mark.word - each.lastWord <= words,
    )
  }

  /** Whether a place stands between quotation marks or backticks of this sentence. */
  quoted(place: number): boolean {
    const before = this.reading.text.slice(this.start, place)
    const after = this.reading.text.slice(place, this.end)
    return (
      ['"', '`'].some((mark) => before.split(mark).length % 2 === 0 && after.includes(mark)) ||
      (/(?:^|[\s(:])'[^']*$/.test(before) && /'(?:$|[\s),.;:!?])/.test(after))
    )
  }
}

/** Goes through the text once. */
class Reader {
  readonly #reading: Reading
  readonly #text: string
  readonly #lexicon: Lexicon
  /** Phrases that have begun: where each stands, and where it began. */
  #open: [node: Node, start: number, word: number][] = []
  #start = 0
  #lineStart = 0
  #low = 0
  #high = 0
  #firstMark = 0
  #word = 0
  #firstWord = 0
  #letters = 0

  constructor(reading: Reading, lexicon: Lexicon) {
    this.#reading = reading
    this.#text = reading.text
    this.#lexicon = lexicon
  }

  run(): void {
    const text = this.#text
    for (let i = 0; i < text.length; ) {
      const code = text.charCodeAt(i)
      const kind = classOf(code)
      if (kind === WORD) i = this.#spaced(i)
      else if (kind === UNSPACED) i = this.#unspaced(code, i)
      else {
        if (kind === STOP ? code !== 0x0a || this.#lineEnds(i) : code === 0x2e && endsAfter(text, i)) this.#end(i + 1)
        if (code === 0x0a) this.#lineStart = i + 1
        i++
      }
    }
    this.#end(text.length)
  }

  /** Whether a line feed ends a sentence: wrapped prose goes on. */
  #lineEnds(i: number): boolean {
    if (i - this.#lineStart < WRAPPED) return true
    const before = this.#text.charCodeAt(i - 1)
    if (before === 0x3a || before === 0x2e) return true
    let next = i + 1
    while (next < i + 40 && (this.#text[next] === ' ' || this.#text[next] === '\t')) next++
    const code = this.#text.charCodeAt(next)
    return (
      !(classOf(code) === WORD && !(code >= 0x30 && code <= 0x39)) && code !== 0x60 && code !== 0x28 && code !== 0x22
    )
  }

  #end(at: number): void {
    if (at > this.#start && (this.#word > this.#firstWord || at === this.#text.length)) {
      this.#reading.bounds.push(this.#start, at, this.#low, this.#high, this.#firstMark)
      this.#start = at
      this.#low = 0
      this.#high = 0
      this.#firstMark = this.#reading.marks.length
      this.#firstWord = this.#word
    }
    if (this.#open.length > 0) this.#open = []
  }

  #spaced(start: number): number {
    const text = this.#text
    let hash = hashStart
    let stem = 0
    let i = start
    for (; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (classOf(code) === WORD) hash = hashed(hash, code)
      else if (code !== 0x27 || classOf(text.charCodeAt(i + 1)) !== WORD || i === start) break
      if (i - start === STEM - 1) stem = hash
    }
    if (i - start === 1) {
      this.#letters++
      if (this.#letters > this.#reading.letterRun) this.#reading.letterRun = this.#letters
    } else this.#letters = 0
    const dotted = this.#text.charCodeAt(start - 1) === 0x2e && classOf(text.charCodeAt(start - 2)) === OTHER
    this.#meet(this.#lexicon.numberOf(hash, text, start, i), start, i)
    if (i - start >= STEM) this.#stem(stem, start, i)
    if (dotted) this.#dotted(start, i)
    if (++this.#word - this.#firstWord >= WORDS) this.#end(i)
    return i
  }

  /** `.env` is a file, `env` is a word: names that begin with a dot are looked up with it as well. */
  #dotted(start: number, end: number): void {
    const found = this.#lexicon.root.next.get(this.#lexicon.number(this.#text.slice(start - 1, end)))
    if (found?.meaning !== undefined) this.#mark(found.meaning, start - 1, end, this.#word)
  }

  #unspaced(code: number, i: number): number {
    const phrases = this.#lexicon.unspaced.get(code)
    const found = phrases?.find(([phrase]) => this.#text.startsWith(phrase, i))
    if (found !== undefined) this.#mark(found[1], i, i + found[0].length, this.#word)
    // Two characters make about a word.
    if ((i & 1) === 0 && ++this.#word - this.#firstWord >= WORDS) this.#end(i + 1)
    return i + 1
  }

  /** A word was read: it may go on a phrase, begin one, and mean something by itself. */
  #meet(number: number, start: number, end: number): void {
    if (this.#open.length > 0) {
      const open = this.#open
      this.#open = []
      for (const [at, from, word] of open) this.#follow(at, number, [start, end], [from, word])
    }
    const { root } = this.#lexicon
    if (number >= 0) {
      const found = root.next.get(number)
      if (found !== undefined) this.#arrive(found, end, [start, this.#word])
    } else this.#unknown(start, end)
  }

  #stem(hash: number, start: number, end: number): void {
    const stems = this.#lexicon.stems.get(hash)
    if (stems === undefined) return
    const found = stems.find(([stem]) => stem.length <= end - start && this.#text.startsWith(stem, start))
    if (found !== undefined) this.#arrive(found[1], end, [start, this.#word])
  }

  #follow(at: Node, number: number, [start, end]: Range, began: Range): void {
    const exact = number >= 0 ? at.next.get(number) : undefined
    if (exact !== undefined) this.#arrive(exact, end, began)
    if (at.stems.length === 0) return
    const stem = at.stems.find(([each]) => each.length <= end - start && this.#text.startsWith(each, start))
    if (stem !== undefined) this.#arrive(stem[1], end, began)
  }

  #arrive(at: Node, end: number, [from, word]: Range): void {
    if (at.meaning !== undefined) this.#mark(at.meaning, from, end, word)
    if (at.next.size > 0 || at.stems.length > 0) this.#open.push([at, from, word])
  }

  /** Digits that stand for letters: looked up again as those. */
  #unknown(start: number, end: number): void {
    if (end - start < 4 || end - start > 24) return
    const word = this.#text.slice(start, end)
    if (!/[a-z]/.test(word) || !/[013457]/.test(word)) return
    const plain = word.replace(/[013457]/g, (digit) => 'oi.eas.t'['01.345.7'.indexOf(digit)] ?? digit)
    const found = this.#lexicon.root.next.get(this.#lexicon.number(plain))
    if (found !== undefined) this.#arrive(found, end, [start, this.#word])
  }

  #mark(meaning: Meaning, start: number, end: number, word: number): void {
    const base = meaning.order ? 2 : meaning.base ? 1 : 0
    for (const concept of meaning.concepts) {
      if (concept < 32) this.#low |= 1 << concept
      else this.#high |= 1 << (concept - 32)
      this.#reading.marks.push(concept, start, end, word, this.#word, base)
    }
  }
}

/** Whether a full stop ends a sentence: not inside names, numbers, versions and addresses. */
function endsAfter(text: string, i: number): boolean {
  if (i + 1 >= text.length) return true
  const next = text.charCodeAt(i + 1)
  if (next === 0x22 || next === 0x27 || next === 0x29) return endsAfter(text, i + 1)
  if (next > 0x20) return false
  // “e.g.” and “i.e.” do not end one.
  return !(
    text.charCodeAt(i - 2) === 0x2e ||
    (i >= 2 && text.charCodeAt(i - 2) === 0x20 && i - 1 > 0 && isLower(text, i - 1))
  )
}

const isLower = (text: string, i: number): boolean => text.charCodeAt(i) >= 0x61 && text.charCodeAt(i) <= 0x7a

// A text as rules read it: folded, cut into sentences, its words known by what they mean; it decides nothing.
import { type Concept, concepts } from './concepts.ts'
import type { Lexicon } from './lexicon.ts'
import { MARK, read, type Words } from './reader.ts'

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

const none: readonly Mark[] = []

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

export class Reading {
  readonly text: string
  readonly steps: readonly string[]
  readonly hidden: readonly Range[]
  /** Some word was disguised: other scripts, invisible characters. */
  readonly disguised: boolean
  readonly #lexicon: Lexicon
  #words: Words | undefined
  readonly #at: (index: number) => number
  readonly #span: Range | undefined
  readonly #sentences: (Sentence | undefined)[] = []
  #unseen: ReadonlySet<number> | undefined

  constructor(source: Source, lexicon: Lexicon) {
    this.text = source.text
    this.steps = source.steps
    this.hidden = source.hidden
    this.disguised = source.disguised
    this.#at = (index) => source.at(index)
    this.#span = source.span
    this.#lexicon = lexicon
  }

  /** Its words; many rules look at letters alone, and find nothing. */
  get words(): Words {
    return (this.#words ??= read(this.text, this.#lexicon))
  }

  /** Span in the original string of a span in `text`. */
  raw(start: number, end: number): Range {
    if (this.#span !== undefined) return this.#span
    const from = this.#at(start)
    return [from, Math.max(from, this.#at(end))]
  }

  get sentences(): number {
    return this.words.bounds.length / 5
  }

  /** Letters that stand alone, the longest run of them: spaced-out words. */
  get letterRun(): number {
    return this.words.letterRun
  }

  /** Whether a reader of the page would not see a sentence. */
  isHidden(index: number): boolean {
    if (this.steps.length > 0) return true
    if (this.hidden.length === 0) return false
    this.#unseen ??= this.#findUnseen()
    return this.#unseen.has(index)
  }

  #findUnseen(): ReadonlySet<number> {
    const unseen = new Set<number>()
    for (const [from, to] of this.hidden)
      for (let each = this.sentenceAt(from); each !== undefined && each.start < to; each = each.next)
        if (each.end > from) unseen.add(each.index)
    return unseen
  }

  /** Whether a sentence holds one of these. */
  holds(index: number, { low, high }: Mask): boolean {
    const { bounds } = this.words
    return (((bounds[index * 5 + 2] ?? 0) & low) | ((bounds[index * 5 + 3] ?? 0) & high)) !== 0
  }

  /** The sentence that a place of the text stands in. */
  sentenceAt(place: number): Sentence | undefined {
    let low = 0
    let high = this.sentences - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (place < (this.words.bounds[middle * 5 + 1] ?? 0)) high = middle
      else low = middle + 1
    }
    return this.sentence(low)
  }

  sentence(index: number): Sentence | undefined {
    if (index < 0 || index >= this.sentences) return undefined
    return (this.#sentences[index] ??= new Sentence(this, index))
  }
}

/** One sentence. Made only when a rule wants to look at it. */
export class Sentence {
  readonly reading: Reading
  readonly index: number
  readonly start: number
  readonly end: number
  readonly #low: number
  readonly #high: number
  #marks: readonly Mark[] | undefined
  /** Marks by number of their concept: rules ask for the same ones again and again. */
  readonly #lists: (readonly Mark[] | undefined)[] = []
  #text: string | undefined

  constructor(reading: Reading, index: number) {
    const { bounds } = reading.words
    this.reading = reading
    this.index = index
    this.start = bounds[index * 5] ?? 0
    this.end = bounds[index * 5 + 1] ?? 0
    this.#low = bounds[index * 5 + 2] ?? 0
    this.#high = bounds[index * 5 + 3] ?? 0
  }

  get text(): string {
    return (this.#text ??= this.reading.text.slice(this.start, this.end))
  }

  get next(): Sentence | undefined {
    return this.reading.sentence(this.index + 1)
  }

  get previous(): Sentence | undefined {
    return this.reading.sentence(this.index - 1)
  }

  /** A reader of the page would not see it, or it had to be decoded first. */
  get hidden(): boolean {
    return this.reading.isHidden(this.index)
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
    const { bounds, marks } = this.reading.words
    const from = bounds[this.index * 5 + 4] ?? 0
    const to = bounds[this.index * 5 + 9] ?? marks.length
    const made: Mark[] = []
    for (let i = from; i < to; i += MARK) {
      const concept = concepts[marks[i] ?? 0]
      if (concept === undefined) continue
      const base = marks[i + 5] ?? 0
      made.push({
        concept,
        start: marks[i + 1] ?? 0,
        end: marks[i + 2] ?? 0,
        word: marks[i + 3] ?? 0,
        lastWord: marks[i + 4] ?? 0,
        base: base > 0,
        order: base > 1,
      })
    }
    this.#marks = made
    return made
  }

  /** All marks of a concept. */
  all(concept: Concept): readonly Mark[] {
    if (!this.has(concept)) return none
    const number = numbers.get(concept) ?? 0
    return (this.#lists[number] ??= this.marks.filter((mark) => mark.concept === concept))
  }

  first(concept: Concept): Mark | undefined {
    return this.all(concept)[0]
  }

  /** The next mark of a concept at most so many words behind. */
  after(mark: Mark, concept: Concept, words: number): Mark | undefined {
    for (const each of this.all(concept)) {
      const gap = each.word - mark.lastWord
      if (gap > 0 && gap <= words) return each
    }
    return undefined
  }

  /** The last mark of a concept at most so many words before. */
  before(mark: Mark, concept: Concept, words: number): Mark | undefined {
    const list = this.all(concept)
    for (let i = list.length - 1; i >= 0; i--) {
      const each = list[i]
      const gap = each === undefined ? 0 : mark.word - each.lastWord
      if (gap > 0 && gap <= words) return each
    }
    return undefined
  }

  /** A mark of a concept at most so many words away on either side, or on the same words. */
  near(mark: Mark, concept: Concept, words: number): Mark | undefined {
    for (const each of this.all(concept))
      if (each.word - mark.lastWord <= words && mark.word - each.lastWord <= words) return each
    return undefined
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

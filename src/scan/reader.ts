// Goes through a folded text once: where its sentences are, and which of its words and phrases mean something.
import { classOf, OTHER, STOP, UNSPACED, WORD } from './characters.ts'
import { hashed, hashStart, type Lexicon, type Meaning, type Node, STEM } from './lexicon.ts'
import { isDigit, LEET, LETTERS } from './units.ts'

interface Correction {
  readonly start: number
  readonly end: number
  readonly word: string
}

/** What was read, as plain numbers: most of it is never looked at. */
export interface Words {
  /** Letters that stand alone, the longest run of them: spaced-out words. */
  readonly letterRun: number
  /** Per sentence: start, end, low and high bits, number of its first mark. */
  readonly bounds: readonly number[]
  /** Per mark: concept, start, end, first word, last word, 1 for a base form, 2 for an order. */
  readonly marks: readonly number[]
  /** Misspelt words, with what they are read as. */
  readonly corrections: readonly Correction[]
}

/** Numbers per mark. */
export const MARK = 6

type Range = readonly [start: number, end: number]

/** Longest sentence in words: further ones begin another. */
const WORDS = 100
/** A line at least this long that ends without punctuation goes on in the next. */
const WRAPPED = 40

/** Reads a folded text. Linear. */
export function read(text: string, lexicon: Lexicon): Words {
  const reader = new Reader(text, lexicon)
  reader.run()
  return reader
}

/** Goes through the text once. */
class Reader implements Words {
  letterRun = 0
  readonly bounds: number[] = []
  readonly marks: number[] = []
  readonly corrections: Correction[] = []
  readonly #text: string
  readonly #lexicon: Lexicon
  readonly #classes: Uint8Array
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

  constructor(text: string, lexicon: Lexicon) {
    this.#text = text
    this.#lexicon = lexicon
    this.#classes = lexicon.classes
  }

  run(): void {
    const text = this.#text
    const classes = this.#classes
    for (let i = 0; i < text.length; ) {
      const code = text.charCodeAt(i)
      const kind = classes[code]
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
      this.bounds.push(this.#start, at, this.#low, this.#high, this.#firstMark)
      this.#start = at
      this.#low = 0
      this.#high = 0
      this.#firstMark = this.marks.length
      this.#firstWord = this.#word
    }
    if (this.#open.length > 0) this.#open = []
  }

  #spaced(start: number): number {
    const text = this.#text
    const classes = this.#classes
    let hash = hashStart
    let stem = 0
    let digits = 0
    let i = start
    for (; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (classes[code] === WORD) hash = hashed(hash, code)
      else if (code !== 0x27 || classes[text.charCodeAt(i + 1)] !== WORD || i === start) break
      if (code <= 0x39) digits++
      if (i - start === STEM - 1) stem = hash
    }
    if (i - start === 1) {
      this.#letters++
      if (this.#letters > this.letterRun) this.letterRun = this.#letters
    } else this.#letters = 0
    const dotted = text.charCodeAt(start - 1) === 0x2e && classOf(text.charCodeAt(start - 2)) === OTHER
    const found = this.#lexicon.numberOf(hash, text, start, i)
    const number = found < 0 ? found : this.#lexicon.meant(found)
    if (number !== found) this.corrections.push({ start, end: i, word: this.#lexicon.words[number] ?? '' })
    if (number >= 0 || this.#open.length > 0) this.#meet(number, start, i)
    if (number < 0 && digits > 0 && digits < i - start) this.#unknown(start, i)
    if (i - start >= STEM && this.#lexicon.mayStem(stem)) this.#stem(stem, start, i)
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
    const found = this.#lexicon.unspacedAt(this.#text, code, i)
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
    }
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
    if (end - start < 4 || end - start > LEET) return
    let hash = hashStart
    let plain = ''
    for (let i = start; i < end; i++) {
      const code = this.#text.charCodeAt(i)
      hash = hashed(hash, isDigit(code) ? LETTERS.charCodeAt(code - 0x30) : code)
    }
    // Most are numbers and names.
    if (!this.#lexicon.has(hash)) return
    for (const letter of this.#text.slice(start, end)) plain += /\d/.test(letter) ? LETTERS[Number(letter)] : letter
    const found = this.#lexicon.root.next.get(this.#lexicon.number(plain))
    if (found !== undefined && /[a-z]/.test(this.#text.slice(start, end))) this.#arrive(found, end, [start, this.#word])
  }

  #mark(meaning: Meaning, start: number, end: number, word: number): void {
    const base = meaning.order ? 2 : meaning.base ? 1 : 0
    for (const concept of meaning.concepts) {
      if (concept < 32) this.#low |= 1 << concept
      else this.#high |= 1 << (concept - 32)
      this.marks.push(concept, start, end, word, this.#word, base)
    }
  }
}

/** Whether a full stop ends a sentence: not inside names, numbers, versions and addresses. */
function endsAfter(text: string, i: number): boolean {
  // Quotation marks and brackets close behind it.
  let at = i + 1
  while (at < i + 4 && isClosing(text.charCodeAt(at))) at++
  if (at >= text.length) return true
  if (text.charCodeAt(at) > 0x20) return false
  // The number of an item in a list does not end one.
  if (isDigit(text.charCodeAt(i - 1)) && isLineStart(text, i)) return false
  // “e.g.” and “i.e.” do not end one.
  return !(
    text.charCodeAt(i - 2) === 0x2e ||
    (i >= 2 && text.charCodeAt(i - 2) === 0x20 && i - 1 > 0 && isLower(text, i - 1))
  )
}

/** Whether nothing but a number stands between a place and the beginning of its line. */
const isLineStart = (text: string, i: number): boolean =>
  /(?:^|\n)[ \t]{0,8}\d{1,2}$/.test(text.slice(Math.max(0, i - 12), i))

const isClosing = (code: number): boolean => code === 0x22 || code === 0x27 || code === 0x29

const isLower = (text: string, i: number): boolean => text.charCodeAt(i) >= 0x61 && text.charCodeAt(i) <= 0x7a

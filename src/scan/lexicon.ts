// Words and phrases with what they can mean, compiled into one table that a reader looks up as it goes; it knows no grammar.
import { classOf, classTable, UNSPACED } from './characters.ts'
import { type Concept, concepts } from './concepts.ts'
import { fold } from './normalise.ts'

type Entries = { readonly [concept in Concept]?: readonly string[] }

/**
 * The vocabulary of one language. A phrase is words with spaces between; a word that ends in `*` is the beginning of one; what
 * is written without spaces (Chinese, Japanese, Thai) is found anywhere. Spelling, case and accents do not matter.
 */
export interface Language {
  readonly words?: Entries
  /** English verbs in their base form: the other forms are made, and only the base can be an imperative. */
  readonly verbs?: Entries
  /** Forms of verbs that are orders wherever they stand: imperatives of languages in which nothing else looks like them. */
  readonly orders?: Entries
  /** English nouns: the plural is made. */
  readonly nouns?: Entries
  /** Strong words that are also known when a letter is missing or two have changed places. */
  readonly misspelt?: readonly string[]
  /** The same for all words that have at least so many letters: few of them turn into other words. */
  readonly misspeltFrom?: number
}

/** What a found word or phrase means: concepts by number; a verb's base form has `base`, an imperative `order`. */
export interface Meaning {
  readonly concepts: number[]
  base: boolean
  order: boolean
}

/** A place in a phrase: what it means to end here, and which words may follow. */
export interface Node {
  meaning: Meaning | undefined
  readonly next: Map<number, Node>
  readonly stems: [stem: string, node: Node][]
}

/** A word or phrase, and what it can mean. */
export interface Path {
  readonly words: readonly string[]
  readonly concepts: readonly Concept[]
}

/** How a word was given. */
type Form = 'word' | 'base' | 'order'

const pair = (first: number, second: number): number => first * 65_536 + (second || 0)

const node = (): Node => ({ meaning: undefined, next: new Map(), stems: [] })

export const hashStart = 7
export const hashed = (hash: number, code: number): number => (Math.imul(hash, 31) + code) | 0

/** Length of the part of a stem that finds it: in Korean, two letters are a word. */
export const STEM = 2

export class Lexicon {
  /** Words by number; the table finds a number by hash. */
  readonly words: string[] = []
  readonly root = node()
  readonly classes = classTable()
  /** Phrases of scripts without spaces, by their first two characters, longest first; those of one character by that alone. */
  readonly #unspaced = new Map<number, [phrase: string, meaning: Meaning][]>()
  /** Numbers of misspelt words, with what they mean. */
  readonly #meant = new Map<number, number>()
  #meaning = new Int32Array(0)
  readonly #mayStem = new Uint8Array(4096)
  /** Beginnings of words, by the hash of their first letters, longest first. */
  readonly stems = new Map<number, [stem: string, node: Node][]>()
  #table = new Int32Array(0)
  #hashes = new Int32Array(0)
  readonly #numbers = new Map<string, number>()
  readonly #folded = new Map<string, string>()
  readonly #phrases = new Map<string, Meaning>()

  constructor(languages: readonly Language[]) {
    for (const language of languages) {
      this.#entries(language.words, (word) => [word], 'word')
      this.#entries(language.nouns, plurals, 'word')
      this.#entries(language.orders, (verb) => [verb], 'order')
      this.#entries(language.verbs, (verb) => [verb], 'base')
      this.#entries(language.verbs, forms, 'word')
      for (const word of language.misspelt ?? []) this.#misspell(word)
      if (language.misspeltFrom !== undefined) this.#misspellAll(language.misspeltFrom)
    }
    this.#index()
  }

  /** Number of the word with this hash that `text` spells from `start` to `end` (apostrophes left out), or -1. */
  numberOf(hash: number, text: string, start: number, end: number): number {
    const mask = this.#table.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const found = (this.#table[slot] ?? 0) - 1
      if (found < 0) return -1
      if (this.#hashes[slot] === hash && spells(this.words[found] ?? '', text, start, end)) return found
    }
  }

  /** Whether some word has this hash. */
  has(hash: number): boolean {
    const mask = this.#table.length - 1
    for (let slot = hash & mask; this.#table[slot] !== 0; slot = (slot + 1) & mask)
      if (this.#hashes[slot] === hash) return true
    return false
  }

  /** The longest phrase of a script without spaces that stands at a place. */
  unspacedAt(text: string, code: number, at: number): [phrase: string, meaning: Meaning] | undefined {
    const list = this.#unspaced.get(pair(code, text.charCodeAt(at + 1)))
    if (list !== undefined) for (const each of list) if (text.startsWith(each[0], at)) return each
    return this.#unspaced.get(pair(code, 0))?.[0]
  }

  /** Whether some beginning of a word has this hash; most have not. */
  mayStem(hash: number): boolean {
    return this.#mayStem[hash & 4095] === 1
  }

  /** Number of the word that a misspelt one stands for; of others, their own. */
  meant(number: number): number {
    return this.#meaning[number] ?? number
  }

  /** Every way to a meaning: the words of a phrase, `word*` for one that only begins so; phrases of scripts without spaces are not among them. */
  *paths(): IterableIterator<Path> {
    const open: (readonly [at: Node, words: readonly string[]])[] = [[this.root, []]]
    for (const stems of this.stems.values()) for (const [stem, at] of stems) open.push([at, [`${stem}*`]])
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [at, words] = next
      if (at.meaning !== undefined)
        yield { words, concepts: at.meaning.concepts.flatMap((number) => concepts[number] ?? []) }
      for (const [number, after] of at.next) open.push([after, [...words, this.words[number] ?? '']])
      for (const [stem, after] of at.stems) open.push([after, [...words, `${stem}*`]])
    }
  }

  /** Misspelt words with the words that they stand for. */
  misspelt(): readonly (readonly [wrong: string, right: string])[] {
    return Array.from(this.#meant, ([wrong, right]) => [this.words[wrong] ?? '', this.words[right] ?? ''] as const)
  }

  /** Number of a word that is given as such, or -1. */
  number(word: string): number {
    return this.#numbers.get(word) ?? -1
  }

  #entries(entries: Entries | undefined, formsOf: (word: string) => readonly string[], as: Form): void {
    for (const [number, concept] of concepts.entries())
      for (const phrase of entries?.[concept] ?? []) for (const form of formsOf(phrase)) this.#add(form, number, as)
  }

  #add(phrase: string, concept: number, as: Form): void {
    if (classOf(phrase.charCodeAt(0)) === UNSPACED) return this.#addUnspaced(fold(phrase).text, concept)
    let at = this.root
    for (const part of phrase.split(/[ _/-]+/)) {
      const word = this.#plain(part)
      if (word === '') continue
      at = word.endsWith('*') ? this.#stem(at, word.slice(0, -1)) : this.#step(at, this.#numberFor(word))
    }
    at.meaning ??= { concepts: [], base: false, order: false }
    if (!at.meaning.concepts.includes(concept)) at.meaning.concepts.push(concept)
    if (as !== 'word') at.meaning.base = true
    if (as === 'order') at.meaning.order = true
  }

  /** A word as texts are folded: phrases share most of their words. */
  #plain(word: string): string {
    const known = this.#folded.get(word)
    if (known !== undefined) return known
    const text = fold(word).text.replaceAll("'", '')
    this.#folded.set(word, text)
    return text
  }

  #addUnspaced(text: string, concept: number): void {
    const known = this.#phrases.get(text)
    if (known !== undefined) {
      if (!known.concepts.includes(concept)) known.concepts.push(concept)
      return
    }
    const meaning: Meaning = { concepts: [concept], base: false, order: false }
    this.#phrases.set(text, meaning)
    const first = pair(text.charCodeAt(0), text.charCodeAt(1))
    const list = this.#unspaced.get(first)
    if (list === undefined) this.#unspaced.set(first, [[text, meaning]])
    else list.push([text, meaning])
  }

  #step(at: Node, number: number): Node {
    const known = at.next.get(number)
    if (known !== undefined) return known
    const made = node()
    at.next.set(number, made)
    return made
  }

  #stem(at: Node, stem: string): Node {
    const hash = hashed(hashed(hashStart, stem.charCodeAt(0)), stem.charCodeAt(1))
    const list = at === this.root ? (this.stems.get(hash) ?? []) : at.stems
    if (at === this.root) {
      this.stems.set(hash, list)
      this.#mayStem[hash & 4095] = 1
    }
    const known = list.find(([each]) => each === stem)
    if (known !== undefined) return known[1]
    const made = node()
    list.push([stem, made])
    list.sort((a, b) => b[0].length - a[0].length)
    return made
  }

  #numberFor(word: string): number {
    const known = this.#numbers.get(word)
    if (known !== undefined) return known
    this.#numbers.set(word, this.words.length)
    return this.words.push(word) - 1
  }

  #misspellAll(least: number): void {
    for (const word of this.words.slice()) if (word.length >= least && /^[a-z]+$/.test(word)) this.#misspell(word)
  }

  /** A word without one of its letters, or with two neighbours exchanged, counts as the word, in phrases too. */
  #misspell(word: string): void {
    const right = this.number(word)
    if (right < 0) return
    for (let i = 1; i < word.length; i++) {
      const shorter = word.slice(0, i) + word.slice(i + 1)
      const changed = word.slice(0, i) + (word[i + 1] ?? '') + (word[i] ?? '') + word.slice(i + 2)
      for (const wrong of [shorter, changed])
        if (!this.#numbers.has(wrong)) this.#meant.set(this.#numberFor(wrong), right)
    }
  }

  #index(): void {
    this.#meaning = Int32Array.from(this.words, (_, number) => this.#meant.get(number) ?? number)
    for (const list of this.#unspaced.values()) list.sort((a, b) => b[0].length - a[0].length)
    this.#folded.clear()
    let size = 1024
    while (size < this.words.length * 3) size *= 2
    this.#table = new Int32Array(size)
    this.#hashes = new Int32Array(size)
    for (const [number, word] of this.words.entries()) {
      let hash = hashStart
      for (let i = 0; i < word.length; i++) hash = hashed(hash, word.charCodeAt(i))
      let slot = hash & (size - 1)
      while (this.#table[slot] !== 0) slot = (slot + 1) & (size - 1)
      this.#table[slot] = number + 1
      this.#hashes[slot] = hash
    }
  }
}

function spells(word: string, text: string, start: number, end: number): boolean {
  let at = 0
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x27) continue
    if (code !== word.charCodeAt(at++)) return false
  }
  return at === word.length
}

function plurals(noun: string): readonly string[] {
  if (/(?:s|x|ch|sh)$/.test(noun)) return [noun, `${noun}es`]
  return /[^aeiou]y$/.test(noun) ? [noun, `${noun.slice(0, -1)}ies`] : [noun, `${noun}s`]
}

/** Forms of a regular verb; of a phrase, those of its first word. Too many forms do no harm: nobody writes the wrong ones. */
function forms(phrase: string): readonly string[] {
  const [verb = '', ...rest] = phrase.split(' ')
  const stem = verb.endsWith('e') ? verb.slice(0, -1) : verb
  const third = /(?:s|x|ch|sh|o)$/.test(verb)
    ? `${verb}es`
    : /[^aeiou]y$/.test(verb)
      ? `${verb.slice(0, -1)}ies`
      : `${verb}s`
  const past = /[^aeiou]y$/.test(verb) ? `${verb.slice(0, -1)}ied` : `${stem}ed`
  const made = [third, past, `${stem}ing`]
  if (/^[^aeiou]*[aeiou][bdgmnprt]$/.test(verb) || /(?:mit|fer|mit|cel)$/.test(verb)) {
    const last = verb.at(-1) ?? ''
    made.push(`${verb}${last}ed`, `${verb}${last}ing`)
  }
  return made.map((form) => [form, ...rest].join(' '))
}

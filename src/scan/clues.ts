// What a text must hold for a rule to find anything in it, made of rules and vocabularies: words by hash, signs by character.
import type { Lexicon, Path } from './lexicon.ts'
import { hashed, hashStart } from './lexicon.ts'
import { type Clue, needs } from './needs.ts'
import type { Rule } from './rule.ts'

/** Groups of clues as bits, in two numbers. A text that lacks one of the groups of a rule holds nothing for it. */
export interface Groups {
  readonly low: number
  readonly high: number
}

/** What rules ask of a skim, three numbers each: bits of their groups, and their own. */
export type Checks = Int32Array

const none: Groups = { low: 0, high: 0 }

/** Words of a phrase that stand everywhere: another of its words says more. */
const common = new Set(
  'a an and any are as at be been by can do does for from has have how if in into is it its not of on or so that the their them then there these they this to was were what when which will with would you your'.split(
    ' ',
  ),
)

const SIZE = 1 << 16
/** Bits that say that a word is none of those. */
const BLOOM = 1 << 18

export interface Beginning extends Groups {
  readonly text: string
}

interface Sign extends Groups {
  readonly text: string
}

/** Everything that a skim looks up as it goes. */
export class Clues {
  /** Signs by their first character: of ASCII, and others. */
  readonly signs: (readonly Sign[] | undefined)[] = Array.from({ length: 128 }, () => undefined)
  readonly rareSigns = new Map<number, readonly Sign[]>()
  /** Set by words that mean something when they are read the other way round. */
  readonly mask: Groups
  /** Set by what every address has in it. */
  readonly address: Groups
  readonly #bloom = new Uint8Array(BLOOM / 8)
  /** Bits by the last five bits of three units. */
  readonly #begins = new Uint8Array(4096)
  readonly #hashes = new Int32Array(SIZE)
  readonly #lows = new Int32Array(SIZE)
  readonly #highs = new Int32Array(SIZE)
  readonly #rights = new Int32Array(SIZE)
  /** 0: nothing stands here. */
  readonly #states = new Uint8Array(SIZE)
  /** By slot: beginnings of words that make a phrase with the word there. */
  readonly #followers = new Map<number, Beginning[]>()
  readonly #hasFollowers = new Uint8Array(SIZE)
  readonly #beginnings = new Map<number, Beginning[]>()
  /** Groups by the clues that they consist of. */
  readonly #groups = new Map<string, number>()

  constructor(lexicon: Lexicon, rules: readonly Rule[]) {
    for (const rule of rules) for (const group of groupsOf(rule)) this.#bit(group)
    this.mask = this.groups([['mask']])
    const byClue = new Map<string, Groups>()
    for (const [key, bit] of this.#groups)
      for (const clue of key.split(' ')) byClue.set(clue, both(byClue.get(clue) ?? none, bitOf(bit)))
    this.address = byClue.get('~address') ?? none
    for (const path of lexicon.paths()) this.#path(path, byClue)
    for (const [clue, groups] of byClue) this.#given(clue, groups)
    for (const [wrong, right] of lexicon.misspelt()) this.#misspelt(wrong, right)
  }

  /** The bits of groups of clues. */
  groups(groups: readonly (readonly Clue[])[]): Groups {
    return groups.reduce((sum, group) => both(sum, bitOf(this.#bit(group))), none)
  }

  /** Whether some word or pair has this hash; nearly all that have not are told apart. */
  maybe(hash: number): boolean {
    const bit = (hash ^ (hash >>> 15)) & (BLOOM - 1)
    return (((this.#bloom[bit >> 3] ?? 0) >> (bit & 7)) & 1) !== 0
  }

  /** Whether some beginning has three units like these; of scripts beyond ASCII, any may. */
  mayBegin(first: number, second: number, third: number): boolean {
    if (first > 0x7f) return true
    const place = ((first & 31) << 7) | ((second & 31) << 2) | ((third & 31) >> 3)
    return (((this.#begins[place] ?? 0) >> (third & 7)) & 1) !== 0
  }

  /** Where a word with this hash stands in the table, or -1. */
  find(hash: number): number {
    for (let slot = hash & (SIZE - 1); this.#states[slot] !== 0; slot = (slot + 1) & (SIZE - 1))
      if (this.#hashes[slot] === hash) return slot
    return -1
  }

  lowAt(slot: number): number {
    return this.#lows[slot] ?? 0
  }

  highAt(slot: number): number {
    return this.#highs[slot] ?? 0
  }

  /** Hash of the word that a misspelt one stands for; of others, 0. */
  rightAt(slot: number): number {
    return this.#rights[slot] ?? 0
  }

  /** Beginnings of words that the word at a slot makes phrases with; most have none. */
  followers(slot: number): readonly Beginning[] | undefined {
    return this.#hasFollowers[slot] === 1 ? this.#followers.get(slot) : undefined
  }

  /** Beginnings of words, among them all that the word at a place may begin with. */
  beginnings(units: Uint16Array, start: number): readonly Beginning[] {
    return this.#beginnings.get(keyOf(units[start] ?? 0, units[start + 1] ?? 0)) ?? []
  }

  #bit(group: readonly Clue[]): number {
    const key = [...new Set(group)].toSorted().join(' ')
    const known = this.#groups.get(key)
    if (known !== undefined) return known
    const bit = this.#groups.size
    this.#groups.set(key, bit)
    return bit
  }

  /** A phrase is known by two of its words side by side, the longest; with one whole word, by that. */
  #path({ words, concepts }: Path, byClue: ReadonlyMap<string, Groups>): void {
    const groups = concepts.reduce((sum, concept) => both(sum, byClue.get(concept) ?? none), none)
    if (groups.low === 0 && groups.high === 0) return
    let best: readonly [first: string, second: string] | undefined
    for (let i = 0; i + 1 < words.length; i++) {
      const [first = '', second = ''] = [words[i], words[i + 1]]
      if (first.endsWith('*') || second.endsWith('*')) continue
      if (best === undefined || weight(first) + weight(second) > weight(best[0]) + weight(best[1]))
        best = [first, second]
    }
    if (best !== undefined) {
      this.#put(pairOf(hashOf(best[0]), hashOf(best[1])), groups)
      return
    }
    if (this.#follow(words, groups)) return
    const one = words.reduce((longest, word) => (weight(word) > weight(longest) ? word : longest))
    if (one.endsWith('*')) this.#begin(one.slice(0, -1), groups)
    else this.#put(hashOf(one), groups)
  }

  /** A phrase of a word and the beginning of another, where it is no pair. */
  #follow(words: readonly string[], groups: Groups): boolean {
    const at = words.findIndex((word, i) => !word.endsWith('*') && words[i + 1]?.endsWith('*') === true)
    if (at < 0) return false
    const text = (words[at + 1] ?? '').slice(0, -1)
    this.#followed(this.#put(hashOf(words[at] ?? ''), none), [{ text, ...groups }])
    return true
  }

  #followed(slot: number, followers: readonly Beginning[]): void {
    this.#followers.set(slot, [...(this.#followers.get(slot) ?? []), ...followers])
    this.#hasFollowers[slot] = 1
  }

  /** A word or sign that a rule names itself. */
  #given(clue: string, groups: Groups): void {
    if (clue.startsWith('=')) {
      if (clue.endsWith('*')) this.#begin(clue.slice(1, -1), groups)
      else this.#put(hashOf(clue.slice(1)), groups)
    } else if (clue.startsWith('~') && clue !== '~address') {
      const text = clue.slice(1)
      const first = text.charCodeAt(0)
      const signs = [...(this.signs[first] ?? this.rareSigns.get(first) ?? []), { text, ...groups }]
      if (first < 128) this.signs[first] = signs
      else this.rareSigns.set(first, signs)
    }
  }

  #begin(text: string, groups: Groups): void {
    const [first, second] = [text.charCodeAt(0), text.charCodeAt(1)]
    for (let third = 0; third < 32 && first < 0x80; third++) {
      if (text.length > 2 && third !== (text.charCodeAt(2) & 31)) continue
      const place = ((first & 31) << 7) | ((second & 31) << 2) | (third >> 3)
      this.#begins[place] = (this.#begins[place] ?? 0) | (1 << (third & 7))
    }
    const key = keyOf(first, second)
    this.#beginnings.set(key, [...(this.#beginnings.get(key) ?? []), { text, ...groups }])
  }

  #put(hash: number, { low, high }: Groups): number {
    let slot = hash & (SIZE - 1)
    while (this.#states[slot] !== 0 && this.#hashes[slot] !== hash) slot = (slot + 1) & (SIZE - 1)
    this.#hashes[slot] = hash
    this.#states[slot] = 1
    this.#lows[slot] = (this.#lows[slot] ?? 0) | low
    this.#highs[slot] = (this.#highs[slot] ?? 0) | high
    const bit = (hash ^ (hash >>> 15)) & (BLOOM - 1)
    this.#bloom[bit >> 3] = (this.#bloom[bit >> 3] ?? 0) | (1 << (bit & 7))
    return slot
  }

  /** A misspelt word means what it stands for, in phrases too. */
  #misspelt(wrong: string, right: string): void {
    const hash = hashOf(right)
    const slot = this.find(hash)
    const low = slot < 0 ? 0 : this.lowAt(slot)
    const high = slot < 0 ? 0 : this.highAt(slot)
    const made = this.#put(hashOf(wrong), { low, high })
    this.#rights[made] = hash
    const followers = slot < 0 ? undefined : this.followers(slot)
    if (followers !== undefined) this.#followed(made, followers)
  }
}

/** Whether a text with these groups has a clue of each of those. */
export const holds = (groups: Groups, low: number, high: number): boolean =>
  (low & groups.low) === groups.low && (high & groups.high) === groups.high

/** Of two words side by side. */
export const pairOf = (first: number, second: number): number => (Math.imul(first, 0x9e3779b1) ^ second) | 0

const keyOf = (first: number, second: number): number => (first | 32) * 65_536 + (second | 32)

/** Where there are more groups than bits, some share one: it is set when either is there. */
const bitOf = (bit: number): Groups => (bit < 32 ? { low: 1 << bit, high: 0 } : { low: 0, high: 1 << (bit - 32) })

const both = (a: Groups, b: Groups): Groups => ({ low: a.low | b.low, high: a.high | b.high })

/** All groups that a rule names, wherever they count. */
const groupsOf = (rule: Rule): readonly (readonly Clue[])[] => [...always(rule), ...(needs[rule.id]?.inAnswers ?? [])]

/** What must be there in every text. */
export const always = (rule: Rule): readonly (readonly Clue[])[] => [
  ...(rule.looksAt === 'sentence' ? [rule.needs] : []),
  ...(needs[rule.id]?.also ?? []),
]

function weight(word: string): number {
  if (word.endsWith('*')) return 0
  return common.has(word) ? 0.75 : word.length
}

/** The hash of a word, capitals as small letters: two words that share one are only looked at once too often. */
function hashOf(word: string): number {
  let hash = hashStart
  for (let i = 0; i < word.length; i++) hash = hashed(hash, word.charCodeAt(i) | 32)
  return hash
}

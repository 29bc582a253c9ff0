// Learns src/scan/rules/weights.ts anew: logistic regression over the signs of sentences and their pairs, never over words.
// Usage: runtime/bin/node bench/scan-weights.ts FILE… > src/scan/rules/weights.ts
// Each FILE holds definitions as JSON or JSON lines: {"kind", "definition", "label": "malicious" | "benign"}.
import { readFileSync } from 'node:fs'
import type { JsonObject } from '../src/core/item.ts'
import { languages } from '../src/scan/lexicon/index.ts'
import { Lexicon } from '../src/scan/lexicon.ts'
import { fold } from '../src/scan/normalise.ts'
import { Reading } from '../src/scan/reading.ts'
import { signsOf, weighed } from '../src/scan/rules/weighed.ts'
import { type Piece, walk } from '../src/scan/surface.ts'

/** Pairs that are rarer say nothing. */
const RAREST = 6
const EPOCHS = 30
/** How fast it learns at first, how much large weights cost, and what is too small to keep. */
const [RATE, DECAY, SMALLEST] = [0.08, 0.03, 0.08]
/** A missed attack counts for more than a false alarm; there are many more honest sentences to be wrong about. */
const [ATTACK, HONEST] = [4, 2]

interface Sample {
  readonly attack: boolean
  /** Of each sentence: numbers of its signs and pairs. */
  readonly sentences: readonly (readonly number[])[]
}

interface Row {
  readonly kind: Parameters<typeof walk>[1]
  readonly definition: JsonObject
  readonly label: string
}

const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && 'kind' in value && 'definition' in value && 'label' in value

function rowsIn(file: string): readonly Row[] {
  const text = readFileSync(file, 'utf8')
  const lines = file.endsWith('.json')
    ? JSON.parse(text)
    : text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
  return Array.isArray(lines) ? lines.filter(isRow) : []
}

/** Signs of every sentence that the rule would look at, and each pair of them. */
function signs({ definition, kind }: Row, lexicon: Lexicon): readonly (readonly string[])[] {
  const found: (readonly string[])[] = []
  for (const piece of walk(definition, kind).pieces) {
    if (piece.isKey || !looksAt(piece)) continue
    const folded = fold(piece.text)
    const at = (i: number): number => folded.at(i)
    const reading = new Reading({ text: folded.text, at, steps: [], hidden: [], disguised: false }, lexicon)
    for (let i = 0; i < reading.sentences; i++) {
      const sentence = reading.sentence(i)
      if (sentence !== undefined && weighed.needs.some((concept) => sentence.has(concept)))
        found.push(withPairs(signsOf(sentence, { kind, piece, definition, context: {} })))
    }
  }
  return found
}

const looksAt = ({ surface }: Piece): boolean => weighed.surfaces?.some((each) => each === surface) ?? true

function withPairs(all: readonly string[]): readonly string[] {
  const ordered = all.toSorted()
  return [...ordered, ...ordered.flatMap((a, i) => ordered.slice(i + 1).map((b) => `${a} ${b}`))]
}

/** Signs and pairs that are common enough, by number. */
function numbered(rows: readonly (readonly (readonly string[])[])[]): ReadonlyMap<string, number> {
  const seen = new Map<string, number>()
  for (const sentences of rows) for (const sign of new Set(sentences.flat())) seen.set(sign, (seen.get(sign) ?? 0) + 1)
  return new Map([...seen].filter(([, times]) => times >= RAREST).map(([sign], i) => [sign, i]))
}

class Learner {
  readonly weights: Float64Array
  always = -2
  /** The same order every time. */
  #seed = 7

  constructor(size: number) {
    this.weights = new Float64Array(size)
  }

  learn(samples: readonly Sample[]): void {
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      const rate = RATE / (1 + epoch * 0.2)
      for (const sample of samples.map((one) => [this.#random(), one] as const).toSorted(([a], [b]) => a - b))
        this.#step(sample[1], rate)
    }
  }

  /** A definition is as bad as its worst sentence: that one is learned from. */
  #step({ attack, sentences }: Sample, rate: number): void {
    const [worst = []] = sentences.toSorted((a, b) => this.#score(b) - this.#score(a))
    const believed = 1 / (1 + Math.exp(-this.#score(worst)))
    const wrong = ((attack ? 1 : 0) - believed) * (attack ? ATTACK : HONEST)
    this.always += rate * wrong * 0.05
    for (const sign of worst) {
      const before = this.weights[sign] ?? 0
      this.weights[sign] = before + rate * (wrong / Math.sqrt(worst.length) - DECAY * before)
    }
  }

  #score(signsOfOne: readonly number[]): number {
    let score = this.always
    for (const sign of signsOfOne) score += this.weights[sign] ?? 0
    return score
  }

  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return this.#seed
  }
}

/** The table as the rule reads it: by the first sign of a pair. */
function table(learner: Learner, numbers: ReadonlyMap<string, number>): string {
  const rounded = (weight: number): number => Math.round(weight * 100) / 100
  const lines = new Map([['always', [`alone ${rounded(learner.always)}`]]])
  for (const [sign, number] of [...numbers].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const weight = learner.weights[number] ?? 0
    if (Math.abs(weight) < SMALLEST) continue
    const [first = '', second = 'alone'] = sign.split(' ')
    const line = lines.get(first) ?? []
    lines.set(first, line)
    line.push(`${second} ${rounded(weight)}`)
  }
  const ordered = [...lines].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return ordered.map(([first, rest]) => `  '${first}':\n    '${rest.join(', ')}',\n`).join('')
}

function main(files: readonly string[]): void {
  const lexicon = new Lexicon(languages)
  const rows = files.flatMap((file) => rowsIn(file))
  const read = rows.map((row) => ({ attack: row.label === 'malicious', said: signs(row, lexicon) }))
  const kept = read.filter(({ said }) => said.length > 0)
  const numbers = numbered(kept.map(({ said }) => said))
  const learner = new Learner(numbers.size)
  const known = (all: readonly string[]): readonly number[] => all.flatMap((sign) => numbers.get(sign) ?? [])
  learner.learn(kept.map(({ attack, said }) => ({ attack, sentences: said.map(known) })))
  process.stdout.write(
    `// What signs of a sentence, and pairs of them, weigh for TP-136: learned by bench/scan-weights.ts, so it is data, not judgement.\n\n` +
      `export const weights: { readonly [sign: string]: string } = {\n${table(learner, numbers)}}\n`,
  )
}

main(process.argv.slice(2))

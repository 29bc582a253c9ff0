// Metric families: names, types, label sets and numbers, and their OpenMetrics text. Knows nothing of requests.

/** Buckets of the reference, §8.1. */
export const buckets = {
  http: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 80],
  connect: [0.0005, 0.0015, 0.0043, 0.0126, 0.0368, 0.108, 0.316, 0.924, 2.71, 8],
  processing: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25],
} as const satisfies Record<string, readonly number[]>

export type Labels = { readonly [name: string]: string }

/** One line (or one histogram) of a family. */
export interface Sample {
  /** Label set as it stands between the braces. */
  readonly labels: string
  readonly value: number | Histogram
}

/** What is rendered; `samples` is asked at scrape time. */
export interface Family {
  /** Without prefix and without `_total`. */
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'info'
  readonly help: string
  readonly samples: () => Iterable<Sample>
}

/** Counts of one histogram. */
export class Histogram {
  readonly bounds: readonly number[]
  readonly counts: Float64Array
  sum = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = new Float64Array(bounds.length + 1)
  }

  observe(value: number): void {
    const { bounds, counts } = this
    let i = 0
    // From below: nearly everything we time is short.
    while (i < bounds.length && value > (bounds[i] ?? 0)) i++
    counts[i] = (counts[i] ?? 0) + 1
    this.sum += value
  }
}

/**
 * Keeps a label to its first values and calls the rest `other`: names that callers and upstreams choose must not fill memory
 * (a cardinality bomb would take the gateway and the metrics store with it).
 */
export class Bounded {
  readonly #known = new Set<string>()
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  value(name: string): string {
    if (name === '') return 'unknown'
    if (this.#known.has(name)) return name
    if (this.#known.size >= this.#limit) return 'other'
    this.#known.add(name)
    return name
  }
}

/** Series of equal label names, found by their text; at most `limit`, then one series for all further ones. */
export class Series<T> {
  readonly #series = new Map<string, T>()
  readonly #make: () => T
  readonly #limit: number

  constructor(make: () => T, limit: number) {
    this.#make = make
    this.#limit = limit
  }

  at(labels: Labels): T {
    let text = spell(labels)
    if (this.#series.size >= this.#limit && !this.#series.has(text))
      text = spell(Object.fromEntries(Object.keys(labels).map((name) => [name, 'other'])))
    let series = this.#series.get(text)
    if (series === undefined) this.#series.set(text, (series = this.#make()))
    return series
  }

  *samples(value: (series: T) => number | Histogram | undefined): Generator<Sample> {
    for (const [labels, series] of this.#series) {
      const found = value(series)
      if (found !== undefined) yield { labels, value: found }
    }
  }
}

/** Families as OpenMetrics 1.0 text, without the closing `# EOF`. */
export function render(prefix: string, families: readonly Family[]): string {
  return families.map((family) => renderFamily(prefix + family.name, family)).join('')
}

function renderFamily(name: string, family: Family): string {
  let out = `# HELP ${name} ${family.help}\n# TYPE ${name} ${family.type}\n`
  const unit = /_(seconds|bytes)$/.exec(name)?.[1]
  if (unit !== undefined) out += `# UNIT ${name} ${unit}\n`
  const suffix = family.type === 'counter' ? '_total' : family.type === 'info' ? '_info' : ''
  for (const { labels, value } of family.samples())
    out +=
      typeof value === 'number'
        ? `${name}${suffix}${labels === '' ? '' : `{${labels}}`} ${value}\n`
        : renderHistogram(name, labels, value)
  return out
}

function renderHistogram(name: string, labels: string, { bounds, counts, sum }: Histogram): string {
  const open = labels === '' ? '{' : `{${labels},`
  let out = ''
  let total = 0
  counts.forEach((count, i) => {
    total += count
    const bound = bounds[i]
    out += `${name}_bucket${open}le="${bound === undefined ? '+Inf' : spellBound(bound)}"} ${total}\n`
  })
  const braces = labels === '' ? '' : `{${labels}}`
  return `${out}${name}_sum${braces} ${sum}\n${name}_count${braces} ${total}\n`
}

// Whole numbers carry `.0` (OpenMetrics, "Considerations: Canonical Numbers").
const spellBound = (bound: number): string => (Number.isInteger(bound) ? `${bound}.0` : String(bound))

const LONGEST_LABEL = 256

function spell(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escape(value === '' ? 'unknown' : value.slice(0, LONGEST_LABEL))}"`)
    .join(',')
}

const escape = (value: string): string =>
  value.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

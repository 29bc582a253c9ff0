// Numbers out of samples: medians, percentiles, ratios of interleaved rounds. Pure.

/** Middle value; of an even count the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2
}

/** Smallest value that at least `share` of the sorted values do not exceed (nearest rank). */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.ceil(share * sorted.length) - 1
  return sorted[Math.min(Math.max(rank, 0), sorted.length - 1)] ?? Number.NaN
}

/** Median of the ratios within each round: machines drift between rounds, hardly within one. */
export function ratio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)))
}

/** Latencies in milliseconds of one run; room is reserved beforehand, so that recording allocates nothing. */
export class Latencies {
  readonly #samples: Float64Array
  count = 0

  constructor(capacity: number) {
    this.#samples = new Float64Array(capacity)
  }

  /** Keeps the first `capacity` samples and counts the rest. */
  record(milliseconds: number): void {
    if (this.count < this.#samples.length) this.#samples[this.count] = milliseconds
    this.count++
  }

  summary(): { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number } {
    const sorted = this.#samples.subarray(0, Math.min(this.count, this.#samples.length)).toSorted()
    return {
      p50: percentile(sorted, 0.5),
      p90: percentile(sorted, 0.9),
      p99: percentile(sorted, 0.99),
      max: percentile(sorted, 1),
    }
  }
}

/** `0.34`, `12.3`, `1,234`: three digits that matter. */
export function spell(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en-US')
  return value.toPrecision(3)
}

/** Lines of a table with columns as wide as needed; the first column is left-aligned, numbers to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    })
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

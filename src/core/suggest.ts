// What was probably meant: the known word that is nearest to the written one.

/** Edits (insert, delete, replace, swap of neighbours) that turn one word into the other, case aside. */
export function distance(a: string, b: string): number {
  const from = a.toLowerCase()
  const to = b.toLowerCase()
  let older: number[] = []
  let above = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1]
      let best = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      if (swapped) best = Math.min(best, (older[j - 2] ?? 0) + 1)
      row.push(best)
    }
    older = above
    above = row
  }
  return above[to.length] ?? 0
}

/** The candidate that a typing mistake would turn into `word`; `undefined` when none is near. */
export function nearestWord(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 64) return undefined // nobody mistypes that; and the comparison is quadratic
  let best: string | undefined
  let least = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    const edits = distance(word, candidate)
    if (edits < least) {
      least = edits
      best = candidate
    }
  }
  return best
}

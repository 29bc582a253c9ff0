// Names that differ by a slip of the finger; it knows nothing of letters that look alike.
import { wordsOf } from './names.ts'

/** One letter more, less, other, or two exchanged, within a word of five letters and more; numbers tell things apart. */
export function isTypo(a: string, b: string): boolean {
  const [one, two] = [wordsOf(a), wordsOf(b)]
  if (one.length !== two.length) return false
  const different = one.flatMap((word, i) => (word === two[i] ? [] : [[word, two[i] ?? ''] as const]))
  const [pair] = different
  if (different.length !== 1 || pair === undefined) return false
  const [left, right] = pair
  return (
    left.length >= 5 && right.length >= 5 && !/\d/.test(left + right) && isNear(left, right) && !isPlural(left, right)
  )
}

const isPlural = (a: string, b: string): boolean => `${a}s` === b || `${b}s` === a

/** Whether the distance of Damerau and Levenshtein is one. */
function isNear(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1 || a === b) return false
  let from = 0
  while (from < a.length && a[from] === b[from]) from++
  let to = 0
  while (to < Math.min(a.length, b.length) - from && a[a.length - 1 - to] === b[b.length - 1 - to]) to++
  const [left, right] = [a.slice(from, a.length - to), b.slice(from, b.length - to)]
  if (left.length <= 1 && right.length <= 1) return true
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0]
}

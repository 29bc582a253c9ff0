// Searching in texts in linear time, and positions in code points. JavaScript's own search is neither.

/** Up to this length of the searched part V8's indexOf is linear; beyond it gives up its table and can take length × length. */
const NATIVE = 250
/** lastIndexOf compares at every place. */
const NATIVE_LAST = 16
/** Comparisons that may be made in the worst case without ado. */
const CHEAP = 1 << 20

/** `text.indexOf(part, from)`, whatever the text and the part. */
export function find(text: string, part: string, from = 0): number {
  if (part.length <= NATIVE || text.length * part.length <= CHEAP) return text.indexOf(part, from)
  return scan(text, part, from, false)
}

/** `text.lastIndexOf(part, from)`: the last place at or before `from`. */
export function findLast(text: string, part: string, from = text.length): number {
  if (part.length <= NATIVE_LAST || text.length * part.length <= CHEAP) return text.lastIndexOf(part, from)
  return scan(text.slice(0, from + part.length), part, 0, true)
}

/** Knuth, Morris and Pratt: no character of the text is looked at twice. */
function scan(text: string, part: string, from: number, last: boolean): number {
  const back = new Uint32Array(part.length)
  for (let at = 1, length = 0; at < part.length; ) {
    if (part.charCodeAt(at) === part.charCodeAt(length)) back[at++] = ++length
    else if (length > 0) length = back[length - 1] ?? 0
    else at++
  }
  let found = -1
  for (let at = from, length = 0; at < text.length; ) {
    if (text.charCodeAt(at) === part.charCodeAt(length)) {
      at++
      if (++length < part.length) continue
      found = at - length
      if (!last) return found
      length = back[length - 1] ?? 0
    } else if (length > 0) length = back[length - 1] ?? 0
    else at++
  }
  return found
}

/** Whether the text has characters of two UTF-16 units, so that positions differ. */
const pairs = /[\ud800-\udbff][\udc00-\udfff]/

/** Code points before a UTF-16 offset: of the whole text without one. */
export function points(text: string, end = text.length): number {
  if (!pairs.test(text)) return end
  let count = end
  for (let at = 1; at < end; at++) if (isPair(text, at)) count--
  return count
}

/** UTF-16 offset of a code point, the end included; `undefined` beyond. */
export function offset(text: string, point: number): number | undefined {
  if (point < 0 || point > text.length) return undefined
  if (!pairs.test(text)) return point
  let at = 0
  for (let left = point; left > 0; left--) {
    if (at >= text.length) return undefined
    at += width(text, at)
  }
  return at
}

/** UTF-16 units of the character at an offset. */
export function width(text: string, at: number): number {
  return isPair(text, at + 1) ? 2 : 1
}

function isPair(text: string, second: number): boolean {
  const low = text.charCodeAt(second)
  if (!(low >= 0xdc00 && low <= 0xdfff)) return false
  const high = text.charCodeAt(second - 1)
  return high >= 0xd800 && high <= 0xdbff
}

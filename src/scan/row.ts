// Pieces of a definition in a row: an order may be cut into parts that say nothing each (reference/security.md B13).

/** Most pieces in a row, and the longest row, that are read. */
const MOST = 400
const ROW = 16_384

export interface Row {
  readonly text: string
  /** Where each piece begins. */
  readonly borders: readonly number[]
}

/** The pieces in a row, small letters, what numbers them left out (“part 2:”) at the same length. */
export function rowOf(parts: readonly string[]): Row | undefined {
  if (parts.length < 2 || parts.length > MOST) return undefined
  const borders: number[] = []
  let text = ''
  for (const part of parts) {
    borders.push(text.length)
    const plain = part
      .toLowerCase()
      .replace(/^\s*(?:part|step|piece|chunk|section)?\s*\d*\s*[:.)-]|["“”.!?;\n]/g, (said) => ' '.repeat(said.length))
    text += `${plain} `
    if (text.length > ROW) return undefined
  }
  return { text, borders }
}

export const crosses = (borders: readonly number[], start: number, end: number): boolean =>
  borders.some((border) => border > start && border < end)

// Long empty stretches that push what follows them out of sight.

export interface Gap {
  readonly start: number
  readonly end: number
  /** Longest stretch within a line, and line feeds. */
  readonly spaces: number
  readonly lines: number
}

/** Gaps of 80 spaces or 16 lines at least, with something behind them; the space before a cell of a table is none. Linear. */
export function gapsIn(text: string): readonly Gap[] {
  const found: Gap[] = []
  if (text.length < 32 || !/[ \t\u00a0\u3000]{40}|\n\s{0,40}\n\s{0,40}\n\s{0,40}\n/.test(text)) return found
  let start = -1
  let spaces = 0
  let widest = 0
  let lines = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (isBlank(code)) {
      if (start < 0) start = i
      if (code === 0x0a) {
        lines++
        spaces = 0
      } else if (code !== 0x0d && ++spaces > widest) widest = spaces
      continue
    }
    if (start >= 0) {
      if (lines >= 16 || (widest >= 80 && code !== 0x7c)) found.push({ start, end: i, spaces: widest, lines })
      start = -1
      spaces = 0
      widest = 0
      lines = 0
    }
  }
  return found
}

const isBlank = (code: number): boolean =>
  code === 0x20 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0x3000 || (code >= 0x2000 && code <= 0x200a)

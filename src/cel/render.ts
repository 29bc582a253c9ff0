// How a diagnostic is shown to people: what is wrong, where, and the line with a caret below it.
import type { Diagnostic } from './ast.ts'

/** Longest piece of a line that is shown. */
const widest = 100

/** Where an offset stands: both count from 1, columns in characters. */
export function positionOf(source: string, offset: number): { readonly line: number; readonly column: number } {
  const before = source.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: Array.from(before.slice(lineStart)).length + 1 }
}

/**
 * Shows one diagnostic as cel.md §6.5 has it:
 * ```
 * error: unknown function 'contians' (did you mean 'contains'?)  line 1, column 11
 *   jwt.roles.contians("a")
 *             ^^^^^^^^
 * ```
 */
export function render(source: string, { severity, message, hint, start, end }: Diagnostic): string {
  const { line, column } = positionOf(source, start)
  const meant = hint === undefined ? '' : ` (${hint})`
  const lineStart = source.lastIndexOf('\n', start - 1) + 1
  const lineEnd = source.indexOf('\n', start)
  const text = source.slice(lineStart, lineEnd < 0 ? source.length : lineEnd).trimEnd()
  // Of a long line the piece around the place.
  const from = start - lineStart > widest - 20 ? start - 20 : lineStart
  const shown = text.slice(from - lineStart, from - lineStart + widest)
  const before = text.slice(from - lineStart, start - lineStart).replace(/[^\t]/gu, ' ')
  const marked = text.slice(start - lineStart, Math.min(end - lineStart, from - lineStart + widest))
  const carets = '^'.repeat(Math.max(1, Array.from(marked).length))
  return `${severity}: ${message}${meant}  line ${line}, column ${column}\n  ${shown}\n  ${before}${carets}\n`
}

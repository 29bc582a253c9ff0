// How problems of a configuration are shown: to people with the line and a caret, to programs as JSON.
import type { Path, Problem } from '../core/module.ts'

/** A problem and where it stands in the file. */
export interface Located extends Problem {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly width: number
  /** The line as it is written, variables unexpanded. */
  readonly source: string
}

/** A path as people write it: `binds[0].listeners`. */
export function pathText(path: Path): string {
  let text = ''
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`
    else if (/^[\w-]+$/.test(key)) text += text === '' ? key : `.${key}`
    else text += `[${JSON.stringify(key)}]`
  }
  return text
}

const weights = { error: 0, warning: 1, note: 2 } as const satisfies Record<Problem['severity'], number>

/** Problems in the order of the file, errors before warnings on one line. */
export function inOrder(problems: readonly Located[]): Located[] {
  return problems.toSorted(
    (a, b) =>
      a.line - b.line ||
      a.column - b.column ||
      weights[a.severity] - weights[b.severity] ||
      a.code.localeCompare(b.code),
  )
}

/** One problem as text, in four lines at most (reference: ui §6). `paint` may colour the head. */
export function problemText(
  problem: Located,
  paint: (head: string, problem: Located) => string = (head) => head,
): string {
  const { severity, code, message, file, line, column, path, hint } = problem
  const where = pathText(path)
  const head = `${paint(`${severity}[${code}]`, problem)}: ${visible(message)}`
  const arrow = `  --> ${visible(file)}:${line}:${column}${where === '' ? '' : `   ${visible(where)}`}`
  const { text, start, width } = excerpt(problem)
  const margin = ' '.repeat(String(line).length)
  const caret = `${margin} | ${' '.repeat(start)}${'^'.repeat(width)}${hint === undefined ? '' : ` ${visible(hint)}`}`
  return `${head}\n${arrow}\n${line} | ${text}\n${caret}\n`
}

/** One problem as data. */
export function problemJson(problem: Located): object {
  const { code, severity, file, line, column, path, message, hint } = problem
  return { code, severity, file, line, column, path: pathText(path), message, ...(hint !== undefined && { hint }) }
}

/** `2 errors, 1 warning, 3 notes`. */
export function countText(problems: readonly Problem[]): string {
  const count = (severity: Problem['severity']): string | undefined => {
    const { length } = problems.filter((one) => one.severity === severity)
    return length === 0 ? undefined : `${length} ${severity}${length === 1 ? '' : 's'}`
  }
  return (
    [count('error'), count('warning'), count('note')].filter((one) => one !== undefined).join(', ') || 'no problems'
  )
}

/** `; also on lines 12, 90`, or nothing: where else one and the same problem stands. */
export function alsoOn(lines: readonly number[]): string {
  const others = [...new Set(lines)]
  if (others.length === 0) return ''
  const listed = others.slice(0, 12).join(', ')
  return `; also on line${others.length === 1 ? '' : 's'} ${listed}${others.length > 12 ? ', …' : ''}`
}

const WIDEST = 100

/** The line around the column, without what it says of secrets. */
function excerpt({ source, column, width }: Located): { text: string; start: number; width: number } {
  const blanked = withoutSecret(source)
  const from = column > WIDEST ? column - WIDEST / 2 : 0
  const text = blanked.slice(from, from + WIDEST)
  const start = Math.min(column - 1 - from, text.length)
  return { text: visible(text), start, width: Math.max(1, Math.min(width, text.length - start)) }
}

const SECRET = String.raw`(?:key|value|authorization|[\w-]*(?:secret|password|token|api_?key))["']?\s*:\s*(?![\s{[|>&*$#])`

/** A secret that stands in the file literally must not travel on with its error message. */
function withoutSecret(line: string): string {
  return line
    .replace(new RegExp(`^(\\s*(?:- +)?["']?${SECRET}).+$`, 'i'), '$1…')
    .replace(
      new RegExp(`([{,]\\s*["']?${SECRET})([^,}]+)`, 'gi'),
      (_, before: string, value: string) => before + '*'.repeat(value.trimEnd().length).padEnd(value.length),
    )
}

/** Untrusted text for a terminal: control characters and direction changes become visible. */
function visible(text: string): string {
  return text
    .replace(/\t/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`)
}

// How output looks: colours and marks only where they can be seen, tables, errors, progress, and text of strangers made harmless.
import { styleText } from 'node:util'
import type { CommandError, Io, Output } from './command.ts'

type Style = 'red' | 'yellow' | 'green' | 'dim' | 'bold'

/** Whether a stream shows colours (https://no-color.org, FORCE_COLOR, TERM=dumb). */
function colourful(output: Output, env: Io['env']): boolean {
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false
  const force = env['FORCE_COLOR']
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false'
  return output.isTTY === true
}

/** Paints for one stream; returns the text as it is where colours cannot be seen. */
export function painter(output: Output, env: Io['env']): (style: Style, text: string) => string {
  const colours = colourful(output, env)
  return (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text)
}

/** Marks that say how something went. They never rely on colour, and not on Unicode where it is not to be expected. */
export interface Marks {
  readonly yes: string
  readonly no: string
  readonly note: string
  readonly skipped: string
}

export function marks({ env, platform }: Pick<Io, 'env' | 'platform'>): Marks {
  return isUnicode(env, platform)
    ? { yes: '✓', no: '✗', note: '!', skipped: '–' }
    : { yes: 'ok', no: 'x', note: '!', skipped: '-' }
}

function isUnicode(env: Io['env'], platform: NodeJS.Platform): boolean {
  if (env['TERM'] === 'dumb' || env['TERM'] === 'linux') return false
  if (platform === 'win32') return env['WT_SESSION'] !== undefined || env['TERM_PROGRAM'] === 'vscode'
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''
  return /utf-?8/i.test(locale)
}

// C0 but newline and tab, DEL, C1; bidirectional controls; what has no width and no meaning in a terminal; tag characters.
// Joiners (U+200C, U+200D) stay: emoji and several scripts are written with them.
const unsafe =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

/** Text from elsewhere, made safe to print: it cannot move the cursor, set a title, hide or reorder what stands around it. */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\r\n', '\n')
    .replace(unsafe, (found) => `⟨U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`)
}

/** The same, in one line. */
export const oneLine = (text: string): string => printable(text.replace(/\s+/g, ' ').trim())

/** A value as one JSON document that is safe to print: the same value, with such characters escaped. */
export function jsonDocument(value: unknown): string {
  return `${harmlessJson(JSON.stringify(value, null, 2))}\n`
}

/** The same in one line: JSON lines. */
export function jsonLine(value: unknown): string {
  return `${harmlessJson(JSON.stringify(value))}\n`
}

function harmlessJson(json: string): string {
  return json.replace(unsafe, (found) => {
    if (found === '\n') return found
    const units = Array.from({ length: found.length }, (_, index) => found.charCodeAt(index))
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
  })
}

/**
 * Rows as columns. On a terminal they are aligned and cut to its width; in a pipe they are separated by tabs and whole, so that
 * `cut -f1` works.
 */
export function table(rows: readonly (readonly string[])[], output: Output): string {
  if (output.isTTY !== true) return rows.map((row) => `${row.map((cell) => oneLine(cell)).join('\t')}\n`).join('')
  const clean = rows.map((row) => row.map((cell) => oneLine(cell)))
  const widths: number[] = []
  for (const row of clean) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)))
  const width = output.columns ?? 80
  return clean
    .map((row) => {
      const line = row
        .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
        .join('  ')
      return `${line.length > width ? `${line.slice(0, width - 1)}…` : line}\n`
    })
    .join('')
}

/** What is wrong, where, and what to try. */
export function errorText(error: Pick<CommandError, 'message' | 'where' | 'hint'>, io: Io): string {
  const paint = painter(io.stderr, io.env)
  const where = error.where === undefined ? '' : `  --> ${error.where}\n`
  const hint = error.hint === undefined ? '' : `  try: ${error.hint}\n`
  return `${paint('red', 'error:')} ${error.message}\n${where}${hint}`
}

/** What is going on, on stderr: one line that is rewritten on a terminal, a plain line every ten seconds elsewhere. */
export class Progress {
  readonly #output: Output
  readonly #started = performance.now()
  readonly #timer: NodeJS.Timeout | undefined
  #what: string
  #shown = false

  constructor(output: Output, what: string, quiet: boolean) {
    this.#output = output
    this.#what = what
    if (quiet) return
    // Nobody needs to be told of what takes less than 300 ms.
    this.#timer = setInterval(() => this.#tell(), output.isTTY === true ? 300 : 10_000)
    this.#timer.unref()
  }

  /** Says what is being done now. */
  update(what: string): void {
    this.#what = what
  }

  /** Ends the line, if there is one. */
  end(): void {
    clearInterval(this.#timer)
    if (this.#shown && this.#output.isTTY === true) this.#output.write('\r\u001b[K')
  }

  #tell(): void {
    this.#shown = true
    const line = `${oneLine(this.#what)} · ${((performance.now() - this.#started) / 1000).toFixed(1)} s`
    this.#output.write(
      this.#output.isTTY === true ? `\r\u001b[K${line.slice(0, (this.#output.columns ?? 80) - 1)}` : `${line}\n`,
    )
  }
}

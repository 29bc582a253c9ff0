// Spelling of log lines: time stamps and values that cannot break out of their line. Pure but for the clock.

/** Longest value that a log line shows, in UTF-16 units; attackers choose paths, names and error texts. */
const LONGEST = 2_048

// Anything that ends a line, moves a terminal's cursor, reorders what a reader sees, or would read as another field.
const UNSAFE = /[^\x21\x23-\x5b\x5d-\x7e\xa1-\u061b\u061d-\u200a\u2010-\u2027\u202f-\u2065\u206a-\ud7ff]/
// JSON leaves these alone: DEL and C1 controls, direction marks and overrides, line separators, halves of surrogate pairs.
const HIDDEN = /[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

const escaped = (text: string): string => `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`

/** A value as JSON spells it, with every control and direction character escaped, cut at 2 KiB (CWE-117). */
export function quoted(value: string): string {
  const kept = value.length > LONGEST ? `${value.slice(0, LONGEST)}…(${value.length - LONGEST} more)` : value
  return JSON.stringify(kept).replace(HIDDEN, escaped)
}

/** A value bare when that is unambiguous, else quoted. */
export function plain(value: string): string {
  return value.length <= LONGEST && value !== '' && !UNSAFE.test(value) ? value : quoted(value)
}

/** A clock that spells UTC with microseconds, as the reference's log does; the second is spelled once. */
export function timestamps(): () => string {
  let second = 0
  let spelled = ''
  return () => {
    const now = performance.timeOrigin + performance.now()
    const whole = Math.floor(now / 1_000)
    if (whole !== second) {
      second = whole
      spelled = new Date(whole * 1_000).toISOString().slice(0, 20)
    }
    const micros = Math.floor((now - whole * 1_000) * 1_000)
    return `${spelled}${String(1_000_000 + micros).slice(1)}Z`
  }
}

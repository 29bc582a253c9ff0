// Found text, fit to be shown: short, on one line, with everything invisible spelled out.

const LONGEST = 160

/** Text from `start` to `end`, at most 160 characters, in which every character can be seen (reference/security.md I1, I4). */
export function evidenceOf(text: string, start: number, end: number): string {
  const whole = text.slice(start, Math.min(end, start + LONGEST))
  const shown = whole.replace(/[^ -~\p{L}\p{M}\p{N}\p{P}\p{S}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return `\\u{${code.toString(16)}}`
  })
  return shown.length > LONGEST || end - start > LONGEST ? `${shown.slice(0, LONGEST - 1)}…` : shown
}

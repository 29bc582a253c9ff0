// Unwraps what was wrapped to pass unread: encodings, text that a page would not show, letters spaced out.
import type { Range, Reading, Source } from './reading.ts'

/** Ranges of folded text that nobody sees who looks at the page. */
export function hiddenRanges(_text: string): readonly Range[] {
  return []
}

/** Texts that were found wrapped in a string. */
export function unwrapped(_raw: string, _reading: Reading): readonly Source[] {
  return []
}

// Texts of documents on their way to a model: what a reader of the document would not see does not reach it (security E10).

// Zero-width and bidirectional controls, tag characters, variation selectors beyond emoji, and control characters but tab and line ends.
const invisible =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- they are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\u{e0000}-\u{e0fff}]+/gu
const comment = /<!--[\s\S]*?(?:-->|$)/g

/** The text without comments and invisible characters; what was taken out goes to `hidden`. */
export function clean(written: string, hidden: string[]): string {
  let plain = written
  if (plain.includes('<!--')) plain = plain.replace(comment, (found) => keep(found, hidden))
  // Most texts are plain: looking for anything outside is cheaper than replacing.
  return /[^\n\t\x20-\x7e]/.test(plain) ? plain.replace(invisible, (found) => keep(found, hidden)) : plain
}

function keep(found: string, hidden: string[]): string {
  // A carriage return is a line end somebody's editor wrote.
  if (found === '\r') return found
  if (hidden.length < 1000) hidden.push(found.slice(0, 2000))
  return ''
}

/** At most so many bytes, ending with a sentence where there is one in the last half. */
export function shortened(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text
  const cut = whole(
    Buffer.from(text)
      .subarray(0, bytes - 4)
      .toString('utf8'),
  )
  const end = Math.max(cut.lastIndexOf('. '), cut.lastIndexOf('.\n'), cut.lastIndexOf('\n\n'))
  return end > cut.length / 2 ? cut.slice(0, end + 1) : `${cut} …`
}

/** Without the half of a character that a cut leaves at the end. */
const whole = (cut: string): string => cut.replace(/\ufffd+$/, '')

/** At most so many characters, none of them halved. */
export function firstCharacters(text: string, most: number): string {
  if (text.length <= most) return text
  return Array.from(text).slice(0, most).join('')
}

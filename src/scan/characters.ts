// Characters as a scan sees them: which separate words, which are invisible, which stand for a Latin letter.

export const OTHER = 0
export const WORD = 1
/** Scripts that are written without spaces: words are looked for at every character. */
export const UNSPACED = 2
export const STOP = 3

/** Classes of all units, for whoever asks for many. */
export function classTable(): Uint8Array {
  const table = new Uint8Array(0x10000)
  for (let code = 0; code < table.length; code++) table[code] = classOf(code)
  return table
}

/** Class of a UTF-16 unit in folded text. A full stop ends a sentence only before a space: see the reader. */
export function classOf(code: number): number {
  if (code < 0x80) {
    if ((code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39)) return WORD
    return code === 0x0a || code === 0x21 || code === 0x3f || code === 0x3b ? STOP : OTHER
  }
  if (code < 0xc0) return OTHER
  if (code < 0x0e00) return code === 0x061f || code === 0x061b || code === 0x06d4 || code === 0x0964 ? STOP : WORD
  if (code < 0x0f00) return UNSPACED
  if (code < 0x1000) return WORD
  if (code < 0x10a0 || (code >= 0x1780 && code < 0x1800)) return UNSPACED
  if (code < 0x2000) return WORD
  if (code < 0x2c00) return OTHER
  if (code < 0x3000) return WORD
  if (code < 0x3040) return code === 0x3002 ? STOP : OTHER
  if (code < 0xa000) return UNSPACED
  if (code < 0xd800) return WORD
  return code < 0xf900 ? OTHER : WORD
}

/** Characters that nothing shows (Unicode Default_Ignorable_Code_Point, and what looks empty in most fonts). */
export function isInvisible(code: number): boolean {
  if (code < 0xad) return false
  return (
    code === 0xad ||
    code === 0x034f ||
    code === 0x061c ||
    code === 0x115f ||
    code === 0x1160 ||
    code === 0x17b4 ||
    code === 0x17b5 ||
    (code >= 0x180b && code <= 0x180f) ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0x2800 ||
    code === 0x3164 ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    code === 0xfeff ||
    code === 0xffa0 ||
    (code >= 0xfff0 && code <= 0xfffb) ||
    (code >= 0x1d173 && code <= 0x1d17a) ||
    (code >= 0xe0000 && code <= 0xe0fff)
  )
}

/** Letters of other scripts that look like the Latin letter before them. Our own choice from what fonts show alike. */
const alike =
  'a:а α ɑ ａ ᴀ ꭺ|b:Ь ь ƅ Ᏼ ʙ в ᏼ β|c:с ϲ ᴄ ⅽ ꮯ|d:ԁ ɗ ᴅ ꭰ|e:е є ҽ ε ᴇ ꭼ ё|f:ϝ ẝ ꜰ|g:ɡ ց ɢ ԍ|h:һ հ н ʜ ꮋ|i:і ι ɩ ɪ ı ӏ ꙇ ꭵ|' +
  'j:ј ʝ ϳ ᴊ|k:к κ ᴋ ĸ|l:ⅼ ʟ ꮮ|m:м ᴍ ⅿ ꮇ|n:ո п ɴ η ռ|o:о ο օ σ ᴏ ծ ө|p:р ρ ᴘ ꮲ|q:ԛ գ զ|r:г ʀ ᴦ ꮁ|s:ѕ ꜱ ꮪ ƽ|' +
  't:т τ ᴛ ꭲ|u:ս υ ᴜ ʋ|v:ν ѵ ᴠ ꮩ|w:ԝ ѡ ᴡ ω ա ɯ ꮃ|x:х χ ҳ|y:у γ ү ʏ ყ|z:ᴢ ʐ ꮓ'

/** Letters that look like a Latin one, by code. */
export function lookalikes(): ReadonlyMap<number, number> {
  const table = new Map<number, number>()
  for (const line of alike.split('|'))
    for (const letter of line.slice(2).split(' ')) {
      table.set(letter.charCodeAt(0), line.charCodeAt(0))
      table.set(letter.toLowerCase().charCodeAt(0), line.charCodeAt(0))
    }
  return table
}

const letters: { readonly [letter: string]: string } = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  '‘': "'",
  '’': "'",
  '‛': "'",
  ʼ: "'",
  '′': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‐': '-',
  '‑': '-',
  '‒': '-',
  '–': '-',
  '—': '-',
  '−': '-',
  '\u2028': '\n',
  '\u2029': '\n',
  '\u0085': '\n',
}

/** A character in its plainest form: compatibility forms folded, accents and points taken off, lower case. */
export function plain(character: string): string {
  let text = character.normalize('NFKC').toLowerCase()
  if (/^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u.test(text))
    text = text.normalize('NFKD').replace(/[\u0300-\u036f]+/g, '')
  if (isPoint(text)) return ''
  if (/^\p{Zs}$/u.test(text)) return ' '
  return letters[text] ?? text
}

/** Accents, points and vowel signs that words are also written without. */
function isPoint(text: string): boolean {
  const code = text.length === 1 ? text.charCodeAt(0) : 0
  return (
    (code >= 0x0300 && code <= 0x036f) ||
    (code >= 0x0591 && code <= 0x05c7) ||
    code === 0x0640 ||
    (code >= 0x064b && code <= 0x065f) ||
    code === 0x0670 ||
    (code >= 0x20d0 && code <= 0x20f0)
  )
}

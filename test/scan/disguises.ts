// Fourteen ways to write a text so that filters miss it and models do not.

const each = (text: string, change: (letter: string, index: number) => string): string =>
  Array.from(text, (letter, index) => change(letter, index)).join('')

const alike: { readonly [letter: string]: string } = { a: 'а', e: 'е', o: 'о', p: 'р', c: 'с', x: 'х', i: 'і', s: 'ѕ' }
const leet: { readonly [letter: string]: string } = { a: '4', e: '3', i: '1', o: '0', s: '5', t: '7' }

const rot13 = (text: string): string =>
  text.replace(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base)
  })

/** Swaps two letters inside every long word. */
const mistyped = (text: string): string => text.replace(/\b([a-z]{3})([a-z])([a-z])([a-z]{2,})\b/gi, '$1$3$2$4')

export const disguises: { readonly [name: string]: (text: string) => string } = {
  'zero width': (text) => text.replace(/(?<=[a-z])(?=[a-z])/gi, '\u200b'),
  'soft hyphens': (text) => text.replace(/(?<=[a-z])(?=[a-z])/gi, '\u00ad'),
  'other alphabets': (text) => each(text, (letter) => alike[letter] ?? letter),
  'full width': (text) =>
    each(text, (letter) =>
      letter > ' ' && letter <= '~' ? String.fromCharCode(letter.charCodeAt(0) + 0xfee0) : letter,
    ),
  mathematical: (text) =>
    each(text, (letter) => (/[a-z]/.test(letter) ? String.fromCodePoint(letter.charCodeAt(0) - 97 + 0x1d41a) : letter)),
  tags: (text) => each(text, (letter) => String.fromCodePoint(0xe0000 + (letter.charCodeAt(0) & 0x7f))),
  base64: (text) => Buffer.from(text).toString('base64'),
  hex: (text) => Buffer.from(text).toString('hex'),
  percent: (text) => each(text, (letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0').slice(-2)}`),
  entities: (text) => each(text, (letter) => `&#${letter.codePointAt(0)};`),
  rot13,
  'spaced letters': (text) =>
    text
      .split(' ')
      .map((word) => Array.from(word).join(' '))
      .join('   '),
  'digits for letters': (text) => each(text, (letter) => leet[letter] ?? letter),
  mistyped,
}

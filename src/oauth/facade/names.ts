// Names that strangers gave themselves, as a person may safely read them: what hides or imitates is made visible. Pure.

/** Pieces of a text; `odd` ones stand for something that would not be seen, or be taken for something else. */
export type Shown = readonly { readonly text: string; readonly odd: boolean }[]

const MOST = 100

// Letters that are drawn like Latin ones in other alphabets (Unicode TS 39, the part that occurs in names).
const LOOKS_LATIN = new Set('аеѕіјорсухһԁԛԝАВЕЅІЈКМНОРСТУХҺԀԚԜαιονρυΑΒΕΖΗΙΚΜΝΟΡΤΥΧոսօցհՕՍ')

/**
 * Controls, direction overrides and invisible characters become their code points; letters of other alphabets in a Latin name, or
 * ones that only look Latin, are followed by theirs. At most 100 characters are shown (reference: security §3.2, row 21).
 */
export function shown(name: string): Shown {
  const characters = Array.from(name)
  const letters = characters.filter((character) => /\p{L}/u.test(character))
  const mixed = letters.some((letter) => /\p{Script=Latin}/u.test(letter))
  const imitates = letters.length > 0 && letters.every((letter) => LOOKS_LATIN.has(letter))
  const pieces: { text: string; odd: boolean }[] = []
  const add = (text: string, odd: boolean): void => {
    const last = pieces.at(-1)
    if (last !== undefined && last.odd === odd && !odd) last.text += text
    else pieces.push({ text, odd })
  }
  let marks = 0
  for (const character of characters.slice(0, MOST)) {
    marks = /\p{M}/u.test(character) ? marks + 1 : 0
    if (isHidden(character) || marks > 2) add(codePoint(character), true)
    else if (isForeign(character, mixed) || (imitates && /\p{L}/u.test(character)))
      add(`${character} ${codePoint(character)}`, true)
    else add(character, false)
  }
  if (characters.length > MOST) add('…', true)
  return pieces
}

/** As one line of text, for logs. */
export const plain = (pieces: Shown): string => pieces.map(({ text, odd }) => (odd ? `<${text}>` : text)).join('')

// Private use, unassigned and half surrogates are drawn as anything; the fillers of Hangul and Braille's blank as nothing.
const isHidden = (character: string): boolean =>
  /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u115f\u1160\u3164\uffa0\u2800]/u.test(character) ||
  (character !== ' ' && /\p{Zs}/u.test(character))

/** A letter of another alphabet among Latin ones, or a letter that is another one in costume (full width, mathematical). */
function isForeign(character: string, mixed: boolean): boolean {
  const base = character.normalize('NFKC')
  if (base !== character && /^[\x20-\x7e]+$/.test(base)) return true
  return (
    mixed && /\p{L}/u.test(character) && !/[\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u.test(character)
  )
}

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

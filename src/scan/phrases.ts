// Puts phrases together from their parts, so that a vocabulary says each part once.

/** Words and phrases with commas between. */
export const list = (words: string): readonly string[] => words.trim().split(/\s*,\s*/)

/** Every way through the parts, in order; an empty word stands for nothing. */
export const every = (...parts: readonly string[]): readonly string[] => combined(parts.map(list), ' ')

/** The same for scripts without spaces between words. */
export const everyJoined = (...parts: readonly string[]): readonly string[] => combined(parts.map(list), '')

function combined(parts: readonly (readonly string[])[], between: string): readonly string[] {
  let made: readonly string[] = ['']
  for (const part of parts)
    made = made.flatMap((start) =>
      part.map((word) => (start === '' || word === '' ? start + word : `${start}${between}${word}`)),
    )
  return made
}

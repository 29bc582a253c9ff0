// Parts of a text that stands between keyed tags: whoever gets a part gets its tags as well.

/** What a tag says of the text inside, as A2AS names roles. */
export const PREFIX = 'a2as:tool:'
/** Tags as they are made here. */
const TAG = /<(\/?)(a2as:tool:[\w-]{12}\.[\w-]{22})>/g

/**
 * A part of a text, which stays between its tags: one that is open where the part begins is opened again, one that is open at its
 * end is closed. The end moves in front of a tag that it would cut in two.
 */
export function tagPiece(text: string, start: number, end: number): { readonly text: string; readonly end: number } {
  if (!text.includes(`<${PREFIX}`)) return { text: text.slice(start, end), end }
  let [before, after, last] = ['', '', end]
  for (const { 0: whole, 1: slash, 2: name = '', index } of text.matchAll(TAG)) {
    if (index >= end) break
    if (index + whole.length > end) {
      last = index
      break
    }
    const open = slash === '' ? name : ''
    if (index < start) before = open
    after = open
  }
  const [head, tail] = [before === '' ? '' : `<${before}>\n`, after === '' ? '' : `\n</${after}>`]
  return { text: head + text.slice(start, last) + tail, end: last }
}

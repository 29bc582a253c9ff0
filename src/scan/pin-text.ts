// Two texts side by side: what is new in the second that people do not see, and whom it names that the first did not.

/** How two texts differ. `cosmetic`: only in white space. */
export type TextDifference = 'none' | 'cosmetic' | 'words'

export function textDifference(before: string, after: string): TextDifference {
  if (before === after) return 'none'
  return collapsed(before) === collapsed(after) ? 'cosmetic' : 'words'
}

const collapsed = (text: string): string => text.replace(/\s+/g, ' ').trim()

/**
 * What has no width, reorders its neighbours or steers a terminal: format and control characters, fillers, variation selectors, tag
 * characters, private use (reference/security.md §1.4 D1–D3, D7).
 */
const unseen = /\p{Default_Ignorable_Code_Point}|[\p{Zl}\p{Zp}\u2800]|(?![\t\n\r])\p{C}/gu
/** Letters between which joiners are spelling, and pictures of which selectors and joiners make one. */
const joined =
  /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f|[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Kannada}\p{Script=Telugu}\p{Script=Tamil}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Mongolian}0-9#*])$/u
const joiners = new Set(['\u200c', '\u200d', '\ufe0e', '\ufe0f'])
/** So long a run of blanks pushes what follows out of sight. */
const PUSH_OUT = /(?<![^\S\n])[^\S\n]{60,}\S|(?<=^|\S)[^\S\n]*\n(?:[^\S\n]*\n){15,}[^\S\n]*\S/

/** Whether the second text hides more than the first: invisible characters, comments of HTML, text behind a long blank. */
export function hidesMore(before: string, after: string): boolean {
  if (after === before) return false
  if (count(after, '<!--') > count(before, '<!--')) return true
  if (PUSH_OUT.test(after) && !PUSH_OUT.test(before)) return true
  const known = invisible(before)
  for (const [character, times] of invisible(after)) if (times > (known.get(character) ?? 0)) return true
  return false
}

function invisible(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const { 0: character, index } of text.matchAll(unseen)) {
    // Eight units hold any letter or picture; what stands further away does not join.
    if (joiners.has(character) && joined.test(text.slice(Math.max(0, index - 8), index))) continue
    found.set(character, (found.get(character) ?? 0) + 1)
  }
  return found
}

function count(text: string, part: string): number {
  let times = 0
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) times++
  return times
}

/** A host name or address, from where it begins. */
const host = /^[\p{L}\p{N}.-]{1,253}/u
const local = /[\w.+-]{1,64}$/
const four = /\b\d{1,3}(?:\.\d{1,3}){3}\b/g

/** Whom a text names: hosts of URLs, mail addresses, literal IPv4 addresses; in lower case. */
export function addressesIn(text: string): ReadonlySet<string> {
  const found = new Set<string>()
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    const rest = text.slice(at + 3, at + 400)
    // A user name in front of the host is how a host is made to look like another one.
    const name = host.exec(rest.replace(/^[^\s/@]{1,100}@/, ''))?.[0]
    if (name !== undefined) found.add(name.toLowerCase())
  }
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const mailbox = local.exec(text.slice(Math.max(0, at - 64), at))?.[0]
    const name = host.exec(text.slice(at + 1, at + 254))?.[0]
    if (mailbox !== undefined && name?.includes('.') === true) found.add(`${mailbox}@${name}`.toLowerCase())
  }
  for (const [address] of text.matchAll(four)) found.add(address)
  return found
}

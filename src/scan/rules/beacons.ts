// Addresses with a gap for what the model knows: a picture that is shown, or a page that is opened, carries it away.
import type { Severity } from '../finding.ts'
import { type Hit, rule } from '../rule.ts'

/** An address with a gap in its query or path: `{…}`, `<…>`, `${…}`, `[…]`, `=DATA`, or nothing behind the sign. */
const gap =
  /https?:\/\/[^\s"'`)\]<>{}]{3,200}(?:\{\{?([^{}\n]{1,120})\}|<([^<>\n]{1,120})>|\[([^[\]\n]{1,120})\]|%s|=\$?((?:data|secrets?|payload|base64|encoded|conversation|history|context|prompt|message|answer|token)[a-z_]{0,24})(?![^\s"'`)\]<>&])|[?&][\w-]{1,30}=(?=[\s"'`)\]<>]))/g
/** That somebody is to fill it. */
const fills =
  /\b(?:append\w*|encod\w*|concatenat\w*|followed by|insert\w*|fill\w*|attach\w*|plus|put|add\w*|replac\w*)\b/
/** What only the conversation or the machine knows. */
const knows =
  /\b(?:user(?:'s)?|conversation|chat|history|messages?|prompts?|context|memory|secrets?|tokens?|keys?|passwords?|credentials?|base64|encoded?|url-?encoded|answers?|response|contents?|data|all|everything|env|environment|summary|email|seen|previous|session|stolen|leak\w*)\b/

export const beacons = rule({
  id: 'UR-301',
  class: 'beacon',
  looksAt: 'text',
  severity: 'high',
  message: 'a picture or link with a gap that the model is to fill: showing it sends what was filled in',
  advice: 'do not show it: the address must not depend on what the model knows',
  surfaces: [
    'description',
    'instructions',
    'parameter',
    'value',
    'schema',
    'title',
    'annotation',
    'content',
    'message',
  ],
  find({ text }, { kind, piece }) {
    if (!text.includes('://')) return []
    const found: Hit[] = []
    for (const match of text.matchAll(gap)) {
      const [whole, braces, angles, squares, word] = match
      const end = match.index + whole.length
      const before = text.slice(Math.max(0, match.index - 120), match.index)
      const isPicture = /!\[[^\]\n]{0,100}\]\($|<img\b[^>]{0,100}src ?= ?["']?$|url\(["']?$/.test(before)
      const asked = braces ?? angles ?? squares ?? word
      const around = `${before} ${text.slice(end, end + 160)}`
      const isKnown = asked === undefined ? fills.test(around) && knows.test(around) : isAsked(asked)
      const severity = weigh({
        isPicture,
        isKnown,
        isQuery: whole.includes('?'),
        isAnswer: kind === 'result' || kind === 'message',
      })
      // Examples and patterns of a parameter are forms of its value.
      if (severity === undefined || (piece.surface === 'value' && !isPicture)) continue
      found.push({ start: match.index, end, severity })
    }
    return found
  },
})

const isAsked = (name: string): boolean => knows.test(name.replace(/[_.-]/g, ' '))

interface Signs {
  readonly isPicture: boolean
  readonly isKnown: boolean
  readonly isQuery: boolean
  readonly isAnswer: boolean
}

/** Documents show the forms of addresses; pictures that ask for the conversation are nobody's document. */
function weigh({ isPicture, isKnown, isQuery, isAnswer }: Signs): Severity | undefined {
  if (isPicture && isKnown) return isQuery || !isAnswer ? 'high' : 'medium'
  if (isPicture) return isAnswer ? undefined : 'low'
  return isKnown && isQuery && !isAnswer ? 'low' : undefined
}

// TP-230: the model is to call on and on, and burn what it costs.
import { rule } from '../rule.ts'
import { isAnswer, isShown, order } from '../speech.ts'

const endless =
  /\b(?:forever|indefinitely|endless(?:ly)?|infinite(?:ly)?|without (?:end|stopping|limit)|never stop(?:s|ping)?|ad infinitum|(?:until|till) (?:the end of time|doomsday|hell freezes|stopped|told otherwise|further notice|the (?:context|budget|quota|token) \w+)|over and over|(?:at least )?\d{3,}(?:,\d{3})* times|keep (?:calling|going|repeating|retrying))\b/

export const loop = rule({
  looksAt: 'sentence',
  id: 'TP-230',
  class: 'loop',
  severity: 'medium',
  message: 'tells the model to repeat itself without an end',
  advice: 'do not admit it, or bound the calls of a session by a rate limit',
  needs: ['repeat'],
  find(sentence, place) {
    const found = endless.exec(sentence.text)
    if (found === null) return undefined
    const acts = order(sentence, 'call', 'repeat', 'run', 'answer', 'send')
    if (acts === undefined) return undefined
    const isAbout = /poll|watch|wait|monitor|stream|listen|subscribe|retry|schedule|loop/.test(
      String(place.definition['name']).toLowerCase(),
    )
    const start = sentence.start + found.index
    const end = start + found[0].length
    const bounded =
      /\b(?:max(?:imum)?|up to|at most|timeout|unless|do not|don't|never (?:call|retry|repeat|loop))\b/.test(
        sentence.text,
      )
    if (
      isShown(sentence, start) ||
      bounded ||
      isAbout ||
      (isAnswer(place) && !sentence.has('assistant') && !sentence.has('tool'))
    )
      return { start, end, severity: 'info' }
    return { start, end }
  },
})

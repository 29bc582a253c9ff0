// DE-401 and DE-402: text that has to be decoded first, and tells the reader to do something.
import { rule } from '../rule.ts'
import { isShown, order } from '../speech.ts'

const orders =
  /\b(?:decode|decrypt|unscramble|deobfuscate|de-obfuscate|unpack|reverse|translate from (?:base64|hex|rot13|morse))\b[^.;\n]{0,60}\b(?:and|then|,)\s*(?:then )?(?:do|follow|execute|run|obey|comply|act|perform|carry|apply|answer|treat)\b|\b(?:follow|execute|obey|run|perform|carry out|do|apply)\b[^.;\n]{0,14}\b(?:decoded|decrypted|encoded|base64|rot13|hex-encoded|hidden|encrypted)\b(?:[^.;\n]{0,24}\b(?:text|message|instructions?|commands?|payload|string|content)\b)/

export const decodeAndDo = rule({
  looksAt: 'text',
  id: 'DE-401',
  class: 'hidden-text',
  severity: 'high',
  message: 'tells the model to decode something and to do what it says',
  advice: 'do not admit it: what has to be said can be said in the open',
  find(reading) {
    const { text } = reading
    if (!/cod|crypt|scrambl|obfus|reverse|base64|rot13|hidden/.test(text)) return []
    const found = orders.exec(text)
    if (found === null) return []
    const sentence = reading.sentenceAt(found.index)
    const isExample = sentence !== undefined && (isShown(sentence, found.index) || sentence.quoted(found.index))
    return [{ start: found.index, end: found.index + found[0].length, severity: isExample ? 'info' : 'high' }]
  },
})

export const decodedOrders = rule({
  looksAt: 'sentence',
  id: 'DE-402',
  class: 'hidden-text',
  severity: 'low',
  message: 'an encoding hides an order to the model',
  advice: 'have it said in the open: there is no reason to encode prose',
  needs: [
    'ignore',
    'send',
    'read',
    'call',
    'answer',
    'tell',
    'run',
    'delete',
    'put',
    'write',
    'says-override',
    'says-conceal',
    'says-exfil',
  ],
  find(sentence) {
    // Reading backwards and turning letters finds words by chance; a name in its words is no encoding.
    const { steps } = sentence.reading
    if (
      steps.length === 0 ||
      steps.includes('reversed') ||
      steps.includes('rot13') ||
      steps.includes('leet') ||
      steps.includes('spelling') ||
      steps.includes('spaced') ||
      steps.includes('percent')
    )
      return undefined
    const verb = order(sentence, 'ignore', 'send', 'call', 'run', 'delete', 'tell', 'answer', 'read', 'put', 'write')
    if (verb === undefined) return undefined
    const speaks = sentence.hasAny(
      'you',
      'assistant',
      'user',
      'rules',
      'secret',
      'outside',
      'talk',
      'not',
      'every',
      'tool',
      'money',
    )
    const isProse = sentence.text.trim().split(/\s+/).length > 3
    return { start: verb.start, end: sentence.end, severity: speaks && isProse ? 'medium' : isProse ? 'low' : 'info' }
  },
})

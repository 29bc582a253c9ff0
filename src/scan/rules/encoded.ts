// DE-401: the reader is told to decode something and to do what it says.
import { rule } from '../rule.ts'
import { isShown } from '../speech.ts'

const orders =
  /\b(?:decode|decrypt|unscramble|deobfuscate|de-obfuscate|unpack|reverse|translate from (?:base64|hex|rot13|morse))\b[^.;\n]{0,60}\b(?:and|then|,)\s*(?:then )?(?:do|follow|execute|run|obey|comply|act|perform|carry|apply|answer|treat)\b|\b(?:follow|execute|obey|run|perform|carry out|do|apply)\b[^.;\n]{0,40}\b(?:decoded|decrypted|encoded|base64|rot13|hex-encoded|hidden|encrypted)\b(?:[^.;\n]{0,24}\b(?:text|message|instructions?|commands?|payload|string|content)\b)/

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

// TP-250: the user is to be asked for a secret, or asked for it directly by a server.
import { type Hit, type Place, rule } from '../rule.ts'
import { isAnswer, isShown, order, topicOf } from '../speech.ts'

/** What only a person knows, and no service asks for in a chat. */
const personal =
  /^(?:password|passphrase|passcode|pin|one time|otp|two factor|verification|recovery|seed|mnemonic|private key|secret key|credit|card|api key|access|session|master|cookie|cvv|cvc|mfa|2fa|security code|backup code|unlock|sudo|root password|admin password|wallet|device code|account password|bank|the tan|a tan|tan code|transaction|pass|login|credential)/

export const phishing = rule({
  looksAt: 'sentence',
  id: 'TP-250',
  class: 'phishing',
  severity: 'medium',
  message: 'has the user asked for a password, a code or a key',
  advice: 'secrets are typed into the pages of those who gave them out, never into a chat or a form of a tool',
  needs: ['secret', 'private'],
  find(sentence, place) {
    const { text } = sentence.reading
    const secret = [...sentence.all('secret'), ...sentence.all('private')].find(
      ({ start, end }) =>
        personal.test(text.slice(start, end).replace(/[-_]/g, ' ')) &&
        !text.slice(start, end).endsWith('manager') &&
        !/^ (?:managers?|policy|reset|generator|strength|rotation|hash)/.test(text.slice(end, end + 12)),
    )
    if (secret === undefined || isShown(sentence, secret.start)) return undefined
    const severity = asked(sentence, place)
    return severity === undefined ? undefined : { start: secret.start, end: secret.end, severity }
  },
})

function asked(sentence: Parameters<typeof isShown>[0], place: Place): Hit['severity'] | undefined {
  const wish =
    order(sentence, 'put', 'send', 'answer') !== undefined ||
    /\b(?:enter|type|confirm|provide|verify|paste|hand|give|share|reveal|read out|dictate|tell you|tell us|log ?in|sign ?in|submit|disclose|re-?enter|supply|scan|collect|obtain|gather|what (?:is|are|was)|for (?:his|her|their|the|your|an?)|over)\b/.test(
      sentence.text,
    )
  if (place.kind === 'request') return wish || sentence.text.includes('?') ? 'high' : 'medium'
  const asks =
    /\b(?:ask|prompt|request|tell|get|have|instruct|require|urge|convince)\s+(?:for\s+)?(?:the\s+|your\s+)?(?:user|customer|human|person|them|him|her)\w*\b/.test(
      sentence.text,
    )
  const poses =
    /\b(?:pretend to be|pretending to be|pose as|posing as|impersonate|claim to be|present yourself as|introduce yourself as|in the name of)\b/.test(
      sentence.text,
    )
  if (
    poses &&
    !isAnswer(place) &&
    /\b(?:ask|request|demand|obtain|collect|get|confirm|verify|enter|need)\b/.test(sentence.text)
  )
    return 'medium'
  if (!asks || !wish) return undefined
  if (/\b(?:never|do not|don't|must not|avoid|without)\s+(?:ask|prompt|request)/.test(sentence.text)) return undefined
  if (isAnswer(place))
    return sentence.hasAny('assistant', 'you', 'param') ||
      /\b(?:ask|tell|prompt|have|get) the user\b/.test(sentence.text)
      ? 'medium'
      : undefined
  return /login|sign ?in|auth|password|credential|vault|connect|setup|onboard/.test(topicOf(place)) ? 'low' : 'medium'
}

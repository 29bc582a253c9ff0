// TP-212: whatever the model writes is to carry somebody's address or slogan.
import type { Sentence } from '../reading.ts'
import { rule } from '../rule.ts'
import { addresses } from '../sinks.ts'
import { isAnswer, isShown, order, topicOf } from '../speech.ts'

const outputs =
  /\b(?:your|every|each|all|any|all your|the end of (?:your|every|each)|(?:sign|end|close|begin|start|finish)) (?:\w+ ){0,2}(?:answers?|repl(?:y|ies)|responses?|e-?mails?|messages?|summar(?:y|ies)|outputs?|reports?|documents?|posts?|commits?)\b/

/** What has no business in the work of a user. */
const doors =
  /\b(?:listen(?:er|s)?(?: on)?(?: port)?|port \d+|back ?doors?|import `?[\w.-]+|telemetry|tracking|tracker|pixel|beacon|script tag|iframe|remote|hidden|admin(?:istrator)? (?:user|account)|hard-?coded|eval|exec|disabled? (?:tls|ssl|auth|verification|checks?)|verify=false|skip(?:s|ping)? (?:auth|verification|validation|checks?)|allow[- ]all|chmod 777|wildcard|phone home|callback|webhook|document\.cookie|localstorage|fetch\(|xmlhttprequest|key logger|keylogger)\b/
const works =
  /\b(?:every|each|all|any|whatever) (?:\w+ ){0,3}(?:file|code|script|function|project|commit|page|component|program|class|module|app|application|website|repository|config|dockerfile|workflow|template|mail|document|answer|reply|text|post|contract|login form|form)s? (?:that )?(?:you|is|are|the (?:assistant|model|agent))\b|\bin (?:the )?code (?:that )?you\b|\b(?:when(?:ever)?|while) (?:you )?(?:are )?(?:later )?(?:writ|generat|creat|edit|suggest|produc)\w* (?:\w+ ){0,2}(?:code|files?|scripts?|python|javascript|functions?|sql|config\w*|pages?|forms?)\b/

const opened =
  /\b(?:back ?doors?|key ?loggers?|reverse shells?|hidden (?:admin\w*|accounts?|users?)|logic bombs?|remote access trojans?)\b/

function backdoor(sentence: Sentence): { readonly start: number; readonly end: number } | undefined {
  const found = works.test(sentence.text) ? doors.exec(sentence.text) : null
  if (found === null) return undefined
  return { start: sentence.start + found.index, end: sentence.start + found.index + found[0].length }
}

export const planting = rule({
  looksAt: 'sentence',
  id: 'TP-212',
  class: 'tampering',
  severity: 'medium',
  message: 'has the model write an address or a slogan into all that it writes',
  advice: 'ask whose address it is, and why users should get it',
  needs: ['put', 'write', 'answer', 'every', 'you', 'harm'],
  find(sentence, place) {
    const door = isAnswer(place) || place.piece.surface === 'parameter' ? null : opened.exec(sentence.text)
    if (
      door !== null &&
      order(sentence, 'put', 'write', 'run', 'send') !== undefined &&
      !/scan|detect|malware|security|audit|yara|pentest|lint|vuln/.test(topicOf(place)) &&
      !isShown(sentence, sentence.start + door.index)
    )
      return { start: sentence.start, end: sentence.end }
    const found = outputs.exec(sentence.text) ?? works.exec(sentence.text)
    if (found === null) return undefined
    const verb =
      order(sentence, 'put', 'write', 'read', 'ignore', 'run', 'call') ??
      sentence
        .all('put')
        .find(
          (each) =>
            !each.base &&
            /\b(?:must|should|has to|have to|needs? to) be\s*$/.test(
              sentence.reading.text.slice(Math.max(0, each.start - 24), each.start),
            ),
        )
    const address = addresses(sentence)[0] ?? backdoor(sentence)
    const signs = /^\W*(?:please |always |then )?(?:sign|end|close|begin|start|finish)\b/.test(sentence.text)
    if ((verb === undefined && !signs) || address === undefined) return undefined
    const start = Math.min(verb?.start ?? sentence.start, sentence.start + found.index)
    const end = Math.max(address.end, sentence.start + found.index + found[0].length)
    if (
      isShown(sentence, start) ||
      /e\.g|example:|such as/.test(sentence.text) ||
      /mail|footer|signature|template/.test(topicOf(place))
    )
      return { start, end, severity: 'info' }
    if (isAnswer(place) || place.piece.surface === 'message')
      return sentence.hasAny('assistant', 'you') ? { start, end, severity: 'medium' } : undefined
    return { start, end, severity: sentence.index > 0 ? 'high' : 'medium' }
  },
})

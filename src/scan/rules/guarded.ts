// TP-197: the operator forbade to tell something, and the user asks for it: by its name, in pieces, in another form.
import type { JsonObject } from '../../core/item.ts'
import { evidenceOf } from '../evidence.ts'
import { type PlacedHit, rule } from '../rule.ts'

export const guarded = rule({
  looksAt: 'definition',
  id: 'TP-197',
  class: 'context-harvest',
  severity: 'medium',
  message: 'asks for what the operator of the conversation forbade to tell',
  advice: 'a prompt keeps no secret: take it out of what the model knows',
  kinds: ['message', 'prompt'],
  find(definition) {
    const turns = turnsOf(definition)
    const secrets = new Set(turns.filter(({ role }) => role === 'system').flatMap(({ text }) => guardedIn(text)))
    if (secrets.size === 0) return []
    return turns.flatMap((turn): readonly PlacedHit[] => {
      if (turn.role !== 'user' || turn.text.length > LONGEST) return []
      const start = asksFor(turn.text.toLowerCase(), secrets)
      if (start < 0) return []
      const end = Math.min(turn.text.length, start + 160)
      return [{ path: turn.path, start, end, evidence: evidenceOf(turn.text, start, end) }]
    })
  },
})

/** Who pastes a page asks about the page. */
const LONGEST = 4000

interface Turn {
  readonly role: string
  readonly text: string
  readonly path: string
}

function turnsOf({ messages }: JsonObject): readonly Turn[] {
  if (!Array.isArray(messages)) return []
  return messages.slice(0, 100).flatMap((message: unknown, index): readonly Turn[] => {
    if (typeof message !== 'object' || message === null || !('role' in message) || !('content' in message)) return []
    const { role, content } = message
    if (typeof role !== 'string') return []
    if (typeof content === 'string') return [{ role, text: content, path: `/messages/${index}/content` }]
    if (typeof content !== 'object' || content === null || !('text' in content) || typeof content.text !== 'string')
      return []
    return [{ role, text: content.text, path: `/messages/${index}/content/text` }]
  })
}

const forbidding =
  /\b(?:(?:do not|don't|never|must not|mustn't|may not|cannot|can't|should not|shouldn't|not allowed to|without|refuse to|not to) (?:ever |under any circumstances |directly )?(?:reveal|shar|disclos|tell|mention|giv|leak|say|repeat|show|output|print|expos|hand|pass|discuss|talk about|divulg|provid|writ|utter|spell)|(?:keep|remains?|stays?|is|are|treat) [^.!?\n]{0,40}(?:secret|confidential|private|hidden|to yourself)|secret|confidential|password|passphrase|code ?word|classified)/
const asking =
  /\?|\b(?:tell|say|spell|encod|reveal|confirm|repeat|translat|writ|print|giv|what|which|hint|letters?|rhyme|reverse|backwards?|morse|base64|poem|story|acrostic|complet|fill|continu|list|show|output|display|share|need|provid|remind|forgot|describ|summari|first|last|starts? with|ends? with|how many|translate|unlock|decode|json|table|yaml|quote|debug|verify|guess|recite|dump|leak|hand over|disclos)/
const common = new Set(
  'this that with from have your user users them they their what when where which who whom will would should could must about into only ever even under circumstances anyone anybody someone reveal share disclose tell mention give leak repeat show output print word words answer answers question questions please helpful assistant never does keep stay remain text following other also any all some instructions prompt system they being been were very just like most more than then there here these those company customer customers'.split(
    ' ',
  ),
)

/** Words of the sentences in which something is to be kept, except those that say so. */
function guardedIn(text: string): readonly string[] {
  return text
    .slice(0, 20_000)
    .toLowerCase()
    .split(/(?<=[.!?\n])/)
    .filter((sentence) => sentence.length < 400 && forbidding.test(sentence))
    .flatMap((sentence) => sentence.match(/[\p{L}\p{N}]{4,40}/gu) ?? [])
    .filter((word) => !common.has(word))
}

/** Where a text asks for one of them, or -1. */
function asksFor(text: string, secrets: ReadonlySet<string>): number {
  if (!asking.test(text)) return -1
  for (const { 0: word, index } of text.matchAll(/[\p{L}\p{N}]{4,40}/gu)) if (secrets.has(word)) return index
  return -1
}

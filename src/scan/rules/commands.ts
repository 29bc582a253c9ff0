// Commands in text that a model reads: to fetch and run a program, to open a shell to somebody, to destroy, to stay.

import type { Severity } from '../finding.ts'
import type { Reading } from '../reading.ts'
import { type Hit, type Place, rule } from '../rule.ts'

/** Nobody's example: an open door, a deletion of everything, a program run from text that was hidden. */
const hostile =
  /\/dev\/(?:tcp|udp)\/|\bbash -i\b|\bn(?:et)?cat? [^\n|]{0,60}-[a-z]{0,4}e[a-z]{0,4} |\bmkfifo [^\n]{0,80}\bnc\b|\brm -(?:rf|fr|r -f|f -r)[a-z]{0,3} (?:--no-preserve-root )?["']?(?:~|\$home|\*|\.\/?\*|\/(?:\*|["'`;&|\s]|$|(?:etc|home|usr|var|root|boot|bin|lib|users)\b))|\bmkfs\.|\bdd if=[^\n]{0,60} of=\/dev\/|:\(\) ?\{ ?:|\bchmod -r 0?[67][0-7]{2} (?:~|\/)|\bchmod \+x (?:\/tmp\/|\/dev\/shm|\/var\/tmp)[^\n;&|]{1,80}(?:&&|;) ?[^\n]{1,80}|\b(?:del|rd) \/s\b|\bformat c:|\bbase64 (?:-d|--decode|-di)[^\n|]{0,40}\| ?(?:ba|z|da)?sh\b|\bpowershell[^\n]{0,40} -e(?:nc|ncodedcommand)? [a-z0-9+/]|\b(?:cat|tar|env|printenv|type)\b[^\n]{0,100}\| ?(?:curl|wget|nc|ncat)\b|\bcurl [^\n]{0,120}(?:-d|-f|-t|--data(?:-binary|-raw|-urlencode)?|--form|--upload-file)[ =]["']?(?:[a-z_]{1,20}=)?@?["']?(?:~|\$home|\/etc\/|\/root|\$\((?:cat|env|printenv))|>> ?~\/\.ssh\b|\bnetsh wlan show profile[^\n]{0,60}key=clear|\breg save hklm|\bsecurity (?:dump-keychain|find-(?:generic|internet)-password)|\bcmdkey \/list|[$`][({]?\s*(?:cat|type|less|head|tail|base64) [^\n)}`]{0,40}(?:\.ssh|\.aws|\.env\b|\.netrc|\/etc\/(?:passwd|shadow)|id_(?:rsa|ed25519))|\bschtasks \/create|\bcertutil [^\n]{0,40}-urlcache|\bmshta http/
/** How programs are installed, and how they are smuggled in. */
const fetched =
  /\b(?:curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod|fetch)\b[^\n|]{0,200}\| ?(?:sudo )?(?:-e )?(?:(?:ba|z|da|k)?sh|python3?|node|perl|ruby|iex)\b|\b(?:ba|z)?sh <\( ?(?:curl|wget)|\b(?:sh|bash) -c ["']?\$\((?:curl|wget)|\beval ["']?\$\( ?(?:curl|wget)|\biex ?\(|\bpipx? install [^\n]{0,60}(?:https?:|--(?:extra-)?index-url)[ =]?\S{0,200}|\bnpm (?:i|install) [^\n]{0,60}https?:\S{0,200}|>> ?~\/\.(?:bashrc|zshrc|profile|bash_profile)\b|\bchmod \+x [^\n;&|]{1,80}(?:&&|;) ?[^\n]{1,80}|\bcrontab -/

const told =
  /\b(?:run|runs|execute|executes|append|prepend|prefix|add|insert|include|paste|fill in|type|enter|invoke|start|launch|perform|issue|install|use|apply|set up|call)\b/
const pressed =
  /\b(?:must|always|before|first|after|then|otherwise|whenever|every|each|any|required?|needs?|mandatory|step|check|silently|quietly|automatically|also|also run)\b/
/** Who speaks about commands names them: examples, lists of what is refused, documents. */
const spoken =
  /\b(?:e\.?g\b|for example|such as|example|examples|like|detects?|blocks?|blocked|prevents?|rejects?|refuses?|den(?:y|ies)|dangerous|destructive commands|malicious|forbidd?(?:en|s)?|not allowed|disallow\w*|never|do not|don't|avoid|warns?|scans?|lints?|flags?|shows?|documentation|readme|explains?|describes?|unsafe|suspicious)\b/
/** Spoken to the reader of the answer, not about programs of that kind. */
const addressed =
  /\b(?:(?:ai |llm |coding |language )?(?:assistants?|agents?|models?|llms?|copilot|claude|chatgpt)(?:[:,]| (?:must|should|needs? to|has to|have to|reading|working|processing|using|is to|are to|please))|(?:note|instructions?|message|attention|hint) (?:to|for) (?:all |the |any )?(?:ai|llm|assistants?|agents?|models?|automated)|if you(?: are|'re) (?:an? )?(?:ai|llm|assistant|agent|language model|model))/
/** Where everybody's tools are installed from. */
const familiar =
  /\b(?:astral\.sh|sh\.rustup\.rs|get\.docker\.com|deb\.nodesource\.com|bun\.(?:sh|com)|deno\.land|install\.python-poetry\.org|ollama\.(?:com|ai)|brew\.sh|fly\.io|get\.helm\.sh|cli\.github\.com|pypi\.org|npmjs\.(?:com|org)|github\.com|raw\.githubusercontent\.com\/(?:homebrew|nvm-sh|helm|pyenv|ohmyzsh))\b/

export const commands = rule({
  id: 'TP-180',
  class: 'command',
  looksAt: 'text',
  severity: 'high',
  message:
    'a command that fetches and runs a program, opens a shell, destroys or copies data stands where a model reads it',
  advice: 'no description needs it: keep the tool out, and look at what it is for',
  surfaces: [
    'title',
    'description',
    'instructions',
    'parameter',
    'value',
    'schema',
    'annotation',
    'meta',
    'content',
    'message',
  ],
  find(reading, place) {
    // Most texts hold none of the signs that every such command has.
    if (
      !/[|>/(~]|\brm -|chmod|schtasks|crontab|install|mkfs|netsh |\breg save|dump-keychain|find-\w+-password|cmdkey/.test(
        reading.text,
      )
    )
      return []
    const found: Hit[] = []
    for (const [pattern, isHostile] of [[hostile, true] as const, [fetched, false] as const])
      for (const match of matches(pattern, reading.text)) {
        const start = match.index
        const end = start + match[0].length
        const severity = weigh(reading, place, { start, end, isHostile })
        if (severity !== undefined) found.push({ start, end, severity })
      }
    return found
  },
})

function matches(pattern: RegExp, text: string): readonly RegExpExecArray[] {
  return [...text.matchAll(new RegExp(pattern.source, 'g'))].slice(0, 8)
}

interface Payload {
  readonly start: number
  readonly end: number
  readonly isHostile: boolean
}

/** How serious a command is where it stands. */
function weigh(reading: Reading, place: Place, payload: Payload): Severity | undefined {
  const { start, end, isHostile } = payload
  const isHidden = reading.steps.length > 0 || reading.hidden.some(([from, to]) => start < to && end > from)
  if (isHidden) return 'high'
  const around = sentenceAround(reading.text, start, end)
  const isIllustrated = spoken.test(around)
  if (place.kind === 'result' || place.kind === 'message') {
    // Documents and answers are full of commands for people.
    const isForModel = place.piece.isError ? told.test(around) : addressed.test(around) && told.test(around)
    return isForModel && !isIllustrated ? 'high' : undefined
  }
  if (place.piece.surface === 'value') return ofValue(place)
  if (isIllustrated) return isHostile ? 'low' : undefined
  if (isHostile) return 'high'
  if (familiar.test(reading.text.slice(start, end))) return 'low'
  return told.test(around) && pressed.test(around) ? 'high' : 'medium'
}

const shells = /\b(?:run|exec|execute|shell|bash|command|terminal|cmd|script|console|ssh|process)\b/

/** What a tool does if nobody says otherwise is done; an example is only shown, and a shell's are commands. */
function ofValue({ piece, definition }: Place): Severity | undefined {
  const key = typeof piece.at.key === 'number' ? piece.at.up?.key : piece.at.key
  if (key === 'default' || key === 'const') return 'high'
  const name: unknown = definition['name']
  return typeof name === 'string' && shells.test(name.replaceAll(/[_.-]/g, ' ')) ? undefined : 'medium'
}

/** What its sentence says about a command; its own dots end none, and its own words say nothing. */
function sentenceAround(text: string, start: number, end: number): string {
  const before = text.slice(Math.max(0, start - 300), start)
  const after = text.slice(end, end + 200)
  const from = Math.max(before.lastIndexOf('. '), before.lastIndexOf('\n\n'), before.lastIndexOf('! '), 0)
  const to = /\.\s|\n\n|$/.exec(after)?.index ?? after.length
  // Names of hosts are not words of the sentence.
  return `${before.slice(from)} ${after.slice(0, to)}`.replace(/\b[a-z]{2,8}:\/\/\S{1,200}/g, ' ')
}

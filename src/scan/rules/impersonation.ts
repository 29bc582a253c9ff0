// Servers that pass for somebody: a well-known service in other letters, the host itself, or somebody's seal of approval.
import type { JsonObject } from '../../core/item.ts'
import { evidenceOf } from '../evidence.ts'
import type { Severity } from '../finding.ts'
import { wordsOf } from '../names.ts'
import { fold } from '../normalise.ts'
import { type PlacedHit, rule } from '../rule.ts'
import { isTypo } from '../typo.ts'

const services = new Set(
  'airtable amazon anthropic asana atlassian bitbucket cloudflare confluence databricks datadog discord docker dropbox elastic figma firebase github gitlab gmail google grafana hubspot instagram jira kubernetes linear linkedin mailchimp microsoft mongodb netlify notion okta openai outlook paypal playwright postgres postgresql redis salesforce sentry shopify slack snowflake spotify stripe supabase telegram terraform trello twilio vercel whatsapp wordpress youtube zapier zendesk zoom'.split(
    ' ',
  ),
)
/** Names that a model takes for whom it works for. */
const hosts = new Set(
  'system assistant user host toolgate gateway claude chatgpt copilot cursor developer operator root'.split(' '),
)
const fillers = new Set(['mcp', 'server', 'the', 'official'])

/** Digits and signs that stand for letters. */
const leet: { readonly [sign: string]: string } = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', $: 's', '@': 'a' }

const head = {
  id: 'XS-622',
  class: 'look-alike',
  severity: 'medium',
  message: 'the server has a name that passes for a well-known service, or for the host of the model',
  advice: 'find out who runs it, and give it a name of your own',
} as const

export const impersonation = rule({
  ...head,
  looksAt: 'definition',
  kinds: ['server'],
  find(definition) {
    const { serverInfo } = definition
    const found = hitsOf(definition, '')
    return isRecord(serverInfo) ? [...found, ...hitsOf(serverInfo, '/serverInfo')] : found
  },
})

export const impersonationServers = rule({
  ...head,
  looksAt: 'servers',
  find: (servers) => servers.flatMap(({ name }, i) => hitsOf({ name }, `/servers/${i}`)),
})

const isRecord = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function hitsOf({ name }: JsonObject, path: string): readonly PlacedHit[] {
  if (typeof name !== 'string' || name.length > 200) return []
  const severity = passesFor(name)
  const end = name.length
  return severity === undefined
    ? []
    : [{ path: `${path}/name`, start: 0, end, evidence: evidenceOf(name, 0, end), severity }]
}

/** Whether a name is that of somebody else, and how surely on purpose. */
function passesFor(name: string): Severity | undefined {
  const lower = name.toLowerCase()
  const plain = wordsOf(lower).filter((word) => !fillers.has(word))
  const [only] = plain
  if (plain.length === 1 && only !== undefined && hosts.has(only)) return 'medium'
  if ([...plain, ...wordsOf(name)].some((word) => services.has(word))) return undefined
  const looks = wordsOf(fold(name).text)
  if (!/^[\x20-\x7e]*$/.test(name) && looks.some((word) => services.has(word))) return 'high'
  const spoken = wordsOf(lower.replace(/[013457$@]/g, (sign) => leet[sign] ?? sign))
  if (spoken.some((word) => services.has(word))) return 'medium'
  const [whole = ''] = plain
  return plain.length === 1 &&
    whole.length >= 6 &&
    [...services].some((each) => each.length >= 6 && isTypo(each, whole))
    ? 'medium'
    : undefined
}

/** Who approves tools is whoever installs them. */
export const approval = rule({
  id: 'XS-623',
  class: 'look-alike',
  looksAt: 'text',
  severity: 'low',
  message: 'the text says that the maker of the model, or the host, has approved this tool',
  advice: 'nobody but you approves tools: what a server says of itself proves nothing',
  kinds: ['tool', 'server', 'prompt'],
  surfaces: ['description', 'instructions', 'title'],
  find({ text }) {
    const match = approved.exec(text)
    if (match === null) return []
    const end = match.index + match[0].length
    const isPressed = /\b(?:must|always|priority|prefer\w*|only|instead|over|override|trust\w*|without)\b/.test(
      text.slice(Math.max(0, match.index - 120), end + 160),
    )
    return [{ start: match.index, end, severity: isPressed ? 'medium' : 'low' }]
  },
})

const approved =
  /\b(?:certified|verified|approved|endorsed|authori[sz]ed|vetted|trusted|mandated|whitelisted)(?: and [a-z]{4,12})? by (?:the )?(?:anthropic|openai|claude|chatgpt|google deepmind|cursor|copilot|system|model|platform|host|your developers?|mcp (?:team|foundation|project|consortium))\b/

// A thing to scan that comes from outside, in any of its forms: a definition, a server with its lists, several servers, a change.
import type { JsonObject } from '../core/item.ts'
import { type Finding, type Findings, judged } from './finding.ts'
import type { PinKind } from './pin.ts'
import type { Change } from './pin-change.ts'
import { changes as changeTable } from './pin-change.ts'
import { diff } from './pin-diff.ts'
import { isObject } from './pin-schema.ts'
import type { ScanContext, ServerItems } from './rule.ts'
import { scanDefinition, scanServers } from './scan.ts'
import type { Kind } from './surface.ts'

export const entryKinds = ['tool', 'result', 'prompt', 'resource', 'server'] as const
export type EntryKind = (typeof entryKinds)[number]

/** Lists of a server, by member, and what their elements are. */
export const lists = [
  ['tools', 'tool'],
  ['prompts', 'prompt'],
  ['resources', 'resource'],
  ['resourceTemplates', 'resource'],
] as const

/**
 * Scans one entry. A `server` may be one with its lists (`{name, instructions, tools}`), several that are federated together
 * (`{servers}`), or one thing before and after a change (`{before, after}`). Paths are relative to the entry.
 */
export function scanEntry(kind: EntryKind, entry: JsonObject): Findings {
  const { before, after, servers } = entry
  if (isObject(before) && isObject(after)) return judged([...ofChange(before, after), ...ofChanged(after)])
  if (kind !== 'server') return scanOne(kind, entry)
  if (Array.isArray(servers)) return judged(ofServers(servers.filter(isObject)))
  return judged(ofServer(entry, { server: textIn(entry['name']) }))
}

/** What kind of thing an object without a label is. */
export function kindOf(entry: JsonObject): EntryKind {
  if ('inputSchema' in entry) return 'tool'
  if ('messages' in entry || Array.isArray(entry['arguments'])) return 'prompt'
  if ('uri' in entry || 'uriTemplate' in entry) return 'resource'
  if ('content' in entry || 'structuredContent' in entry || 'contents' in entry) return 'result'
  const isServer =
    lists.some(([member]) => Array.isArray(entry[member])) || 'instructions' in entry || 'servers' in entry
  return isServer || 'serverInfo' in entry ? 'server' : 'tool'
}

function scanOne(kind: Exclude<EntryKind, 'server'>, entry: JsonObject): Findings {
  const name = textIn(entry['name'])
  // A conversation without a name is no definition of a prompt.
  const as: Kind = kind === 'prompt' && 'messages' in entry && name === '' ? 'message' : kind
  return scanDefinition(entry, as, kind === 'tool' && name !== '' ? { own: [name] } : {})
}

function ofServers(servers: readonly JsonObject[]): readonly Finding[] {
  const items = servers.map(itemsOf)
  const each = servers.flatMap((server, index) => {
    const others = items.filter((_, at) => at !== index)
    return below(`/servers/${index}`, ofServer(server, { server: textIn(server['name']), others }))
  })
  return unique([...scanServers(items).findings, ...each])
}

const itemsOf = (server: JsonObject): ServerItems => ({
  name: textIn(server['name']),
  ...(typeof server['instructions'] === 'string' && { instructions: server['instructions'] }),
  tools: definitions(server['tools']).map(([, tool]) => tool),
})

/** The server's own words, and each thing that it lists, known to belong together. */
function ofServer(server: JsonObject, context: ScanContext): readonly Finding[] {
  const own = definitions(server['tools']).map(([, { name }]) => textIn(name))
  const beside = { ...context, own }
  const words = Object.fromEntries(
    Object.entries(server).filter(
      ([member, value]) => !lists.some(([list]) => list === member && Array.isArray(value)),
    ),
  )
  const found = [...scanDefinition(words, 'server', beside).findings]
  for (const [member, kind] of lists)
    for (const [index, definition] of definitions(server[member]))
      found.push(...below(`/${member}/${index}`, scanDefinition(definition, kind, beside).findings))
  return found
}

const definitions = (value: unknown): readonly (readonly [number, JsonObject])[] =>
  Array.isArray(value) ? value.flatMap((each: unknown, index) => (isObject(each) ? [[index, each] as const] : [])) : []

const below = (path: string, findings: readonly Finding[]): readonly Finding[] =>
  findings.map((finding) => ({ ...finding, path: path + finding.path }))

/** Differences as findings: what stands there now is what is shown. */
function ofChange(before: JsonObject, after: JsonObject): readonly Finding[] {
  return diff(pinKindOf(after), before, after).map(
    (change): Finding => ({
      rule: change.code,
      class: 'tampering',
      severity: change.severity,
      path: `/after${change.path}`,
      start: 0,
      end: typeof change.after === 'string' ? change.after.length : 0,
      evidence: shown(change),
      message: `it is not what it was: ${changeTable[change.kind].says}`,
      advice: 'look at both texts before approving the new one',
    }),
  )
}

const LONGEST = 80
const shown = ({ before, after }: Change): string =>
  [before, after].map((value) => (JSON.stringify(value) ?? 'nothing').slice(0, LONGEST)).join(' → ')

function ofChanged(after: JsonObject): readonly Finding[] {
  const kind = kindOf(after)
  const found = kind === 'server' ? ofServer(after, { server: textIn(after['name']) }) : scanOne(kind, after).findings
  return below('/after', found)
}

const pinKinds: { readonly [kind in EntryKind]: PinKind } = {
  tool: 'tool',
  result: 'tool',
  prompt: 'prompt',
  resource: 'resource',
  server: 'server',
}
const pinKindOf = (definition: JsonObject): PinKind => pinKinds[kindOf(definition)]

/** The same place under the same rule is one finding. */
function unique(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>()
  return findings.filter(({ rule, path, start, end }) => {
    const key = `${rule} ${path} ${start} ${end}`
    return !seen.has(key) && seen.add(key)
  })
}

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '')

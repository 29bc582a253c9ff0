// What was scanned and what was found: servers that were asked, entries of a file. Every output is made from this.
import type { JsonObject } from '../core/item.ts'
import type { BackendOfferings } from '../gateway/offerings.ts'
import { mcpShield } from '../policy/mcp-shield.ts'
import { Exceptions } from '../policy/mcp-shield-exceptions.ts'
import { Inventory } from '../policy/mcp-shield-inventory.ts'
import { serverOf } from '../policy/mcp-shield-server.ts'
import type { TargetOffering } from '../policy/offered.ts'
import { type EntryKind, kindOf, lists, scanEntry } from '../scan/entry.ts'
import { type Finding, judged, type Verdict } from '../scan/finding.ts'
import { keyText, labelOf, type Pin, type PinKey, pinKinds, pinOf, serverDefinition } from '../scan/pin.ts'
import { scanDefinition, scanServers } from '../scan/scan.ts'
import { isRecord } from './values.ts'

/** One thing and what was found in it. */
export interface Scanned {
  /** How people call it. */
  readonly label: string
  readonly kind: string
  readonly name: string
  readonly server: string | undefined
  readonly verdict: Verdict
  readonly findings: readonly Finding[]
  /** Somebody has approved exactly this in `tools.lock`, whatever there is to find in it. */
  readonly approved: boolean
  /** Line of the scanned file that it belongs to. */
  readonly line: number | undefined
}

export interface ScanReport {
  /** The file or address that was named. */
  readonly from: string
  readonly items: readonly Scanned[]
  /** Servers that could not be asked. */
  readonly failures: readonly { readonly server: string; readonly message: string }[]
}

export interface Known {
  readonly from: string
  /** Line of a place in the configuration. */
  readonly lineOf?: (path: BackendOfferings['path']) => number
  /** Bodies of `mcpShield`: what somebody has excepted is excepted here too. */
  readonly shields: readonly unknown[]
  /** One address by itself: no gateway stands around it whose name it could take. */
  readonly alone?: boolean
  /** What has been approved of the servers of one backend. */
  readonly approvals?: (path: BackendOfferings['path']) => ReadonlySet<string>
}

/** A thing as it is, for `approvals`: what is approved is this very text of it. */
export const approvalKey = ({ digest, ...key }: PinKey & Pick<Pin, 'digest'>): string => `${keyText(key)}\0${digest}`

/** What servers offer, each looked at beside those that are federated with it. */
export function scanOfferings(backends: readonly BackendOfferings[], known: Known): ScanReport {
  const { from, lineOf, shields, approvals, alone = false } = known
  const exceptions = new Exceptions(
    shields.flatMap((body) => mcpShield.schema.safeParse(body).data?.exceptions ?? []),
    { warning: () => undefined },
  )
  const items = new Map<string, Scanned>()
  const failures = new Map<string, string>()
  for (const { servers, path } of backends) {
    const inventory = new Inventory(servers)
    const approved = approvals?.(path) ?? none
    for (const server of servers) {
      const line = lineOf?.([...path, 'targets', servers.indexOf(server)])
      if (server.failure !== undefined) failures.set(server.target, server.failure)
      for (const [key, definition] of itemsOf(server)) {
        const found = scanDefinition(
          definition,
          key.kind === 'template' ? 'resource' : key.kind,
          inventory.context(key.target).context,
        ).findings
        const compared = inventory.between(key, (all) => scanServers(all).findings)
        const weighed = exceptions.weigh(judged([...found, ...compared]).findings, key)
        const findings = alone ? weighed.findings.map((each) => ofItself(each, definition)) : weighed.findings
        const { kind, name, target } = key
        const { verdict } = judged(findings)
        // The same server on several routes is one, and so are its tools.
        const id = `${server.endpoint}\0${kind}\0${name}`
        const there = items.get(id)
        const isApproved = approved.size > 0 && approved.has(seenAs(key, definition, server))
        const item = { label: labelOf(key), kind, name, server: target, verdict, findings, line }
        if (there === undefined || there.findings.length < findings.length)
          items.set(id, { ...item, approved: isApproved && there?.approved !== false })
        else if (!isApproved) items.set(id, { ...there, approved: false })
      }
    }
  }
  return {
    from,
    items: [...items.values()],
    failures: [...failures].map(([server, message]) => ({ server, message })),
  }
}

/** A gateway that is looked at from outside bears its own name. Among the servers of another one it passes for that, as ever. */
function ofItself(finding: Finding, { serverInfo }: JsonObject): Finding {
  const isOwn = finding.rule === 'XS-622' && finding.path === '/serverInfo/name'
  return isOwn && isRecord(serverInfo) && serverInfo['name'] === OWN ? { ...finding, severity: 'info' } : finding
}

const OWN = 'toolgate'

const none: ReadonlySet<string> = new Set()

/** As it would be approved: of a server, its address is a part. */
function seenAs(key: PinKey, definition: JsonObject, { greeting, endpoint }: TargetOffering): string {
  const isServer = key.kind === 'server' && greeting !== undefined
  const pin = pinOf(key, isServer ? serverOf(JSON.parse(greeting), endpoint) : definition, 'approve')
  return pin === undefined ? '' : approvalKey(pin)
}

/** A server's own words, and everything that it lists. */
function itemsOf({
  target,
  greeting,
  lists,
}: TargetOffering): readonly (readonly [key: PinKey, definition: JsonObject])[] {
  const own: (readonly [PinKey, JsonObject])[] = []
  if (greeting !== undefined) own.push([{ target, kind: 'server', name: '' }, serverDefinition(JSON.parse(greeting))])
  for (const kind of pinKinds)
    if (kind !== 'server')
      for (const { name, raw } of lists[kind] ?? []) own.push([{ target, kind, name }, JSON.parse(raw)])
  return own
}

/** Things in a file: each may say what it is. What a server lists is told of one by one. */
export function scanEntries(entries: readonly JsonObject[], from: string): ScanReport {
  const items = entries.flatMap((entry): readonly Scanned[] => {
    const kind: EntryKind = kindOf(entry)
    const { findings } = scanEntry(kind, entry)
    return kind === 'server' ? apart(entry, findings) : [scannedEntry(kind, entry, findings)]
  })
  return { from, items, failures: [] }
}

/** A server's own words, and each thing that it lists, with what was found there. */
function apart(server: JsonObject, all: readonly Finding[]): readonly Scanned[] {
  const taken = new Set<Finding>()
  const items = lists.flatMap(([member, kind]) => {
    const listed: unknown = server[member]
    if (!Array.isArray(listed)) return []
    return listed.flatMap((definition: unknown, index) => {
      if (!isRecord(definition)) return []
      const at = `/${member}/${index}`
      const own = all.filter(({ path }) => path === at || path.startsWith(`${at}/`))
      for (const each of own) taken.add(each)
      const findings = own.map((each) => ({ ...each, path: each.path.slice(at.length) }))
      return [scannedEntry(kind, definition, findings)]
    })
  })
  return [
    scannedEntry(
      'server',
      server,
      all.filter((each) => !taken.has(each)),
    ),
    ...items,
  ]
}

function scannedEntry(kind: EntryKind, entry: JsonObject, findings: readonly Finding[]): Scanned {
  const said = entry['name'] ?? entry['uri'] ?? entry['uriTemplate']
  const name = typeof said === 'string' ? said : ''
  const label = name === '' ? kind : `${kind} ${name}`
  const { verdict } = judged(findings)
  return { label, kind, name, server: undefined, verdict, findings, approved: false, line: undefined }
}

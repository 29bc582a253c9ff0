// Shadowing: text of one server that says how tools of another are to be used, known by their names.
import type { JsonObject } from '../../core/item.ts'
import { evidenceOf } from '../evidence.ts'
import { type Inventory, inventoryOf, mentionsIn, type Reader } from '../mentions.ts'
import { type PlacedHit, rule, type ServerItems } from '../rule.ts'
import { pointer, walk } from '../surface.ts'

const head = {
  id: 'XS-601',
  class: 'cross-tool',
  severity: 'high',
  message: 'the text tells how a tool of another server is to be used',
  advice: 'keep the tool out: what it says changes what the other server is asked to do',
} as const

/** Of one definition, beside all other servers: asked when it is admitted. */
export const shadowing = rule({
  ...head,
  looksAt: 'definition',
  kinds: ['tool', 'prompt', 'resource', 'server'],
  find(definition, kind, { server, own, others }) {
    if (others === undefined || others.length === 0) return []
    const inventory = inventoryBeside(others)
    const known = new Set((own ?? []).map((name) => name.toLowerCase()))
    const { name } = definition
    if (typeof name === 'string') known.add(name.toLowerCase())
    return hitsIn(definition, kind === 'server' ? 'server' : 'tool', inventory, { server, own: known })
  },
})

/** All definitions of a server are read beside the same others: what those offer is gathered once, not for each of them. */
const gathered = new WeakMap<readonly ServerItems[], Inventory>()

function inventoryBeside(others: readonly ServerItems[]): Inventory {
  let inventory = gathered.get(others)
  if (inventory === undefined) gathered.set(others, (inventory = inventoryOf(others)))
  return inventory
}

/** Of all servers together. */
export const shadowingServers = rule({
  ...head,
  looksAt: 'servers',
  find(servers) {
    const inventory = inventoryOf(servers)
    return servers.flatMap((server, i) => {
      // Servers of one name are one.
      const reader = { server: server.name, own: new Set(ownNames(servers, server.name)) }
      const found = server.tools.flatMap((tool, k) =>
        inside(hitsIn(tool, 'tool', inventory, reader), `/servers/${i}/tools/${k}`),
      )
      const { instructions = '' } = server
      return [...inside(hitsIn({ instructions }, 'server', inventory, reader), `/servers/${i}`), ...found]
    })
  },
})

function ownNames(servers: readonly ServerItems[], name: string): readonly string[] {
  return servers
    .filter((each) => each.name === name)
    .flatMap(({ tools }) => tools.map((tool) => (typeof tool['name'] === 'string' ? tool['name'].toLowerCase() : '')))
}

const inside = (hits: readonly PlacedHit[], path: string): readonly PlacedHit[] =>
  hits.map((hit) => ({ ...hit, path: `${path}${hit.path}` }))

function hitsIn(
  definition: JsonObject,
  kind: 'tool' | 'server',
  inventory: Inventory,
  reader: Reader,
): readonly PlacedHit[] {
  const found: PlacedHit[] = []
  for (const piece of walk(definition, kind).pieces) {
    if (piece.isKey || piece.surface === 'name') continue
    for (const { start, end, isDirective } of mentionsIn(piece.text, inventory, reader))
      found.push({
        path: pointer(piece.at),
        start,
        end,
        evidence: evidenceOf(piece.text, start, end),
        severity: isDirective ? 'high' : 'low',
      })
  }
  return found
}

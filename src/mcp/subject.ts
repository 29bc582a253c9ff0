// What a request is about: asked before it is sent, by whoever hands out or takes back a note that holds for nothing else.
import type { TargetName } from '../core/brand.ts'
import type { Exchange } from '../core/exchange.ts'
import { type Program, permitted } from '../policy/policy.ts'
import type { ServerItem } from './admissions.ts'
import type { Catalog } from './catalog.ts'
import type { Incoming } from './conversation.ts'

export interface Subject {
  readonly target: TargetName
  /** Whether calls of it become tasks (2025-11-25, `execution.taskSupport`). */
  readonly tasks: 'required' | 'optional' | undefined
}

interface Parts {
  readonly catalog: Catalog
  readonly program: Program
}

/** `undefined`: there is nothing of the kind, or nothing that this caller may use so. */
export async function subjectOf(
  incoming: Incoming,
  x: Exchange,
  { catalog, program }: Parts,
): Promise<Subject | undefined> {
  const found = await itemOf(incoming, catalog)
  if (found === undefined) return undefined
  const { item, listed } = found
  const input = incoming.params['arguments'] ?? {}
  const verdict = program.permits.length > 0 ? permitted(program, item, x, input) : 'yes'
  // Whoever has to agree to it is asked when it is called, and comes back with the answer to just that.
  if (verdict !== 'yes' && verdict !== 'ask') return undefined
  return { target: item.target, tasks: listed && taskSupport(listed) }
}

interface Found {
  readonly item: ServerItem
  /** As it is listed, if it is. */
  readonly listed: { readonly text: string } | undefined
}

async function itemOf(incoming: Incoming, catalog: Catalog): Promise<Found | undefined> {
  if (incoming.method === 'resources/read') {
    const place = await catalog.place(incoming.string('uri') ?? '')
    if (place === undefined || catalog.quarantined(place)) return undefined
    return { item: { kind: 'resource', target: place.shelf.target, name: place.uri }, listed: undefined }
  }
  const kind = incoming.method === 'prompts/get' ? 'prompt' : 'tool'
  const entry = await catalog.entry(kind, incoming.string('name') ?? '')
  return entry && { item: entry.item, listed: entry }
}

const known = new WeakMap<object, { readonly tasks: Subject['tasks'] }>()

/** Whether calls of a listed tool become tasks; read once for each text that it has. */
export function taskSupport(listed: { readonly text: string }): Subject['tasks'] {
  let support = known.get(listed)
  if (support === undefined) known.set(listed, (support = { tasks: readSupport(listed.text) }))
  return support.tasks
}

function readSupport(definition: string): Subject['tasks'] {
  if (!definition.includes('taskSupport"')) return undefined
  const { execution }: { execution?: unknown } = JSON.parse(definition)
  const support =
    typeof execution === 'object' && execution !== null && 'taskSupport' in execution && execution.taskSupport
  return support === 'required' || support === 'optional' ? support : undefined
}

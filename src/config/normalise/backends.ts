// Backends of routes: kinds, and references to named ones put in their place.
import type { Path } from '../../core/module.ts'
import type { BackendShape, Body } from '../shape.ts'
import { nearestWord } from '../suggest.ts'
import { bodiesOf, type Notes, nearest } from './policies.ts'

/** A backend as the schema hands it over: its kind is the key that is neither of the named ones. */
export interface WrittenBackend {
  readonly [kind: string]: unknown
  readonly name?: string | null | undefined
  readonly backend?: string | undefined
  readonly weight?: number | null | undefined
  readonly policies?: { readonly [key: string]: unknown } | null | undefined
}

interface Named {
  readonly kind: Body
  readonly policies: readonly Body[]
}

export type NamedBackends = ReadonlyMap<string, Named>

/** The top-level `backends`, by name. */
export function namedBackends(written: readonly WrittenBackend[], notes: Notes): NamedBackends {
  const found = new Map<string, Named>()
  for (const [index, backend] of written.entries()) {
    const path = ['backends', index]
    const name = backend.name ?? ''
    const kind = kindOf(backend, path, notes)
    if (name === '') continue // has had its own answer
    if (found.has(name))
      notes.error('config.duplicate-name', [...path, 'name'], `there is a backend \`${name}\` already`)
    else if (kind !== undefined)
      found.set(name, { kind, policies: bodiesOf(backend.policies ?? {}, [...path, 'policies']) })
  }
  return found
}

/** One backend of a route. `above` are the policies that the route puts on all of its backends. */
export function backendShape(
  { backend, path, name: own }: { readonly backend: WrittenBackend; readonly path: Path; readonly name: string },
  above: readonly Body[],
  named: NamedBackends,
  notes: Notes,
): BackendShape | undefined {
  const policies = bodiesOf(backend.policies ?? {}, [...path, 'policies'])
  const weight = backend.weight ?? 1
  if (backend.backend === undefined) {
    const kind = kindOf(backend, path, notes)
    return kind && { ...kind, name: own, weight, policies: nearest(above, policies) }
  }
  // The original writes references as `namespace/name`; names of one file have no namespace: `/name`.
  const name = backend.backend.replace(/^\//, '')
  const meant = named.get(name)
  if (meant !== undefined) return { ...meant.kind, name, weight, policies: nearest(above, meant.policies, policies) }
  const near = nearestWord(name, [...named.keys()])
  const hint = near === undefined ? 'name it under the top-level `backends:`' : `did you mean \`${near}\`?`
  notes.error('config.unknown-reference', [...path, 'backend'], `there is no backend \`${name}\``, hint)
  return undefined
}

const notKinds = new Set(['name', 'backend', 'weight', 'policies'])

function kindOf(backend: WrittenBackend, path: Path, { draft }: Notes): Body | undefined {
  const found = Object.entries(backend).find(([key, body]) => !notKinds.has(key) && body !== undefined && body !== null)
  if (found === undefined) return draft ? { key: '', body: undefined, path } : undefined
  return { key: found[0], body: found[1], path: [...path, found[0]] }
}

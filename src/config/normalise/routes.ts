// Routes: names, matches, and where their policies act.
import type { z } from 'zod'
import type { Path } from '../../core/module.ts'
import type { match } from '../schema/routes.ts'
import type { MatchShape, Pattern, RouteShape } from '../shape.ts'
import { backendShape, type NamedBackends, type WrittenBackend } from './backends.ts'
import { type Notes, phases } from './policies.ts'

type Match = z.infer<ReturnType<typeof match>>

/** A route as the schema hands it over. */
interface WrittenRoute {
  readonly name?: string | null | undefined
  readonly namespace?: string | null | undefined
  readonly ruleName?: string | null | undefined
  readonly hostnames?: readonly string[] | null | undefined
  readonly matches?: readonly Match[] | null | undefined
  readonly policies?: { readonly [key: string]: unknown } | null | undefined
  readonly backends?: readonly WrittenBackend[] | null | undefined
}

/** A route in normal form. Nameless ones are called by their index, as in the original. */
export function routeShape(
  { route, path, index }: { readonly route: WrittenRoute; readonly path: Path; readonly index: number },
  named: NamedBackends,
  notes: Notes,
): RouteShape {
  const plain = route.name ?? `route${index}`
  const { namespace } = route
  const name = namespace === null || namespace === undefined ? plain : `${namespace}/${plain}`
  const { onRoute, onBackends } = phases(route.policies ?? {}, [...path, 'policies'])
  const written = route.matches ?? []
  return {
    name,
    rule: `${name}/${route.ruleName ?? 'default'}`,
    hostnames: (route.hostnames ?? []).filter((host) => host !== '' && host !== '*').map((host) => host.toLowerCase()),
    matches:
      written.length === 0
        ? [matchesEverything(path)]
        : written.map((one, at) => matchShape(one, [...path, 'matches', at])),
    policies: onRoute,
    backends: (route.backends ?? []).flatMap(
      (backend, at) =>
        backendShape(
          { backend, path: [...path, 'backends', at], name: `${name}/backend${at}` },
          onBackends,
          named,
          notes,
        ) ?? [],
    ),
    path,
  }
}

/** A match of every path below `prefix`. */
export const prefixMatch = (prefix: string, at: Path): MatchShape => ({
  path: { kind: 'prefix', value: prefix },
  method: undefined,
  headers: [],
  query: [],
  at,
})

export const matchesEverything = (at: Path): MatchShape => prefixMatch('/', at)

function matchShape(written: Match, at: Path): MatchShape {
  const named = (list: Match['headers']): MatchShape['headers'] =>
    (list ?? []).map(({ name, value }) => ({ name, value: pattern(value) }))
  return {
    path: pathMatch(written.path),
    method: written.method ?? undefined,
    headers: named(written.headers),
    query: named(written.query),
    at,
  }
}

function pathMatch(written: Match['path']): MatchShape['path'] {
  if (written?.exact !== undefined) return { kind: 'exact', value: written.exact }
  if (written?.regex !== undefined) return { kind: 'regex', value: written.regex }
  return { kind: 'prefix', value: written?.pathPrefix ?? '/' }
}

/** Whether a regular expression is one, those find out who compile it: they know its syntax. */
function pattern(written: { exact?: string | undefined; regex?: string | undefined }): Pattern {
  return written.regex === undefined
    ? { kind: 'exact', value: written.exact ?? '' }
    : { kind: 'regex', value: written.regex }
}

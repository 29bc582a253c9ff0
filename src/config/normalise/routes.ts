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
        : written.map((one, at) => matchShape(one, [...path, 'matches', at], notes)),
    policies: onRoute,
    backends: (route.backends ?? []).flatMap(
      (backend, at) => backendShape({ backend, path: [...path, 'backends', at] }, onBackends, named, notes) ?? [],
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

function matchShape(written: Match, at: Path, notes: Notes): MatchShape {
  const named = (list: Match['headers'], key: string): MatchShape['headers'] =>
    (list ?? []).map(({ name, value }, index) => ({
      name,
      value: pattern(value, [...at, key, index, 'value'], notes),
    }))
  return {
    path: pathMatch(written.path, [...at, 'path'], notes),
    method: written.method ?? undefined,
    headers: named(written.headers, 'headers'),
    query: named(written.query, 'query'),
    at,
  }
}

function pathMatch(written: Match['path'], at: Path, notes: Notes): MatchShape['path'] {
  if (written?.exact !== undefined) return { kind: 'exact', value: written.exact }
  if (written?.regex !== undefined) return { ...pattern(written, at, notes), kind: 'regex' }
  return { kind: 'prefix', value: written?.pathPrefix ?? '/' }
}

function pattern(written: { exact?: string | undefined; regex?: string | undefined }, at: Path, notes: Notes): Pattern {
  if (written.regex === undefined) return { kind: 'exact', value: written.exact ?? '' }
  try {
    new RegExp(`^(?:${written.regex})$`, 'u')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^.*: /s, '').toLowerCase() : 'not a pattern'
    notes.error('config.wrong-value', [...at, 'regex'], `\`regex\` is not a regular expression: ${reason}`)
    return { kind: 'regex', value: '' } // what else is wrong is still looked for, and needs one that can be compiled
  }
  return { kind: 'regex', value: written.regex }
}

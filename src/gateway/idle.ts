// What a configuration has and nothing ever asks: rules where no tool is looked at, and servers that policies name and no route has.
import type { BackendShape, Body, RouteShape, Shape } from '../config/shape.ts'
import type { Path, Problem } from '../core/module.ts'
import { nearestWord } from '../core/suggest.ts'

/** Rules that nobody asks: in front of a server of MCP that is reached as a plain host, everything would be allowed. */
export function idleRules({ name, backends: all }: RouteShape): readonly Problem[] {
  if (all.some(({ key }) => key !== 'host')) return []
  const rules = all[0]?.policies.find(({ key }) => key === 'mcpAuthorization')
  const message = `\`mcpAuthorization\` decides nothing on route \`${name}\`: a \`host\` is reached without looking into requests`
  const hint = 'reach an MCP server as `mcp: { targets: … }`; requests to others are for `authorization`'
  return rules === undefined ? [] : [{ code: 'policy.idle', severity: 'warning', path: rules.path, message, hint }]
}

/** A policy, and the targets of all that it stands in front of. */
interface Guarding {
  readonly body: Body
  readonly targets: Set<string>
}

/** Targets that `mcpLabels`, `mcpShield` and `mcpResultGuard` speak of, and that stand behind none of them: what is said of them holds for nobody. */
export function absentTargets({ binds }: Pick<Shape, 'binds'>): readonly Problem[] {
  const guarding = new Map<string, Guarding>()
  // One body may stand in front of many routes: it is wrong only where it is wrong for all of them.
  const stand = (bodies: readonly Body[], behind: readonly BackendShape[]): void => {
    for (const body of bodies) {
      const there = guarding.get(JSON.stringify(body.path)) ?? { body, targets: new Set() }
      guarding.set(JSON.stringify(body.path), there)
      for (const target of behind.flatMap(targetsOf)) there.targets.add(target)
    }
  }
  for (const listener of binds.flatMap(({ listeners }) => listeners)) {
    stand(
      listener.policies,
      listener.routes.flatMap(({ backends }) => backends),
    )
    for (const { policies, backends } of listener.routes) {
      stand(policies, backends)
      for (const backend of backends) stand(backend.policies, [backend])
    }
  }
  return [...guarding.values()].flatMap(({ body, targets }) =>
    targets.size === 0 ? [] : namedBy(body).flatMap(([at, name]) => absent(name, [...body.path, ...at], targets)),
  )
}

function absent(name: string, path: Path, targets: ReadonlySet<string>): readonly Problem[] {
  if (targets.has(name)) return []
  const meant = nearestWord(name, [...targets])
  const hint = meant === undefined ? `there are ${[...targets].slice(0, 8).join(', ')}` : `did you mean \`${meant}\`?`
  return [{ code: 'policy.absent', severity: 'warning', path, message: `no target here is called \`${name}\``, hint }]
}

/** Names of targets in a policy's body, and where they stand. */
function namedBy({ key, body }: Body): readonly (readonly [at: Path, name: string])[] {
  if (!isLoose(body)) return []
  const { targets, exceptions } = body
  if (key === 'mcpLabels' && isLoose(targets))
    return Object.keys(targets).map((name) => [['targets', name], name] as const)
  if ((key !== 'mcpShield' && key !== 'mcpResultGuard') || !Array.isArray(exceptions)) return []
  return exceptions.flatMap((one: unknown, index) => {
    const name = isLoose(one) ? one['target'] : undefined
    return typeof name === 'string' ? [[['exceptions', index, 'target'], name] as const] : []
  })
}

function targetsOf({ key, body }: BackendShape): readonly string[] {
  const targets: unknown = key === 'mcp' && isLoose(body) ? body['targets'] : undefined
  if (!Array.isArray(targets)) return []
  return targets.flatMap((target: unknown) => {
    const name = isLoose(target) ? target['name'] : undefined
    return typeof name === 'string' ? [name] : []
  })
}

type Loose = { readonly [key: string]: unknown }
const isLoose = (value: unknown): value is Loose => typeof value === 'object' && value !== null

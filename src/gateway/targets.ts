// What the MCP backends of a configuration stand for, in names and addresses: for people, not for serving.
import { pathText } from '../config/problems.ts'
import type { RouteShape, Shape } from '../config/shape.ts'
import type { TargetState } from '../policy/policy.ts'

export interface TargetFacts {
  readonly name: string
  readonly endpoint: string
  /** As it is at this moment, where it is known. */
  readonly state: Pick<TargetState, 'tools' | 'document'> | undefined
}

type Loose = { readonly [key: string]: unknown }
const isLoose = (value: unknown): value is Loose => typeof value === 'object' && value !== null

/** Every target once, in the order of the configuration. Credentials in addresses are left out. */
export const targetsOf = (shape: Shape, states: readonly TargetState[]): TargetFacts[] =>
  targetsBehind(
    shape.binds.flatMap(({ listeners }) => listeners.flatMap(({ routes }) => routes)),
    states,
  )

/** Those of some routes alone. */
export function targetsBehind(routes: readonly RouteShape[], states: readonly TargetState[] = []): TargetFacts[] {
  const known = new Map(states.map((state) => [pathText(state.path), state]))
  const found = new Map<string, TargetFacts>()
  for (const backend of routes.flatMap((route) => route.backends)) {
    if (backend.key !== 'mcp' || !isLoose(backend.body) || !Array.isArray(backend.body['targets'])) continue
    for (const [index, target] of backend.body['targets'].entries()) {
      if (!isLoose(target)) continue
      const state = known.get(pathText([...backend.path, 'targets', index]))
      const facts = { name: String(target['name']), endpoint: endpointOf(target), state }
      found.set(`${facts.name} ${facts.endpoint}`, facts)
    }
  }
  return [...found.values()]
}

function endpointOf(target: Loose): string {
  for (const key of ['mcp', 'sse', 'openapi']) {
    const body = target[key]
    if (!isLoose(body) || typeof body['host'] !== 'string') continue
    const host = body['host'].replace(/\/\/[^/@]*@/, '//')
    const { port, path } = body
    return typeof port === 'number' ? `${host}:${port}${typeof path === 'string' ? path : ''}` : host
  }
  const stdio = target['stdio']
  return isLoose(stdio) ? `stdio:${String(stdio['cmd'])}` : ''
}

// What the MCP backends of a configuration stand for, in names and addresses: for people, not for serving.
import type { RouteShape, Shape } from '../config/shape.ts'

export interface TargetFacts {
  readonly name: string
  readonly endpoint: string
}

type Loose = { readonly [key: string]: unknown }
const isLoose = (value: unknown): value is Loose => typeof value === 'object' && value !== null

/** Every target once, in the order of the configuration. Credentials in addresses are left out. */
export const targetsOf = (shape: Shape): TargetFacts[] =>
  targetsBehind(shape.binds.flatMap(({ listeners }) => listeners.flatMap(({ routes }) => routes)))

/** Those of some routes alone. */
export function targetsBehind(routes: readonly RouteShape[]): TargetFacts[] {
  const found = new Map<string, TargetFacts>()
  for (const backend of routes.flatMap((route) => route.backends)) {
    if (backend.key !== 'mcp' || !isLoose(backend.body) || !Array.isArray(backend.body['targets'])) continue
    for (const target of backend.body['targets'].filter(isLoose)) {
      const facts = { name: String(target['name']), endpoint: endpointOf(target) }
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

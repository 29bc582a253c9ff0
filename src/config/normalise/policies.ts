// Maps of policies → lists of bodies, each in the phase where it acts (reference: agentgateway §1.6.1, §2).
import type { Path, Problem } from '../../core/module.ts'
import type { Body, ListenerShape, RouteShape } from '../shape.ts'

export type { Body }

/** Policies that are written on a route and act on every backend of it. */
const backendPhase = new Set([
  'mcpAuthorization',
  'mcpGuardrails',
  'mcpShield',
  'mcpLabels',
  'mcpApproval',
  'mcpResultGuard',
  'a2a',
  'ai',
  'backendTLS',
  'backendTunnel',
  'backendAuth',
])

/** Rule sets, and whoever has to be asked: a nearer one is added to a farther one instead of taking its place. */
const adding = new Set(['authorization', 'mcpAuthorization', 'mcpApproval'])

/** The policies of a map, apart by phase. Absent and `null` are no policy. */
export function phases(
  policies: { readonly [key: string]: unknown },
  path: Path,
): { onRoute: readonly Body[]; onBackends: readonly Body[] } {
  const bodies = bodiesOf(policies, path)
  return {
    onRoute: bodies.filter(({ key }) => !backendPhase.has(key)),
    onBackends: bodies.filter(({ key }) => backendPhase.has(key)),
  }
}

/** The policies of a map, as a list. */
export function bodiesOf(policies: { readonly [key: string]: unknown }, path: Path): readonly Body[] {
  return Object.entries(policies)
    .filter(([, body]) => body !== undefined && body !== null)
    .map(([key, body]) => ({ key, body, path: [...path, key] }))
}

/** Lists from farthest to nearest: the nearest of a kind replaces the others whole, rule sets come together. */
export function nearest(...levels: readonly (readonly Body[])[]): readonly Body[] {
  const all = levels.flat()
  return all.filter(({ key }, index) => adding.has(key) || all.findLastIndex((one) => one.key === key) === index)
}

/** A listener with its routes. What is written on it and acts on backends is the farthest of every backend behind it. */
export function withRoutes(listener: Omit<ListenerShape, 'routes'>, routes: readonly RouteShape[]): ListenerShape {
  const onBackends = listener.policies.filter(({ key }) => backendPhase.has(key))
  if (onBackends.length === 0) return { ...listener, routes }
  return {
    ...listener,
    policies: listener.policies.filter(({ key }) => !backendPhase.has(key)),
    routes: routes.map((route) => ({
      ...route,
      backends: route.backends.map((backend) => ({ ...backend, policies: nearest(onBackends, backend.policies) })),
    })),
  }
}

/** Collects problems while a configuration is brought to its normal form. */
export class Notes {
  readonly problems: Problem[] = []
  /** What is normalised is the rest of a faulty configuration. */
  readonly draft: boolean

  constructor(draft = false) {
    this.draft = draft
  }

  error(code: string, path: Path, message: string, hint?: string): void {
    this.problems.push({ code, severity: 'error', path, message, ...(hint !== undefined && { hint }) })
  }

  warning(code: string, path: Path, message: string): void {
    this.problems.push({ code, severity: 'warning', path, message })
  }
}

// Which methods a processor of `mcpGuardrails` looks at, and when: patterns of method names, the most specific first.

import { nearestWord } from '../core/suggest.ts'

export type GuardrailPhase = 'off' | 'request' | 'response' | 'full'

/** Why a pattern can never match; `undefined`: it can. One star stands alone, last or first. */
export function patternProblem(pattern: string): string | undefined {
  const stars = pattern.split('*').length - 1
  if (pattern !== '' && (stars === 0 || (stars === 1 && /^\*|\*$/.test(pattern)))) return undefined
  return 'can never match: write a method, `prefix/*`, `*/suffix` or `*`'
}

/** Of every revision. Servers may have others, so that a pattern which matches none of these is not wrong by itself. */
const known = [
  'initialize',
  'server/discover',
  'ping',
  'subscriptions/listen',
  'logging/setLevel',
  'completion/complete',
  'tools/list',
  'tools/call',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/read',
  'resources/templates/list',
  'resources/subscribe',
  'resources/unsubscribe',
  'elicitation/create',
  'sampling/createMessage',
  'roots/list',
  'tasks/list',
  'tasks/get',
  'tasks/update',
  'tasks/result',
  'tasks/cancel',
] as const

/** What was probably meant by a pattern that matches no method of MCP: a guard that never looks is worse than none. */
export function meantBy(pattern: string): string | undefined {
  const only = new Map([[pattern, 'full' as const]])
  if (known.some((method) => phaseOf(method, only) === 'full')) return undefined
  const parts = known.map((method) => method.split('/'))
  const candidates = !pattern.includes('*')
    ? known
    : parts.map((all) => (pattern.startsWith('*') ? `*/${all.at(-1)}` : `${all[0]}/*`))
  return nearestWord(pattern, candidates)
}

/**
 * The phase of a method (reference: agentgateway §3.9): its own name before `prefix*`, that before `*suffix`, that before `*`; of
 * one sort the longer, of equally long ones the first in the alphabet. A method that nothing matches is not looked at.
 */
export function phaseOf(method: string, methods: ReadonlyMap<string, GuardrailPhase>): GuardrailPhase {
  const exact = methods.get(method)
  if (exact !== undefined) return exact
  let best: { readonly pattern: string; readonly rank: number; readonly phase: GuardrailPhase } | undefined
  for (const [pattern, phase] of methods) {
    const rank = rankOf(pattern, method)
    if (rank === 0) continue
    const length = best === undefined ? 0 : pattern.length - best.pattern.length
    const isBetter =
      best === undefined ||
      rank > best.rank ||
      (rank === best.rank && (length > 0 || (length === 0 && pattern < best.pattern)))
    if (isBetter) best = { pattern, rank, phase }
  }
  return best?.phase ?? 'off'
}

function rankOf(pattern: string, method: string): number {
  if (pattern === '*') return 1
  if (patternProblem(pattern) !== undefined) return 0
  if (pattern.endsWith('*')) return method.startsWith(pattern.slice(0, -1)) ? 3 : 0
  return pattern.startsWith('*') && method.endsWith(pattern.slice(1)) ? 2 : 0
}

// What tools touch and a session has met, for requests that nobody has made: from the configuration, and as somebody assumes it.
import { Unknown } from '../cel/value.ts'
import type { Flow } from '../core/exchange.ts'
import type { Written } from './explain.ts'
import type { Assumed } from './explain-context.ts'
import { mcpLabels } from './mcp-labels.ts'

/** The body as it is written, or as its schema has made it already. */
const schema = mcpLabels.schema.pick({ targets: true, guess: true, taints: true }).strip()

type Labels = ReturnType<typeof schema.parse>

/** The `mcpLabels` that is in force among policies from the outermost to the innermost. */
export const labelsIn = (written: readonly Written[]): Labels | undefined =>
  written
    .filter(({ body: { key } }) => key === mcpLabels.key)
    .flatMap(({ body }) => schema.safeParse(body.body).data ?? [])
    .at(-1)

/** `undefined`: nobody knows what tools touch, in a running gateway neither. */
export function assumedFlow(labels: Labels | undefined, { taint, facts }: Assumed): Flow | undefined {
  if (labels === undefined) return undefined
  return {
    labels: (target, tool) => written(labels, target, tool) ?? textsOf(facts?.(['mcp', 'tool', 'labels'])),
    taint: () => taint,
  }
}

/** Labels that the configuration gives a tool; `undefined`: it is for its server's words to say. */
function written({ targets, guess }: Labels, target: string, tool: string): readonly string[] | undefined {
  const there = Object.hasOwn(targets, target) ? targets[target] : undefined
  const own = there !== undefined && Object.hasOwn(there.tools, tool) ? there.tools[tool] : undefined
  return own === undefined && guess ? undefined : [...new Set([...(there?.labels ?? []), ...(own ?? [])])]
}

function textsOf(value: unknown): readonly string[] | undefined {
  if (value instanceof Unknown || !Array.isArray(value)) return undefined
  return value.filter((each) => typeof each === 'string')
}

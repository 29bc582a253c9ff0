// How much of a document is in its tools (reference: openapi §14).
import type { Shared } from './maker.ts'
import type { Found } from './operations.ts'
import type { PlannedTool } from './plan.ts'
import type { Score } from './tool.ts'

export function scoreOf(found: readonly Found[], tools: readonly PlannedTool[], _: Shared): Score {
  return { operations: { made: tools.length, of: found.length }, constraints: { kept: 0, of: 0 } }
}

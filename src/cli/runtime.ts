// What the admin API tells of targets: what they offer, and how faithfully the document of a REST API has become tools.
import type { TargetFacts } from '../gateway/targets.ts'
import type { Judged } from '../telemetry/judgements.ts'

/** A line of `GET /api/runtime`. */
export function targetLine({ name, endpoint, state }: TargetFacts) {
  const facts = state?.document?.facts
  return {
    name,
    endpoint,
    ...(state?.tools !== undefined && { tools: state.tools }),
    ...(facts !== undefined && {
      document: {
        title: facts.title,
        version: facts.version,
        score: facts.score.score,
        lost: facts.losses.filter(({ severity }) => severity === 'error').length,
        doubtful: facts.losses.filter(({ severity }) => severity === 'warning').length,
      },
    }),
  }
}

/** `GET /api/openapi`: the documents whole, with what was lost and why (reference: openapi §1.7, §14). */
export const documentLines = (targets: readonly TargetFacts[]): readonly object[] =>
  targets.flatMap(({ name, state }) =>
    state?.document === undefined ? [] : [{ target: name, ...(state.document.facts ?? { unread: true }) }],
  )

/** `GET /api/shield`: what does not simply pass, of servers that are configured now; the newest first. */
export function shieldLines(judged: readonly Judged[], targets: readonly TargetFacts[]): readonly object[] {
  const names = new Set(targets.map(({ name }) => name))
  return judged
    .filter(({ target }) => names.has(target))
    .toReversed()
    .map(({ at, ...line }) => ({ ...line, observedAt: new Date(at).toISOString() }))
}

// Toxic flows: text of strangers, private data and a way out that one session can reach together, over all servers.

import { evidenceOf } from '../evidence.ts'
import { type Label, labelsOf } from '../labels.ts'
import { type PlacedHit, rule, type ServerItems } from '../rule.ts'

/** Ways out that are shown; the others are of the same kind. */
const MOST = 10

interface Leg {
  readonly labels: ReadonlySet<Label>
  readonly server: string
  readonly name: string
  readonly path: string
}

export const toxicFlows = rule({
  id: 'TF-801',
  class: 'toxic-flow',
  looksAt: 'servers',
  // A combination is no attack yet: whoever needs all three keeps the third for sessions that read no strangers' text.
  severity: 'low',
  message:
    'text of strangers, private data and a way out can be reached in one session: the first can have the second sent by the third',
  advice: 'let a rule deny the way out once a session is tainted: see session.taint',
  find(servers): readonly PlacedHit[] {
    const all = legsOf(servers)
    const having = (label: Label): readonly Leg[] => all.filter(({ labels }) => labels.has(label))
    const [untrusted, source] = apart(having('untrusted-input'), having('private-data'))
    if (untrusted === undefined || source === undefined) return []
    return having('external-send')
      .slice(0, MOST)
      .map(({ server, name, path }) => {
        const flow = `${untrusted.server}.${untrusted.name} + ${source.server}.${source.name} -> ${server}.${name}`
        return { path, start: 0, end: 0, evidence: evidenceOf(flow, 0, flow.length) }
      })
  },
})

/** One of each, two tools if there are two. */
function apart(one: readonly Leg[], two: readonly Leg[]): readonly [Leg | undefined, Leg | undefined] {
  for (const a of one.slice(0, MOST)) for (const b of two.slice(0, MOST)) if (a.path !== b.path) return [a, b]
  return [one[0], two[0]]
}

function legsOf(servers: readonly ServerItems[]): readonly Leg[] {
  return servers.flatMap(({ name: server, tools }, i) =>
    tools.flatMap((tool, k) => {
      const { name } = tool
      return typeof name === 'string'
        ? [{ server, name, labels: labelsOf(tool), path: `/servers/${i}/tools/${k}` }]
        : []
    }),
  )
}

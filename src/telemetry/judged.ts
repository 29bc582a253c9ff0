// What was thought of definitions: a counter by server, outcome and rule.
import { type Sample, Series } from './families.ts'

/** What becomes of a definition. `audit`: it would have been quarantined. */
export type Outcome = 'pass' | 'warn' | 'audit' | 'quarantine'

/** Servers are the configuration's, rules the scanner's; `limit` is for mistakes. */
export function judgedFamily(limit: number) {
  const series = new Series(() => ({ count: 0 }), limit)
  const samples = (): Iterable<Sample> => series.samples((it) => it.count)
  const help = 'Definitions of servers that were judged, by what became of them'
  return {
    record: {
      judged: (server: string, outcome: Outcome, rule: string): void => {
        series.at({ server, outcome, rule: rule === '' ? 'none' : rule }).count++
      },
    },
    families: [{ name: 'mcp_definitions_judged', type: 'counter', help, samples } as const],
  }
}

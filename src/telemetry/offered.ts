// How many tools each target offers: a gauge that asks when it is scraped.
import { type Sample, Series } from './families.ts'

/** Bounded by the configuration, which names the targets. */
export function offeredFamily() {
  const counts = new Map<object, { readonly server: string; readonly count: () => number | undefined }>()
  const samples = (): Iterable<Sample> => {
    const series = new Series(() => ({ tools: 0 }), Number.POSITIVE_INFINITY)
    // After a reload there may be two of one name for a while: what is newer and knows its number says it.
    for (const { server, count } of counts.values()) {
      const tools = count()
      if (tools !== undefined) series.at({ server }).tools = tools
    }
    return series.samples(({ tools }) => tools)
  }
  return {
    record: {
      targetTools: (server: string, count: () => number | undefined): (() => void) => {
        const seat = {}
        counts.set(seat, { server, count })
        return () => void counts.delete(seat)
      },
    },
    families: [{ name: 'mcp_target_tools', type: 'gauge', help: 'Tools that a target offers', samples } as const],
  }
}

// Durations as people write them: `10s`, `1m30s`, `500ms`, `1h`. Text in, milliseconds out.
import { z } from 'zod'
import { scalar } from './schema/scalar.ts'

const units = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
} as const satisfies Record<string, number>

const PART = /(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|m|h|d)\s*/y
const LONGEST = 2 ** 31 - 1 // what a Node timer can wait

/** Milliseconds of a duration, or `undefined` when the text is none (reference: agentgateway §1.1, durations). */
export function durationMs(text: string): number | undefined {
  let at = 0
  let total = 0
  while (at < text.length) {
    PART.lastIndex = at
    const part = PART.exec(text)
    const unit = part?.[2]
    if (part === null || !isUnit(unit)) return undefined
    total += Number(part[1]) * units[unit]
    at = PART.lastIndex
  }
  return at === 0 || total > LONGEST ? undefined : total
}

function isUnit(text: string | undefined): text is keyof typeof units {
  return text !== undefined && Object.hasOwn(units, text)
}

/** Schema of a duration; its output is milliseconds. */
export const duration = (): z.ZodType<number> =>
  scalar({
    read: (value) => (typeof value === 'string' ? durationMs(value.trim()) : undefined),
    complaint: 'must be a duration such as `10s`, `1m30s` or `500ms`',
    json: { type: 'string', pattern: '^(\\d+(\\.\\d+)?(ns|us|ms|s|m|h|d))+$' },
  })

/** Schema of a duration that may also be a plain number of milliseconds. */
export const durationOrMs = (): z.ZodType<number> =>
  scalar({
    read: (value) => {
      if (typeof value === 'number') return value >= 0 && value <= LONGEST ? value : undefined
      return typeof value === 'string' ? durationMs(value.trim()) : undefined
    },
    complaint: 'must be a duration such as `10s`, or a number of milliseconds',
    json: { type: ['string', 'number'] },
  })

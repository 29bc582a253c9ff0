// Sizes in bytes: `4MiB`, `64 KiB`, `1000`. Text or number in, bytes out.
import type { z } from 'zod'
import { scalar } from './schema/scalar.ts'

const units = {
  '': 1,
  B: 1,
  KB: 1_000,
  MB: 1_000_000,
  GB: 1_000_000_000,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
} as const satisfies Record<string, number>

/** Bytes of a size, or `undefined` when the text is none. */
export function sizeBytes(text: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text.trim())
  const unit = parts?.[2]
  if (parts === null || unit === undefined || !isUnit(unit)) return undefined
  const bytes = Math.round(Number(parts[1]) * units[unit])
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

function isUnit(text: string): text is keyof typeof units {
  return Object.hasOwn(units, text)
}

/** Schema of a size; its output is bytes. */
export const size = (): z.ZodType<number> =>
  scalar({
    read: (value) => {
      if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined
      return typeof value === 'string' ? sizeBytes(value) : undefined
    },
    complaint: 'must be a size such as `4MiB` or `64KiB`, or a number of bytes',
    json: { type: ['string', 'integer'], minimum: 0 },
  })

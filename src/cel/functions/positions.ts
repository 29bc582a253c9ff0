// Positions in strings: `charAt`, `indexOf`, `lastIndexOf`, `substring`, in the dialect's form and in the specification's.
import { costLimit } from '../operators.ts'
import { Fault, type Value } from '../value.ts'
import type { CelFunction, Meter } from './function.ts'
import { reads, three, two } from './overload.ts'
import { find, findLast, offset, points, width } from './search.ts'

/** Whether a position outside of the text is a Fault (the specification), or answered as well as it can be (the dialect). */
type Outside = 'refused' | 'answered'

const outside = (name: string): Fault =>
  new Fault('index-out-of-bounds', `${name}: the position is outside of the string`)

const position = (value: Value): number | undefined => {
  if (typeof value === 'bigint') return value < 0n ? -1 : Number.MAX_SAFE_INTEGER
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}

export const charAt: CelFunction = {
  name: 'charAt',
  answers: 'string',
  two: two('charAt', (a, b, meter) => {
    const point = position(b)
    if (typeof a !== 'string' || point === undefined) return undefined
    if (!reads(meter, a.length)) return costLimit
    const at = offset(a, point)
    return at === undefined ? outside('charAt') : a.slice(at, at + width(a, at))
  }),
}

function firstIndex(a: string, part: string, point: number, how: Outside): Value {
  const from = offset(a, point)
  if (from === undefined) return how === 'refused' ? outside('indexOf') : -1
  const at = find(a, part, from)
  return at < 0 ? -1 : points(a, at)
}

function lastIndex(a: string, part: string, point: number | undefined, how: Outside): Value {
  const from = point === undefined ? a.length : offset(a, point)
  if (from === undefined) return how === 'refused' ? outside('lastIndexOf') : -1
  const at = findLast(a, part, from)
  return at < 0 ? -1 : points(a, at)
}

const searching = (
  name: string,
  search: (a: string, part: string, point: number | undefined) => Value,
): CelFunction => {
  const call = (a: Value, b: Value, point: number | undefined, meter: Meter): Value | undefined => {
    if (typeof a !== 'string' || typeof b !== 'string') return undefined
    return reads(meter, a.length) ? search(a, b, point) : costLimit
  }
  return {
    name,
    answers: 'int',
    two: two(name, (a, b, meter) => call(a, b, undefined, meter)),
    three: three(name, (a, b, c, meter) => {
      const point = position(c)
      return point === undefined ? undefined : call(a, b, point, meter)
    }),
  }
}

export const indexOf: CelFunction = searching('indexOf', (a, b, point) => firstIndex(a, b, point ?? 0, 'answered'))
export const strictIndexOf: CelFunction = searching('indexOf', (a, b, point) => firstIndex(a, b, point ?? 0, 'refused'))
export const lastIndexOf: CelFunction = searching('lastIndexOf', (a, b, point) => lastIndex(a, b, point, 'answered'))
export const strictLastIndexOf: CelFunction = searching('lastIndexOf', (a, b, point) =>
  lastIndex(a, b, point, 'refused'),
)

function part(a: string, start: number, end: number | undefined, how: Outside): Value {
  if (how === 'answered') {
    const to = end === undefined ? a.length : (offset(a, Math.max(end, 0)) ?? a.length)
    return a.slice(Math.min(offset(a, Math.max(start, 0)) ?? a.length, to), to)
  }
  const from = offset(a, start)
  const to = end === undefined ? a.length : offset(a, end)
  return from === undefined || to === undefined || to < from ? outside('substring') : a.slice(from, to)
}

const slicing = (how: Outside): CelFunction => {
  const call = (a: Value, b: Value, end: number | undefined, meter: Meter): Value | undefined => {
    const start = position(b)
    if (typeof a !== 'string' || start === undefined) return undefined
    return reads(meter, a.length) ? part(a, start, end, how) : costLimit
  }
  return {
    name: 'substring',
    answers: 'string',
    two: two('substring', (a, b, meter) => call(a, b, undefined, meter)),
    three: three('substring', (a, b, c, meter) => {
      const end = position(c)
      return end === undefined ? undefined : call(a, b, end, meter)
    }),
  }
}

export const substring: CelFunction = slicing('answered')
export const strictSubstring: CelFunction = slicing('refused')

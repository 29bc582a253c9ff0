// Parts of timestamps and durations: `getFullYear()`, `getHours("Europe/Berlin")` and the like.
import { Duration, Fault, Timestamp, type Value } from '../value.ts'
import type { CelFunction } from './function.ts'
import { one, two, unusable } from './overload.ts'

const MILLISECOND = 1_000_000n
/** Time zones that are kept; a formatter costs a hundred times what using it costs. */
const KEPT = 64

type Part = (local: Date) => number

/** What a part of a duration is, when durations have it. */
type Count = (nanos: bigint) => bigint

/** Rounds towards the past, so that times before 1970 have the parts that a calendar shows. */
const milliseconds = (nanos: bigint): number =>
  Number((nanos - (((nanos % MILLISECOND) + MILLISECOND) % MILLISECOND)) / MILLISECOND)

const accessor = (name: string, part: Part, count?: Count): CelFunction => ({
  name,
  answers: 'int',
  one: one(name, (a) => {
    if (a instanceof Timestamp) return part(new Date(milliseconds(a.nanos)))
    return a instanceof Duration && count !== undefined ? Number(count(a.nanos)) : undefined
  }),
  two: two(name, (a, b) => {
    if (!(a instanceof Timestamp) || typeof b !== 'string') return undefined
    return inZone(name, a, b, part)
  }),
  prepare: ([, zone]) => {
    if (typeof zone !== 'string' || zoneOffset(zone, 0) !== undefined) return undefined
    return { argument: 1, message: 'this time zone is not known' }
  },
})

function inZone(name: string, { nanos }: Timestamp, zone: string, part: Part): Value {
  const utc = milliseconds(nanos)
  const offset = zoneOffset(zone, utc)
  return offset === undefined ? unusable(name, 'the time zone is not known') : part(new Date(utc + offset))
}

const formatters = new Map<string, Intl.DateTimeFormat | Fault>()
const unknownZone = new Fault('function-error', 'the time zone is not known')

/** Milliseconds that a zone is ahead of UTC: `+02:00`, `02:00` and `-09:30` are said, IANA's names are looked up. */
function zoneOffset(zone: string, utc: number): number | undefined {
  if (zone === '' || zone === 'UTC') return 0
  const fixed = /^([+-]?)(\d\d):([0-5]\d)$/.exec(zone)
  if (fixed !== null) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3])
    return minutes > 24 * 60 ? undefined : minutes * (fixed[1] === '-' ? -60_000 : 60_000)
  }
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(zone)) return undefined
  const format = formatter(zone)
  if (format instanceof Fault) return undefined
  const name = format.formatToParts(utc).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours = '0', minutes = '0', seconds = '0'] =
    /^GMT(?:([+-−])(\d+)(?::(\d+)(?::(\d+))?)?)?$/.exec(name) ?? []
  const offset = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  return sign === '+' || sign === undefined ? offset : -offset
}

function formatter(zone: string): Intl.DateTimeFormat | Fault {
  const known = formatters.get(zone)
  if (known !== undefined) return known
  if (formatters.size >= KEPT) formatters.clear()
  const made = tryFormatter(zone)
  formatters.set(zone, made)
  return made
}

function tryFormatter(timeZone: string): Intl.DateTimeFormat | Fault {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch {
    return unknownZone
  }
}

const DAY = 86_400_000

/** Days since the first of January. */
function dayOfYear(local: Date): number {
  const start = new Date(0)
  start.setUTCFullYear(local.getUTCFullYear(), 0, 1)
  return Math.floor((local.getTime() - start.getTime()) / DAY)
}

export const getFullYear: CelFunction = accessor('getFullYear', (local) => local.getUTCFullYear())
export const getMonth: CelFunction = accessor('getMonth', (local) => local.getUTCMonth())
export const getDayOfYear: CelFunction = accessor('getDayOfYear', dayOfYear)
export const getDayOfMonth: CelFunction = accessor('getDayOfMonth', (local) => local.getUTCDate() - 1)
export const getDate: CelFunction = accessor('getDate', (local) => local.getUTCDate())
export const getDayOfWeek: CelFunction = accessor('getDayOfWeek', (local) => local.getUTCDay())
export const getHours: CelFunction = accessor(
  'getHours',
  (local) => local.getUTCHours(),
  (nanos) => nanos / 3_600_000_000_000n,
)
export const getMinutes: CelFunction = accessor(
  'getMinutes',
  (local) => local.getUTCMinutes(),
  (nanos) => nanos / 60_000_000_000n,
)
export const getSeconds: CelFunction = accessor(
  'getSeconds',
  (local) => local.getUTCSeconds(),
  (nanos) => nanos / 1_000_000_000n,
)
/** The dialect answers all milliseconds of a duration. */
export const getMilliseconds: CelFunction = accessor(
  'getMilliseconds',
  (local) => local.getUTCMilliseconds(),
  (nanos) => nanos / MILLISECOND,
)
/** The specification answers those beyond its seconds. */
export const getMillisecondsOfSecond: CelFunction = accessor(
  'getMilliseconds',
  (local) => local.getUTCMilliseconds(),
  (nanos) => (nanos % 1_000_000_000n) / MILLISECOND,
)

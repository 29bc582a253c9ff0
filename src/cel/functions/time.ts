// `timestamp(x)` and `duration(x)`: texts of times to nanoseconds. Their parts are in calendar.ts.
import { asInt } from '../number.ts'
import { Duration, Fault, Timestamp, type Value } from '../value.ts'
import type { CelFunction, FaultAt } from './function.ts'
import { one, unusable } from './overload.ts'

const SECOND = 1_000_000_000n
/** 0001-01-01T00:00:00Z and the last nanosecond of 9999. */
const first = -62_135_596_800_000_000_000n
const last = 253_402_300_799_999_999_999n
/** Nanoseconds in 64 bits, as in the original: 292 years. */
const longest = 2n ** 63n - 1n

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/

/** Nanoseconds of a date and time in UTC. `Date.UTC` takes the years 0 to 99 for 1900 to 1999. */
function instant([year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0]: readonly number[]): bigint {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  return BigInt(date.getTime()) * 1_000_000n
}

/** The day before the first of the next month. */
function daysIn(year: number, month: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month, 0)
  return date.getUTCDate()
}

/** RFC 3339; digits beyond the nanosecond are cut off. `undefined`: it is no time, or out of range. */
function timestampOf(text: string): Timestamp | undefined {
  const found = rfc3339.exec(text)
  if (found === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number)
  const [hours, minutes] = [Number(found[9] ?? 0), Number(found[10] ?? 0)]
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 59 || hours > 23 || minutes > 59) return undefined
  const offset = BigInt((hours * 60 + minutes) * 60) * SECOND
  const local = instant([year, month, day, hour, minute, second]) + BigInt((found[7] ?? '').slice(0, 9).padEnd(9, '0'))
  return within(found[8] === '-' ? local + offset : local - offset)
}

const within = (nanos: bigint): Timestamp | undefined =>
  nanos >= first && nanos <= last ? new Timestamp(nanos) : undefined

const noTimestamp = new Fault('function-error', 'timestamp: this is no time of RFC 3339 within the years 1 to 9999')

export const timestamp: CelFunction = {
  name: 'timestamp',
  answers: 'timestamp',
  one: one('timestamp', (a) => {
    if (a instanceof Timestamp) return a
    if (typeof a === 'string') return timestampOf(a) ?? noTimestamp
    const seconds = asInt(a)
    return seconds === undefined ? undefined : (within(seconds * SECOND) ?? noTimestamp)
  }),
  prepare: ([a]) => prepared(a, timestampOf, 'this is no time of RFC 3339 within the years 1 to 9999'),
}

const units: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', SECOND],
  ['m', 60n * SECOND],
  ['h', 3600n * SECOND],
])

/** Go's ParseDuration: `1h30m`, `-1.5s`, `0`. `undefined`: it is none, or longer than 292 years. */
function durationOf(text: string): Duration | undefined {
  // Longer ones are the sum of many pieces that nobody writes; the bound keeps numbers small.
  if (text.length > 128) return undefined
  const negative = text.startsWith('-')
  const rest = /^[+-]/.test(text) ? text.slice(1) : text
  if (rest === '0') return new Duration(0n)
  const part = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/y
  let nanos = 0n
  while (part.lastIndex < rest.length) {
    const [, whole = '', decimals = '', unit = ''] = part.exec(rest) ?? []
    const size = units.get(unit)
    if (size === undefined || whole + decimals === '') return undefined
    nanos += BigInt(whole === '' ? '0' : whole) * size
    nanos += (BigInt(`0${decimals}`) * size) / 10n ** BigInt(decimals.length)
  }
  if (rest === '' || nanos > longest) return undefined
  return new Duration(negative ? -nanos : nanos)
}

export const duration: CelFunction = {
  name: 'duration',
  answers: 'duration',
  one: one('duration', (a) => {
    if (a instanceof Duration) return a
    if (typeof a !== 'string') return undefined
    return durationOf(a) ?? unusable('duration', 'this string is no duration')
  }),
  prepare: ([a]) => prepared(a, durationOf, 'this is no duration such as `1h30m` or `0.5s`'),
}

/** A literal is read once, and a wrong one is an error of the configuration. */
function prepared(
  a: Value | undefined,
  read: (text: string) => Value | undefined,
  message: string,
): Pick<CelFunction, 'one'> | FaultAt | undefined {
  if (typeof a !== 'string') return undefined
  const value = read(a)
  return value === undefined ? { argument: 0, message } : { one: () => value }
}

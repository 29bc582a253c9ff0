// `matches` and `regexReplace`: patterns that stand in the expression are compiled once, others are kept for a while.
import { costLimit } from '../operators.ts'
import { cachedRegex, type NoPattern, Pattern, regex } from '../regex.ts'
import type { Fault, Value } from '../value.ts'
import type { CelFunction, FaultAt, Meter } from './function.ts'
import { three, two, unusable } from './overload.ts'

/** A pattern of the expression; `undefined` when it is none that is known by now. */
function literal(pattern: Value | undefined): Pattern | FaultAt | undefined {
  if (typeof pattern !== 'string') return undefined
  const made = regex(pattern)
  return made instanceof Pattern ? made : { argument: 1, message: `this is not a regular expression: ${made.message}` }
}

/** Pays for a search. The automaton of a pattern that came with the data may be as large as its sender likes. */
function searches(meter: Meter, pattern: Pattern, length: number): boolean {
  return length < 64 || meter.step((length >> 3) * (1 + (pattern.size >> 8)))
}

const noPattern = (name: string, { message }: NoPattern): Fault => unusable(name, `no regular expression: ${message}`)

function matched(a: Value, pattern: Pattern | NoPattern, meter: Meter): Value | undefined {
  if (typeof a !== 'string') return undefined
  if (!(pattern instanceof Pattern)) return noPattern('matches', pattern)
  return searches(meter, pattern, a.length) ? pattern.test(a) : costLimit
}

export const matches: CelFunction = {
  name: 'matches',
  answers: 'bool',
  two: two('matches', (a, b, meter) => (typeof b === 'string' ? matched(a, cachedRegex(b), meter) : undefined)),
  prepare: ([, b]) => {
    const pattern = literal(b)
    if (!(pattern instanceof Pattern)) return pattern
    const slow = two('matches', (a, _, meter) => matched(a, pattern, meter))
    return {
      two: (a, source, meter) => (typeof a === 'string' && a.length < 64 ? pattern.test(a) : slow(a, source, meter)),
    }
  },
}

function replacedFirst(a: Value, pattern: Pattern | NoPattern, by: Value, meter: Meter): Value | undefined {
  if (typeof a !== 'string' || typeof by !== 'string') return undefined
  if (!(pattern instanceof Pattern)) return noPattern('regexReplace', pattern)
  if (!searches(meter, pattern, a.length) || !meter.step(by.length >> 3)) return costLimit
  return pattern.replaceFirst(a, by, (length) => meter.bytes(length)) ?? costLimit
}

/** Replaces the first match only, as the original does (cel.md §2.3). */
export const regexReplace: CelFunction = {
  name: 'regexReplace',
  answers: 'string',
  three: three('regexReplace', (a, b, c, meter) =>
    typeof b === 'string' ? replacedFirst(a, cachedRegex(b), c, meter) : undefined,
  ),
  prepare: ([, b]) => {
    const pattern = literal(b)
    if (!(pattern instanceof Pattern)) return pattern
    return { three: three('regexReplace', (a, _, c, meter) => replacedFirst(a, pattern, c, meter)) }
  },
}

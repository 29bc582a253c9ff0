// A tool's schema → a function that says whether arguments fit, and makes lossless repairs. No code is generated, no stranger's RegExp run.
import { arrayCheck } from './check-array.ts'
import { objectCheck } from './check-object.ts'
import { type Check, type Checking, Digits, type Seen, WRONG, wrong } from './checking.ts'
import type { Pattern } from './tool.ts'
import { type Fields, isFields, list, own, same, texts } from './value.ts'

const accepts: Check = (value) => value
const refuses: Check = (_, c) => wrong(c, 'is not allowed here')

/**
 * Compiles schemas of one tool. Repairs: digits for a number, `"true"` for a boolean, one value for a list of one, nothing else
 * (reference: openapi §7). `oneOf` is satisfied by one or more: documents seldom keep their branches apart, and the server decides.
 */
export class Checks {
  readonly #definitions: Fields
  readonly #pattern: ((source: string) => Pattern | undefined) | undefined
  readonly #known = new Map<string, Check>()

  constructor(definitions: Fields, pattern: ((source: string) => Pattern | undefined) | undefined) {
    this.#definitions = definitions
    this.#pattern = pattern
  }

  compile(schema: unknown): Check {
    if (schema === false) return refuses
    if (!isFields(schema)) return accepts
    const steps: Check[] = []
    if (typeof schema['$ref'] === 'string') steps.push(this.#reference(schema['$ref']))
    const known = texts(typeof schema['type'] === 'string' ? [schema['type']] : schema['type'])
    if (known.length > 0) steps.push(typeCheck(known))
    if (schema['const'] !== undefined) steps.push(enumCheck([schema['const']]))
    if (Array.isArray(schema['enum'])) steps.push(enumCheck(schema['enum']))
    for (const step of [
      numberCheck(schema),
      this.#stringCheck(schema),
      arrayCheck(this, schema),
      objectCheck(this, schema),
      ...this.#compositions(schema),
    ])
      if (step !== undefined) steps.push(step)
    return inTurn(steps)
  }

  /** Whether a value fits as it is. Leaves no trace of why not. */
  fits(check: Check, value: unknown, c: Checking): boolean {
    const { repairs, problem, at, weight } = c
    c.repairs = false
    const found = check(value, c)
    Object.assign(c, { repairs, problem, at, weight })
    return found !== WRONG
  }

  pattern(source: string): Pattern | undefined {
    return this.#pattern?.(source)
  }

  /** The schema that a reference means. */
  resolve(schema: unknown): unknown {
    const name = isFields(schema) ? schema['$ref'] : undefined
    return typeof name === 'string' ? own(this.#definitions, definitionName(name)) : schema
  }

  #reference(written: string): Check {
    const known = this.#known.get(written)
    if (known !== undefined) return known
    let check: Check | undefined
    // A schema may lead back to itself without going into the value: then nothing more is to be said about it.
    let busy: unknown = WRONG
    const step: Check = (value, c) => {
      if (busy === value) return value
      check ??= this.compile(own(this.#definitions, definitionName(written)))
      // Graphs of `allOf` meet the same schema with the same value again and again: twice as often with each level.
      const before = c.seen?.get(step)
      if (before !== undefined && before.value === value && before.repairs === c.repairs) return again(before, c)
      const outer = busy
      busy = value
      try {
        const { repairs } = c
        const found = check(value, c)
        c.seen ??= new Map()
        c.seen.set(step, { value, repairs, found, problem: c.problem, at: c.at, weight: c.weight })
        return found
      } finally {
        busy = outer
      }
    }
    this.#known.set(written, step)
    return step
  }

  #stringCheck(schema: Fields): Check | undefined {
    const { minLength, maxLength, pattern, contentEncoding } = schema
    const steps: Check[] = []
    if (typeof maxLength === 'number')
      steps.push((value, c) =>
        typeof value === 'string' && value.length > maxLength && characters(value) > maxLength
          ? wrong(c, `is longer than ${maxLength} characters`)
          : value,
      )
    if (typeof minLength === 'number')
      steps.push((value, c) =>
        typeof value === 'string' && characters(value) < minLength
          ? wrong(c, `is shorter than ${minLength} characters`)
          : value,
      )
    const compiled = typeof pattern === 'string' ? this.pattern(pattern) : undefined
    if (compiled !== undefined)
      steps.push((value, c) =>
        typeof value === 'string' && !compiled.test(value)
          ? wrong(c, 'does not match the pattern of the schema')
          : value,
      )
    if (contentEncoding === 'base64')
      steps.push((value, c) => (typeof value === 'string' && !isBase64(value) ? wrong(c, 'is not base64') : value))
    return steps.length === 0 ? undefined : inTurn(steps)
  }

  *#compositions(schema: Fields): Generator<Check> {
    for (const part of list(schema['allOf'])) yield this.compile(part)
    for (const keyword of ['anyOf', 'oneOf'])
      if (Array.isArray(schema[keyword])) yield anyCheck(schema[keyword].map((branch: unknown) => this.compile(branch)))
    if (schema['not'] !== undefined) {
      const not = this.compile(schema['not'])
      yield (value, c) => (this.fits(not, value, c) ? wrong(c, 'is what the schema rules out') : value)
    }
    if (schema['if'] === undefined) return
    const [test, yes, no] = [
      this.compile(schema['if']),
      this.compile(schema['then'] ?? true),
      this.compile(schema['else'] ?? true),
    ]
    yield (value, c) => (this.fits(test, value, c) ? yes : no)(value, c)
  }
}

function again({ found, problem, at, weight }: Seen, c: Checking): unknown {
  if (found === WRONG) Object.assign(c, { problem, at, weight })
  return found
}

const definitionName = (written: string): string =>
  written
    .replace(/^#\/\$defs\//, '')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~')

function inTurn(steps: readonly Check[]): Check {
  const [first, second, third] = steps
  if (first === undefined) return accepts
  if (second === undefined) return first
  if (third === undefined)
    return (value, c) => {
      const next = first(value, c)
      return next === WRONG ? WRONG : second(next, c)
    }
  return (value, c) => {
    let at = value
    for (const step of steps) {
      at = step(at, c)
      if (at === WRONG) return WRONG
    }
    return at
  }
}

/** As it is first: a repair must not decide which branch is meant. The complaint of the branch that came furthest is told. */
function anyCheck(branches: readonly Check[]): Check {
  return (value, c) => {
    const { repairs } = c
    let best: Pick<Checking, 'problem' | 'at' | 'weight'> = { problem: '', at: '', weight: -1 }
    for (const repair of repairs ? [false, true] : [false]) {
      c.repairs = repair
      for (const branch of branches) {
        const found = branch(value, c)
        if (found !== WRONG) {
          c.repairs = repairs
          return found
        }
        if (c.weight > best.weight) best = { problem: c.problem, at: c.at, weight: c.weight }
      }
    }
    c.repairs = repairs
    if (best.weight === 0 && branches.length > 1)
      return wrong(c, `fits none of ${branches.length} alternatives: ${best.problem}`, 0)
    Object.assign(c, best)
    return WRONG
  }
}

type Take = (value: unknown, c: Checking) => unknown

/** One taker for each type: the value, repaired where that loses nothing, or WRONG without a word. */
const takers: Readonly<Record<string, Take>> = {
  null: (value) => (value === null ? value : WRONG),
  object: (value) => (isFields(value) && !(value instanceof Digits) ? value : WRONG),
  string: (value) => (typeof value === 'string' ? value : WRONG),
  boolean: (value, { repairs }) => {
    if (typeof value === 'boolean') return value
    return repairs && (value === 'true' || value === 'false') ? value === 'true' : WRONG
  },
  number: (value, { repairs }) => {
    if (typeof value === 'number' || value instanceof Digits) return value
    return repairs &&
      typeof value === 'string' &&
      /^-?(?:0|[1-9]\d{0,400})(?:\.\d{1,400})?(?:[eE][+-]?\d{1,3})?$/.test(value)
      ? numeral(value)
      : WRONG
  },
  integer: (value, { repairs }) => {
    if (typeof value === 'number') return Number.isInteger(value) ? value : WRONG
    if (value instanceof Digits) return /^-?\d+$/.test(value.text) ? value : WRONG
    return repairs && typeof value === 'string' && /^-?(?:0|[1-9]\d{0,400})$/.test(value) ? numeral(value) : WRONG
  },
  array: (value, { repairs }) => {
    if (Array.isArray(value)) return value
    return repairs && (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      ? [value]
      : WRONG
  },
}

/** A number where JavaScript's are exact, else its digits. */
const numeral = (text: string): number | Digits => {
  const value = Number(text)
  return String(value) === text && Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER
    ? value
    : new Digits(text)
}

function typeCheck(known: readonly string[]): Check {
  const takes = known.map((type) => takers[type] ?? (() => WRONG))
  const [only] = takes
  const expected = `${known.join(' or ')} expected`
  const complain = (value: unknown, c: Checking): typeof WRONG => wrong(c, `${expected}, ${kindOf(value)} given`, 0)
  // Beyond this bound a number that was read from JSON may be another than the one that was written.
  const unsafe = (value: unknown): boolean =>
    typeof value === 'number' && known.includes('integer') && !known.includes('number') && !Number.isSafeInteger(value)
  if (takes.length === 1 && only !== undefined)
    return (value, c) => {
      const taken = only(value, c)
      if (taken === WRONG) return complain(value, c)
      return unsafe(taken)
        ? wrong(c, 'is beyond 2^53, where numbers lose digits: write it as a string of digits')
        : taken
    }
  return (value, c) => {
    const { repairs } = c
    c.repairs = false
    for (const take of takes) {
      const taken = take(value, c)
      if (taken === WRONG) continue
      c.repairs = repairs
      return taken
    }
    c.repairs = repairs
    if (!repairs) return complain(value, c)
    for (const take of takes) {
      const taken = take(value, c)
      if (taken !== WRONG) return taken
    }
    return complain(value, c)
  }
}

const kindOf = (value: unknown): string => {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function enumCheck(allowed: readonly unknown[]): Check {
  const plain = new Set(allowed)
  const shown = JSON.stringify(allowed.slice(0, 10)).slice(0, 200)
  return (value, c) => {
    if (plain.has(value)) return value
    if (typeof value === 'object' && value !== null && allowed.some((one) => same(one, value))) return value
    // An enumeration without a type is one of numbers or booleans as often as one of strings.
    if (c.repairs && typeof value === 'string') {
      const meant = allowed.find(
        (one) => (typeof one === 'number' || typeof one === 'boolean') && String(one) === value,
      )
      if (meant !== undefined) return meant
    }
    return wrong(c, `is not one of ${shown}`)
  }
}

function numberCheck(schema: Fields): Check | undefined {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  const tests: ((value: number) => string | undefined)[] = []
  if (typeof minimum === 'number') tests.push((value) => (value < minimum ? `is below ${minimum}` : undefined))
  if (typeof maximum === 'number') tests.push((value) => (value > maximum ? `is above ${maximum}` : undefined))
  if (typeof exclusiveMinimum === 'number')
    tests.push((value) => (value <= exclusiveMinimum ? `is not above ${exclusiveMinimum}` : undefined))
  if (typeof exclusiveMaximum === 'number')
    tests.push((value) => (value >= exclusiveMaximum ? `is not below ${exclusiveMaximum}` : undefined))
  if (typeof multipleOf === 'number' && multipleOf > 0)
    tests.push((value) => (isMultiple(value, multipleOf) ? undefined : `is no multiple of ${multipleOf}`))
  if (tests.length === 0) return undefined
  return (value, c) => {
    if (typeof value !== 'number' && !(value instanceof Digits)) return value
    for (const test of tests) {
      const problem = test(Number(value))
      if (problem !== undefined) return wrong(c, problem)
    }
    return value
  }
}

/** Tenths are not exact in binary: 0.3 is a multiple of 0.1. */
const isMultiple = (value: number, of: number): boolean => {
  const times = value / of
  return Math.abs(times - Math.round(times)) <= 1e-9 * Math.max(1, Math.abs(times))
}

const characters = (text: string): number => {
  let count = 0
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xfc00) !== 0xdc00) count++
  return count
}

/** Either alphabet (RFC 4648 §4, §5), with or without padding. */
export const isBase64 = (text: string): boolean =>
  /^[A-Za-z0-9+/_-]*={0,2}$/.test(text) && text.replace(/=+$/, '').length % 4 !== 1

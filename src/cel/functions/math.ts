// The extension for numbers: `math.*` but for bits.
import { asDouble, double, int, isInt, numeric } from '../number.ts'
import { isList } from '../operators.ts'
import { Uint } from '../value.ts'
import { extreme } from './core.ts'
import type { CelFunction } from './function.ts'
import { any, one, refused, unusable } from './overload.ts'

const extremes = (name: string, sign: 1 | -1): CelFunction => ({
  name,
  none: () => refused(name, []),
  ...any(name, (args, meter) => {
    const [only] = args
    const values = args.length === 1 && only !== undefined && isList(only) ? only : args
    if (values.length === 0) return unusable(name, 'the list is empty')
    return values.every((value) => numeric(value) !== undefined) ? extreme(name, sign, values, meter) : undefined
  }),
})

export const greatest: CelFunction = extremes('math.greatest', 1)
export const least: CelFunction = extremes('math.least', -1)

/** Rounding is for doubles only, and stays a double. */
const rounding = (name: string, round: (value: number) => number): CelFunction => ({
  name,
  answers: 'double',
  one: one(name, (a) => {
    const value = asDouble(a)
    return value === undefined ? undefined : double(round(value))
  }),
})

export const ceil: CelFunction = rounding('math.ceil', Math.ceil)
export const floor: CelFunction = rounding('math.floor', Math.floor)
export const trunc: CelFunction = rounding('math.trunc', Math.trunc)
/** Ties away from zero; JavaScript's go up. */
export const round: CelFunction = rounding('math.round', (value) => {
  const whole = Math.trunc(value)
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole
})

const question = (name: string, ask: (value: number) => boolean): CelFunction => ({
  name,
  answers: 'bool',
  one: one(name, (a) => {
    const value = asDouble(a)
    return value === undefined ? undefined : ask(value)
  }),
})

export const isInf: CelFunction = question('math.isInf', (value) => Math.abs(value) === Number.POSITIVE_INFINITY)
export const isNaN: CelFunction = question('math.isNaN', (value) => Number.isNaN(value))
export const isFinite: CelFunction = question('math.isFinite', (value) => Number.isFinite(value))

export const abs: CelFunction = {
  name: 'math.abs',
  one: one('math.abs', (a) => {
    if (a instanceof Uint) return a
    if (isInt(a)) return typeof a === 'number' ? Math.abs(a) : a < 0n ? int(-a) : a
    const value = asDouble(a)
    return value === undefined ? undefined : double(Math.abs(value))
  }),
}

export const sign: CelFunction = {
  name: 'math.sign',
  one: one('math.sign', (a) => {
    if (a instanceof Uint) return new Uint(a.value === 0n ? 0n : 1n)
    if (isInt(a)) return a > 0 ? 1 : a < 0 ? -1 : 0
    const value = asDouble(a)
    return value === undefined ? undefined : double(Math.sign(value))
  }),
}

export const sqrt: CelFunction = {
  name: 'math.sqrt',
  answers: 'double',
  one: one('math.sqrt', (a) => {
    const value = numeric(a)
    return value === undefined ? undefined : double(Math.sqrt(Number(value)))
  }),
}

// What happens when arguments fit no form of a function, and when it would cost too much. Not the functions themselves.
import { costLimit, plain, typeName } from '../operators.ts'
import { Fault, HostObject, stops, type Value } from '../value.ts'
import type { CelFunction, Meter } from './function.ts'

/** A form that answers `undefined` when the types are not its own. */
type One = (a: Value, meter: Meter) => Value | undefined
type Two = (a: Value, b: Value, meter: Meter) => Value | undefined
type Three = (a: Value, b: Value, c: Value, meter: Meter) => Value | undefined
type Many = (args: readonly Value[], meter: Meter) => Value | undefined

/** Names types only: values must never reach a log this way (cel.md §4.5). */
export function refused(name: string, args: readonly Value[]): Fault {
  return new Fault('no-such-overload', `${name} does not take (${args.map(typeName).join(', ')})`)
}

/** A value that the function cannot go on with, although its type is right. `what` describes it and never quotes it. */
export function unusable(name: string, what: string): Fault {
  return new Fault('function-error', `${name}: ${what}`)
}

/** An object of the gateway is tried once more as what it stands for; forms look at the types that are common first. */
function again(name: string, args: readonly Value[], call: (args: readonly Value[]) => Value | undefined): Value {
  if (!args.some((arg) => arg instanceof HostObject)) return refused(name, args)
  const plainly = args.map(plain)
  for (const arg of plainly) if (stops(arg)) return arg
  const answer = call(plainly)
  return answer === undefined ? refused(name, args) : answer
}

export function one(name: string, form: One): NonNullable<CelFunction['one']> {
  return (a, meter) => {
    const answer = form(a, meter)
    return answer === undefined ? again(name, [a], ([x = null]) => form(x, meter)) : answer
  }
}

export function two(name: string, form: Two): NonNullable<CelFunction['two']> {
  return (a, b, meter) => {
    const answer = form(a, b, meter)
    return answer === undefined ? again(name, [a, b], ([x = null, y = null]) => form(x, y, meter)) : answer
  }
}

export function three(name: string, form: Three): NonNullable<CelFunction['three']> {
  return (a, b, c, meter) => {
    const answer = form(a, b, c, meter)
    if (answer !== undefined) return answer
    return again(name, [a, b, c], ([x = null, y = null, z = null]) => form(x, y, z, meter))
  }
}

/** All numbers of arguments from one on, through one form. */
export function any(name: string, form: Many): Pick<CelFunction, 'one' | 'two' | 'three' | 'many'> {
  const call = (args: readonly Value[], meter: Meter): Value => {
    const answer = form(args, meter)
    return answer === undefined ? again(name, args, (plainly) => form(plainly, meter)) : answer
  }
  return {
    one: (a, meter) => call([a], meter),
    two: (a, b, meter) => call([a, b], meter),
    three: (a, b, c, meter) => call([a, b, c], meter),
    many: call,
  }
}

/** Pays for reading a text or bytes of some length; false: the limit is reached. Short ones are part of the call. */
export function reads(meter: Meter, length: number): boolean {
  return length < 256 || meter.step(length >> 6)
}

/** Pays for a text or bytes that were made, and answers them. */
export function made<T extends string | Uint8Array>(value: T, meter: Meter): T | Fault {
  return meter.bytes(value.length) ? value : costLimit
}

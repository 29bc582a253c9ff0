// The extension for bits: on ints, on uints, on bytes (aligned at their end), and on a number with bytes.
import { asInt, int, uint } from '../number.ts'
import { costLimit } from '../operators.ts'
import { Fault, Uint, type Value } from '../value.ts'
import type { CelFunction, Meter } from './function.ts'
import { one, two, unusable } from './overload.ts'

interface Operation {
  readonly ints: (a: bigint, b: bigint) => bigint
  readonly bytes: (a: number, b: number) => number
}

const operation = (name: string, { ints, bytes }: Operation): CelFunction => ({
  name,
  two: two(name, (a, b, meter) => {
    if (a instanceof Uint8Array && b instanceof Uint8Array) return bytewise(a, b, bytes, meter)
    if (a instanceof Uint8Array) return withBytes(name, b, a, ints)
    if (b instanceof Uint8Array) return withBytes(name, a, b, ints)
    if (a instanceof Uint) return b instanceof Uint ? uint(ints(a.value, b.value)) : undefined
    const [x, y] = [asInt(a), asInt(b)]
    return x === undefined || y === undefined ? undefined : int(ints(x, y))
  }),
})

function bytewise(a: Uint8Array, b: Uint8Array, bytes: Operation['bytes'], meter: Meter): Value {
  const length = Math.max(a.length, b.length)
  if (!meter.bytes(length) || !meter.step(length >> 3)) return costLimit
  const result = new Uint8Array(length)
  for (let at = 1; at <= length; at++) result[length - at] = bytes(a[a.length - at] ?? 0, b[b.length - at] ?? 0)
  return result
}

/** Bytes as a big-endian number beside one that is not negative; what does not fit into the number's type is an overflow. */
function withBytes(name: string, a: Value, b: Uint8Array, ints: Operation['ints']): Value | undefined {
  const number = a instanceof Uint ? a.value : asInt(a)
  if (number === undefined) return undefined
  if (number < 0n) return unusable(name, 'bytes go with numbers that are not negative')
  const last = b.subarray(-8)
  const tooLong = b.subarray(0, -8).some((byte) => byte !== 0)
  const result = ints(number, BigInt(`0x0${Buffer.from(last).toString('hex')}`))
  // Bits beyond 64 vanish in `and` only: there the other side has none.
  if (tooLong && ints(0n, 1n) !== 0n) return new Fault('overflow', `${name}: the bytes do not fit`)
  return a instanceof Uint ? uint(result) : int(result)
}

export const bitAnd: CelFunction = operation('math.bitAnd', { ints: (a, b) => a & b, bytes: (a, b) => a & b })
export const bitOr: CelFunction = operation('math.bitOr', { ints: (a, b) => a | b, bytes: (a, b) => a | b })
export const bitXor: CelFunction = operation('math.bitXor', { ints: (a, b) => a ^ b, bytes: (a, b) => a ^ b })

export const bitNot: CelFunction = {
  name: 'math.bitNot',
  one: one('math.bitNot', (a) => {
    if (a instanceof Uint) return uint(BigInt.asUintN(64, ~a.value))
    const value = asInt(a)
    return value === undefined ? undefined : int(~value)
  }),
}

const shift = (name: string, by: (bits: bigint, count: bigint) => bigint): CelFunction => ({
  name,
  two: two(name, (a, b) => {
    const value = a instanceof Uint ? a.value : asInt(a)
    const count = asInt(b)
    if (value === undefined || count === undefined) return undefined
    if (count < 0n) return unusable(name, 'the offset is negative')
    // Both shift in zeros, the sign's side included (cel.md §2.3).
    const bits = count >= 64n ? 0n : by(BigInt.asUintN(64, value), count)
    return a instanceof Uint ? uint(BigInt.asUintN(64, bits)) : int(BigInt.asIntN(64, bits))
  }),
})

export const bitShiftLeft: CelFunction = shift('math.bitShiftLeft', (bits, count) => bits << count)
export const bitShiftRight: CelFunction = shift('math.bitShiftRight', (bits, count) => bits >> count)

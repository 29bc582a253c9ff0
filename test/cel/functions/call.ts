// Calls functions of expressions as compiled code does: by the number of arguments.
import assert from 'node:assert/strict'
import type { CelFunction, Meter } from '../../../src/cel/functions/function.ts'
import { dialectFunctions, type Functions, specFunctions } from '../../../src/cel/functions/index.ts'
import { Fault, type FaultKind, HostObject, type Value } from '../../../src/cel/value.ts'

export const free: Meter = { step: () => true, bytes: () => true }

/** Counts what is taken; ends at a limit. */
export class Counter implements Meter {
  steps = 0
  made = 0
  readonly #limit: number
  constructor(limit = Number.POSITIVE_INFINITY) {
    this.#limit = limit
  }
  step(count: number): boolean {
    this.steps += count
    return this.steps <= this.#limit
  }
  bytes(count: number): boolean {
    this.made += count
    return this.made <= this.#limit
  }
}

function form(row: Partial<CelFunction>, args: readonly Value[], meter: Meter): Value | undefined {
  const [a = null, b = null, c = null] = args
  if (args.length === 0) return row.none?.(meter)
  if (args.length === 1 && row.one !== undefined) return row.one(a, meter)
  if (args.length === 2 && row.two !== undefined) return row.two(a, b, meter)
  if (args.length === 3 && row.three !== undefined) return row.three(a, b, c, meter)
  return row.many?.(args, meter)
}

/** Calls it twice, the second time with all arguments prepared as literals where it can, and wants one answer. */
export function callWith(functions: Functions, meter: Meter, name: string, args: readonly Value[]): Value {
  const row = functions.get(name)
  assert.ok(row !== undefined, `there is no function ${name}`)
  const answer = form(row, args, meter)
  if (answer === undefined) return new Fault('no-such-overload', 'no form takes that many')
  const prepared = row.prepare?.(args)
  if (prepared === undefined || row.volatile === true) return answer
  if ('argument' in prepared) assert.ok(answer instanceof Fault, `${name} refuses a literal that it takes otherwise`)
  else assert.deepEqual(form(prepared, args, meter), answer)
  return answer
}

export const call = (name: string, ...args: readonly Value[]): Value => callWith(dialectFunctions, free, name, args)
export const callSpec = (name: string, ...args: readonly Value[]): Value => callWith(specFunctions, free, name, args)

/** Each row: the arguments, then the answer. */
export function answers(name: string, ...rows: readonly (readonly Value[])[]): void {
  for (const row of rows) {
    const args = row.slice(0, -1)
    assert.deepEqual(call(name, ...args), row.at(-1), `${name}(${args.map(String).join(', ')})`)
  }
}

export function fails(kind: FaultKind, name: string, ...rows: readonly (readonly Value[])[]): void {
  for (const args of rows) failed(kind, call(name, ...args), `${name}(${args.map(String).join(', ')})`)
}

export function failed(kind: FaultKind, answer: Value, what = ''): asserts answer is Fault {
  assert.ok(answer instanceof Fault, what)
  assert.equal(answer.kind, kind, what)
}

/** Something of the gateway that stands for a value. */
export class Stand extends HostObject {
  readonly #for: Value
  constructor(value: Value) {
    super()
    this.#for = value
  }
  override get(field: string): Value | undefined {
    return field === 'known' ? 'here' : undefined
  }
  override plain(): Value {
    return this.#for
  }
}

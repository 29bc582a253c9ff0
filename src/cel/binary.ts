// Comparison, membership and arithmetic: both sides are evaluated, and the first that is no value is the answer.

import { add, divide, multiply, negate, remainder, subtract } from './arithmetic.ts'
import type { Ast, Binary } from './ast.ts'
import { type Build, type Code, fold } from './build.ts'
import type { Frame, Run } from './frame.ts'
import { find } from './functions/search.ts'
import { compare, costLimit, equal, isList, isMap, lookup, noOverload, plain } from './operators.ts'
import { Fault, HostObject, stops, type Value } from './value.ts'

/** An operator on two values, neither of them Fault or Unknown. */
type Operation = (left: Value, right: Value, frame: Frame) => Value

/** One operator of a chain. */
interface Step {
  readonly operation: Operation
  readonly ast: Ast & { kind: 'binary' }
}

/**
 * Operators bind to the left: `a + b + c` is a tree as deep as it is long. Its left side is walked here in a loop, and evaluated in
 * one, so that no length of text is too much for the stack.
 */
export function binary(ast: Ast & { kind: 'binary' }, build: Build): Code {
  const steps: Step[] = []
  let left: Ast = ast
  while (left.kind === 'binary' && left.operator !== '&&' && left.operator !== '||') {
    steps.push({ operation: operationOf(left.operator, build.spec), ast: left })
    left = left.left
  }
  steps.reverse()
  const first = build.code(left)
  const rights = steps.map((step) => build.code(step.ast.right))
  const [step] = steps
  const [right] = rights
  if (steps.length === 1 && step !== undefined && right !== undefined) {
    const { operator } = step.ast
    const quick = quickly(operator, first.run, right.constant) ?? sought(step, first.constant, right.run)
    return fold(quick ?? once(first.run, step.operation, right.run), [first, right])
  }
  const operations = steps.map(({ operation }) => operation)
  return fold(
    chain(
      first.run,
      operations,
      rights.map(({ run }) => run),
    ),
    [first, ...rights],
  )
}

function once(left: Run, operation: Operation, right: Run): Run {
  return (frame) => {
    const a = left(frame)
    if (stops(a)) return a
    const b = right(frame)
    return stops(b) ? b : operation(a, b, frame)
  }
}

function chain(first: Run, operations: readonly Operation[], rights: readonly Run[]): Run {
  return (frame) => {
    let value = first(frame)
    for (let at = 0; at < operations.length && !stops(value); at++) {
      const operation = operations[at]
      const right = rights[at]?.(frame)
      if (operation === undefined || right === undefined) break
      value = stops(right) ? right : operation(value, right, frame)
    }
    return value
  }
}

/** What rules are mostly made of: comparison with a text. Types that differ go the long way. */
function quickly(operator: Binary, left: Run, right: Value | undefined): Run | undefined {
  if (typeof right !== 'string' || (operator !== '==' && operator !== '!=')) return undefined
  const wanted = operator === '=='
  return (frame) => {
    const value = left(frame)
    if (typeof value === 'string') return (value === right) === wanted
    if (stops(value)) return value
    const same = equal(value, right, frame)
    return wanted ? same : opposite(same)
  }
}

/** The other half of what rules are made of: a text in a list of texts. Everything else goes the long way. */
function sought({ ast, operation }: Step, item: Value | undefined, right: Run): Run | undefined {
  if (typeof item !== 'string' || ast.operator !== 'in') return undefined
  return (frame) => {
    const whole = right(frame)
    if (!isList(whole)) return stops(whole) ? whole : operation(item, whole, frame)
    for (let at = 0; at < whole.length; at++) {
      const each = whole[at]
      if (typeof each !== 'string') return listed(item, whole, frame)
      if (each === item) return frame.step(at) ? true : costLimit
    }
    return frame.step(whole.length) ? false : costLimit
  }
}

function operationOf(operator: Binary, spec: boolean): Operation {
  switch (operator) {
    case '==':
      return equal
    case '!=':
      return (left, right, frame) => opposite(equal(left, right, frame))
    case '<':
      return ordered(operator, spec, { holds: (order) => order < 0, numbers: (a, b) => a < b })
    case '<=':
      return ordered(operator, spec, { holds: (order) => order <= 0, numbers: (a, b) => a <= b })
    case '>':
      return ordered(operator, spec, { holds: (order) => order > 0, numbers: (a, b) => a > b })
    case '>=':
      return ordered(operator, spec, { holds: (order) => order >= 0, numbers: (a, b) => a >= b })
    case 'in':
      return spec ? contained : within
    case '+':
      return spec ? (left, right, frame) => add(left, right, frame, true) : plus
    case '-':
      return subtract
    case '*':
      return multiply
    case '/':
      return divide
    case '%':
      return remainder
    case '&&':
    case '||':
      // Compiled by logic.ts: these do look into what is no value.
      return (left) => left
  }
}

const plus: Operation = (left, right, frame) => add(left, right, frame, false)

const opposite = (same: Value): Value => (typeof same === 'boolean' ? !same : same)

/** The dialect has no order of bytes and none with NaN; in the specification, NaN is neither less nor more (cel.md §2.3.4). */
function ordered(operator: string, spec: boolean, rule: Order): Operation {
  const { holds, numbers } = rule
  return (left, right, frame) => {
    if (Number.isSafeInteger(left) && Number.isSafeInteger(right)) {
      if (typeof left === 'number' && typeof right === 'number') return numbers(left, right)
    }
    const [a, b] = [plain(left), plain(right)]
    if (stops(a)) return a
    if (stops(b)) return b
    if (typeof a === 'string' && typeof b === 'string' && !frame.step(Math.min(a.length, b.length) >> 6))
      return costLimit
    const order = compare(a, b)
    if (order instanceof Fault) return noOverload(operator, a, b)
    if (spec) return holds(order)
    return Number.isNaN(order) || a instanceof Uint8Array ? noOverload(operator, a, b) : holds(order)
  }
}

/** What an order must be, and the same of two ordinary numbers. */
interface Order {
  readonly holds: (order: number) => boolean
  readonly numbers: (left: number, right: number) => boolean
}

/** `in` of the specification: items of lists, keys of maps. */
function contained(item: Value, whole: Value, frame: Frame): Value {
  if (isList(whole)) return listed(item, whole, frame)
  if (isMap(whole)) return lookup(whole, plain(item)) !== undefined
  return noOverload('in', item, whole)
}

/** `in` of the dialect: parts of texts as well (cel.md §2.3.3). */
function within(item: Value, whole: Value, frame: Frame): Value {
  if (typeof whole === 'string') {
    const part = plain(item)
    if (typeof part !== 'string') return noOverload('in', item, whole)
    // Not `includes`: a part made for it takes V8 seconds to look for.
    return frame.step(whole.length >> 6) ? find(whole, part) >= 0 : costLimit
  }
  if (!(whole instanceof HostObject)) return contained(item, whole, frame)
  const found = lookup(whole, plain(item))
  if (found !== undefined) return stops(found) ? found : true
  const stands = whole.plain()
  if (stops(stands)) return stands
  return stands instanceof HostObject ? noOverload('in', item, whole) : within(item, stands, frame)
}

function listed(item: Value, list: readonly Value[], frame: Frame): Value {
  if (!frame.step(list.length)) return costLimit
  const simple = typeof item === 'string'
  let held: Value = false
  for (const each of list) {
    // Two texts, which is what rules compare, need no more than this.
    if (simple && typeof each === 'string') {
      if (each === item) return true
      continue
    }
    const same = equal(item, each, frame)
    if (same === true) return true
    if (same !== false) held = same
  }
  return held
}

/** Unary minus. */
export function minus(ast: Ast & { kind: 'unary' }, build: Build): Code {
  const of = build.code(ast.of)
  const { run } = of
  return fold(
    (frame) => {
      const value = run(frame)
      return stops(value) ? value : negate(value)
    },
    [of],
  )
}

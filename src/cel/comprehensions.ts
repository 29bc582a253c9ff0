// Macros that go through a list or map: all, exists, exists_one, map, filter, and their kin for entries.
import type { Ast } from './ast.ts'
import { type Build, type Code, dynamic, within } from './build.ts'
import type { Frame, Run } from './frame.ts'
import { undecided } from './logic.ts'
import {
  costLimit,
  entries,
  isList,
  isMap,
  keyFault,
  keys,
  lookup,
  mapSize,
  noOverload,
  plain,
  put,
} from './operators.ts'
import { Fault, stops, Unknown, type Value } from './value.ts'

/** One macro in one place of an expression, its bodies compiled with its variables visible. */
interface Loop {
  readonly name: string
  readonly range: Run
  /** Where the variables are: the item or key; with two of them, position and item or key and value. */
  readonly places: readonly number[]
  readonly bodies: readonly Run[]
}

/** What is gone through: items, or keys and values side by side when the macro has two variables. */
interface Turns {
  readonly first: readonly Value[]
  readonly second: readonly Value[] | undefined
}

type Kind = (loop: Loop, frame: Frame) => Value

/** Compiles a macro of a kind; the range does not see its variables. */
export function comprehension(kind: Kind, parts: Parts, build: Build): Code {
  const { name, variables, bodies } = parts
  const range = build.code(parts.range).run
  const loop = within(build, variables, (places) => ({
    name,
    range,
    places,
    bodies: bodies.map((body) => build.code(body).run),
  }))
  return dynamic((frame) => kind(loop, frame))
}

export interface Parts {
  readonly name: string
  readonly range: Ast
  readonly variables: readonly string[]
  readonly bodies: readonly Ast[]
}

function turns(loop: Loop, frame: Frame): Turns | Fault | Unknown {
  const given = loop.range(frame)
  if (stops(given)) return given
  const range = plain(given)
  if (stops(range)) return range
  const both = loop.places.length > 1
  if (isList(range)) {
    if (!both) return { first: range, second: undefined }
    return frame.step(range.length) ? { first: range.map((_, at) => at), second: range } : costLimit
  }
  if (!isMap(range)) return noOverload(loop.name, range)
  if (!frame.step(mapSize(range))) return costLimit
  const first = keys(range)
  return { first, second: both ? first.map((key) => lookup(range, key) ?? null) : undefined }
}

/** Sets the variables for a turn; false: the limit is reached. */
function enter(loop: Loop, { first, second }: Turns, at: number, frame: Frame): boolean {
  frame.locals[loop.places[0] ?? 0] = first[at] ?? null
  if (second !== undefined) frame.locals[loop.places[1] ?? 0] = second[at] ?? null
  return --frame.steps >= 0
}

const isTurns = (value: Turns | Fault | Unknown): value is Turns =>
  !(value instanceof Fault || value instanceof Unknown)

/** `all` ends at the first false, `exists` at the first true, whatever failed before it. */
const quantifier =
  (decides: boolean): Kind =>
  (loop, frame) => {
    const range = turns(loop, frame)
    if (!isTurns(range)) return range
    const [body] = loop.bodies
    let held: Value = !decides
    for (let at = 0; body !== undefined && at < range.first.length; at++) {
      if (!enter(loop, range, at, frame)) return costLimit
      const value = body(frame)
      if (value === decides) return decides
      if (value !== !decides) held = undecided(held, value, loop.name)
    }
    return held
  }

export const all: Kind = quantifier(false)
export const exists: Kind = quantifier(true)

/** Whether exactly one turn is true; nothing is absorbed. */
export const existsOne: Kind = (loop, frame) => {
  let found = 0
  const stopped = each(loop, frame, [0], () => {
    found++
    return undefined
  })
  return stopped ?? found === 1
}

/**
 * Goes through the turns for which all conditions (their places in `bodies`) hold. What is no value, or no truth value where
 * one is needed, ends it and is answered; `undefined`: all done.
 */
function each(
  loop: Loop,
  frame: Frame,
  conditions: readonly number[],
  take: (key: Value, value: Value) => Fault | Unknown | undefined,
): Fault | Unknown | undefined {
  const range = turns(loop, frame)
  if (!isTurns(range)) return range
  turn: for (let at = 0; at < range.first.length; at++) {
    if (!enter(loop, range, at, frame)) return costLimit
    for (const condition of conditions) {
      const holds = loop.bodies[condition]?.(frame) ?? true
      if (holds === false) continue turn
      if (holds !== true) return stops(holds) ? holds : noOverload(loop.name, holds)
    }
    const key = range.first[at] ?? null
    const stopped = take(key, range.second?.[at] ?? null)
    if (stopped !== undefined) return stopped
  }
  return undefined
}

export const filter: Kind = (loop, frame) => {
  const kept: Value[] = []
  const stopped = each(loop, frame, [0], (item) => {
    kept.push(item)
    return undefined
  })
  return stopped ?? kept
}

/** `map(x, to)`, `map(x, if, to)`, and `transformList` with two variables. */
export const map: Kind = (loop, frame) => {
  const made: Value[] = []
  const body = loop.bodies.at(-1)
  const stopped = each(loop, frame, loop.bodies.length > 1 ? [0] : [], () => {
    const value = body?.(frame) ?? null
    if (stops(value)) return value
    made.push(value)
    return undefined
  })
  return stopped ?? made
}

/** A map under the same keys: `transformMap(k, v, to)`, `transformMap(k, v, if, to)`. */
export const transformMap: Kind = (loop, frame) => {
  let made = new Map<Value, Value>()
  const body = loop.bodies.at(-1)
  const stopped = each(loop, frame, loop.bodies.length > 1 ? [0] : [], (key) => {
    const value = body?.(frame) ?? null
    if (stops(value)) return value
    made = put(made, key, value)
    return undefined
  })
  return stopped ?? made
}

/** A map of entries that the body makes, one or more at a time; a key must not come twice. */
export const transformMapEntry: Kind = (loop, frame) => {
  let made = new Map<Value, Value>()
  const body = loop.bodies.at(-1)
  const stopped = each(loop, frame, loop.bodies.length > 1 ? [0] : [], () => {
    const value = body?.(frame) ?? null
    if (stops(value)) return value
    if (!isMap(value)) return noOverload(loop.name, value)
    for (const [key, item] of entries(value)) {
      if (lookup(made, key) !== undefined) return new Fault('invalid-argument', 'a key comes twice')
      made = put(made, key, item)
    }
    return undefined
  })
  return stopped ?? made
}

/** `m.mapValues(v, to)`: only maps have it. */
export const mapValues: Kind = (loop, frame) => {
  let made = new Map<Value, Value>()
  const [body] = loop.bodies
  const stopped = onMap(loop, frame, (key, value) => {
    frame.locals[loop.places[0] ?? 0] = value
    const to = body?.(frame) ?? null
    if (stops(to)) return to
    made = put(made, key, to)
    return undefined
  })
  return stopped ?? made
}

/** `m.filterKeys(k, if)` */
export const filterKeys: Kind = (loop, frame) => {
  let kept = new Map<Value, Value>()
  const [body] = loop.bodies
  const stopped = onMap(loop, frame, (key, value) => {
    frame.locals[loop.places[0] ?? 0] = key
    const holds = body?.(frame) ?? null
    if (stops(holds)) return holds
    if (typeof holds !== 'boolean') return noOverload(loop.name, holds)
    if (holds) kept = put(kept, key, value)
    return undefined
  })
  return stopped ?? kept
}

function onMap(
  loop: Loop,
  frame: Frame,
  take: (key: Value, value: Value) => Fault | Unknown | undefined,
): Fault | Unknown | undefined {
  const given = loop.range(frame)
  if (stops(given)) return given
  const range = plain(given)
  if (stops(range)) return range
  if (!isMap(range)) return noOverload(loop.name, range)
  if (!frame.step(mapSize(range))) return costLimit
  for (const [key, value] of entries(range)) {
    if (--frame.steps < 0) return costLimit
    const stopped = keyFault(key) ?? take(key, value)
    if (stopped !== undefined) return stopped
  }
  return undefined
}

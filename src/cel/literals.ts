// Literals, lists and maps.
import type { Ast, Literal } from './ast.ts'
import { type Build, type Code, constant, fold } from './build.ts'
import type { Frame } from './frame.ts'
import { double, int, uint } from './number.ts'
import { costLimit, keyFault, lookup, plain, put, typeName } from './operators.ts'
import { Fault, Optional, stops, type Value } from './value.ts'

export function literal(value: Literal): Code {
  switch (value.type) {
    case 'null':
      return constant(null)
    case 'bool':
    case 'string':
    case 'bytes':
      return constant(value.value)
    case 'double':
      return constant(double(value.value))
    case 'int':
      return constant(int(value.value))
    case 'uint':
      return constant(uint(value.value))
  }
}

/** Elements of `[?a]` and `{?k: a}` are there when the optional has a value; `undefined`: it has none. */
function unwrapped(value: Value): Value | undefined {
  if (value instanceof Optional) return value.value
  return new Fault('no-such-overload', `an optional entry needs an optional, not ${typeName(value)}`)
}

export function list(ast: Ast & { kind: 'list' }, build: Build): Code {
  const codes = ast.items.map((item) => build.code(item.value))
  const runs = codes.map(({ run }, at) => ({ run, optional: ast.items[at]?.optional ?? false }))
  return fold((frame) => {
    if (!frame.step(runs.length)) return costLimit
    const items: Value[] = []
    for (const { run, optional } of runs) {
      const given = run(frame)
      if (stops(given)) return given
      const item = optional ? unwrapped(given) : given
      if (item instanceof Fault) return item
      if (item !== undefined) items.push(item)
    }
    return items
  }, codes)
}

interface Pair {
  readonly key: Code
  readonly value: Code
  readonly optional: boolean
}

export function map(ast: Ast & { kind: 'map' }, build: Build): Code {
  const pairs = ast.entries.map(({ key, value, optional }) => ({
    key: build.code(key),
    value: build.code(value),
    optional,
  }))
  const run = (frame: Frame): Value => mapOf(pairs, frame, build.spec)
  return fold(
    run,
    pairs.flatMap(({ key, value }) => [key, value]),
  )
}

/** Of two entries with one key the last counts in the dialect (cel.md §2.3.4); the specification forbids them. */
function mapOf(pairs: readonly Pair[], frame: Frame, unique: boolean): Value {
  if (!frame.step(pairs.length)) return costLimit
  let made = new Map<Value, Value>()
  for (const { key, value, optional } of pairs) {
    const name = plain(key.run(frame))
    if (stops(name)) return name
    const given = value.run(frame)
    if (stops(given)) return given
    const item = optional ? unwrapped(given) : given
    if (item instanceof Fault) return item
    const fault = typeof name === 'string' ? undefined : keyFault(name)
    if (fault !== undefined) return fault
    if (unique && lookup(made, name) !== undefined) return new Fault('invalid-argument', 'a key comes twice')
    if (item !== undefined) made = put(made, name, item)
  }
  return made
}

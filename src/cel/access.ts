// Names, fields and positions: how an expression reaches a value, and what it answers when there is none.
import type { Ast } from './ast.ts'
import { type Build, type Code, constant, dynamic, fold, placeOf, refuse } from './build.ts'
import type { Frame, Run } from './frame.ts'
import { integral, numeric } from './number.ts'
import { isList, isMap, isPlainObject, lookup, noOverload, own, plain, typeName } from './operators.ts'
import { Fault, HostObject, Optional, type PlainObject, stops, Type, type Value } from './value.ts'

const typeNames = 'bool int uint double string bytes list map null_type type optional_type'.split(' ')
const types: ReadonlyMap<string, Type> = new Map([
  ...[...typeNames, 'google.protobuf.Timestamp', 'google.protobuf.Duration', 'net.IP', 'net.CIDR'].map(
    (name): [string, Type] => [name, new Type(name)],
  ),
  // agentgateway calls doubles so (cel.md §2.3.9).
  ['float', new Type('double')],
])

export function ident(ast: Ast & { kind: 'ident' }, build: Build): Code {
  return path(ast, [], build)
}

export function select(ast: Ast & { kind: 'select' }, build: Build): Code {
  if (ast.optional) return optionally(build.code(ast.of), constant(ast.field))
  const fields: string[] = []
  let of: Ast = ast
  while (of.kind === 'select' && !of.optional) {
    fields.unshift(of.field)
    of = of.of
  }
  if (of.kind === 'ident') return path(of, fields, build)
  const base = build.code(of)
  return fold(reach(base.run, fields), [base])
}

/** Fields below a name. A name with dots is one name when the context has it: the longest one that it has (cel-spec, "Name resolution"). */
function path(ast: Ast & { kind: 'ident' }, fields: readonly string[], build: Build): Code {
  const place = ast.absolute ? undefined : placeOf(build, ast.name)
  if (place !== undefined) return dynamic(reach((frame) => frame.locals[place] ?? null, fields))
  const { scope, container } = build.options
  for (let taken = fields.length; taken >= 0; taken--) {
    const name = [ast.name, ...fields.slice(0, taken)].join('.')
    for (const candidate of ast.absolute ? [name] : candidates(name, container)) {
      const root = scope.roots.indexOf(candidate)
      if (root >= 0) return dynamic(rooted(root, fields.slice(taken)))
      const type = types.get(candidate)
      if (type !== undefined && taken === fields.length) return constant(type)
    }
  }
  const unknown = new Fault('undeclared-reference', `undeclared reference: ${ast.name}`)
  return dynamic(() => unknown)
}

function candidates(name: string, container = ''): readonly string[] {
  const spaces = container === '' ? [] : container.split('.')
  return [...spaces.map((_, index) => [...spaces.slice(0, spaces.length - index), name].join('.')), name]
}

const missing = (field: string): Fault => new Fault('no-such-key', `no such key: ${field}`)

/** A root and one, two or more fields: what rules consist of, without a call per field. */
function rooted(root: number, fields: readonly string[]): Run {
  const [one, two, ...more] = fields
  if (one === undefined) return (frame) => frame.activation.root(root)
  const oneMissing = missing(one)
  if (two === undefined) return (frame) => member(frame.activation.root(root), one, oneMissing)
  const twoMissing = missing(two)
  const both: Run = (frame) => member(member(frame.activation.root(root), one, oneMissing), two, twoMissing)
  return reach(both, more)
}

function reach(base: Run, fields: readonly string[]): Run {
  return fields.reduce<Run>((of, field) => {
    // Made once: a rule that fails costs no allocation.
    const fault = missing(field)
    return (frame) => member(of(frame), field, fault)
  }, base)
}

/** A field of whatever has fields; `fault` when there is none. Own fields only, and none of any class (cel.md §4.1). */
function member(of: Value, field: string, fault: Fault): Value {
  if (typeof of !== 'object' || of === null) return fault
  let value: Value | undefined
  // Claims and arguments, asked for first. One that has a field of this name goes the longer way below.
  if (isUsual(of)) value = own(of, field)
  else if (of instanceof HostObject) value = of.get(field)
  else if (isPlainObject(of)) value = own(of, field)
  else if (stops(of)) return of
  else if (of instanceof Optional) return through(of, field, fault)
  else value = lookup(of, field)
  return value === undefined ? fault : value
}

/** Whether an object is of no class, as far as its first look says so: half the cost of looking at its prototype. */
const isUsual = (of: object): of is PlainObject => of.constructor === Object

/** Below an optional, everything is optional; only what can have no entries at all is a fault. */
function through(of: Optional, key: Value, fault: Fault): Value {
  if (of.value === undefined) return of
  const value = entry(of.value, key)
  if (value === undefined) return fault
  return value instanceof Fault && value !== absent ? value : new Optional(value === absent ? undefined : value)
}

/** Marks an entry that is not there, in something that has entries. */
const absent = new Fault('no-such-key', 'no such key')

/** An entry of a list or map: `absent` when it has none there, `undefined` when this is neither list nor map. */
function entry(of: Value, key: Value): Value | undefined {
  if (isList(of)) {
    const at = integral(key)
    if (at === undefined) return numeric(key) === undefined ? noOverload('[]', of, key) : absent
    return typeof at === 'number' && at >= 0 && at < of.length ? (of[at] ?? null) : absent
  }
  if (!(of instanceof HostObject || isMap(of))) return undefined
  const value = lookup(of, key)
  return value === undefined ? absent : value
}

export function index(ast: Ast & { kind: 'index' }, build: Build): Code {
  const of = build.code(ast.of)
  const at = build.code(ast.at)
  if (ast.optional) return optionally(of, at)
  const [base, key] = [of.run, at.run]
  if (typeof at.constant === 'string') {
    const field = at.constant
    const fault = missing(field)
    return fold(
      (frame) => {
        const value = base(frame)
        return isIndexable(value) ? member(value, field, fault) : noOverload('[]', value, field)
      },
      [of, at],
    )
  }
  const run: Run = (frame) => {
    const value = base(frame)
    if (stops(value)) return value
    const position = key(frame)
    return stops(position) ? position : indexed(value, plain(position))
  }
  return fold(run, [of, at])
}

/** An absent root is null: reading a key of it is like reading a field of it, so that `default()` helps in both. */
const isIndexable = (value: Value): boolean => value === null || (typeof value === 'object' && !isList(value))

function indexed(of: Value, key: Value): Value {
  if (of instanceof Optional) return through(of, key, noOverload('[]', of.value ?? null, key))
  const value = entry(of, key)
  if (value === undefined) return of === null ? absent : noOverload('[]', of, key)
  if (value !== absent) return value
  return isList(of) ? new Fault('index-out-of-bounds', `no item at this position of ${typeName(of)}`) : absent
}

/** `a.?b` and `a[?b]`: an optional, without a value when there is no such entry. */
function optionally(of: Code, at: Code): Code {
  const [base, key] = [of.run, at.run]
  const run = (frame: Frame): Value => {
    const value = base(frame)
    if (stops(value)) return value
    const position = key(frame)
    if (stops(position)) return position
    const whole = value instanceof Optional ? value : new Optional(value)
    return through(whole, position, noOverload('[?]', whole.value ?? null, position))
  }
  return fold(run, [of, at])
}

/** `has(a.b)`: whether the last field is there; everything before it must be. */
export function has(ast: Ast & { kind: 'call' }, build: Build): Code {
  const [of] = ast.args
  if (of?.kind !== 'select' || ast.args.length > 1) {
    return refuse(build, of ?? ast, {
      code: 'cel.has',
      message: 'has() takes a field, such as has(jwt.sub)',
      ...(of?.kind === 'ident' ? { hint: `compare with null: ${of.name} != null` } : {}),
    })
  }
  const { field } = of
  const base = build.code(of.of)
  const { run } = base
  const { spec } = build
  return fold(
    (frame) => {
      const value = run(frame)
      return stops(value) ? value : present(value, field, spec)
    },
    [base],
  )
}

function present(of: Value, field: string, spec: boolean): Value {
  if (of instanceof Optional) return of.value !== undefined && present(of.value, field, spec)
  if (of instanceof HostObject || isMap(of)) {
    const value = lookup(of, field)
    if (value === undefined) return false
    if (value instanceof Fault && value.kind === 'no-such-key') return false
    return stops(value) ? value : true
  }
  return spec ? noOverload('has', of) : false
}

// Forms that evaluate their parts only when they need them, or give them a name.
import type { Ast } from './ast.ts'
import { type Build, type Code, dynamic, placeOf, refuse, within } from './build.ts'
import { noOverload } from './operators.ts'
import { Fault, Optional, type PlainObject, stops, Unknown, type Value } from './value.ts'

/** `x.with(v, e)`: a name for a value. One that is not known yet is handed in, for `e` may not need it. */
export function withName(of: Ast, name: string, body: Ast, build: Build): Code {
  const given = build.code(of).run
  return within(build, [name], ([place = 0]) => {
    const run = build.code(body).run
    return dynamic((frame) => {
      const value = given(frame)
      if (value instanceof Fault) return value
      frame.locals[place] = value
      return run(frame)
    })
  })
}

/** `default(e, d)`: for what is not there or null, and for nothing else (cel.md §2.3.6). */
export function orDefault(of: Ast, otherwise: Ast, build: Build): Code {
  const [tried, other] = [build.code(of).run, build.code(otherwise).run]
  return dynamic((frame) => {
    const value = tried(frame)
    if (value === null) return other(frame)
    if (!(value instanceof Fault)) return value
    return value.kind === 'no-such-key' || value.kind === 'undeclared-reference' ? other(frame) : value
  })
}

/** `coalesce(a, b, …)`: the first that is neither fault nor null; null when one was null; the last fault otherwise. */
export function coalesce(parts: readonly Ast[], build: Build): Code {
  const runs = parts.map((part) => build.code(part).run)
  return dynamic((frame) => {
    let held: Value = new Fault('function-error', 'coalesce: no value')
    for (const run of runs) {
      const value = run(frame)
      if (value instanceof Unknown) return value
      if (value === null) held = null
      else if (!(value instanceof Fault)) return value
      else if (held !== null) held = value
    }
    return held
  })
}

/** `variables()`: all roots that are there. */
export function variables(build: Build): Code {
  const { roots } = build.options.scope
  return dynamic((frame) => {
    // No prototype: a root may have any name.
    const found: { [root: string]: Value } = Object.create(null)
    for (const [index, root] of roots.entries()) {
      const value = frame.activation.root(index)
      if (stops(value)) return value
      if (value !== null) found[root] = value
    }
    return found satisfies PlainObject
  })
}

/** `cel.block([a, b], e)`: `cel.index(n)` in `e` and in later entries is entry n. One that fails does so where it is used. */
export function block(slots: Ast, body: Ast, build: Build): Code {
  if (slots.kind !== 'list')
    return refuse(build, slots, { code: 'cel.macro', message: 'cel.block() takes a list and an expression' })
  const compile = (at: number, runs: readonly Code[], places: readonly number[]): Code => {
    const item = slots.items[at]
    if (item !== undefined) {
      const code = build.code(item.value)
      return within(build, [blockName(at)], ([place = 0]) => compile(at + 1, [...runs, code], [...places, place]))
    }
    const run = build.code(body).run
    return dynamic((frame) => {
      for (const [index, code] of runs.entries()) frame.locals[places[index] ?? 0] = code.run(frame)
      return run(frame)
    })
  }
  return compile(0, [], [])
}

export const blockName = (at: number): string => `@index${at}`

/** `cel.index(n)`, `cel.iterVar(d, n)`, `cel.accuVar(d, n)`: a variable without a name that can be written. */
export function hidden(name: string, ast: Ast, build: Build): Code {
  const place = placeOf(build, name)
  if (place === undefined) return refuse(build, ast, { code: 'cel.macro', message: 'there is no such variable here' })
  return dynamic((frame) => frame.locals[place] ?? null)
}

const none = new Optional(undefined)

/** `o.optMap(v, e)`: `e` as an optional; `o.optFlatMap(v, e)`: `e`, which is one. */
export const optMap =
  (flat: boolean) =>
  (of: Ast, name: string, body: Ast, build: Build): Code => {
    const given = build.code(of).run
    return within(build, [name], ([place = 0]) => {
      const { run } = build.code(body)
      return dynamic((frame) => {
        const optional = given(frame)
        if (stops(optional)) return optional
        if (!(optional instanceof Optional)) return noOverload('optMap', optional)
        if (optional.value === undefined) return none
        frame.locals[place] = optional.value
        const value = run(frame)
        if (stops(value)) return value
        if (!flat) return new Optional(value)
        return value instanceof Optional ? value : noOverload('optFlatMap', value)
      })
    })
  }

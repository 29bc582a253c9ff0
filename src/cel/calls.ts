// Calls of functions: which one a name means, with how many arguments; methods of the gateway's objects come first.
import type { Ast } from './ast.ts'
import { type Build, type Code, dynamic, fold, placeOf, type Routine, refuse, within } from './build.ts'
import type { Frame, Run } from './frame.ts'
import type { CelFunction, FaultAt } from './functions/function.ts'
import { costLimit, noOverload } from './operators.ts'
import type { CustomFunction } from './options.ts'
import { suggest } from './suggest.ts'
import { Fault, HostObject, stops, type Unknown, type Value } from './value.ts'

type Call = Ast & { readonly kind: 'call' }
type Forms = Pick<CelFunction, 'none' | 'one' | 'two' | 'three' | 'many'>

/** Methods that only objects of the gateway have, or have with another number of arguments (agentgateway.md §4.2). */
const hostMethods: ReadonlyMap<string, number> = new Map([
  ['redacted', 0],
  ['join', 0],
  ['raw', 0],
  ['split', 0],
  ['cookie', 1],
  ['unredacted', 0],
  ['query', 1],
  ['addQuery', 2],
  ['setQuery', 2],
])

/** A call of anything but a macro. A receiver is a first argument, and the other way round. */
export function call(ast: Call, macros: Iterable<string>, build: Build): Code {
  const { functions, custom } = build.options
  const space = ast.on === undefined ? undefined : namespace(ast.on, build)
  const spaced = space === undefined ? undefined : functions.get(`${space}.${ast.name}`)
  if (spaced !== undefined) return known(spaced, ast, undefined, build)
  const own = custom?.get(ast.name)
  if (own !== undefined) return ours(own, ast, build)
  const found = functions.get(ast.name)
  if (found !== undefined) return known(found, ast, ast.on, build)
  if (ast.on !== undefined && hostMethods.get(ast.name) === ast.args.length) return onHost(ast, ast.on, build)
  return unknown(ast, [...functions.keys(), ...(custom?.keys() ?? []), ...macros, ...hostMethods.keys()], build)
}

/** `math` in `math.least(…)`; variables of macros hide namespaces. */
function namespace(on: Ast, build: Build): string | undefined {
  if (on.kind === 'ident') return placeOf(build, on.name) === undefined ? on.name : undefined
  if (on.kind !== 'select' || on.optional) return undefined
  const outer = namespace(on.of, build)
  return outer === undefined ? undefined : `${outer}.${on.field}`
}

function unknown(ast: Call, names: readonly string[], build: Build): Code {
  if (build.spec) {
    const fault = new Fault('undeclared-reference', `unknown function: ${ast.name}`)
    return dynamic(() => fault)
  }
  const spaced = ast.on?.kind === 'ident' ? `${ast.on.name}.${ast.name}` : ast.name
  const written = names.some((name) => name.startsWith(`${spaced.split('.')[0]}.`)) ? spaced : ast.name
  return refuse(build, named(ast, build), {
    code: 'cel.unknown-function',
    message: `unknown function ${written}()`,
    ...suggest(written, names),
  })
}

/** Where the name of a method stands: a caret below it says more than one below what it is called on. */
function named(ast: Call, build: Build): { readonly start: number; readonly end: number } {
  const at = ast.on === undefined ? ast.start : build.source.indexOf(ast.name, ast.on.end)
  return at < 0 ? ast : { start: at, end: at + ast.name.length }
}

/** A function of the table, in the form for the number of arguments. */
function known(called: CelFunction, ast: Call, on: Ast | undefined, build: Build): Code {
  const args = (on === undefined ? ast.args : [on, ...ast.args]).map((arg) => build.code(arg))
  const forms = prepared(called, args, ast, build)
  const [first, ...others] = args.map(({ run }) => run)
  const apply = first === undefined ? undefined : applied(forms, others)
  if (on !== undefined && hostMethods.get(ast.name) === ast.args.length && apply === undefined)
    return onHost(ast, on, build)
  const { none } = forms
  if (first === undefined && none !== undefined)
    return called.volatile === true ? dynamic((frame) => none(frame)) : fold((frame) => none(frame), [])
  if (first === undefined || apply === undefined) return wrongCount(called, ast, args.length, build)
  if (on !== undefined && args[0]?.constant === undefined) return dynamic(method(ast.name, [first, ...others], apply))
  const run: Run = (frame) => {
    const value = first(frame)
    return stops(value) ? value : apply(value, frame)
  }
  return called.volatile === true ? dynamic(run) : fold(run, args)
}

function wrongCount(called: CelFunction, ast: Call, count: number, build: Build): Code {
  const takes = [called.none, called.one, called.two, called.three].flatMap((form, at) =>
    form === undefined ? [] : [at],
  )
  if (build.spec) {
    const fault = new Fault('no-such-overload', `${called.name} does not take ${count} arguments`)
    return dynamic(() => fault)
  }
  return refuse(build, ast, {
    code: 'cel.arity',
    message: `${called.name}() takes ${takes.join(' or ')} argument${takes.join() === '1' ? '' : 's'}, found ${count}`,
    ...(ast.on === undefined ? {} : { hint: 'the value before the dot is the first argument' }),
  })
}

/** What literal arguments allow to be made now: a pattern, an address. A literal that cannot be used is an error of the text. */
function prepared(called: CelFunction, args: readonly Code[], ast: Call, build: Build): Forms {
  if (called.prepare === undefined || args.every((arg) => arg.constant === undefined)) return called
  const made = called.prepare(args.map((arg) => arg.constant))
  if (made === undefined) return called
  if (!isFault(made)) return { ...called, ...made }
  if (!build.spec) {
    const nodes = args.length > ast.args.length && ast.on !== undefined ? [ast.on, ...ast.args] : ast.args
    refuse(build, nodes[made.argument] ?? ast, {
      code: 'cel.bad-literal',
      message: `${called.name}(): ${made.message}`,
    })
  }
  return called
}

const isFault = (made: Forms | FaultAt): made is FaultAt => 'message' in made

/** What is left of a call once its first argument is there. */
type Apply = (first: Value, frame: Frame) => Value

/** Evaluates the other arguments from left to right and calls; `undefined`: there is no form for so many. */
function applied(forms: Forms, others: readonly Run[]): Apply | undefined {
  const [second, third] = others
  const { one, two, three, many } = forms
  if (second === undefined && one !== undefined) return one
  if (others.length === 1 && second !== undefined && two !== undefined) {
    return (a, frame) => {
      const b = second(frame)
      return stops(b) ? b : two(a, b, frame)
    }
  }
  if (others.length === 2 && second !== undefined && third !== undefined && three !== undefined) {
    return (a, frame) => {
      const b = second(frame)
      if (stops(b)) return b
      const c = third(frame)
      return stops(c) ? c : three(a, b, c, frame)
    }
  }
  if (many === undefined) return undefined
  return (a, frame) => {
    const values = evaluated(others, frame)
    return stops(values) ? values : many([a, ...values], frame)
  }
}

/** All values; or the first that is none. */
function evaluated(args: readonly Run[], frame: Frame): readonly Value[] | Fault | Unknown {
  const values: Value[] = []
  for (const arg of args) {
    const value = arg(frame)
    if (stops(value)) return value
    values.push(value)
  }
  return values
}

/** A method: an object of the gateway is asked first, for it may know better what the name means. */
function method(name: string, args: readonly [Run, ...Run[]], apply: Apply): Run {
  const [on, ...others] = args
  return (frame) => {
    const value = on(frame)
    if (stops(value)) return value
    if (value instanceof HostObject) {
      const given = evaluated(others, frame)
      if (stops(given)) return given
      const answer = value.call(name, given)
      if (answer !== undefined) return answer
    }
    return apply(value, frame)
  }
}

/** A method that only objects of the gateway have. */
function onHost(ast: Call, on: Ast, build: Build): Code {
  const of = build.code(on).run
  const args = ast.args.map((arg) => build.code(arg).run)
  return dynamic((frame) => {
    const value = of(frame)
    if (stops(value)) return value
    const given = evaluated(args, frame)
    if (stops(given)) return given
    const answer = value instanceof HostObject ? value.call(ast.name, given) : undefined
    return answer === undefined ? noOverload(ast.name, value) : answer
  })
}

/** A function of the configuration. What is not known yet is handed in: its body may not need it. */
function ours(own: CustomFunction, ast: Call, build: Build): Code {
  const nodes = ast.on === undefined ? ast.args : [ast.on, ...ast.args]
  const args = nodes.map((arg) => build.code(arg).run)
  const named = own.rest ? own.parameters.length - 1 : own.parameters.length
  if (own.rest ? args.length < named : args.length !== named) {
    const message = `${own.name}() takes ${own.rest ? 'at least ' : ''}${named} argument${named === 1 ? '' : 's'}`
    return refuse(build, ast, { code: 'cel.arity', message: `${message}, found ${args.length}` })
  }
  const { places, run } = routine(own, ast, build)
  return dynamic((frame) => {
    // A call is a step: functions that call two others each are many calls in few lines.
    if (--frame.steps < 0) return costLimit
    const values: Value[] = []
    for (const arg of args) {
      const value = arg(frame)
      if (value instanceof Fault) return value
      values.push(value)
    }
    if (own.rest) values.push(gathered(values.splice(named)))
    for (let at = 0; at < places.length; at++) frame.locals[places[at] ?? 0] = values[at] ?? null
    return run(frame)
  })
}

/** A list is known only when all of its items are. */
const gathered = (values: readonly Value[]): Value => values.find(stops) ?? values

/** Bodies see their parameters and the roots only. Functions cannot call themselves, so one set of places is enough. */
function routine(own: CustomFunction, ast: Call, build: Build): Routine {
  const ready = build.routines.get(own)
  if (ready !== undefined) return ready
  const outer = build.locals
  const known = build.diagnostics.length
  build.locals = undefined
  const made = within(build, own.parameters, (places) => ({ places, run: build.code(own.body).run }))
  build.locals = outer
  build.routines.set(own, made)
  // The body stands elsewhere: what is wrong in it is shown where it is called.
  const { start, end } = ast
  const inside = build.diagnostics.splice(known)
  build.diagnostics.push(
    ...inside.map((found) => ({ ...found, message: `in ${own.name}(): ${found.message}`, start, end })),
  )
  return made
}

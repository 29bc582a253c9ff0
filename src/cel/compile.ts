// Source text → program: the entry of the room. What each kind of node becomes is in the files that it calls.
import { ident, index, select } from './access.ts'
import { analyze } from './analyze.ts'
import type { Ast } from './ast.ts'
import { binary, minus } from './binary.ts'
import { type Build, type Code, refuse } from './build.ts'
import { call } from './calls.ts'
import { Frame, nowhere, type Run } from './frame.ts'
import { list, literal, map } from './literals.ts'
import { logical, not, ternary } from './logic.ts'
import { macro, macroNames } from './macros.ts'
import { type CompileOptions, defaultLimits, type Limits } from './options.ts'
import { parse } from './parser.ts'
import type { Compiled, Program } from './program.ts'
import type { Activation } from './scope.ts'
import { Fault, type Value } from './value.ts'

/** The specification's own tests nest deeper than the dialect allows. */
const specDepth = 200

/**
 * Compiles an expression (cel.md §6.2). Everything that is wrong with it is in `diagnostics`; there is a program unless one of
 * them is an error. Names of the context that do not exist are faults of the evaluation, as in agentgateway, and lint warns.
 */
export function compile(source: string, options: CompileOptions): Compiled {
  const spec = options.mode === 'spec'
  const limits = limitsOf(options)
  const parsed = parse(source, { ...limits, optionalSyntax: options.optionalSyntax ?? spec })
  if ('diagnostics' in parsed) return { program: undefined, diagnostics: parsed.diagnostics }
  return compileTree(parsed.ast, source, options)
}

/** As `compile`, for an expression that has been parsed, or a part of one: `source` is the text that its places are in. */
export function compileTree(ast: Ast, source: string, options: CompileOptions): Compiled {
  const build = builder(source, options, options.mode === 'spec')
  const code = built(ast, build)
  const failed = build.diagnostics.some(({ severity }) => severity === 'error')
  if (failed) return { program: undefined, diagnostics: build.diagnostics }
  const { attributes, reads } = analyze(ast, options.scope, options.custom)
  const evaluate = evaluator(code.run, build.places, limitsOf(options))
  const program: Program = { source, attributes, reads, evaluate }
  return { program, diagnostics: build.diagnostics }
}

const limitsOf = ({ mode, limits }: CompileOptions): Limits => ({
  ...defaultLimits,
  ...(mode === 'spec' ? { depth: specDepth } : {}),
  ...limits,
})

function builder(source: string, options: CompileOptions, spec: boolean): Build {
  const build: Build = {
    source,
    options,
    spec,
    diagnostics: [],
    routines: new Map(),
    locals: undefined,
    places: 0,
    code: (ast) => node(ast, build),
  }
  return build
}

/** Functions of the configuration may call one another deeper than any single text can nest. */
function built(ast: Ast, build: Build): Code {
  try {
    return build.code(ast)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return refuse(build, ast, { code: 'cel.limit', message: 'functions call one another too deeply' })
  }
}

function node(ast: Ast, build: Build): Code {
  switch (ast.kind) {
    case 'literal':
      return literal(ast.value)
    case 'ident':
      return ident(ast, build)
    case 'select':
      return select(ast, build)
    case 'index':
      return index(ast, build)
    case 'call':
      return macro(ast, build) ?? call(ast, macroNames, build)
    case 'list':
      return list(ast, build)
    case 'map':
      return map(ast, build)
    case 'unary':
      return ast.operator === '!' ? not(ast, build) : minus(ast, build)
    case 'binary':
      return ast.operator === '&&' || ast.operator === '||' ? logical(ast, build) : binary(ast, build)
    case 'ternary':
      return ternary(ast, build)
    case 'message':
      return refuse(build, ast, {
        code: 'cel.message',
        message: `there is no message type ${ast.name}`,
        hint: 'write a map: {"field": value}',
      })
  }
}

/**
 * Evaluation is synchronous, so one frame serves all requests; only an evaluation within another one of the same program, by
 * way of an object of the gateway, needs a second. Nothing of a request stays in an idle frame.
 */
function evaluator(run: Run, places: number, limits: Limits): (activation: Activation) => Value {
  let idle: Frame | undefined
  return (activation) => {
    const frame = idle ?? new Frame(nowhere, places)
    idle = undefined
    frame.activation = activation
    frame.steps = limits.steps
    frame.room = limits.bytes
    try {
      return run(frame)
    } catch (error) {
      // Whatever was thrown may quote what it was about; its kind does not.
      return new Fault('function-error', `the evaluation broke off: ${error instanceof Error ? error.name : 'error'}`)
    } finally {
      frame.activation = nowhere
      if (places > 0) frame.locals.fill(null)
      idle = frame
    }
  }
}

// `toolgate cel check`: everything that is wrong with an expression, or probably is, without evaluating it.
import { text as textOf } from 'node:stream/consumers'
import type { Diagnostic } from '../cel/ast.ts'
import { compile } from '../cel/compile.ts'
import { dialect } from '../cel/dialect.ts'
import { type LintOptions, lint } from '../cel/lint.ts'
import type { CompileOptions } from '../cel/options.ts'
import { parse } from '../cel/parser.ts'
import type { Program } from '../cel/program.ts'
import { positionOf, render } from '../cel/render.ts'
import type { Phase } from '../cel/scope.ts'
import { type Arguments, exit, type Io } from './command.ts'
import { jsonDocument, painter, printable } from './terminal.ts'

type Settings = Pick<CompileOptions, 'functions' | 'custom' | 'optionalSyntax'>

/** What was found. */
interface Found {
  readonly source: string
  readonly diagnostics: readonly Diagnostic[]
  readonly valid: boolean
  readonly program: Program | undefined
}

/** Says what is wrong with an expression; `-` reads it. 0: it can be used, 1: it cannot. */
export async function check(expression: string, settings: Settings, args: Arguments, io: Io): Promise<number> {
  const source = expression === '-' ? (await textOf(io.stdin)).trimEnd() : expression
  const { program, diagnostics } = compile(source, { ...settings, scope: dialect })
  const all = program === undefined ? diagnostics : [...diagnostics, ...linted(source, settings, args)]
  const valid = !all.some(({ severity }) => severity === 'error')
  const found = { source, diagnostics: all, valid, program }
  if (args.value('format') === 'json') io.stdout.write(jsonDocument(asJson(found)))
  else io.stdout.write(asText(found, painter(io.stdout, io.env)))
  return valid ? exit.fine : exit.no
}

function linted(source: string, settings: Settings, args: Arguments): readonly Diagnostic[] {
  const parsed = parse(source, { optionalSyntax: settings.optionalSyntax ?? false })
  if (!('ast' in parsed)) return parsed.diagnostics
  const role = roles.find((each) => each === args.value('role'))
  const phase = phases.find((each) => each === args.value('phase'))
  const use: Omit<LintOptions, 'scope' | 'functions'> = { phase, role, expects: role && 'bool' }
  return lint(parsed.ast, { scope: dialect, functions: settings.functions, ...use })
}

const roles = ['allow', 'deny', 'require'] as const
const phases: readonly Phase[] = ['request', 'authorization', 'response', 'log']

function asJson({ source, diagnostics, valid, program }: Found): object {
  return {
    version: 1,
    valid,
    diagnostics: diagnostics.map((each) => ({ ...each, ...positionOf(source, each.start) })),
    reads: [...(program?.reads ?? [])].toSorted(),
    attributes: [...(program?.attributes ?? [])].toSorted(),
  }
}

function asText({ source, diagnostics, valid, program }: Found, paint: ReturnType<typeof painter>): string {
  const colour = { error: 'red', warning: 'yellow', note: 'dim' } as const
  const said = diagnostics.map((each) => {
    const [head = '', ...rest] = printable(render(source, each)).split('\n')
    return [paint(colour[each.severity], head), ...rest].join('\n')
  })
  if (valid) said.push(`${paint('green', 'the expression can be used')}\n`)
  const reads = [...(program?.reads ?? [])].toSorted()
  if (valid && reads.length > 0) said.push(`reads ${printable(reads.join(', '))}\n`)
  return said.join('')
}

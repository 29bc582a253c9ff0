// `toolgate cel`: what an expression comes to in a given context, and what is wrong with it. No gateway is needed.
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { text as textOf } from 'node:stream/consumers'
import type { Diagnostic } from '../cel/ast.ts'
import { compile } from '../cel/compile.ts'
import { customFunctions } from '../cel/custom.ts'
import { dialect } from '../cel/dialect.ts'
import { dialectFunctions } from '../cel/functions/index.ts'
import { parseJson } from '../cel/json.ts'
import { macroNames } from '../cel/macros.ts'
import { isPlainObject, own } from '../cel/operators.ts'
import type { CompileOptions } from '../cel/options.ts'
import { positionOf, render } from '../cel/render.ts'
import { Fault, Unknown, type Value } from '../cel/value.ts'
import { nearestWord } from '../config/suggest.ts'
import { usageError } from './arguments.ts'
import { check } from './cel-check.ts'
import { BadContext, encode, given } from './cel-values.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { jsonDocument, jsonLine, printable } from './terminal.ts'

const command = { name: 'cel' }

/** `toolgate cel eval|check` */
export async function cel(args: Arguments, io: Io): Promise<number> {
  const [what, ...words] = args.words
  if (what === undefined) throw usageError(command, 'eval or check?')
  if (what !== 'eval' && what !== 'check') {
    const near = nearestWord(what, ['eval', 'check'])
    const meant = near === undefined ? '' : `: did you mean \`${near}\`?`
    throw new CommandError(exit.usage, `cel cannot \`${what}\`${meant}`, { hint: `toolgate cel ${near ?? '--help'}` })
  }
  const [expression, more] = words
  if (expression === undefined) throw usageError(command, `${what} which expression?`)
  if (more !== undefined)
    throw new CommandError(exit.usage, 'an expression is one word for the shell', {
      hint: `toolgate cel ${what} '${words.join(' ')}'`,
    })
  const settings = await settingsOf(args, io)
  if (what === 'check') return await check(expression, settings, args, io)
  if (expression === '-') return await lines(settings, args, io)
  return await one(expression, settings, args, io)
}

type Settings = Pick<CompileOptions, 'functions' | 'custom' | 'optionalSyntax'>

async function settingsOf(args: Arguments, io: Io): Promise<Settings> {
  const optionalSyntax = args.has('optional-syntax')
  const file = args.value('functions')
  if (file === undefined) return { functions: dialectFunctions, optionalSyntax }
  const source = await readText(file, io)
  const { functions, diagnostics } = customFunctions(source, new Set([...dialectFunctions.keys(), ...macroNames]))
  if (diagnostics.length > 0) {
    io.stderr.write(diagnostics.map((each) => printable(render(source, each))).join(''))
    throw new CommandError(exit.no, `${file}: these functions cannot be used`)
  }
  return { functions: dialectFunctions, optionalSyntax, custom: functions }
}

async function readText(file: string, io: Io): Promise<string> {
  try {
    return await readFile(resolve(io.cwd, file), 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
    throw new CommandError(exit.unasked, `cannot read ${file}: ${code}`, { cause })
  }
}

async function context(args: Arguments, io: Io): Promise<Value> {
  const file = args.value('context')
  if (file === undefined) return null
  const value = parseJson(file === '-' ? await textOf(io.stdin) : await readText(file, io))
  if (value instanceof Fault) throw new CommandError(exit.unasked, `${file} is not JSON`)
  return value
}

/** What came of an evaluation: fields of the answer. */
type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: Readonly<Record<string, unknown>> }

const failed = (kind: string, message: string, more: object = {}): Outcome => ({
  ok: false,
  error: { kind, message, ...more },
})

function evaluate(expression: string, from: Value, settings: Settings): Outcome {
  try {
    const { scope, activation } = given(from)
    const { program, diagnostics } = compile(expression, { ...settings, scope })
    if (program === undefined) {
      const [first] = diagnostics
      const located = diagnostics.map((each) => place(expression, each))
      return failed('compile-error', first?.message ?? '', { diagnostics: located })
    }
    const value = program.evaluate(activation)
    if (value instanceof Fault) return failed(value.kind, value.detail)
    if (value instanceof Unknown) return failed('unknown', `this depends on ${value.what}, which is not known`)
    return { ok: true, value: encode(value) }
  } catch (error) {
    if (error instanceof BadContext) return failed('bad-context', error.message)
    throw error
  }
}

const place = (source: string, diagnostic: Diagnostic): object => ({
  ...diagnostic,
  ...positionOf(source, diagnostic.start),
})

async function one(expression: string, settings: Settings, args: Arguments, io: Io): Promise<number> {
  const outcome = evaluate(expression, await context(args, io), settings)
  if (args.value('format') === 'json') io.stdout.write(jsonDocument({ version: 1, ...outcome }))
  else io.stdout.write(jsonDocument(outcome.ok ? outcome.value : { error: outcome.error }))
  const { diagnostics } = compile(expression, { ...settings, scope: dialect })
  if (!outcome.ok) io.stderr.write(diagnostics.map((each) => printable(render(expression, each))).join(''))
  return outcome.ok ? exit.fine : exit.no
}

/** JSON lines `{id, expression, context}` in, `{id, ok, value|error}` out, in order, each as soon as it is there. */
async function lines(settings: Settings, args: Arguments, io: Io): Promise<number> {
  const shared = await context(args, io)
  let unreadable = 0
  for await (const line of createInterface({ input: io.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue
    if (io.signal.aborted) return exit.interrupted
    const asked = parseJson(line)
    const expression = isPlainObject(asked) ? own(asked, 'expression') : undefined
    if (!isPlainObject(asked) || typeof expression !== 'string') {
      unreadable++
      const id = isPlainObject(asked) ? encode(own(asked, 'id') ?? null) : null
      io.stdout.write(jsonLine({ id, ...failed('bad-line', 'a line is {"id": …, "expression": "…", "context": {…}}') }))
      continue
    }
    const outcome = evaluate(expression, own(asked, 'context') ?? shared, settings)
    io.stdout.write(jsonLine({ id: encode(own(asked, 'id') ?? null), ...outcome }))
  }
  return unreadable === 0 ? exit.fine : exit.unasked
}

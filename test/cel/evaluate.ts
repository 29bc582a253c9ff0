// Compiles and evaluates in a context of plain values: what the tests of this room share.
import assert from 'node:assert/strict'
import type { Diagnostic } from '../../src/cel/ast.ts'
import { compile } from '../../src/cel/compile.ts'
import { dialectFunctions, specFunctions } from '../../src/cel/functions/index.ts'
import type { CompileOptions } from '../../src/cel/options.ts'
import type { Compiled } from '../../src/cel/program.ts'
import { Fault, Unknown, type Value } from '../../src/cel/value.ts'

export interface Context {
  readonly [root: string]: Value
}

export type Given = Partial<CompileOptions>

const compiled = (source: string, context: Context, given: Given): Compiled =>
  compile(source, {
    scope: { roots: Object.keys(context), shapes: {} },
    functions: given.mode === 'spec' ? specFunctions : dialectFunctions,
    ...given,
  })

/** The value of an expression that must compile. */
export function evaluate(source: string, context: Context = {}, given: Given = {}): Value {
  const { program, diagnostics: found } = compiled(source, context, given)
  assert.ok(program !== undefined, `${source.slice(0, 100)}: ${found[0]?.message ?? ''}`)
  const values = Object.values(context)
  return program.evaluate({ root: (index) => values[index] ?? null })
}

/** What is wrong with an expression that must not compile. */
export function diagnostics(source: string, context: Context = {}, given: Given = {}): readonly Diagnostic[] {
  const { program, diagnostics: found } = compiled(source, context, given)
  assert.equal(program, undefined, `${source} was accepted`)
  return found
}

/** The kind of a fault; `unknown`; or `value`. */
export const kind = (value: Value): string =>
  value instanceof Fault ? value.kind : value instanceof Unknown ? 'unknown' : 'value'

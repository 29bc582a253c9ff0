// Expressions with context and result, from a file: read, evaluated, compared.
import assert from 'node:assert/strict'
import { compile } from '../../src/cel/compile.ts'
import { dialectFunctions } from '../../src/cel/functions/index.ts'
import { parseJson } from '../../src/cel/json.ts'
import { isPlainObject, typeName } from '../../src/cel/operators.ts'
import { Fault, HostObject, Unknown, type Value } from '../../src/cel/value.ts'
import { encode, given } from '../../src/cli/cel-values.ts'

/** One expression of a corpus file; `expect` is JSON in which bytes, times and large integers are encoded. */
export interface Case {
  readonly id: string
  readonly expr: string
  readonly context?: Value
  readonly outcome: 'value' | 'error' | 'compile-error' | 'compiles' | 'predicate' | 'attributes' | 'unknown'
  readonly expect?: unknown
  readonly expectType?: 'int' | 'uint' | 'double'
}

/** Contexts that cases refer to by name. */
export type Contexts = Readonly<Record<string, Value>>

/** Reads JSON without losing digits. */
export function read(text: string): Value {
  const value = parseJson(text)
  if (value instanceof Fault) assert.fail('the file is not JSON')
  return value
}

/** @throws AssertionError when the expression does not come to what the case says */
export function holds({ expr, context, outcome, expect, expectType }: Case, contexts: Contexts): void {
  // What says nothing of its context is meant for the gateway's, whatever that holds.
  const named = context ?? (outcome === 'compiles' ? 'full' : null)
  const { scope, activation } = given(typeof named === 'string' ? (contexts[named] ?? null) : named)
  const { program, diagnostics } = compile(expr, { scope, functions: dialectFunctions })
  if (outcome === 'compile-error') return assert.ok(program === undefined, 'it compiles')
  // What the original finds out when it is evaluated may be found when it is compiled.
  if (program === undefined)
    return assert.ok(
      outcome === 'error',
      `it does not compile: ${diagnostics.map(({ message }) => message).join(', ')}`,
    )
  const value = program.evaluate(activation)
  if (outcome === 'error') return assert.ok(value instanceof Fault, `it is ${JSON.stringify(encode(value))}`)
  if (outcome === 'compiles') return assert.ok(!broke(value), 'it broke off')
  if (outcome === 'unknown') return assert.ok(value instanceof Unknown, `it is ${JSON.stringify(encode(value))}`)
  if (value instanceof Fault) assert.fail(`${value.kind}: ${value.detail}`)
  if (outcome === 'predicate') return fits(value, expect)
  assert.deepEqual(JSON.parse(JSON.stringify(encode(value))), expect)
  if (expectType !== undefined) assert.equal(typeName(value instanceof HostObject ? value.plain() : value), expectType)
}

const broke = (value: Value): boolean => value instanceof Fault && value.detail.startsWith('the evaluation broke off')

function fits(value: Value, expect: unknown): void {
  assert.ok(typeof expect === 'object' && expect !== null && 'kind' in expect)
  const shown: unknown = JSON.parse(JSON.stringify(encode(value)))
  const wanted: Readonly<Record<string, unknown>> = { ...expect }
  switch (wanted['kind']) {
    case 'int':
      assert.ok(typeof shown === 'number' && Number.isInteger(shown))
      return assert.ok(shown >= Number(wanted['min']) && shown <= Number(wanted['max']))
    case 'uuidv4':
      return assert.match(String(shown), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    case 'listContains':
      return assert.ok(Array.isArray(shown) && shown.includes(wanted['value']))
    case 'hasKeys': {
      const { keys } = wanted
      assert.ok(typeof shown === 'object' && shown !== null && Array.isArray(keys))
      for (const key of keys) assert.ok(Object.hasOwn(shown, String(key)), `there is no ${String(key)}`)
      return
    }
    case 'flatten':
    case 'flattenRecursive':
      return assert.deepEqual(shown, wanted['value'])
    default:
      assert.fail(`no predicate is called ${String(wanted['kind'])}`)
  }
}

/** The cases of a corpus file. */
export function casesOf(value: Value): { readonly cases: readonly Case[]; readonly contexts: Contexts } {
  assert.ok(isPlainObject(value))
  // The file is ours, or stands beside the checkout; its form is checked by what is asserted of each case.
  const cases = value['expressions'] as unknown as readonly Case[]
  const contexts = (value['contexts'] ?? {}) as Contexts
  return { cases, contexts }
}

// The specification's own tests (cel-spec), as far as they need no message types: spec mode, and an exact list of what differs.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { Value as ProtoValue } from '@bufbuild/cel-spec/cel/expr/value_pb.js'
import { getConformanceSuite } from '@bufbuild/cel-spec/testdata/tests.js'
import { compile } from '../../src/cel/compile.ts'
import { specFunctions } from '../../src/cel/functions/index.ts'
import { int, uint } from '../../src/cel/number.ts'
import { equal, typeName } from '../../src/cel/operators.ts'
import { Double, Duration, Fault, Optional, Timestamp, Type, type Value } from '../../src/cel/value.ts'

/** Names with the section they stand in → why it differs. */
const known: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../golden/cel/spec-differences.json'), 'utf8'),
)

type Suite = ReturnType<typeof getConformanceSuite>
type SpecTest = NonNullable<Suite['suites'][number]['suites'][number]['tests']>[number]['original']

/** Types that tests of messages name, in the text or in what it is evaluated with. Times are no messages here. */
const messages =
  /TestAllTypes|google\.protobuf\.(?!Timestamp|Duration|Any)|type\.googleapis\.com\/(?!google\.protobuf\.(?:Timestamp|Duration))|GlobalEnum|NestedEnum|cel\.expr\.conformance|proto\.(?:get|has)Ext/

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => {
    if (typeof each === 'bigint') return String(each)
    return each instanceof Uint8Array ? '' : each
  })

function needsMessages({ expr, bindings, resultMatcher }: SpecTest): boolean {
  const expected = resultMatcher.case === 'value' ? textOf(resultMatcher) : ''
  return messages.test(`${expr} ${textOf(bindings)} ${expected}`)
}

function* tests(): Iterable<{ readonly name: string; readonly original: SpecTest }> {
  for (const file of getConformanceSuite().suites)
    for (const section of file.suites)
      for (const { original } of section.tests)
        if (!original.checkOnly && !needsMessages(original))
          yield { name: `${file.name}/${section.name}/${original.name}`, original }
}

test('the specification holds, but for what is listed with its reason', () => {
  const differ: string[] = []
  let count = 0
  for (const { name, original } of tests()) {
    count++
    const problem = differs(original)
    if (problem !== undefined) differ.push(name)
    if (problem !== undefined && !Object.hasOwn(known, name)) assert.fail(`${name}: ${original.expr}: ${problem}`)
  }
  assert.equal(count, 1_653)
  assert.ok(count - differ.length >= 1_560)
  // What has come to hold leaves the list.
  assert.deepEqual(differ.toSorted(), Object.keys(known).toSorted())
})

/** How the outcome differs from the expected one; `undefined`: it does not. */
function differs({ expr, bindings, container, resultMatcher: expected }: SpecTest): string | undefined {
  const names = Object.keys(bindings)
  const values = names.map((name) => {
    const bound = bindings[name]?.kind
    return bound?.case === 'value' ? valueOf(bound.value) : new Fault('function-error', 'bound to an error')
  })
  const { program, diagnostics } = compile(expr, {
    scope: { roots: names, shapes: {} },
    functions: specFunctions,
    mode: 'spec',
    container,
  })
  const value = program?.evaluate({ root: (index) => values[index] ?? null })
  if (expected.case === 'evalError' || expected.case === 'anyEvalErrors')
    return value === undefined || value instanceof Fault ? undefined : 'it is a value'
  if (value === undefined) return diagnostics.map(({ message }) => message).join(', ')
  if (value instanceof Fault) return `${value.kind}: ${value.detail}`
  // A test that says nothing of its result is a condition that holds.
  let wanted: Value = true
  if (expected.case === 'value') wanted = valueOf(expected.value)
  if (expected.case === 'typedResult' && expected.value.result) wanted = valueOf(expected.value.result)
  return same(value, wanted) ? undefined : `it is another ${typeName(value)}`
}

function valueOf(value: ProtoValue): Value {
  const { kind } = value
  switch (kind.case) {
    case 'nullValue':
      return null
    case 'boolValue':
    case 'stringValue':
    case 'bytesValue':
      return kind.value
    case 'int64Value':
      return int(kind.value)
    case 'uint64Value':
      return uint(kind.value)
    case 'doubleValue':
      return Number.isSafeInteger(kind.value) ? new Double(kind.value) : kind.value
    case 'typeValue':
      return new Type(kind.value)
    case 'listValue':
      return kind.value.values.map(valueOf)
    case 'mapValue':
      return new Map(
        kind.value.entries.map(({ key, value: of }) => [key ? valueOf(key) : null, of ? valueOf(of) : null]),
      )
    case 'objectValue':
      return timeOf(kind.value.typeUrl, kind.value.value)
    case 'enumValue':
    case undefined:
      return assert.fail('a value of a kind that only messages have')
  }
}

/** `Timestamp` and `Duration` on the wire: seconds are field 1, nanoseconds field 2, both varints. */
function timeOf(type: string, bytes: Uint8Array): Value {
  const fields = [0n, 0n, 0n]
  for (let at = 0; at < bytes.length; ) {
    const field = (bytes[at++] ?? 0) >> 3
    let [value, shift] = [0n, 0n]
    for (let more = true; more; shift += 7n) {
      const byte = BigInt(bytes[at++] ?? 0)
      value |= (byte & 127n) << shift
      more = byte > 127n
    }
    fields[field] = BigInt.asIntN(64, value)
  }
  const nanos = (fields[1] ?? 0n) * 1_000_000_000n + (fields[2] ?? 0n)
  return type.endsWith('Timestamp') ? new Timestamp(nanos) : new Duration(nanos)
}

/** The same value of the same type: `1`, `1u` and `1.0` are equal and not the same. */
function same(left: Value, right: Value): boolean {
  if (typeof left === 'number' && Number.isNaN(left)) return typeof right === 'number' && Number.isNaN(right)
  if (left instanceof Optional || right instanceof Optional) return false
  if (typeName(left) !== typeName(right)) return false
  return equal(left, right) === true
}

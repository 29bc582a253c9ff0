import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compile } from '../../src/cel/compile.ts'
import { toJson } from '../../src/cel/convert.ts'
import { customFunctions } from '../../src/cel/custom.ts'
import { dialect, rootIndex } from '../../src/cel/dialect.ts'
import { dialectFunctions } from '../../src/cel/functions/index.ts'
import { macroNames } from '../../src/cel/macros.ts'
import { Fault, type Value } from '../../src/cel/value.ts'

const builtIn = new Set([...dialectFunctions.keys(), ...macroNames])

function value(definitions: string, expression: string, jwt: Value = null): unknown {
  const { functions, diagnostics } = customFunctions(definitions, builtIn)
  assert.deepEqual(diagnostics, [])
  const options = { scope: dialect, functions: dialectFunctions, custom: functions }
  const { program, diagnostics: found } = compile(expression, options)
  assert.ok(program !== undefined, found[0]?.message ?? '')
  const answer = program.evaluate({ root: (index) => (index === rootIndex.jwt ? jwt : null) })
  return answer instanceof Fault ? answer.kind : toJson(answer)
}

/** `code: the text it is about`. */
const wrong = (definitions: string): string[] =>
  customFunctions(definitions, builtIn).diagnostics.map(
    ({ code, start, end }) => `${code.replace('cel.', '')}: ${definitions.slice(start, end)}`,
  )

test('a function is its expression, with arguments in the place of parameters', () => {
  assert.equal(value('twice(n) { n * 2 }', 'twice(4) + 4.twice()'), 16)
  assert.equal(value('isAlice() { jwt.sub == "alice" }', 'isAlice()', { sub: 'alice' }), true)
  assert.equal(value('// of a team\nteam() {\n  default(jwt.team, "none")\n}', 'team()'), 'none')
})

test('a method has its receiver, and the last parameter takes the rest', () => {
  const joined = 'this.joined(prefix, parts...) { prefix + this + parts.join("") }'
  assert.equal(value(joined, '"b".joined("a", "c", "d")'), 'abcd')
  assert.equal(value(joined, '"b".joined("a")'), 'ab')
})

test('functions may call each other, and braces in texts and maps are no ends', () => {
  const two = 'a(n) { b({"}": n})["}"] + size("{") } b(m) { m }'
  assert.equal(value(two, 'a(1)'), 2)
})

test('parameters hide roots, variables of the caller are not seen', () => {
  assert.equal(value('f(jwt) { jwt + 1 }', 'f(2)', { sub: 'x' }), 3)
  assert.equal(value('f() { x }', '[1].exists(x, f() == 1)'), 'undeclared-reference')
})

test('what fails inside fails outside', () => {
  assert.equal(value('f(n) { 1 / n }', 'f(0)'), 'division-by-zero')
  assert.equal(value('f(n) { 1 / n }', 'f(0) == 1 || true'), true)
})

test('nothing that exists can be replaced, nothing be defined twice', () => {
  assert.deepEqual(wrong('size(a) { 1 }'), ['shadowing: size'])
  assert.deepEqual(wrong('has(a) { 1 } this.map(f) { 2 }'), ['shadowing: has', 'shadowing: this.map'])
  assert.deepEqual(wrong('f() { 1 } f(a) { 2 }'), ['defined-twice: f'])
  assert.deepEqual(wrong('f(a, a) { 1 }'), ['defined-twice: f'])
})

test('no function can lead back to itself', () => {
  assert.deepEqual(wrong('f(n) { f(n) }'), ['recursion: f'])
  assert.deepEqual(wrong('f(n) { g(n) } g(n) { [n].map(x, x.h()) } h(n) { f(n) }'), [
    'recursion: f',
    'recursion: g',
    'recursion: h',
  ])
})

test('what is wrong with a function is told where it stands', () => {
  assert.deepEqual(wrong('f(n) { n }\ng(n) { n.contians("a") }'), ['unknown-function: contians'])
  assert.deepEqual(wrong('f(n) { n + }'), ['syntax: '])
  for (const text of ['f', 'f(', 'f(n', 'f(n)', 'f(n) {', 'f(n) { {', 'f(n..) { 1 }', 'f(a..., b) { 1 }', 'this { 1 }'])
    assert.match(wrong(text)[0] ?? '', /^syntax/, text)
  assert.match(wrong('f(this) { 1 }')[0] ?? '', /^syntax: this/)
  assert.match(wrong('1 { 2 }')[0] ?? '', /^syntax: 1/)
  assert.match(wrong('f() { "open }')[0] ?? '', /^syntax/)
})

test('names that every object inherits are names like others', () => {
  assert.equal(value('constructor() { 1 } toString(a) { a }', 'constructor() + toString(2)'), 3)
})

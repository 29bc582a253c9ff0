import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { compile } from '../../src/cel/compile.ts'
import { dialect } from '../../src/cel/dialect.ts'
import { dialectFunctions } from '../../src/cel/functions/index.ts'
import { Exchange } from '../../src/core/exchange.ts'
import { contextOf } from '../../src/policy/context.ts'
import { bodyFrom, headerFrom, holds, millisecondsFrom } from '../../src/policy/evaluated.ts'

function exchange(): Exchange {
  const request = new IncomingMessage(new Socket())
  request.url = '/p'
  return new Exchange(request, { port: 0, scheme: 'http', bind: 'b', gateway: 'g', listener: 'l' })
}

function expression(source: string) {
  const { program, diagnostics } = compile(source, { scope: dialect, functions: dialectFunctions })
  return program ?? assert.fail(JSON.stringify(diagnostics))
}

test('a condition holds when it is true, and in no other case', () => {
  const outcomes = ['true', 'false', '1', '"true"', 'null', 'jwt.sub == "a"', 'nothing.at.all'].map((source) =>
    holds(expression(source), exchange()),
  )
  assert.deepEqual(outcomes, [true, false, false, false, false, false, false])
})

test('a body is text and bytes as they are, everything else as JSON', () => {
  const body = (source: string) => bodyFrom(expression(source), contextOf(exchange()), 'body').toString()
  assert.equal(body('"a"'), 'a')
  assert.equal(body('b"\\x41"'), 'A')
  assert.equal(body('{"a": [1, true, null]}'), '{"a":[1,true,null]}')
})

test('a body that fails is a failure that names no value', () => {
  for (const source of ['jwt.sub', 'int("12x")', '{"a": 1}["b"]', '1 / 0'])
    assert.throws(
      () => bodyFrom(expression(source), contextOf(exchange()), 'body'),
      (thrown: { code: string; message: string }) =>
        thrown.code === 'policy.expression' && thrown.message.startsWith('body: ') && !thrown.message.includes('12x'),
    )
})

test('a header is one line of text, or it is not sent', () => {
  const header = (source: string) => headerFrom(expression(source), contextOf(exchange()))
  assert.deepEqual(['"a"', '1', 'true', '["a"]', 'null', '"a\\r\\nb: c"', 'jwt.sub'].map(header), [
    'a',
    '1',
    'true',
    '["a"]',
    undefined,
    undefined,
    undefined,
  ])
})

test('durations and numbers are milliseconds', () => {
  const ms = (source: string) => millisecondsFrom(expression(source), contextOf(exchange()))
  assert.deepEqual(['duration("1.5s")', '20', '2.0', '2.5', '"2s"', 'jwt.sub'].map(ms), [
    1_500,
    20,
    2,
    2.5,
    undefined,
    undefined,
  ])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialectFunctions } from '../../../src/cel/functions/index.ts'
import { Double, type Value } from '../../../src/cel/value.ts'
import { answers, Counter, call, callWith, failed, fails, Stand } from './call.ts'

const bytes = (text: string): Buffer => Buffer.from(text)

test('base64 is written with padding and read without it, too', () => {
  for (const name of ['base64.encode', 'base64Encode'])
    answers(name, ['hello', 'aGVsbG8='], [bytes('f'), 'Zg=='], ['', ''])
  for (const name of ['base64.decode', 'base64Decode']) {
    answers(name, ['aGVsbG8=', bytes('hello')], ['aGVsbG8', bytes('hello')], ['Zg', bytes('f')], ['', bytes('')])
    fails('function-error', name, ['a'], ['aGVs bG8='], ['Zg='], ['Zg==='], ['=Zg='], ['_-8='], ['Zh==Zh=='])
  }
  fails('no-such-overload', 'base64.encode', [1], [null])
})

test('url.encode leaves the unreserved characters, url.decode leaves a plus', () => {
  answers(
    'url.encode',
    ['hello world/?x=1&y=2', 'hello%20world%2F%3Fx%3D1%26y%3D2'],
    ['abc-._~', 'abc-._~'],
    ["!'()*", '%21%27%28%29%2A'],
    ['é\ud800', '%C3%A9%EF%BF%BD'],
  )
  answers(
    'url.decode',
    ['hello%20world%2F%3Fx%3D1%26y%3D2', 'hello world/?x=1&y=2'],
    ['a+b', 'a+b'],
    ['%C3%A9', 'é'],
    ['100%', '100%'],
    ['%zz', '%zz'],
  )
  fails('function-error', 'url.decode', ['%FF'], ['a%C3z'])
})

test('forms are read into texts and lists', () => {
  answers(
    'form.decode',
    ['client_id=abc&scope=openid+profile', { client_id: 'abc', scope: 'openid profile' }],
    [bytes('a=1&a=2&a=3'), { a: ['1', '2', '3'] }],
    ['', {}],
    ['?a=1&b', { '?a': '1', b: '' }],
  )
  const hostile = call('form.decode', '__proto__=1&constructor=2')
  assert.ok(typeof hostile === 'object' && hostile !== null)
  assert.deepEqual(Object.entries(hostile), [
    ['__proto__', '1'],
    ['constructor', '2'],
  ])
  fails('no-such-overload', 'form.decode', [{}])
})

test('forms are written in the order of their names', () => {
  const form = new Map<Value, Value>([
    ['scope', 'openid profile'],
    ['b', ['1', 2, true, null, new Double(3)]],
    ['a', null],
    ['client', bytes('é')],
    ['secret', new Stand('<redacted>')],
  ])
  answers(
    'form.encode',
    [form, 'b=1&b=2&b=true&b=3&client=%C3%A9&scope=openid+profile&secret=%3Credacted%3E'],
    [{}, ''],
    [{ url: 'api://x/y' }, 'url=api%3A%2F%2Fx%2Fy'],
  )
  fails('no-such-overload', 'form.encode', [[]], ['a'])
  fails('function-error', 'form.encode', [{ bad: {} }], [{ bad: [[1]] }])
})

test('digests are lower-case hex', () => {
  answers('sha1.encode', ['hello', 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d'])
  answers('sha256.encode', [bytes('hello'), '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'])
  answers('md5.encode', ['hello', '5d41402abc4b2a76b9719d911017c592'])
  fails('no-such-overload', 'md5.encode', [1])
})

test('what is read and made is paid for', () => {
  const long = 'a'.repeat(10_000)
  for (const name of ['base64.encode', 'base64.decode', 'url.encode', 'url.decode', 'form.decode', 'sha256.encode'])
    failed('cost-limit', callWith(dialectFunctions, new Counter(100), name, [long]))
  failed('cost-limit', callWith(dialectFunctions, new Counter(1000), 'form.encode', [{ a: long }]))
  failed('cost-limit', callWith(dialectFunctions, new Counter(100), 'form.decode', ['&a'.repeat(101)]))
})

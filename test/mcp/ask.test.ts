// Questions that wait for a client: settled once, by whatever happens first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RawJson, rawJson } from '../../src/core/brand.ts'
import { Questions } from '../../src/mcp/ask.ts'

function line() {
  const said: RawJson[] = []
  return { said, say: (text: RawJson) => void said.push(text) }
}

const yes = { kind: 'result', raw: rawJson('"yes"') } as const
const id = (text: RawJson | undefined): RawJson => rawJson(String(JSON.parse(text ?? '{}').id))

test('questions have ids of their own, and params as they came', async () => {
  const questions = new Questions(1_000)
  const { said, say } = line()
  const [first, second] = [
    questions.ask({ say }, 'roots/list', undefined),
    questions.ask({ say }, 'sampling/createMessage', rawJson('{"n":1e400}')),
  ]
  assert.equal(said[0], '{"jsonrpc":"2.0","id":1,"method":"roots/list"}')
  assert.equal(said[1], '{"jsonrpc":"2.0","id":2,"method":"sampling/createMessage","params":{"n":1e400}}')
  assert.equal(questions.answered(rawJson('2'), yes), true)
  assert.equal(questions.answered(rawJson('1'), { kind: 'error', raw: rawJson('{}') }), true)
  assert.deepEqual(await second, yes)
  assert.equal((await first).kind, 'error')
})

test('an answer to nothing, or to something answered, is nobody’s', async () => {
  const questions = new Questions(1_000)
  const one = line()
  const asked = questions.ask(one, 'ping', undefined)
  for (const wrong of ['"1"', '1.0', '2', 'null']) assert.equal(questions.answered(rawJson(wrong), yes), false)
  assert.equal(questions.answered(undefined, yes), false)
  assert.equal(questions.answered(id(one.said[0]), yes), true)
  assert.equal(questions.answered(id(one.said[0]), yes), false)
  assert.deepEqual(await asked, yes)
})

test('a question ends with its line, other lines go on', async () => {
  const questions = new Questions(1_000)
  const [one, other] = [line(), line()]
  const asked = questions.ask(one, 'ping', undefined)
  const kept = questions.ask(other, 'ping', undefined)
  questions.endOf(one)
  assert.equal((await asked).kind, 'error')
  assert.equal(one.said[1], '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}')
  assert.equal(other.said.length, 1)
  assert.equal(questions.answered(rawJson('2'), yes), true)
  assert.deepEqual(await kept, yes)
})

test('who takes a question back before it was put is not heard at all', async () => {
  const questions = new Questions(1_000)
  const one = line()
  assert.equal((await questions.ask(one, 'ping', undefined, AbortSignal.abort())).kind, 'error')
  assert.deepEqual(one.said, [])
})

test('time is up once, and says so', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const questions = new Questions(1_000)
  const one = line()
  const asked = questions.ask(one, 'ping', undefined)
  t.mock.timers.tick(1_000)
  assert.match((await asked).raw, /did not answer in time/)
  assert.equal(questions.answered(id(one.said[0]), yes), false)
  assert.equal(one.said.length, 2)
})

test('there are only so many questions at once', async () => {
  const questions = new Questions(1_000)
  const one = line()
  const asked = Array.from({ length: 65 }, () => questions.ask(one, 'ping', undefined))
  assert.match((await asked[64])?.raw ?? '', /too many questions/)
  assert.equal(one.said.length, 64)
  questions.end()
  for (const each of asked) assert.equal((await each).kind, 'error')
  assert.equal(one.said.length, 64)
})

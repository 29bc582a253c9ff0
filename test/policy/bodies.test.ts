// Bodies for expressions: of answers, and of requests that somebody has taken in before.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { Fault, type Value } from '../../src/cel/value.ts'
import type { Reply } from '../../src/core/exchange.ts'
import { Expressions } from '../../src/gateway/expressions.ts'
import { bodyDoors } from '../../src/policy/bodies.ts'
import { contextOf } from '../../src/policy/context.ts'
import { exchange } from './stage.ts'

const expressions = new Expressions('')
const bounds = { size: 16, rate: 500 }
const doors = bodyDoors(new Set(['request.body', 'response.body']), bounds)

const stream = (text: string, headers = {}): Reply => ({
  kind: 'stream',
  status: 200,
  headers,
  body: Readable.from([Buffer.from(text)]),
})

async function answered(reply: Reply, source: string, method = 'GET'): Promise<{ value: Value; reply: Reply }> {
  const x = exchange({ method })
  const given = (await doors?.onReply?.(reply, x)) ?? reply
  const context = contextOf(x)
  context.reply = given
  const value = expressions.compile(source, { phase: 'response' }).expression?.evaluate(context) ?? null
  return { value: value instanceof Fault ? value.kind : value, reply: given }
}

test('nothing is taken in when no expression reads a body', () => {
  assert.equal(bodyDoors(new Set(), bounds), undefined)
  assert.equal(bodyDoors(new Set(['mcp.tool.arguments']), bounds), undefined)
  assert.equal('onReply' in (bodyDoors(new Set(['request.bodyPrefix']), bounds) ?? {}), false)
})

test('an answer within the bound is there whole', async () => {
  const { value, reply } = await answered(stream('{"a":1}'), 'json(response.body).a')
  assert.deepEqual([value, reply.kind], [1, 'bytes'])
  assert.equal(
    (await answered({ kind: 'json', status: 200, headers: {}, value: { a: 2 } }, 'json(response.body).a')).value,
    2,
  )
  assert.equal((await answered({ kind: 'empty', status: 204, headers: {} }, 'size(response.body)')).value, 0)
})

test('of a larger answer there are the first bytes, and all of it goes on to the client', async () => {
  const text = 'x'.repeat(40)
  const { value, reply } = await answered(stream(text), 'response.body')
  assert.equal(value, 'no-such-key')
  assert.ok(reply.kind === 'stream')
  assert.equal(Buffer.concat(await reply.body.toArray()).toString(), text)
  assert.equal((await answered(stream(text), 'size(response.bodyPrefix)')).value, 16)
})

test('events flow, and nobody waits for the body of an answer to HEAD', async () => {
  const events = stream('data: x\n\n', { 'content-type': 'text/event-stream' })
  assert.equal((await answered(events, 'response.code')).reply, events)
  const head = stream('')
  assert.equal((await answered(head, 'response.code', 'HEAD')).reply, head)
})

test('a request body that somebody has taken in already is not waited for', () => {
  const x = exchange()
  x.body = Buffer.from('{}')
  assert.equal(doors?.onRequest?.(x), undefined)
})

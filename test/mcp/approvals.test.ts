// Calls that a person must agree to: exactly this call, by this caller, and no more of them than one person can read.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { compileProgram, type Policy } from '../../src/policy/policy.ts'
import { ApprovalBook } from '../../src/store/approvals.ts'
import { store } from '../store/stage.ts'
import { errorOf, exchange, FakeClient, federate, incoming, raw, result, Server, valueOf } from './upstreams.ts'

const asking: NonNullable<Policy['permits']> = (item) => (item.kind === 'tool' ? 'ask' : 'yes')

/** A server behind a policy that asks an operator, or the caller, before each call. */
async function staged(t: TestContext, more: readonly Policy[] = []) {
  const kept = await store(t)
  const plan = { approval: { by: 'either', expiryMs: 60_000, version: '1', store: async () => kept } } as const
  const server = new Server('a').tools(['pay'])
  server.on.set('tools/call', () => result({ content: [] }))
  const { federation, request, end } = federate([server], {
    program: compileProgram([{ permits: asking, plan }, ...more]),
  })
  t.after(end)
  const pay = (args: string, client = new FakeClient()) =>
    request(client, 'tools/call', `{"name":"pay","arguments":${args}}`)
  return { server, federation, pay, book: new ApprovalBook(async () => kept) }
}

const idOf = (message: string): string => /approval ([0-9a-f]{32})/.exec(message)?.[1] ?? ''

test('what was agreed to for one number is nothing to another one that a double cannot tell from it', async (t) => {
  const { server, pay, book } = await staged(t)
  const [one, other] = ['{"to":9007199254740993}', '{"to":9007199254740992}']
  assert.deepEqual(JSON.parse(one), JSON.parse(other))
  const id = idOf(errorOf(await pay(one)).message)
  assert.equal((await book.list())[0]?.arguments, one, 'shown as the server reads it')
  assert.equal(await book.decide(id, 'approved'), true)
  assert.notEqual(idOf(errorOf(await pay(other)).message), id)
  assert.equal(server.asked('tools/call').length, 0)
  valueOf(await pay(' { "to" : 9007199254740993 } '))
  assert.equal(server.asked('tools/call').length, 1)
})

test('of several calls at once, one takes what was agreed to', async (t) => {
  const { server, pay, book } = await staged(t)
  await book.decide(idOf(errorOf(await pay('{}')).message), 'approved')
  const answers = await Promise.all(Array.from({ length: 8 }, () => pay('{}')))
  assert.equal(answers.filter(({ kind }) => kind === 'result').length, 1)
  assert.equal(server.asked('tools/call').length, 1)
})

test('one caller cannot fill the book for the others', async (t) => {
  const { pay } = await staged(t)
  const messages: string[] = []
  for (let i = 0; i < 101; i++) messages.push(errorOf(await pay(`{"n":${i}}`)).message)
  assert.match(messages.at(-2) ?? '', /an operator must agree/)
  assert.match(messages.at(-1) ?? '', /too many calls wait for an operator/)
  const bob = Object.defineProperty(new FakeClient(), 'principal', { value: 'bob' })
  assert.match(errorOf(await pay('{}', bob)).message, /an operator must agree/)
})

test('nobody is asked to agree to what another policy has not settled', async (t) => {
  for (const order of [['ask', 'maybe'] as const, ['maybe', 'ask'] as const]) {
    const { server, pay } = await staged(
      t,
      order.map((verdict) => ({ permits: () => verdict })),
    )
    const person = new FakeClient({ elicitation: {} })
    person.answer = async () => raw('{"action":"accept","content":{"approve":true}}')
    assert.match(errorOf(await pay('{}', person)).message, /Unknown tool/)
    assert.equal(server.asked('tools/call').length, 0)
  }
})

test('a call that somebody must agree to has a subject: its client comes back with the answer', async (t) => {
  const { federation } = await staged(t)
  const asked = incoming('tools/call', { name: 'pay', arguments: {} })
  assert.equal((await federation.subject(new FakeClient(), asked, exchange()))?.target, 'a')
})

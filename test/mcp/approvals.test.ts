// Calls that a person must agree to: exactly this call, by this caller, and no more of them than one person can read.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { ApprovalPlan } from '../../src/policy/plan.ts'
import { compileProgram, type Policy } from '../../src/policy/policy.ts'
import { ApprovalBook } from '../../src/store/approvals.ts'
import { store } from '../store/stage.ts'
import { errorOf, exchange, FakeClient, federate, incoming, raw, result, Server, valueOf } from './upstreams.ts'

const asking: NonNullable<Policy['permits']> = (item) => (item.kind === 'tool' ? 'ask' : 'yes')

/** A server behind a policy that asks an operator, or the caller, before each call. */
async function staged(t: TestContext, more: readonly Policy[] = [], { maxArguments = 16_384 } = {}) {
  const kept = await store(t)
  const plan = {
    approval: { by: 'either', expiryMs: 60_000, maxArguments, version: '1', store: async () => kept },
  } as const
  const server = new Server('a').tools(['pay'])
  server.on.set('tools/call', () => result({ content: [] }))
  const { federation, request, end } = federate([server], {
    program: compileProgram([{ permits: asking, plan }, ...more]),
  })
  t.after(end)
  const pay = (args: string, client = new FakeClient()) =>
    request(client, 'tools/call', `{"name":"pay","arguments":${args}}`)
  return { server, federation, request, pay, book: new ApprovalBook(async () => kept) }
}

/** Another policy that asks. */
const alsoBy = (
  by: ApprovalPlan['by'],
  version: string,
  asks: ApprovalPlan['asks'] = () => true,
  expiryMs = 60_000,
): Policy => ({
  permits: asking,
  plan: { approval: { by, version, asks, expiryMs, maxArguments: 1 << 20 } },
})

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

test('whoever agrees sees all of the arguments, and nobody is asked about more than fits', async (t) => {
  const { server, pay, book } = await staged(t, [], { maxArguments: 40_000 })
  const hidden = `{"more":"${'\u4f60\u{1f600}'.repeat(9_000)}\u200b","note":"${'x'.repeat(3_000)}","to":"mallory"}`
  const id = idOf(errorOf(await pay(hidden)).message)
  const [{ arguments: seen } = { arguments: '' }] = await book.list()
  assert.ok(seen === hidden.replace('\u200b', '\\u{200b}'), 'all of it, as it is seen')
  await book.decide(id, 'approved')
  valueOf(await pay(hidden))
  assert.deepEqual(await book.list(), [])
  const person = new FakeClient({ elicitation: {} })
  person.answer = async () => raw('{"action":"accept","content":{"approve":true}}')
  valueOf(await pay(hidden, person))
  assert.ok(JSON.parse(person.questions[0]?.params ?? '{}').message.includes('"to":"mallory"'))
  const long = `{"note":"${'x'.repeat(40_000)}"}`
  for (const client of [person, new FakeClient()])
    assert.match(
      errorOf(await pay(long, client)).message,
      /needs approval: nobody agrees to more than 40000 characters of arguments, and these are 40011/,
    )
  assert.deepEqual([server.asked('tools/call').length, person.questions.length], [2, 1])
})

test('what the params hold besides is agreed to as well, but for what is the protocol’s own', async (t) => {
  const { server, request, book } = await staged(t)
  const call = (more: object) =>
    request(new FakeClient(), 'tools/call', { name: 'pay', arguments: { to: 'bob' }, ...more })
  const id = idOf(errorOf(await call({ _meta: { progressToken: 1 } })).message)
  const other = idOf(errorOf(await call({ force: true })).message)
  assert.notEqual(other, id)
  assert.deepEqual(
    (await book.list()).map((approval) => approval.arguments).toSorted(),
    ['{"to":"bob"}', '{"to":"bob"} and "force": true'].toSorted(),
  )
  await book.decide(id, 'approved')
  assert.match(errorOf(await call({ force: true })).message, /an operator must agree/)
  assert.equal(server.asked('tools/call').length, 0)
  valueOf(await call({ _meta: { progressToken: 2 } }))
})

for (const [others, outcome] of [
  [[{ by: 'caller' }], 'caller'],
  [[{ by: 'operator' }], 'operator'],
  [[{ by: 'caller' }, { by: 'operator' }], 'both'],
  [[{ by: 'either' }, { by: 'either' }], 'caller'],
] as const)
  test(`several policies ask about one call: either and ${JSON.stringify(others)} is for ${outcome}`, async (t) => {
    const { server, pay, book } = await staged(
      t,
      others.map(({ by }, index) => alsoBy(by, `2.${index}`)),
    )
    const person = new FakeClient({ elicitation: {} })
    person.answer = async () => raw('{"action":"accept","content":{"approve":true}}')
    const first = await pay('{}', person)
    assert.equal(person.questions.length, outcome === 'caller' ? 1 : 0)
    if (outcome === 'caller') return void valueOf(first)
    await book.decide(idOf(errorOf(first).message), 'approved')
    person.answer = async () => raw('{"action":"decline"}')
    const second = await pay('{}', person)
    assert.equal(second.kind, outcome === 'both' ? 'error' : 'result')
    assert.equal(server.asked('tools/call').length, outcome === 'both' ? 0 : 1)
    if (outcome !== 'both') return
    const third = idOf(errorOf(await pay('{}', person)).message)
    await book.decide(third, 'approved')
    person.answer = async () => raw('{"action":"accept","content":{"approve":true}}')
    valueOf(await pay('{}', person))
    // Without a client that can ask, nobody wastes an operator's word.
    assert.match(errorOf(await pay('{}')).message, /this client cannot ask whoever uses it/)
  })

test('of several policies, those that ask about another call have no say; the shortest time and each one’s rules count', async (t) => {
  const other = alsoBy('caller', '2', () => false)
  const { pay, book } = await staged(t, [other])
  const [alone, id] = [await staged(t), idOf(errorOf(await pay('{}')).message)]
  assert.equal(idOf(errorOf(await alone.pay('{}')).message), id, 'asked as without the other policy')
  const until = (await book.list())[0]?.until ?? 0
  const strict = await staged(t, [alsoBy('either', '2', undefined, 1_000)])
  assert.notEqual(idOf(errorOf(await strict.pay('{}')).message), id)
  assert.ok(((await strict.book.list())[0]?.until ?? 0) < until)
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

// Calls that wait for a person while their session meets something: the rules are asked again before they go on.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { rawJson } from '../../src/core/brand.ts'
import { Failure } from '../../src/core/failure.ts'
import type { Answer } from '../../src/mcp/conversation.ts'
import { compileProgram, type Policy } from '../../src/policy/policy.ts'
import { errorOf, exchange, FakeClient, federate, raw, result, Server, taskNames, valueOf } from './upstreams.ts'

const yes = raw('{"action":"accept","content":{"approve":true}}')

interface Staged {
  /** What the rule on `send` says. */
  readonly first: 'yes' | 'ask'
  /** What it says once the session is tainted; absent: the same. */
  readonly later?: 'yes' | 'no' | 'ask'
  /** The server answers though nobody answers it. */
  readonly stubborn?: boolean
}

/** A server whose pages taint, and a policy that closes `send` from then on. The user answers while a page is being read. */
function staged(t: TestContext, { first, later = first, stubborn }: Staged) {
  const state = { tainted: false }
  const rules: Policy = {
    permits: (item) => (!('target' in item) || item.name !== 'send' ? 'yes' : state.tainted ? later : first),
    onResult: (answer, { item }) => {
      if (item.name === 'page') state.tainted = true
      return answer
    },
    plan: { approval: { by: 'caller', expiryMs: 60_000, maxArguments: 16_384, version: '1' } },
  }
  const server = new Server('a').tools(['page', 'send'])
  const { request, end } = federate([server], { program: compileProgram([rules]) })
  t.after(end)
  const person = new FakeClient({ elicitation: {} })
  person.answer = async () => {
    valueOf(await request(person, 'tools/call', { name: 'page', arguments: {} }))
    return yes
  }
  const send = (): Promise<Answer> => request(person, 'tools/call', { name: 'send', arguments: { to: 'x' } })
  const never = (): Promise<Answer> => request(person, 'tools/call', { name: 'never' })
  const sent: string[] = []
  server.on.set('tools/call', async ({ params = '', caller }) => {
    if (!params.includes('"send"')) return result({ content: [] })
    sent.push('begun')
    if (first === 'ask') return result({ content: [] })
    const said = await caller.ask('elicitation/create', rawJson('{"message":"Which way?"}'))
    if (said.kind === 'result') sent.push('answered')
    else if (stubborn !== true) throw new Failure('mcp.target', 'nobody answers')
    return result({ content: [{ type: 'text', text: 'secret' }] })
  })
  return { send, never, sent }
}

const renamed = ({ raw: text }: Answer): string => text.replace('send', 'never')

test('without a rule on it, a call that was agreed to goes on though its session is tainted by now', async (t) => {
  const { send, sent } = staged(t, { first: 'ask' })
  valueOf(await send())
  assert.deepEqual(sent, ['begun'])
})

test('with one, it is refused as if the tool were not there, and the server is not asked', async (t) => {
  const { send, never, sent } = staged(t, { first: 'ask', later: 'no' })
  assert.equal(renamed(await send()), (await never()).raw)
  assert.deepEqual(sent, [])
})

test('without a rule on it, what the user says to a server in the middle of a call reaches it', async (t) => {
  const { send, sent } = staged(t, { first: 'yes' })
  valueOf(await send())
  assert.deepEqual(sent, ['begun', 'answered'])
})

for (const later of ['no', 'ask'] as const)
  for (const stubborn of [false, true])
    test(`with one that says ${later} by now, what they say does not${stubborn ? ', nor is a server heard that goes on without it' : ''}`, async (t) => {
      const { send, never, sent } = staged(t, { first: 'yes', later, stubborn })
      assert.equal(renamed(await send()), (await never()).raw)
      assert.deepEqual(sent, ['begun'])
    })

test('of several requests in one batch, each is judged as what it is', async (t) => {
  const methods: unknown[] = []
  const rules: Policy = {
    permits: (_item, x) => {
      methods.push(x.mcpMethod)
      return 'yes'
    },
  }
  const server = new Server('a').tools(['send'])
  const { request, end } = federate([server], { program: compileProgram([rules]) })
  t.after(end)
  const x = exchange()
  const person = new FakeClient({ elicitation: {} })
  person.answer = async () => {
    await request(person, 'ping', {}, x)
    return yes
  }
  server.on.set('tools/call', ({ caller }) => caller.ask('elicitation/create', rawJson('{"message":"Which way?"}')))
  valueOf(await request(person, 'tools/call', { name: 'send', arguments: {} }, x))
  assert.deepEqual(methods, ['tools/call', 'tools/call'])
})

for (const [what, answers] of [
  ['asked for with its result', 'tasks/result'],
  ['brought by its client (2026-07-28)', 'tasks/update'],
] as const)
  test(`in the middle of a task, what the user says is ${what}, and judged as the call that it came of`, async (t) => {
    const state = { tainted: false }
    const rules: Policy = {
      permits: (item, _x, input) => {
        if (item.kind !== 'tool' || item.name !== 'send' || !state.tainted) return 'yes'
        return JSON.stringify(input) === '{"to":"x"}' ? 'no' : 'yes'
      },
    }
    const server = new Server('a').tools(['send'])
    const tasks = taskNames()
    const { request, end } = federate([server], { program: compileProgram([rules]), tasks })
    t.after(end)
    const said: string[] = []
    server.on.set('tools/call', () => result({ task: { taskId: '7', status: 'working' } }))
    server.on.set('tasks/update', () => {
      said.push('answered')
      return result({})
    })
    server.on.set('tasks/result', async ({ caller }) => {
      const { kind } = await caller.ask('elicitation/create', rawJson('{"message":"Which way?"}'))
      if (kind === 'result') said.push('answered')
      return result({ content: [] })
    })
    const person = new FakeClient({ elicitation: {} })
    person.answer = async () => yes
    const begin = async (to: string) => {
      const begun = valueOf(await request(person, 'tools/call', { name: 'send', arguments: { to }, task: { ttl: 1 } }))
      return JSON.parse(JSON.stringify(begun['task'])).taskId
    }
    const taskId = await begin('x')
    valueOf(await request(person, answers, { taskId }))
    assert.deepEqual(said, ['answered'], 'as long as the rules hold')
    state.tainted = true
    assert.match(errorOf(await request(person, answers, { taskId })).message, /Unknown task/)
    assert.deepEqual(said, ['answered'])
    server.on.set('tasks/cancel', () => result({}))
    valueOf(await request(person, 'tasks/cancel', { taskId }))
  })

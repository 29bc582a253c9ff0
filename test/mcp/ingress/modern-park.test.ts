// Calls of 2026-07-28 that an upstream interrupts with questions: answered with them, parked, and taken up by whoever brings the answers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import { error, result } from '../upstreams.ts'
import { accept, answers, call, elicits, greets, question, refused, serving, stateOf } from './modern-asking.ts'
import { type Said, send } from './modern-client.ts'
import { type Message, until } from './serve.ts'

test('a question of the server is the answer, and the next request brings the rest', async (t) => {
  const { url, table } = await serving(t, greets)
  const asked = await call(url)
  assert.equal(asked.result?.['resultType'], 'input_required')
  assert.deepEqual(asked.result?.['inputRequests'], {
    'question-1': { method: 'elicitation/create', params: { message: 'Who?', requestedSchema: { type: 'object' } } },
  })
  const { result: done } = await call(url, answers(asked))
  assert.equal(done?.['resultType'], 'complete')
  assert.deepEqual(done?.['said'], accept({ name: 'Ada' }))
  assert.equal(table.asked.length, 1)
})

test('questions that come together are put together, in a second round whatever is missing', async (t) => {
  const { url } = await serving(t, async ({ caller }) => {
    const both = [1, 2].map((n) => caller.ask('elicitation/create', question(`${n}?`)))
    const said = await Promise.all(both)
    const third = await caller.ask('roots/list', undefined)
    return result({ said: [...said, third].map(({ raw: text }) => JSON.parse(text)) })
  })
  const said = { capabilities: { elicitation: {}, roots: {} } }
  const first = await call(url, {}, said)
  assert.deepEqual(Object.keys(first.result?.['inputRequests'] ?? {}), ['question-1', 'question-2'])
  const second = await call(
    url,
    { requestState: stateOf(first), inputResponses: { 'question-2': accept({ n: 2 }), other: {} } },
    said,
  )
  assert.deepEqual(Object.keys(second.result?.['inputRequests'] ?? {}), ['question-1'])
  const third = await call(url, answers(second, { n: 1 }), said)
  assert.deepEqual(third.result?.['inputRequests'], { 'question-3': { method: 'roots/list', params: {} } })
  const roots = { roots: [{ uri: 'file:///a' }] }
  const { result: done } = await call(
    url,
    { requestState: stateOf(third), inputResponses: { 'question-3': roots } },
    said,
  )
  assert.deepEqual(done?.['said'], [accept({ n: 1 }), accept({ n: 2 }), roots])
})

test('progress after the answers bears the token of the request that brought them', async (t) => {
  const { url } = await serving(t, async ({ caller }) => {
    const tell = (): void =>
      caller.notification('notifications/progress', rawJson('{"progressToken":"first","progress":1}'))
    await caller.ask('elicitation/create', question('Who?'))
    tell()
    return result({})
  })
  for (const [meta, heard] of [
    [{ progressToken: 'second' }, ['second', undefined]],
    [{}, [undefined]],
  ] as const) {
    const asked = await call(url, {}, { ...elicits, meta: { progressToken: 'first' } })
    const params = { name: 'greet', arguments: { a: 1, b: 2 }, ...answers(asked) }
    const { events, json } = await send(url, 'tools/call', params, { ...elicits, meta })
    const said: Message[] = events.length === 0 ? [json] : events.map(({ data }) => JSON.parse(data))
    assert.deepEqual(
      said.map((each) => each.params?.['progressToken']),
      heard,
    )
  }
})

test('params may be spelled anew, but nothing else may be in them', async (t) => {
  const { url } = await serving(t, greets)
  const asked = await call(url)
  const other = await call(url, { ...answers(asked), arguments: { a: 1, b: 3 } })
  assert.deepEqual([other.status, other.error?.code, refused(other)], [400, -32602, { requestState: 'unknown' }])
  const { result: done } = await call(url, { ...answers(asked), arguments: { b: 2, a: 1 } })
  assert.deepEqual(done?.['said'], accept({ name: 'Ada' }))
})

test('a state that was made up or altered is refused, and the call goes on waiting', async (t) => {
  const { url } = await serving(t, greets)
  const asked = await call(url)
  const state = stateOf(asked)
  const forged = Buffer.from(state, 'base64url')
  for (let bit = 0; bit < forged.length * 8; bit += 13) {
    const altered = Buffer.from(forged)
    altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    const answered = await call(url, { ...answers(asked), requestState: altered.toString('base64url') })
    assert.deepEqual(
      [answered.status, answered.error?.code, refused(answered)],
      [400, -32602, { requestState: 'unknown' }],
    )
  }
  for (const requestState of ['', 'x', `${state}-TAMPERED`, state.slice(1), 5, null]) {
    const answered = await call(url, { ...answers(asked), requestState })
    assert.deepEqual([answered.status, answered.error?.code], [400, -32602])
  }
  assert.equal((await call(url, answers(asked))).result?.['resultType'], 'complete')
})

test('nobody can take up somebody else’s call, though they hold its state', async (t) => {
  const { url } = await serving(t, greets)
  const alice = { ...elicits, headers: { 'x-caller': 'alice' } }
  const asked = await call(url, {}, alice)
  for (const said of [elicits, { ...elicits, headers: { 'x-caller': 'mallory' } }]) {
    const answered = await call(url, answers(asked), said)
    assert.deepEqual(
      [answered.status, answered.error?.code, refused(answered)],
      [400, -32602, { requestState: 'unknown' }],
    )
  }
  assert.equal((await call(url, answers(asked), alice)).result?.['resultType'], 'complete')
})

test('a state is good for its own method and backend only', async (t) => {
  const { url, table } = await serving(t, greets)
  table.methods.set('prompts/get', greets)
  const other = await serving(t, greets, { name: 'another' })
  const asked = await call(url)
  const { json } = await send(
    url,
    'prompts/get',
    { name: 'greet', arguments: { a: 1, b: 2 }, ...answers(asked) },
    elicits,
  )
  assert.deepEqual(json.error?.data, { requestState: 'unknown' })
  assert.deepEqual(refused(await call(other.url, answers(asked))), { requestState: 'unknown' })
})

test('a state opens once: a replay finds nobody, and runs nothing', async (t) => {
  const { url, table } = await serving(t, greets)
  const asked = await call(url)
  const many = await Promise.all(Array.from({ length: 8 }, () => call(url, answers(asked))))
  assert.equal(many.filter((each) => each.result?.['resultType'] === 'complete').length, 1)
  for (const each of many.filter(({ error: told }) => told !== undefined))
    assert.deepEqual([each.status, each.error?.code, refused(each)], [400, -32602, { requestState: 'used' }])
  assert.equal(table.asked.length, 1)
})

test('another process that has the key says that the call waits elsewhere', async (t) => {
  const one = await serving(t, greets)
  const two = await serving(t, greets)
  const asked = await call(one.url)
  const answered = await call(two.url, answers(asked))
  assert.deepEqual(
    [answered.status, answered.error?.code, refused(answered)],
    [200, -32603, { requestState: 'elsewhere' }],
  )
  assert.equal(two.table.asked.length, 0)
  const foreign = await serving(t, greets, { sealKey: Buffer.alloc(32, 8) })
  assert.deepEqual(refused(await call(foreign.url, answers(asked))), { requestState: 'unknown' })
  assert.equal((await call(one.url, answers(asked))).result?.['resultType'], 'complete')
})

test('a call that nobody comes back for is cancelled, and its state expires', async (t) => {
  const reasons: string[] = []
  const { url, hits } = await serving(
    t,
    async (asked) => {
      asked.caller.signal?.addEventListener('abort', () => reasons.push(String(asked.caller.signal?.reason)))
      return await greets(asked)
    },
    { limits: { parkedMs: 60 } },
  )
  const asked = await call(url)
  await until(() => reasons.length === 1)
  assert.match(reasons[0] ?? '', /nobody came back/)
  assert.deepEqual(hits, ['parkedMs'])
  const late = await call(url, answers(asked))
  assert.deepEqual([late.status, late.error?.code, refused(late)], [400, -32602, { requestState: 'expired' }])
})

test('one caller’s waiting calls are bounded: the oldest makes room, other callers notice nothing', async (t) => {
  const { url, hits } = await serving(t, greets, { limits: { parkedPerSubject: 2 } })
  const as = (caller: string): Said => ({ ...elicits, headers: { 'x-caller': caller } })
  const bob = await call(url, {}, as('bob'))
  const alice: Message[] = []
  for (let i = 0; i < 3; i++) alice.push(await call(url, {}, as('alice')))
  assert.deepEqual(hits, ['parkedPerSubject'])
  const [first, second, third] = await Promise.all(alice.map((each) => call(url, answers(each), as('alice'))))
  assert.deepEqual(first && refused(first), { requestState: 'used' })
  for (const each of [second, third]) assert.equal(each?.result?.['resultType'], 'complete')
  assert.equal((await call(url, answers(bob), as('bob'))).result?.['resultType'], 'complete')
})

test('when too many wait in all, the nameless make room for the named, who else are not asked', async (t) => {
  const { url, hits } = await serving(t, greets, { limits: { parkedCalls: 2 } })
  const as = (caller: string): Said => ({ ...elicits, headers: { 'x-caller': caller } })
  const nameless = await call(url)
  const [alice, bob] = [await call(url, {}, as('alice')), await call(url, {}, as('bob'))]
  assert.deepEqual(refused(await call(url, answers(nameless))), { requestState: 'used' })
  const carol = await call(url, {}, as('carol'))
  assert.deepEqual(carol.result?.['said'], { failed: 'too many calls wait for answers of clients' })
  assert.deepEqual(hits, ['parkedCalls', 'parkedCalls'])
  assert.equal((await call(url, answers(alice), as('alice'))).result?.['resultType'], 'complete')
  assert.equal((await call(url, answers(bob), as('bob'))).result?.['resultType'], 'complete')
})

test('questions without end, and too many bytes of them, end with an error', async (t) => {
  const { url, hits } = await serving(
    t,
    async ({ caller, incoming }) => {
      const big = incoming.string('name') === 'big'
      for (;;) {
        const { kind, raw: said } = await caller.ask('elicitation/create', question(big ? 'x'.repeat(2_000) : 'Again?'))
        if (kind === 'error') return result({ said: JSON.parse(said).message })
      }
    },
    { limits: { parkedRounds: 3, parkedBytes: 1_000 } },
  )
  let asked: Message = await call(url)
  for (let round = 1; round < 3; round++) asked = await call(url, answers(asked))
  const { error: told } = await call(url, answers(asked))
  assert.deepEqual([told?.code, told?.message], [-32603, 'asked more than 3 times'])
  const { json } = await send(url, 'tools/call', { name: 'big' }, elicits)
  assert.equal(json.result?.['said'], 'more than 1000 bytes of questions')
  assert.deepEqual(hits, ['parkedRounds', 'parkedBytes'])
})

test('what the client has not declared it is not asked: a call that fails for it says what is missing', async (t) => {
  const rows: readonly [string, object | undefined, object, object][] = [
    ['elicitation/create', { message: 'x' }, {}, { elicitation: {} }],
    ['elicitation/create', { mode: 'url', url: 'x:y' }, { elicitation: {} }, { elicitation: { url: {} } }],
    ['elicitation/create', { message: 'x' }, { elicitation: { url: {} } }, { elicitation: { form: {} } }],
    ['sampling/createMessage', { messages: [] }, { elicitation: {} }, { sampling: {} }],
    ['sampling/createMessage', { tools: [] }, { sampling: {} }, { sampling: { tools: {} } }],
    ['roots/list', undefined, { sampling: {} }, { roots: {} }],
  ]
  for (const [method, params, capabilities, requiredCapabilities] of rows) {
    const { url } = await serving(t, async ({ caller, incoming }) => {
      const { kind, raw: refusal } = await caller.ask(method, params && rawJson(JSON.stringify(params)))
      assert.deepEqual([kind, JSON.parse(refusal).code], ['error', -32601])
      if (incoming.string('name') === 'does without') return result({ content: [] })
      return incoming.string('name') === 'throws'
        ? error(-32603, 'cannot go on')
        : result({ content: [], isError: true })
    })
    for (const name of ['greet', 'throws']) {
      const answered = await call(url, { name }, { capabilities })
      assert.deepEqual(
        [answered.status, answered.error?.code, refused(answered)],
        [400, -32021, { requiredCapabilities }],
      )
    }
    assert.equal((await call(url, { name: 'does without' }, { capabilities })).result?.['resultType'], 'complete')
  }
})

test('answers to questions nobody asked change nothing', async (t) => {
  const { url, table } = await serving(t, greets)
  const asked = await call(url, { inputResponses: { 'question-1': accept({ name: 'Eve' }) } })
  assert.equal(asked.result?.['resultType'], 'input_required')
  const { result: done } = await call(url, {
    ...answers(asked),
    inputResponses: { 'question-1': accept({ name: 'Ada' }), 'question-2': accept({}) },
  })
  assert.deepEqual(done?.['said'], accept({ name: 'Ada' }))
  for (const inputResponses of [5, [], { 'question-1': 5 }, { 'question-1': null }]) {
    const again = await call(url)
    const answered = await call(url, { ...answers(again), inputResponses })
    assert.deepEqual([answered.status, answered.error?.code], [400, -32602])
  }
  assert.ok(table.asked.length > 1)
})

test('a server that goes on without the answer is heard when the client is back', async (t) => {
  const { url } = await serving(t, async ({ caller }) => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 40)
    await caller.ask('elicitation/create', question('Quick!'), stop.signal)
    return result({ said: 'too late' })
  })
  const asked = await call(url)
  await new Promise((resolve) => setTimeout(resolve, 60))
  assert.equal((await call(url, answers(asked))).result?.['said'], 'too late')
})

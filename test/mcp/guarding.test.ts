// What processors outside are shown: one meaning for every reader, or nothing goes on.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Guarded, Guardrails } from '../../src/policy/plan.ts'
import { compileProgram } from '../../src/policy/policy.ts'
import { errorOf, FakeClient, federate, raw, Server, valueOf } from './upstreams.ts'

/** A processor that passes everything, and what it was shown. */
function staged(t: TestContext) {
  const shown: Guarded[] = []
  const look = async (message: Guarded): Promise<undefined> => void shown.push(message)
  const guardrails: Guardrails = { runs: () => true, request: look, response: look }
  const server = new Server('a').tools(['x'])
  const { request, end } = federate([server], { program: compileProgram([{ plan: { guardrails } }]) })
  t.after(end)
  return { shown, server, request }
}

const twice = '{"say":"nothing bad","say":"what is meant"}'

test('a request that two parsers read differently reaches neither processor nor server, whatever its method', async (t) => {
  const { shown, server, request } = staged(t)
  server.on.set('own/method', () => raw('{}'))
  for (const [method, params] of [
    ['own/method', twice],
    ['tools/call', `{"name":"x","arguments":${twice}}`],
  ] as const) {
    assert.equal(errorOf(await request(new FakeClient(), method, params)).code, -32602)
    assert.equal(server.asked(method).length, 0)
  }
  assert.deepEqual(shown, [])
  valueOf(await request(new FakeClient(), 'own/method', '{"say":"what is meant"}'))
  assert.equal(server.asked('own/method').length, 1)
})

test('an answer that two parsers read differently is not passed on as judged', async (t) => {
  const { server, request } = staged(t)
  server.on.set('tools/call', () => raw(`{"content":[],"structuredContent":${twice}}`))
  const { message } = errorOf(await request(new FakeClient(), 'tools/call', '{"name":"x"}'))
  assert.match(message, /names a member twice/)
  assert.doesNotMatch(message, /what is meant/)
})

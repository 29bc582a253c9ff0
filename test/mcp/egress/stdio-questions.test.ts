// Questions of processes that several speak through: whose they are, and who must not read them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { rawJson } from '../../../src/core/brand.ts'
import { Failure } from '../../../src/core/failure.ts'
import type { Answer } from '../../../src/mcp/conversation.ts'
import { caller, callTool, peer, stage, until, upstream } from './stage.ts'

const lineServer = fileURLToPath(import.meta.resolve('./line-server.ts'))
const config = (mode = '', more: object = {}) => ({ cmd: process.execPath, args: [lineServer, mode], ...more })

/** The parts of results that these tests look at. */
interface Shown {
  readonly seen: { readonly method?: string; readonly params?: { readonly [name: string]: unknown } }[]
  readonly reply: unknown
}
// What the line server answers is known: it stands beside this file.
const shown = (value: unknown): Shown => value as Shown

test('a question goes to the only call under way, else to the newest who can answer it', async (t) => {
  const up = await upstream('stdio', config(), stage(t))
  const deaf = await up.connect(peer({ capabilities: rawJson('{}') }))
  const answering = await up.connect(peer())
  const yes = caller(async () => ({ kind: 'result', raw: rawJson('{"action":"accept"}') }))
  assert.deepEqual(shown(await callTool(answering, 'ask', {}, yes)).reply, { action: 'accept' })
  assert.deepEqual(yes.asked, [{ method: 'elicitation/create', params: '{"message":"sure?"}' }])

  const gone = new AbortController()
  const idle = callTool(deaf, 'never', {}, caller(undefined, gone.signal))
  assert.deepEqual(shown(await callTool(answering, 'ask', {}, yes)).reply, { action: 'accept' })
  gone.abort(new Failure('request.aborted', 'enough'))
  await assert.rejects(idle, /enough/)
  const no = await callTool(deaf, 'ask')
  assert.match(JSON.stringify(no), /-32601/)
})

test('with several calls of one client under way a question is put to the client, and outlasts the newest call', async (t) => {
  const up = await upstream('stdio', config(), stage(t))
  const thinks = Promise.withResolvers<Answer>()
  const who = peer({ reply: () => thinks.promise })
  const connection = await up.connect(who)
  const gone = new AbortController()
  const idle = callTool(connection, 'never', {}, caller(undefined, gone.signal))
  const asked = callTool(connection, 'ask')
  await until(() => who.asked.length === 1)
  await callTool(connection, 'echo')
  gone.abort(new Failure('request.aborted', 'enough'))
  await assert.rejects(idle)
  thinks.resolve({ kind: 'result', raw: rawJson('{"action":"accept"}') })
  assert.deepEqual(shown(await asked).reply, { action: 'accept' })
  const later = peer({ revision: '2026-07-28', principal: 'bob' })
  const other = await up.connect(later)
  const stop = new AbortController()
  const waits = callTool(other, 'never', {}, caller(undefined, stop.signal))
  const yes = caller(async () => ({ kind: 'result', raw: rawJson('{"action":"accept"}') }))
  assert.deepEqual(shown(await callTool(other, 'ask', {}, yes)).reply, { action: 'accept' }, 'clients without sessions')
  stop.abort(new Failure('request.aborted', 'enough'))
  await assert.rejects(waits)
})

test('the gateway itself is asked only when nobody else is there', async (t) => {
  const up = await upstream('stdio', config(), stage(t))
  const nobody = peer({ principal: '', capabilities: rawJson('{"roots":{},"elicitation":{}}') })
  const somebody = peer({ principal: 'anonymous', capabilities: rawJson('{"roots":{},"elicitation":{}}') })
  const first = await up.connect(nobody)
  await callTool(first, 'question')
  await until(() => nobody.asked.length === 1)
  await up.connect(somebody)
  await up.connect(nobody)
  await callTool(first, 'question')
  await until(() => somebody.asked.length === 1)
  assert.equal(nobody.asked.length, 1)
  const { seen } = shown(await callTool(first, 'seen'))
  const told = seen.filter(({ method }) => method === 'notifications/roots/list_changed')
  assert.equal(told.length, 1, 'the server hears once that there is somebody to ask for roots')
})

test('between several people a question without an owner is asked of nobody', async (t) => {
  const up = await upstream('stdio', config('', { per: 'shared' }), stage(t))
  const alice = await up.connect(peer())
  const bob = await up.connect(peer({ principal: 'bob' }))
  const gone = new AbortController()
  const waiting = callTool(bob, 'never', {}, caller(undefined, gone.signal))
  const by = caller(async () => ({ kind: 'result', raw: rawJson('{"action":"accept"}') }))
  assert.match(JSON.stringify(await callTool(alice, 'ask', {}, by)), /-32601/)
  assert.deepEqual(by.asked, [])
  gone.abort(new Failure('request.aborted', 'enough'))
  await assert.rejects(waiting)
})

test('callers without a name may be anybody: who waits for an answer has not asked again, and with several left nobody is asked', async (t) => {
  const up = await upstream('stdio', config(), stage(t))
  const anybody = () => up.connect(peer({ principal: 'anonymous' }))
  const [one, two, three] = [await anybody(), await anybody(), await anybody()]
  const thinks = Promise.withResolvers<Answer>()
  const slow = caller(() => thinks.promise)
  const waiting = callTool(one, 'ask', {}, slow)
  await until(() => slow.asked.length === 1)
  const quick = caller(async () => ({ kind: 'result', raw: rawJson('{"action":"accept"}') }))
  assert.match(JSON.stringify(await callTool(two, 'ask', {}, quick)), /accept/)
  assert.deepEqual([slow.asked.length, quick.asked.length], [1, 1])
  const gone = new AbortController()
  const busy = callTool(three, 'never', {}, caller(undefined, gone.signal))
  assert.match(JSON.stringify(await callTool(two, 'ask', {}, quick)), /-32601/)
  assert.deepEqual([slow.asked.length, quick.asked.length], [1, 1])
  gone.abort(new Failure('request.aborted', 'enough'))
  await assert.rejects(busy)
  thinks.resolve({ kind: 'result', raw: rawJson('{"action":"decline"}') })
  assert.match(JSON.stringify(await waiting), /decline/)
})

test('what a cancelled call goes on to ask and to say reaches nobody else, as it did when the only call left was taken for its owner', async (t) => {
  const up = await upstream('stdio', config(), stage(t))
  const [one, other] = [peer({ principal: 'anonymous' }), peer({ principal: 'anonymous' })]
  const [first, second] = [await up.connect(one), await up.connect(other)]
  const gone = new AbortController()
  const nagged = callTool(first, 'nag', {}, caller(undefined, gone.signal))
  const stop = new AbortController()
  const quick = caller(async () => ({ kind: 'result', raw: rawJson('{"action":"accept"}') }), stop.signal)
  const running = callTool(second, 'never', {}, quick)
  await callTool(second, 'echo')
  gone.abort(new Failure('request.aborted', 'enough'))
  await assert.rejects(nagged)
  await first[Symbol.asyncDispose]()
  const answered = (): boolean => JSON.stringify(said.seen).includes('"id":"n')
  const look = async (): Promise<Shown> => shown(await callTool(second, 'seen', {}, quick))
  let said = await look()
  while (!answered()) said = await look()
  assert.deepEqual([quick.asked, other.asked, one.asked], [[], [], []])
  stop.abort(new Failure('request.aborted', 'enough'))
  await assert.rejects(running)
})

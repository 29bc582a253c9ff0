// The stream of a server's own while a call waits for a person: nobody needs it then, and it is there again before the answer goes out.
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import type { Answer } from '../../../src/mcp/conversation.ts'
import { byHand } from './modern-stage.ts'
import { caller, callTool, events, peer, type Said, serve, stage, talk, until, upstream } from './stage.ts'

/** A server that asks on the call's stream and then, as soon as it is answered, on its own, without keeping what nobody hears. */
async function asking(t: TestContext, revision: string) {
  const streams: ServerResponse[] = []
  const counted = { opened: 0 }
  const answers: Said[] = []
  const { connection, speaker } = await talk(
    t,
    ({ said, response, result }) => {
      if (said.method === 'resources/subscribe') return result({})
      if (said.method !== 'tools/call') {
        answers.push(said)
        response.writeHead(202).end()
        const [own] = streams
        if (said.id !== undefined && String(said.id) === 'first')
          own?.write(`data: {"jsonrpc":"2.0","id":"second","method":"roots/list","params":{}}\n\n`)
        return
      }
      const send = events(response)
      send({ jsonrpc: '2.0', id: 'first', method: 'elicitation/create', params: { message: 'who?' } })
      void until(() => response.destroyed || answers.some(({ id }) => String(id) === 'second')).then(() => {
        send({ jsonrpc: '2.0', id: said.id, result: { done: true } })
        response.end()
      })
    },
    {
      options: {
        session: () => 'session',
        get: (_, response) => {
          counted.opened++
          streams.push(response)
          response.once('close', () => streams.splice(streams.indexOf(response), 1))
          response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
        },
      },
      speaker: peer({ revision }),
    },
  )
  await until(() => streams.length === 1)
  return { connection, speaker, streams, counted, answers }
}

const yes = (value: object): Answer => ({ kind: 'result', raw: rawJson(JSON.stringify(value)) })

test('a client of 2026-07-28 that thinks keeps no stream open, and what is asked on it afterwards is heard', async (t) => {
  const { connection, streams, counted } = await asking(t, '2026-07-28')
  const thinks = Promise.withResolvers<Answer>()
  const by = caller((method) => (method === 'roots/list' ? Promise.resolve(yes({ roots: [] })) : thinks.promise))
  const called = callTool(connection, 'x', {}, by)
  await until(() => by.asked.length === 1 && streams.length === 0)
  thinks.resolve(yes({ action: 'accept' }))
  assert.deepEqual(await called, { done: true })
  assert.deepEqual(
    by.asked.map(({ method }) => method),
    ['elicitation/create', 'roots/list'],
  )
  assert.equal(counted.opened, 2)
})

test('another call meanwhile brings the stream back', async (t) => {
  const { connection, streams } = await asking(t, '2026-07-28')
  const by = caller(() => new Promise(() => {}))
  const first = assert.rejects(callTool(connection, 'x', {}, by))
  await until(() => by.asked.length === 1 && streams.length === 0)
  const again = caller(() => new Promise(() => {}))
  const second = assert.rejects(callTool(connection, 'x', {}, again))
  await until(() => streams.length === 1)
  await connection[Symbol.asyncDispose]()
  await Promise.all([first, second])
})

test('who has subscribed to something hears of it while they think', async (t) => {
  const { connection, streams, counted, speaker } = await asking(t, '2026-07-28')
  await connection.request({ method: 'resources/subscribe', params: rawJson('{"uri":"a:1"}') }, caller())
  const by = caller(() => new Promise(() => {}))
  const called = assert.rejects(callTool(connection, 'x', {}, by))
  await until(() => by.asked.length === 1)
  streams[0]?.write('data: {"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:1"}}\n\n')
  await until(() => speaker.heard.length === 1)
  assert.equal(counted.opened, 1)
  await connection[Symbol.asyncDispose]()
  await called
})

test('clients that have sessions hear of changes while they think', async (t) => {
  const { connection, streams, counted, speaker } = await asking(t, '2025-11-25')
  const thinks = Promise.withResolvers<Answer>()
  const by = caller((method) => (method === 'roots/list' ? Promise.resolve(yes({ roots: [] })) : thinks.promise))
  const called = callTool(connection, 'x', {}, by)
  await until(() => by.asked.length === 1)
  streams[0]?.write('data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n')
  await until(() => speaker.heard.length === 1)
  thinks.resolve(yes({ action: 'accept' }))
  assert.deepEqual(await called, { done: true })
  assert.equal(counted.opened, 1)
})

test('a server that asks while it is greeted is answered, though there is no stream to rest yet', async (t) => {
  const answers: Said[] = []
  let greet: (() => void) | undefined
  const url = await serve(
    t,
    byHand(({ said, request, response, json }) => {
      if (said.method === 'server/discover')
        return json({ jsonrpc: '2.0', id: said.id, error: { code: -32601, message: 'no' } })
      if (said.method !== 'initialize') {
        if (said.id !== undefined) answers.push(said)
        response.writeHead(202).end()
        greet?.()
        return
      }
      assert.equal(request.method, 'POST')
      const send = events(response)
      send({ jsonrpc: '2.0', id: 'early', method: 'roots/list', params: {} })
      greet = () => {
        greet = undefined
        const serverInfo = { name: 'eager', version: '1' }
        send({ jsonrpc: '2.0', id: said.id, result: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo } })
        response.end()
      }
    }),
  )
  const up = await upstream('mcp', { host: `${url}/mcp` }, stage(t))
  const who = peer({ revision: '2026-07-28', reply: async () => yes({ roots: [] }) })
  assert.equal((await up.connect(who)).hello.revision, '2025-11-25')
  assert.deepEqual(
    who.asked.map(({ method }) => method),
    ['roots/list'],
  )
})

// Progress of calls that have become tasks (2025-11-25): the token is good for longer than the call.
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { rawJson } from '../../../src/core/brand.ts'
import { encodeEvent } from '../../../src/http/sse.ts'
import { caller, peer, talk, until } from './stage.ts'

/** A server that answers calls with a task, or at once, and then tells of progress under the token that it was given. */
async function progressing(t: TestContext, revision: string) {
  const streams: ServerResponse[] = []
  const tokens: unknown[] = []
  const speaker = peer({ revision })
  const { connection } = await talk(
    t,
    ({ said, result }) => {
      const { task, _meta } = said.params ?? {}
      tokens.push(Object(_meta).progressToken)
      result(task === undefined ? { content: [] } : { task: { taskId: '1', status: 'working' } })
    },
    {
      options: {
        get: (_, response) => {
          streams.push(response)
          response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
        },
      },
      speaker,
    },
  )
  await until(() => streams.length === 1)
  const say = (method: string, params: object): void =>
    void streams[0]?.write(encodeEvent({ data: JSON.stringify({ jsonrpc: '2.0', method, params }) }))
  const call = async (params: object): Promise<void> => {
    const text = { name: 'x', _meta: { progressToken: 'mine' }, ...params }
    await connection.request({ method: 'tools/call', params: rawJson(JSON.stringify(text)) }, caller())
    say('notifications/progress', { progressToken: tokens.at(-1), progress: 1 })
    say('notifications/tools/list_changed', {})
  }
  const progress = (): unknown[] =>
    speaker.heard
      .filter(({ method }) => method === 'notifications/progress')
      .map(({ params }) => JSON.parse(params ?? ''))
  return { call, progress, speaker }
}

const told = ({ heard }: ReturnType<typeof peer>): boolean =>
  heard.some(({ method }) => method === 'notifications/tools/list_changed')

test('a call that has become a task is told of on the session’s stream, under the client’s token', async (t) => {
  const { call, progress, speaker } = await progressing(t, '2025-11-25')
  await call({ task: {} })
  await until(() => told(speaker))
  assert.deepEqual(progress(), [{ progressToken: 'mine', progress: 1 }])
})

test('nobody hears of a call that is over, nor in a revision that follows tasks otherwise', async (t) => {
  for (const [revision, params] of [
    ['2025-11-25', {}],
    ['2026-07-28', { task: {} }],
  ] as const) {
    const { call, progress, speaker } = await progressing(t, revision)
    await call(params)
    await until(() => told(speaker))
    assert.deepEqual(progress(), [])
  }
})

// Servers that hang up in the middle of a call (2025-11-25): who waits for the answer hears of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caller, callTool, events, talk } from './stage.ts'

test('a server that hangs up on purpose lets the caller know, one whose connection breaks does not', async (t) => {
  for (const onPurpose of [true, false]) {
    let id: number | undefined
    const { connection } = await talk(
      t,
      (post) => {
        id = post.said.id
        post.response.writeHead(200, { 'content-type': 'text/event-stream' })
        post.response.write('id: 1\nretry: 60\ndata:\n\n', () => {
          if (onPurpose) post.response.end()
          else post.request.socket.destroy()
        })
      },
      {
        options: {
          get: (request, response) => {
            const send = events(response)
            if (request.headers['last-event-id'] === '1') send({ jsonrpc: '2.0', id, result: { late: true } })
          },
        },
      },
    )
    const heard: number[] = []
    const by = { ...caller(), hungUp: (ms: number) => void heard.push(ms) }
    assert.deepEqual(await callTool(connection, 'x', {}, by), { late: true })
    assert.deepEqual(heard, onPurpose ? [60] : [])
  }
})

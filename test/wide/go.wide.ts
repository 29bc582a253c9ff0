// The Go SDK against the gateway: its client in both revisions, and its server with sessions and without.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { suite, type TestContext, test } from 'node:test'
import { build, goSdk } from '../parts/go-sdk.ts'
import { needed } from '../parts/part.ts'
import { type FixtureName, fixtures, inFront } from '../support/fixture.ts'
import { eventually } from '../support/gateway.ts'
import { type DriverName, drivers } from '../support/mcp-clients.ts'
import { serve } from '../support/serve.ts'
import { ClientError, Driven } from './driven.ts'

const program = (): Promise<string> => build(needed(goSdk))

/** The text of a tool's answer. */
const textOf = (result: unknown): string =>
  Array.from(Object(result).content, (each) => String(Object(each).text ?? '')).join('')

const revisions = ['2025-11-25', '2026-07-28'] as const
const servers: readonly FixtureName[] = ['legacy sessionful', 'HTTP+SSE', 'stdio', 'modern']

for (const revision of revisions)
  for (const server of servers)
    suite(`the Go client of ${revision}, in front of: ${server}`, () => {
      const stage = async (t: TestContext): Promise<Driven> => {
        const { port } = await serve(t, inFront(await fixtures[server](t)))
        return Driven.start(t, await program(), ['client', `http://127.0.0.1:${port}/mcp`, revision])
      }

      test('lists, calls and is told of failures', async (t) => {
        const client = await stage(t)
        assert.equal(Object(client.events('connected')[0])['protocolVersion'], revision)
        const names = Array.from(Object(await client.ask('tools').answer), String)
        assert.ok(names.includes('test_simple_text'))
        const fine = await client.ask('call', { name: 'test_simple_text', arguments: {} }).answer
        assert.equal(textOf(fine), 'This is a simple text response for testing.')
        const failed = await client.ask('call', { name: 'test_error_handling', arguments: {} }).answer
        assert.equal(Object(failed).isError, true)
        await assert.rejects(
          client.ask('call', { name: 'no_such_tool', arguments: {} }).answer,
          (error) => error instanceof ClientError && error.code === -32602,
        )
        const large = await client.ask('call', { name: 'test_large_result', arguments: { bytes: 3_000_000 } }).answer
        assert.equal(textOf(large).length, 3_000_000)
      })

      test('answers what a tool asks the user and the model, and follows its progress', async (t) => {
        const client = await stage(t)
        const asked = { name: 'test_elicitation', arguments: { message: 'Who are you?' } }
        assert.match(textOf(await client.ask('call', asked).answer), /action=accept.*"username":"ada"/)
        const sampled = { name: 'test_sampling', arguments: { prompt: 'How is the weather?' } }
        assert.equal(textOf(await client.ask('call', sampled).answer), 'LLM response: a fine day')
        await client.ask('call', { name: 'test_tool_with_progress', arguments: {} }).answer
        assert.deepEqual(
          client.events('progress').map(({ progress }) => progress),
          [0, 50, 100],
        )
      })

      test('gives up a call, and the server stops', async (t) => {
        const client = await stage(t)
        const { id, answer } = client.ask('call', { name: 'test_wait', arguments: { name: 'go' } })
        const ended = assert.rejects(answer)
        setTimeout(() => client.cancel(id), 300)
        await ended
        await eventually(
          async () =>
            textOf(await client.ask('call', { name: 'test_was_abandoned', arguments: { name: 'go' } }).answer) ===
            'true',
          () => 'the server works on',
        )
      })
    })

async function goServer(t: TestContext, kind: 'sessions' | 'stateless'): Promise<string> {
  const child = spawn(await program(), ['server', kind], { stdio: ['ignore', 'ignore', 'pipe'] })
  t.after(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  let said = ''
  for await (const chunk of child.stderr) {
    said += String(chunk)
    const url = /listening on (\S+)\n/.exec(said)?.[1]
    if (url !== undefined) return url
  }
  throw new Error(`the server ended: ${said}`)
}

for (const kind of ['sessions', 'stateless'] as const)
  for (const driver of Object.keys(drivers) as DriverName[]) // its keys, as its type says
    test(`${driver} in front of a Go server: ${kind}`, async (t) => {
      const { port } = await serve(t, inFront({ target: { mcp: { host: await goServer(t, kind) } } }))
      const client = await drivers[driver](`http://127.0.0.1:${port}/mcp`)
      t.after(() => client.close())
      assert.deepEqual((await client.tools()).toSorted(), ['ask', 'say', 'steps'])
      assert.equal((await client.call('say', { words: 'hello' })).content[0]?.text, 'hello')
      const seen: number[] = []
      await client.call('steps', {}, { onprogress: ({ progress }) => void seen.push(progress) })
      assert.deepEqual(seen.slice(0, 2), [1, 2])
      const asked = await client.call('ask')
      if (asked.isError !== true) assert.equal(asked.content[0]?.text, 'accept Ada')
      else assert.match(asked.content[0]?.text ?? '', /elicit/)
    })

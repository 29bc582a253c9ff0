// What a client hears through the gateway is what it hears from a server of its own revision directly, byte for byte where nothing has to change.
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { type FixtureName, fixtures, inFront } from '../support/fixture.ts'
import { type DriverName, drivers } from '../support/mcp-clients.ts'
import { recorder } from '../support/recorder.ts'
import { serve } from '../support/serve.ts'
import { type BehaviourName, behaviours, namesOf } from './cells/behaviours.ts'
import { exceptionOf } from './cells/table.ts'

interface Row {
  readonly driver: DriverName
  readonly server: FixtureName
  /** The same fixture where the client reaches it by itself. */
  readonly direct: FixtureName
  /** What works better through the gateway. */
  readonly better?: readonly BehaviourName[]
}

const rows: readonly Row[] = [
  { driver: 'SDK 1.x', server: 'legacy sessionful', direct: 'legacy sessionful' },
  // A client tells a server without sessions of a cancellation and is not understood; the gateway hangs up as well.
  { driver: 'SDK 1.x', server: 'legacy stateless', direct: 'legacy stateless', better: ['cancel'] },
  { driver: 'SDK 1.x', server: 'HTTP+SSE', direct: 'legacy sessionful' },
  { driver: 'SDK 1.x', server: 'stdio', direct: 'legacy sessionful' },
  { driver: 'SDK 2.x legacy', server: 'legacy sessionful', direct: 'legacy sessionful' },
  { driver: 'SDK 2.x legacy', server: 'HTTP+SSE', direct: 'legacy sessionful' },
  { driver: 'SDK 2.x legacy', server: 'stdio', direct: 'legacy sessionful' },
  { driver: 'SDK 2.x modern', server: 'modern', direct: 'modern' },
]

interface Message {
  readonly id?: unknown
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: Record<string, unknown>
  readonly error?: unknown
}

/** Characters that a failure may print. */
const MOST = 20_000

/** What each hop says for itself: ids of its own questions, its own name, its own seals, how long its lists keep. */
function mapped(text: string): string {
  const message: Message = JSON.parse(text)
  const { method, params, result: found, error } = message
  if (method !== undefined) return JSON.stringify({ method, params: { ...params, _meta: undefined } })
  if (error !== undefined) return JSON.stringify({ error })
  const { _meta, requestState: _state, ttlMs: _ttl, cacheScope: _scope, ...rest } = found ?? {}
  // The gateway says the members that it adds itself first or last.
  const result = Object.fromEntries(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  const said = JSON.stringify({ result })
  return said.length > MOST ? hash('sha256', said) : said
}

/** By behaviour, what the client heard. */
async function heard(t: TestContext, { driver, server, better }: Row, url: string): Promise<Map<string, string[]>> {
  const wire = recorder()
  const client = await drivers[driver](url, { fetch: wire.fetch })
  t.after(() => client.close())
  const all = new Map<string, string[]>()
  for (const name of namesOf(behaviours)) {
    if (exceptionOf(server, driver, name) !== undefined || better?.includes(name) === true) continue
    const before = wire.received.length
    await behaviours[name](client)
    await wire.quiet() // the last of several messages may still be on its way
    all.set(name, wire.received.slice(before))
  }
  return all
}

/** How often something is asked until it is so depends on the moment, as does when a list is said to have changed. */
const momentary = (name: string): RegExp =>
  name === 'list_changed' ? /(?!)/ : /"text":"(?:true|false)"|notifications\/tools\/list_changed/

for (const row of rows)
  test(`${row.driver} → ${row.server}: heard as it is heard from ${row.direct}`, async (t) => {
    const { url } = await fixtures[row.direct](t)
    const direct = await heard(t, { ...row, server: row.direct }, url ?? assert.fail())
    const { port } = await serve(t, inFront(await fixtures[row.server](t)))
    const through = await heard(t, row, `http://127.0.0.1:${port}/mcp`)
    for (const [name, messages] of direct) {
      const own = through.get(name) ?? assert.fail(`${name} was not tried`)
      const of = (list: readonly string[]): string[] =>
        [...new Set(list.map(mapped).filter((text) => !momentary(name).test(text)))].toSorted()
      assert.deepEqual(of(own), of(messages), name)
    }
  })

for (const driver of ['SDK 1.x', 'SDK 2.x legacy'] as const)
  test(`${driver}: results of a server of the same revision arrive letter by letter`, async (t) => {
    const placed = await fixtures['legacy sessionful'](t)
    const { port } = await serve(t, inFront(placed))
    const results = async (url: string): Promise<string[]> => {
      const wire = recorder()
      const client = await drivers[driver](url, { fetch: wire.fetch })
      t.after(() => client.close())
      for (const tool of [
        'test_simple_text',
        'test_multiple_content_types',
        'test_structured_content',
        'test_error_handling',
      ])
        await client.call(tool)
      await client.tools()
      await client.complete('test_prompt_with_arguments', 'arg1', 'par')
      await wire.quiet()
      return wire.received
        .flatMap((text) => /"result":(\{.*\})/s.exec(text.replace(/,"jsonrpc":"2\.0"[^]*$/, '}'))?.[1] ?? [])
        .slice(1)
    }
    const direct = await results(placed.url ?? assert.fail())
    assert.ok(direct.length >= 6)
    assert.deepEqual(await results(`http://127.0.0.1:${port}/mcp`), direct)
  })

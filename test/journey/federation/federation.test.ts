// Servers that nobody here wrote, over three transports, seen as one by both official libraries and by MCP Inspector.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { eventually, freePorts, type RunningGateway, root, startGateway, startProcess } from '../../support/gateway.ts'

const everything = 'node_modules/@modelcontextprotocol/server-everything/dist/index.js'

async function world(t: TestContext): Promise<RunningGateway> {
  const [http = 0, sse = 0] = await freePorts(2)
  const folder = await mkdtemp(path.join(tmpdir(), 'toolgate-federation-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await writeFile(path.join(folder, 'hello.txt'), 'hello from a file')
  const servers = [
    startProcess(t, [everything, 'streamableHttp'], { PORT: String(http) }),
    startProcess(t, [everything, 'sse'], { PORT: String(sse) }),
  ]
  for (const [index, port] of [http, sse].entries())
    await eventually(
      () =>
        fetch(`http://localhost:${port}/none`).then(
          () => true,
          () => false,
        ),
      () => servers[index]?.said() ?? '',
    )
  return startGateway(t, 'test/journey/federation/config.yaml', {
    EVERYTHING_URL: `http://localhost:${http}/mcp`,
    OLD_URL: `http://localhost:${sse}/sse`,
    FILES: folder,
    MEMORY: path.join(folder, 'memory.jsonl'),
  })
}

test('many servers appear as one', async (t) => {
  const gateway = await world(t)

  await t.test('every tool of every server is listed, under the name of its target', async () => {
    const tools = await gateway.tools()
    for (const target of ['everything', 'old', 'files', 'memory'])
      assert.ok(
        tools.some((name) => name.startsWith(`${target}_`)),
        `no tool of ${target}: ${tools.join()}`,
      )
    assert.equal(new Set(tools).size, tools.length)
    assert.ok(tools.every((name) => /^[A-Za-z0-9_-]{1,64}$/.test(name)))
  })

  await t.test('a call reaches the server that owns the tool', async () => {
    const client = await gateway.client()
    const echo = await client.callTool({ name: 'everything_echo', arguments: { message: 'hi' } })
    assert.match(JSON.stringify(echo.content), /Echo: hi/)
    const old = await client.callTool({ name: 'old_echo', arguments: { message: 'there' } })
    assert.match(JSON.stringify(old.content), /Echo: there/)
    const made = await client.callTool({
      name: 'memory_create_entities',
      arguments: { entities: [{ name: 'a', entityType: 'thing', observations: ['b'] }] },
    })
    assert.notEqual(made.isError, true)
    const files = await client.callTool({ name: 'files_list_allowed_directories', arguments: {} })
    assert.match(JSON.stringify(files.content), /toolgate-federation-/)
  })

  await t.test('a tool that never was is refused as one', async () => {
    const client = await gateway.client()
    await assert.rejects(client.callTool({ name: 'everything_nothing', arguments: {} }), {
      code: -32602,
      message: /Unknown tool: everything_nothing/,
    })
  })

  await t.test('prompts, resources, templates and completions come from all of them', async () => {
    const client = await gateway.client()
    const { prompts } = await client.listPrompts()
    assert.ok(
      prompts.some(({ name }) => name.startsWith('everything_')) && prompts.some(({ name }) => name.startsWith('old_')),
    )
    const { resources } = await client.listResources()
    const resource = resources.find(({ uri }) => uri.startsWith('everything+'))
    assert.ok(resource, JSON.stringify(resources.slice(0, 3)))
    const read = await client.readResource({ uri: resource.uri })
    assert.equal(read.contents[0]?.uri, resource.uri)
    const { resourceTemplates } = await client.listResourceTemplates()
    assert.ok(resourceTemplates.length > 1)
  })

  await t.test('questions of a server reach the user and their answers come back', async () => {
    const client = new Client(
      { name: 'asked', version: '1' },
      { capabilities: { sampling: {}, elicitation: {}, roots: {} } },
    )
    client.setRequestHandler(CreateMessageRequestSchema, () => ({
      model: 'm',
      role: 'assistant',
      content: { type: 'text', text: 'sampled by the client' },
    }))
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'decline' }))
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///given', name: 'given' }] }))
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js')
    await client.connect(new StreamableHTTPClientTransport(new URL(gateway.url)))
    t.after(() => client.close())
    const tools = (await client.listTools()).tools.map(({ name }) => name)
    const sampling = tools.find((name) => /^everything_.*sampling-request$/.test(name))
    assert.ok(sampling, tools.join())
    const sampled = await client.callTool({ name: sampling, arguments: { prompt: 'p', maxTokens: 5 } })
    assert.match(JSON.stringify(sampled.content), /sampled by the client/)
    const elicitation = tools.find((name) => /^everything_.*elicitation-request$/.test(name))
    assert.ok(elicitation, tools.join())
    assert.match(JSON.stringify((await client.callTool({ name: elicitation, arguments: {} })).content), /declin/i)
  })

  await t.test('progress comes while the call runs', async () => {
    const client = await gateway.client()
    const seen: number[] = []
    const name = (await client.listTools()).tools
      .map((tool) => tool.name)
      .find((each) => /^everything_.*long-running-operation$/.test(each))
    assert.ok(name)
    await client.callTool({ name, arguments: { duration: 1, steps: 4 } }, undefined, {
      onprogress: ({ progress }) => seen.push(progress),
    })
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
    )
    assert.ok(seen.length >= 3, seen.join())
  })

  await t.test('a cancelled call ends at once, for the client', async () => {
    const client = await gateway.client()
    const name =
      (await client.listTools()).tools
        .map((tool) => tool.name)
        .find((each) => /^everything_.*long-running-operation$/.test(each)) ?? ''
    const stop = new AbortController()
    const call = client.callTool({ name, arguments: { duration: 30, steps: 30 } }, undefined, { signal: stop.signal })
    setTimeout(() => stop.abort('enough'), 100)
    await assert.rejects(call, /enough/)
    assert.match(
      JSON.stringify(
        (await client.callTool({ name: 'everything_echo', arguments: { message: 'still here' } })).content,
      ),
      /still here/,
    )
  })

  await t.test('log messages follow the level that was asked for', async () => {
    const client = await gateway.client()
    client.setNotificationHandler(LoggingMessageNotificationSchema, () => undefined)
    await client.setLoggingLevel('error')
    assert.deepEqual(await client.ping(), {})
  })

  await t.test('one target alone keeps its names', async () => {
    const tools = await gateway.tools('/alone')
    assert.ok(tools.includes('echo'), tools.join())
  })

  await t.test('the newer official library works, also when it asks for the newest revision first', async () => {
    for (const options of [{}, { versionNegotiation: { mode: 'auto' as const } }]) {
      const client = new ModernClient({ name: 'modern', version: '1' }, { capabilities: {}, ...options })
      await client.connect(new ModernTransport(new URL(gateway.url)))
      assert.ok((await client.listTools()).tools.length > 10)
      const result = await client.callTool({ name: 'everything_echo', arguments: { message: 'modern' } })
      assert.match(JSON.stringify(result), /Echo: modern/)
      await client.close()
    }
  })

  await t.test('MCP Inspector lists, calls, and says what is wrong with its exit code', async () => {
    const inspect = (...args: string[]) =>
      promisify(execFile)(
        process.execPath,
        ['node_modules/.bin/mcp-inspector', '--cli', gateway.url, '--transport', 'http', ...args],
        { cwd: root },
      )
    assert.match((await inspect('--method', 'tools/list')).stdout, /"everything_echo"/)
    assert.match(
      (await inspect('--method', 'tools/call', '--tool-name', 'everything_echo', '--tool-arg', 'message=seen')).stdout,
      /Echo: seen/,
    )
    await assert.rejects(inspect('--method', 'tools/call', '--tool-name', 'no_such'), { code: 5 })
  })
})

test('clients of the oldest transport are served at /sse', async (t) => {
  const gateway = await startGateway(t, 'test/journey/federation/sse.yaml')
  const client = new Client({ name: 'old', version: '1' })
  await client.connect(new SSEClientTransport(new URL('/sse', gateway.url)))
  t.after(() => client.close())
  assert.deepEqual(
    (await client.listTools()).tools.map(({ name }) => name),
    ['echo'],
  )
  assert.match(JSON.stringify((await client.callTool({ name: 'echo', arguments: { message: 'x' } })).content), /x/)
})

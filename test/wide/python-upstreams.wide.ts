// Servers written in Python, by others, behind the gateway: over stdio, Streamable HTTP and HTTP+SSE.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import path from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { Client as LaterClient, StreamableHTTPClientTransport as LaterTransport } from '@modelcontextprotocol/client'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { fastmcp } from '../parts/fastmcp.ts'
import { needed, type Part } from '../parts/part.ts'
import { pythonMcp, pythonMcp2 } from '../parts/python-mcp.ts'
import { python } from '../parts/venv.ts'
import { eventually, freePorts, type RunningGateway, startGateway } from '../support/gateway.ts'

const program = path.join(import.meta.dirname, 'python/upstream.py')
const targets = ['pipe', 'http', 'events'] as const

async function connected(t: TestContext, part: Part): Promise<Client> {
  const gateway = await inFrontOf(t, part)
  return gateway.client({ capabilities: { elicitation: {} } })
}

/** A client of 2026-07-28. */
async function connectedLater(t: TestContext, part: Part): Promise<LaterClient> {
  const { url } = await inFrontOf(t, part)
  const options = { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: { pin: '2026-07-28' } } }
  const client = new LaterClient({ name: 'wide', version: '1' }, options)
  await client.connect(new LaterTransport(new URL('/mcp', url)))
  t.after(() => client.close())
  return client
}

async function inFrontOf(t: TestContext, part: Part): Promise<RunningGateway> {
  const interpreter = python(needed(part))
  const [http = 0, sse = 0] = await freePorts(2)
  await Promise.all([startServer(t, [interpreter, 'http'], http), startServer(t, [interpreter, 'sse'], sse)])
  const env = { PYTHON: interpreter, PROGRAM: program, HTTP_PORT: String(http), SSE_PORT: String(sse) }
  return startGateway(t, 'test/wide/upstreams.yaml', env)
}

async function startServer(
  t: TestContext,
  [command, transport]: readonly [string, string],
  port: number,
): Promise<void> {
  const child = spawn(command, [program, transport, String(port)], { stdio: ['ignore', 'ignore', 'pipe'] })
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk))
  await eventually(
    () => {
      if (child.exitCode !== null) throw new Error(`the server ended: ${said}`)
      return listens(port)
    },
    () => said,
    60_000,
  )
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

for (const part of [pythonMcp, pythonMcp2, fastmcp]) {
  suite(`servers of ${part.name} ${part.version}`, () => {
    test('their tools are listed and called over every transport', async (t) => {
      const client = await connected(t, part)
      const names = (await client.listTools()).tools.map(({ name }) => name)
      assert.deepEqual(
        names.toSorted(),
        targets.flatMap((target) => ['add', 'ask', 'climb'].map((name) => `${target}_${name}`)).toSorted(),
      )
      for (const target of targets) {
        const { structuredContent } = await client.callTool({ name: `${target}_add`, arguments: { a: 2, b: 40 } })
        assert.deepEqual(structuredContent, { result: 42 }, target)
      }
    })

    test('progress and questions of their tools reach the client', async (t) => {
      const client = await connected(t, part)
      client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { colour: 'green' } }))
      for (const target of targets) {
        const steps: number[] = []
        const call = { name: `${target}_climb`, arguments: { steps: 3 } }
        await client.callTool(call, undefined, { onprogress: ({ progress }) => steps.push(progress) })
        assert.deepEqual(steps, [1, 2, 3], target)
        const { content } = await client.callTool({ name: `${target}_ask`, arguments: {} })
        assert.match(JSON.stringify(content), /accept green/, target)
      }
    })

    test('questions of their tools reach a client of 2026-07-28', async (t) => {
      const client = await connectedLater(t, part)
      client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { colour: 'green' } }))
      for (const target of targets) {
        const { content } = await client.callTool({ name: `${target}_ask`, arguments: {} })
        // FastMCP speaks that revision over HTTP, and there its tools cannot ask: so does its own client read it.
        const asks = part !== fastmcp || target !== 'http'
        assert.match(JSON.stringify(content), asks ? /accept green/ : /unavailable on 2026-07-28/, target)
      }
    })

    test('their templates make addresses that can be read', async (t) => {
      const client = await connected(t, part)
      const { resourceTemplates } = await client.listResourceTemplates()
      assert.equal(resourceTemplates.length, targets.length)
      for (const { uriTemplate } of resourceTemplates) {
        const { contents } = await client.readResource({ uri: uriTemplate.replace('{name}', 'ada') })
        assert.match(JSON.stringify(contents), /hello ada/, uriTemplate)
      }
    })
  })
}

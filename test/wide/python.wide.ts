// Clients written in Python, by others, against the gateway: both generations of the SDK, over Streamable HTTP and HTTP+SSE.
import assert from 'node:assert/strict'
import path from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { everything } from '../../servers/everything.ts'
import { tools } from '../../servers/everything-tools.ts'
import { serve } from '../../servers/serve.ts'
import { fastmcp } from '../parts/fastmcp.ts'
import { needed, type Part } from '../parts/part.ts'
import { pythonMcp, pythonMcp2 } from '../parts/python-mcp.ts'
import { python } from '../parts/venv.ts'
import { eventually, startGateway } from '../support/gateway.ts'
import { ClientError, Driven } from './driven.ts'
import { startUpstream, type Upstream } from './upstream.ts'

type Transport = 'http' | 'legacy' | 'sse'

interface Library {
  readonly part: Part
  readonly program: string
  /** `http` speaks the newest revision that the library knows, `legacy` one of before. */
  readonly transports: readonly Transport[]
  /** Tells the server when a task is cancelled. */
  readonly tellsOfCancelling: boolean
  /** The largest event of a stream that it takes. */
  readonly largestEvent: number
}

const libraries: readonly Library[] = [
  {
    part: pythonMcp,
    program: 'sdk1.py',
    transports: ['http', 'sse'],
    tellsOfCancelling: false,
    largestEvent: Number.POSITIVE_INFINITY,
  },
  {
    part: pythonMcp2,
    program: 'sdk2.py',
    transports: ['http', 'legacy', 'sse'],
    tellsOfCancelling: true,
    largestEvent: 1_048_576,
  },
  {
    part: fastmcp,
    program: 'fast.py',
    transports: ['http', 'legacy', 'sse'],
    tellsOfCancelling: true,
    largestEvent: 1_048_576,
  },
]

interface Stage {
  readonly client: Driven
  readonly upstream: Upstream
}

async function stage(t: TestContext, library: Library, transport: Transport): Promise<Stage> {
  const interpreter = python(needed(library.part))
  const upstream = await startUpstream(t)
  const server = await serve(everything, { transport: 'http' })
  t.after(() => server.close())
  const gateway = await startGateway(t, 'test/wide/clients.yaml', { EVERYTHING: server.url, WIDE: upstream.url })
  const url = new URL(transport === 'sse' ? '/sse' : '/mcp', gateway.url).href
  const program = path.join(import.meta.dirname, 'python', library.program)
  return { client: await Driven.start(t, interpreter, [program, transport, url]), upstream }
}

/** The text of a tool's answer. */
function textOf(result: unknown): string {
  const { content } = Object(result)
  assert.ok(Array.isArray(content), JSON.stringify(result))
  return content.map(({ text }: { text?: string }) => text ?? '').join('')
}

for (const library of libraries) {
  for (const transport of library.transports) {
    suite(`${library.part.name} ${library.part.version} over ${transport}`, () => {
      test('sees one server, and everything that two of them offer', async (t) => {
        const { client } = await stage(t, library, transport)
        const [greeting] = client.events('connected')
        assert.equal(Object(greeting?.['serverInfo']).name, 'toolgate')
        const expected = tools.map(({ definition }) => `everything_${definition.name}`)
        assert.deepEqual(
          new Set(Array.from(Object(await client.ask('tools').answer), String)),
          new Set([...expected, 'wide_large', 'wide_wait']),
        )
        const prompts = Array.from(Object(await client.ask('prompts').answer), String)
        assert.ok(prompts.includes('everything_test_simple_prompt'), prompts.join(' '))
      })

      test('calls a tool, and is told what a tool that fails says', async (t) => {
        const { client } = await stage(t, library, transport)
        const fine = await client.ask('call', { name: 'everything_test_simple_text', arguments: {} }).answer
        assert.equal(textOf(fine), 'This is a simple text response for testing.')
        const failed = await client.ask('call', { name: 'everything_test_error_handling', arguments: {} }).answer
        assert.equal(Object(failed).isError, true)
        await assert.rejects(
          client.ask('call', { name: 'everything_no_such_tool', arguments: {} }).answer,
          (error) => error instanceof ClientError && error.code === -32602,
        )
      })

      test('answers what a tool asks the user, and what it asks the model', async (t) => {
        const { client } = await stage(t, library, transport)
        const asked = { name: 'everything_test_elicitation', arguments: { message: 'Who are you?' } }
        assert.match(textOf(await client.ask('call', asked).answer), /action=accept.*"username":"ada"/)
        assert.equal(client.events('elicitation')[0]?.['message'], 'Who are you?')
        const sampled = { name: 'everything_test_sampling', arguments: { prompt: 'How is the weather?' } }
        assert.equal(textOf(await client.ask('call', sampled).answer), 'LLM response: a fine day')
        assert.equal(client.events('sampling')[0]?.['maxTokens'], 100)
      })

      test('follows progress and log messages of a call, in order', async (t) => {
        const { client } = await stage(t, library, transport)
        await client.ask('call', { name: 'everything_test_tool_with_progress', arguments: {} }).answer
        assert.deepEqual(
          client.events('progress').map(({ progress }) => progress),
          [0, 50, 100],
        )
        await client.ask('call', { name: 'everything_test_tool_with_logging', arguments: {} }).answer
        assert.deepEqual(
          client.events('log').map(({ data }) => data),
          ['Tool execution started', 'Tool processing data', 'Tool execution completed'],
        )
      })

      test('reads the resources it was shown, text and bytes', async (t) => {
        const { client } = await stage(t, library, transport)
        const uris = Array.from(Object(await client.ask('resources').answer), String)
        const read = async (name: string): Promise<Record<string, unknown>> => {
          const uri = uris.find((each) => each.includes(name))
          assert.ok(uri !== undefined, `no ${name} in ${uris.join(' ')}`)
          return Object(Object(await client.ask('read', { uri }).answer).contents[0])
        }
        assert.equal((await read('static-text'))['text'], 'This is the content of the static text resource.')
        assert.equal((await read('static-binary'))['mimeType'], 'image/png')
      })

      test('takes an answer of three megabytes, or as large as its library takes an event', async (t) => {
        const { client } = await stage(t, library, transport)
        // Over Streamable HTTP the answer is JSON, not an event: that bound of the library is out of the way.
        const bytes = Math.min(3 * 1024 * 1024, transport === 'sse' ? library.largestEvent - 1_000 : 3 * 1024 * 1024)
        const large = await client.ask('call', { name: 'wide_large', arguments: { bytes } }).answer
        assert.equal(textOf(large).length, bytes)
      })

      test('cancels a call, and the upstream stops', async (t) => {
        const { client, upstream } = await stage(t, library, transport)
        const { id, answer } = client.ask('call', { name: 'wide_wait', arguments: {} })
        const ended = assert.rejects(answer)
        await eventually(
          () => upstream.waits.running === 1,
          () => 'the call never reached the upstream',
        )
        if (!library.tellsOfCancelling) {
          const { requestId } = await client.happened('sent')
          await client.ask('give_up', { requestId }).answer
        }
        client.cancel(id)
        await ended
        await eventually(
          () => upstream.waits.cancelled === 1,
          () => 'the upstream never heard of it',
        )
        const after = await client.ask('call', { name: 'everything_test_simple_text', arguments: {} }).answer
        assert.match(textOf(after), /simple text/)
      })
    })
  }
}

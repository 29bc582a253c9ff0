// `toolgate tools` against real servers: what is printed where, and what each exit code means.
import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'
import { converter } from '../../servers/convert.ts'
import { everything } from '../../servers/everything.ts'
import { notes } from '../../servers/notes.ts'
import { type MakeServer, serve } from '../../servers/serve.ts'
import { toolgate } from './io.ts'

async function served(t: TestContext, make: MakeServer, transport: 'http' | 'sse' = 'http'): Promise<string> {
  const serving = await serve(make, { transport })
  t.after(() => serving.close())
  return serving.url
}

async function answering(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // a TCP server that listens has no other kind of address
  return `http://127.0.0.1:${port}/mcp`
}

test('list prints a line for each tool, whole in a pipe', async (t) => {
  const url = await served(t, notes())
  const { code, out, err } = await toolgate(['tools', 'list', '--url', url])
  assert.equal(code, 0)
  assert.deepEqual(
    out.split('\n').map((line) => line.split('\t')[0]),
    ['add', 'edit', 'remove', 'search', ''],
  )
  assert.match(out, /^remove\tThrows a note away for good\.$/m)
  assert.equal(err, '4 tools\n')
})

test('list works over HTTP+SSE as well', async (t) => {
  const url = await served(t, converter, 'sse')
  const { out } = await toolgate(['tools', 'list', '-u', url])
  assert.match(out, /^convert\t[^\n]+\ntable\t[^\n]+\n$/)
})

test('list as JSON is one document with every tool as it came', async (t) => {
  const url = await served(t, everything)
  const { code, out, err } = await toolgate(['tools', 'list', '--url', url, '--name', '2020_12', '--format', 'json'])
  assert.deepEqual({ code, err }, { code: 0, err: '' })
  const { version, server, tools } = JSON.parse(out)
  assert.deepEqual({ version, name: server.name, tools: tools.length }, { version: 1, name: 'everything', tools: 1 })
  assert.equal(tools[0].inputSchema.$defs.address.$anchor, 'addressDef')
  assert.equal((await toolgate(['tools', 'list', 'nothing-like-it', '--url', url])).code, 1)
})

test('call prints the text of the answer; what is no text is named', async (t) => {
  const url = await served(t, everything)
  const { code, out } = await toolgate(['tools', 'call', 'test_multiple_content_types', '--url', url])
  assert.equal(code, 0)
  assert.match(
    out,
    /^Multiple content types test:\n\[image image\/png, about \d+ bytes[^\n]+\n\[resource test:\/\/mixed-content-resource\]\n\{"test"/,
  )
})

test('arguments come from the line or from standard input', async (t) => {
  const url = await served(t, converter)
  const line = await toolgate(['tools', 'call', 'convert', '--args', '{"value":1,"from":"km","to":"m"}', '--url', url])
  assert.deepEqual({ code: line.code, out: line.out }, { code: 0, out: '1 km = 1000 m\n' })
  const stdin = '{"value":2,"from":"km","to":"m"}'
  const piped = await toolgate(['tools', 'call', '--name', 'convert', '--args', '-', '--url', url], { stdin })
  assert.equal(piped.out, '2 km = 2000 m\n')
  for (const args of ['{"value":', '[1]', '"x"']) {
    const wrong = await toolgate(['tools', 'call', 'convert', '--args', args, '--url', url])
    assert.deepEqual({ code: wrong.code, out: wrong.out }, { code: 2, out: '' })
    assert.match(wrong.err, /--args is not/)
  }
})

test('a tool that fails answers on stdout and says no with the exit code', async (t) => {
  const url = await served(t, everything)
  const { code, out, err } = await toolgate(['tools', 'call', 'test_error_handling', '--url', url])
  assert.equal(code, 1)
  assert.equal(out, 'This tool intentionally returns an error for testing\n')
  assert.equal(err, '✗ the tool says that it failed\n')
  const json = await toolgate(['tools', 'call', 'test_error_handling', '--url', url, '--format', 'json'])
  assert.equal(JSON.parse(json.out).isError, true)
})

test('a tool that is not there is answered with the one that was meant', async (t) => {
  const url = await served(t, everything)
  const { code, out, err } = await toolgate(['tools', 'call', 'test_simple_txet', '--url', url])
  assert.deepEqual({ code, out }, { code: 1, out: '' })
  assert.match(err, /^error: Unknown tool: test_simple_txet: did you mean `test_simple_text`\?\n {2}--> http/)
})

test('what a server says cannot act on the terminal', async (t) => {
  const url = await served(t, () => {
    const server = new McpServer({ name: 'evil', version: '1' })
    const description = 'fine \u001b]0;title\u0007 \u202eesrever'
    server.registerTool('evil', { description, inputSchema: { a: z.string().optional() } }, () => ({
      content: [{ type: 'text', text: 'safe?\u001b[2J\u009b1A' }],
    }))
    return server
  })
  const listed = await toolgate(['tools', 'list', '--url', url], { env: { NO_COLOR: '1' }, tty: true })
  const called = await toolgate(['tools', 'call', 'evil', '--url', url])
  assert.doesNotMatch(listed.out + called.out, /\p{Cc}(?<!\n)|\u202e/u)
  assert.equal(called.out, 'safe?⟨U+001B⟩[2J⟨U+009B⟩1A\n')
})

test('token and headers are sent, from flags or from the environment', async (t) => {
  const seen: (string | undefined)[] = []
  const url = await answering(t, (request, response) => {
    seen.push(request.headers.authorization, request.headers['x-team']?.toString())
    response.writeHead(401).end('the token has expired\u009b1A')
  })
  const flags = ['tools', 'list', '--url', url, '--header', 'X-Team: blue']
  const { code, err } = await toolgate([...flags, '--token', 'abc'])
  assert.equal(code, 1)
  assert.match(
    err,
    /these credentials \(401\): the token has expired⟨U\+009B⟩1A\n[^]*try: toolgate doctor oauth --url /,
  )
  assert.doesNotMatch(err, /abc/)
  const bare = await toolgate(['tools', 'list', '--url', url])
  assert.match(bare.err, /who you are \(401\)\n[^]*try: --token TOKEN/)
  assert.deepEqual(seen.splice(2), [undefined, undefined])
  await toolgate(flags, { env: { TOOLGATE_TOKEN: 'env' } })
  assert.deepEqual(seen, ['Bearer abc', 'blue', 'Bearer env', 'blue'])
  const wrong = await toolgate(['tools', 'list', '--header', 'bad name: secret'])
  assert.equal(wrong.code, 2)
  assert.doesNotMatch(wrong.err, /secret/)
})

test('who does not answer, or not as a server would, could not be asked', async (t) => {
  const nobody = await answering(t, (_, response) => void response.destroy())
  assert.equal((await toolgate(['tools', 'list', '--url', nobody])).code, 3)
  const missing = await answering(t, (_, response) => void response.writeHead(404).end())
  const page = await toolgate(['tools', 'list', '--url', missing])
  assert.equal(page.code, 3)
  assert.match(page.err, /404[^]*most servers listen at \/mcp/)
  const html = await answering(
    t,
    (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
  )
  assert.equal((await toolgate(['tools', 'list', '--url', html])).code, 3)
  const serving = await serve(everything, { transport: 'http' })
  await serving.close() // now nothing listens there
  const refused = await toolgate(['tools', 'list', '--url', serving.url])
  assert.equal(refused.code, 3)
  assert.match(refused.err, /cannot reach 127\.0\.0\.1:\d+: connection refused[^]*try: start the gateway: toolgate/)
})

test('a server that takes too long is given up; Ctrl-C gives up at once', async (t) => {
  const url = await answering(t, () => undefined)
  const late = await toolgate(['tools', 'list', '--url', url, '--timeout', '0.2'])
  assert.equal(late.code, 3)
  assert.match(late.err, /no answer within 0\.2 s/)
  const interrupt = new AbortController()
  const waiting = toolgate(['tools', 'list', '--url', url], { signal: interrupt.signal })
  setTimeout(() => interrupt.abort(), 50)
  assert.equal((await waiting).code, 130)
})

test('addresses and times that are none are wrong usage', async () => {
  for (const argv of [
    ['--url', 'ftp://x'],
    ['--url', 'http://'],
    ['--timeout', 'soon'],
    ['--timeout', '0'],
  ])
    assert.equal((await toolgate(['tools', 'list', ...argv])).code, 2, argv.join(' '))
})

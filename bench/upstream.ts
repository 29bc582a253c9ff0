// A minimal MCP server (Streamable HTTP) that answers ready texts: its own process, never the bottleneck.
// Paths: /json/COUNT/NAME and /sse/COUNT/NAME, the way tools/call is answered and the number of tools; /text/… with 1 KiB of prose; /modern/COUNT/NAME speaks
// 2026-07-28, and /ask/COUNT/NAME asks the user something before it answers. /rest/… is no MCP: a resource of a REST API.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

const RESOURCE = JSON.stringify({
  count: 4,
  animals: ['fox', 'dog'],
  unit: 'jumps',
  text: 'the quick brown fox jumps over the lazy dog; '.repeat(4).trim(),
})
const ANSWER = JSON.stringify({
  content: [{ type: 'text', text: 'the quick brown fox jumps over the lazy dog; '.repeat(4).trim() }],
  structuredContent: { count: 4, animals: ['fox', 'dog'], unit: 'jumps' },
})

const modes = ['json', 'sse', 'text', 'modern', 'ask'] as const
type Mode = (typeof modes)[number]
const isMode = (text: string | undefined): text is Mode => modes.some((known) => known === text)

/** Prose as reports have it: sentences of different words. */
const TEXT = JSON.stringify({ content: [{ type: 'text', text: prose(1_024) }] })

function prose(length: number): string {
  const words =
    'the report of last week shows that sales in the northern region rose by four percent while costs stayed flat and a team in Turin delivered its new warehouse system on time'.split(
      ' ',
    )
  let text = ''
  for (let i = 0; text.length < length; i++) text += `${words[(i * 7) % words.length]}${i % 12 === 11 ? '. ' : ' '}`
  return text.slice(0, length)
}

const QUESTION = JSON.stringify({
  jsonrpc: '2.0',
  id: 'q-1',
  method: 'elicitation/create',
  params: {
    mode: 'form',
    message: 'Which of the two is meant?',
    requestedSchema: { type: 'object', properties: { which: { type: 'string' } }, required: ['which'] },
  },
})

interface Peer {
  readonly mode: Mode
  readonly server: string
  list: string
  readonly streams: Set<ServerResponse>
}

const peers = new Map<string, Peer>()
const counters = { sessions: 0, versions: 0 }

function peerAt(path: string): Peer | undefined {
  const known = peers.get(path)
  if (known !== undefined) return known
  const [, mode, count, name] = path.split('/')
  if (!isMode(mode) || name === undefined) return undefined
  const peer = { mode, server: name, list: listOf(Number(count)), streams: new Set<ServerResponse>() }
  peers.set(path, peer)
  return peer
}

function listOf(count: number): string {
  const tools = Array.from({ length: count }, (_, i) => ({
    name: i === 0 ? 'echo' : `tool-${i}`,
    description: `Looks up entry ${i} of revision ${counters.versions} and says what is known about it`,
    inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  }))
  return JSON.stringify({ tools })
}

function onPost(peer: Peer, body: string, response: ServerResponse): void {
  const message = JSON.parse(body)
  if (message.id === undefined) {
    response.writeHead(202)
    response.end()
    return
  }
  const id = JSON.stringify(message.id)
  if (peer.mode === 'modern') return modern(peer, message.method, id, response)
  switch (message.method) {
    case 'initialize':
      return answer(response, id, hello(peer, message.params.protocolVersion), {
        'mcp-session-id': `s-${++counters.sessions}`,
      })
    case 'tools/list':
      return answer(response, id, peer.list)
    case 'tools/call':
      if (peer.mode === 'json' || peer.mode === 'text')
        return answer(response, id, peer.mode === 'json' ? ANSWER : TEXT)
      return stream(response, id, peer.mode === 'ask')
    case 'ping':
      return answer(response, id, '{}')
    default:
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(`{"jsonrpc":"2.0","id":${id},"error":{"code":-32601,"message":"method not found"}}`)
  }
}

const hello = (peer: Peer, protocolVersion: unknown): string =>
  JSON.stringify({
    protocolVersion,
    capabilities: { tools: { listChanged: true } },
    serverInfo: { name: peer.server, version: '1' },
  })

function answer(response: ServerResponse, id: string, result: string, headers: { [name: string]: string } = {}): void {
  const text = `{"jsonrpc":"2.0","id":${id},"result":${result}}`
  headers['content-type'] = 'application/json'
  headers['content-length'] = String(Buffer.byteLength(text))
  response.writeHead(200, headers)
  response.end(text)
}

const STAMPS = '"resultType":"complete","ttlMs":60000,"cacheScope":"public"'

/** Answers of 2026-07-28: every result says what it is. */
function modern(peer: Peer, method: string, id: string, response: ServerResponse): void {
  const stamped = (text: string): string => `${text.slice(0, -1)},${STAMPS}}`
  const hello = {
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: { listChanged: true } },
    serverInfo: { name: peer.server, version: '1' },
  }
  if (method === 'tools/call') return answer(response, id, `${ANSWER.slice(0, -1)},"resultType":"complete"}`)
  if (method === 'tools/list') return answer(response, id, stamped(peer.list))
  if (method === 'server/discover') return answer(response, id, stamped(JSON.stringify(hello)))
  const text = `{"jsonrpc":"2.0","id":${id},"error":{"code":-32601,"message":"method not found"}}`
  response.writeHead(404, { 'content-type': 'application/json' })
  response.end(text)
}

function stream(response: ServerResponse, id: string, asks: boolean): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  // Whoever asks waits for an answer that never comes: the call stays open until the other side gives up.
  if (asks) return void response.write(`event: message\ndata: ${QUESTION}\n\n`)
  response.end(`event: message\ndata: {"jsonrpc":"2.0","id":${id},"result":${ANSWER}}\n\n`)
}

function onGet(peer: Peer, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  response.flushHeaders()
  peer.streams.add(response)
  response.on('close', () => peer.streams.delete(response))
}

/** Every peer at `path` has other descriptions from now on, and says so on its open streams. */
function change(path: string, count: number): void {
  const peer = peerAt(path)
  if (peer === undefined) return
  counters.versions++
  peer.list = listOf(count)
  for (const open of peer.streams)
    open.write('event: message\ndata: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n')
}

function resource(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(RESOURCE)) })
  response.end(RESOURCE)
}

const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  if (request.url?.startsWith('/rest/') === true) return resource(response)
  const peer = peerAt(request.url ?? '')
  if (peer === undefined) {
    response.writeHead(404)
    response.end()
    return
  }
  if (request.method === 'GET') return onGet(peer, response)
  if (request.method === 'DELETE') {
    response.end()
    return
  }
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => {
    body += chunk
  })
  request.on('end', () => onPost(peer, body, response))
})
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => process.send?.({ port: addressPort() }))

function addressPort(): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

process.on('message', (message: { readonly change?: string; readonly count?: number }) => {
  if (message.change !== undefined) change(message.change, message.count ?? 1)
  process.send?.({ changed: true })
})
process.on('disconnect', () => process.exit())

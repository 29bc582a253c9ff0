// A server that lies, for tests of guards: what it offers is decided by whoever asks; it listens on loopback and nowhere else.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { JsonObject } from '../core/item.ts'

/** What it says of itself and lists; members of the answers to `initialize` and to the four lists. */
export interface Offer {
  readonly instructions: string
  readonly tools: readonly JsonObject[]
  readonly prompts: readonly JsonObject[]
  readonly resources: readonly JsonObject[]
  readonly resourceTemplates: readonly JsonObject[]
  /** What every tool answers. */
  readonly answer: string
}

export const canaryInfo = { name: 'canary', version: '1.0.0' } as const

/** One that says this until it is disposed. */
export async function startCanary(offer: Offer): Promise<AsyncDisposable & { readonly url: string }> {
  const answers: ReadonlyMap<string, JsonObject> = new Map<string, JsonObject>([
    ['ping', {}],
    ['tools/list', { tools: offer.tools }],
    ['prompts/list', { prompts: offer.prompts }],
    ['resources/list', { resources: offer.resources }],
    ['resources/templates/list', { resourceTemplates: offer.resourceTemplates }],
    ['tools/call', { content: [{ type: 'text', text: offer.answer }] }],
  ])
  const server = createServer((request, response) => {
    answer(request, response, offer, answers).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo // a TCP server that listens has no other kind of address
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  offer: Offer,
  answers: ReadonlyMap<string, JsonObject>,
): Promise<void> {
  const asked = request.method === 'POST' ? await text(request) : ''
  if (asked === '') return void response.writeHead(405, { allow: 'POST' }).end()
  const { id, method, params }: JsonObject = JSON.parse(asked)
  if (id === undefined) return void response.writeHead(202).end()
  const result = method === 'initialize' ? greeting(offer, params) : answers.get(String(method))
  const outcome = result === undefined ? { error: { code: -32601, message: 'method not found' } } : { result }
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ jsonrpc: '2.0', id, ...outcome }))
}

function greeting({ instructions }: Offer, params: unknown): JsonObject {
  const asked: unknown =
    typeof params === 'object' && params !== null && 'protocolVersion' in params ? params.protocolVersion : undefined
  return {
    protocolVersion: asked ?? '2025-11-25',
    capabilities: { tools: {}, prompts: {}, resources: {} },
    serverInfo: canaryInfo,
    instructions,
  }
}

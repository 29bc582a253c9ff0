// Servers that have one thing wrong with them, and what the doctor says of a server.
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { z } from 'zod'
import { toolgate } from './io.ts'

export const report = z.object({
  version: z.literal(1),
  url: z.string(),
  ok: z.boolean(),
  clients: z.array(
    z.object({
      as: z.string(),
      title: z.string(),
      ok: z.boolean(),
      stops: z.string().nullable(),
      era: z.string().nullable(),
      revision: z.string().nullable(),
      server: z.object({ name: z.string(), version: z.string() }),
      tools: z.number(),
      findings: z.array(
        z.object({
          step: z.string(),
          verdict: z.enum(['yes', 'no', 'note', 'skipped']),
          says: z.string(),
          clause: z.string().optional(),
          change: z.string().optional(),
        }),
      ),
    }),
  ),
})

export async function visited(url: string, as: string, ...more: readonly string[]) {
  const { code, out, err } = await toolgate(['doctor', url, '--as', as, '--format', 'json', ...more])
  assert.equal(err, '')
  const said = report.parse(JSON.parse(out))
  assert.equal(code, said.ok ? 0 : 1)
  return said.clients
}

export async function one(url: string, as: string, ...more: readonly string[]) {
  const [client] = await visited(url, as, ...more)
  assert.ok(client)
  const at = (step: string) => client.findings.filter((finding) => finding.step === step)
  return { ...client, at, verdicts: client.findings.map(({ step, verdict }) => `${step} ${verdict}`) }
}

export async function listening(t: TestContext, listener: RequestListener): Promise<string> {
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

interface Asked {
  readonly id?: number
  readonly method: string
  readonly request: IncomingMessage
}

export const HELLO = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'bent', version: '1' },
}
export const TOOL = { name: 'read', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }

/** A small server that answers as it should, except where `bend` does it. `bend` returns a result, or answers itself. */
export async function bent(
  t: TestContext,
  bend: (asked: Asked, response: ServerResponse) => object | undefined,
): Promise<{ readonly url: string; readonly heard: Asked[] }> {
  const heard: Asked[] = []
  const usual: Readonly<Record<string, object>> = {
    initialize: HELLO,
    'tools/list': { tools: [TOOL] },
    'tools/call': { content: [] },
    ping: {},
  }
  const url = await listening(t, (request, response) => {
    void (async () => {
      let text = ''
      for await (const chunk of request) text += String(chunk)
      const { id, method = request.method ?? '' } = text === '' ? {} : JSON.parse(text)
      const asked = { id, method, request }
      heard.push(asked)
      const result = bend(asked, response) ?? usual[method]
      if (response.headersSent) return
      if (request.method !== 'POST') return response.writeHead(405).end()
      if (id === undefined) return response.writeHead(202).end()
      response.setHeader('content-type', 'application/json')
      const answer = result === undefined ? { error: { code: -32601, message: 'no such method' } } : { result }
      return response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
    })()
  })
  return { url, heard }
}

// Between the suite, which knows names by heart, and a gateway that has to give others to the same things.
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Owner } from '../support/gateway.ts'

export interface Translation {
  /** Who asks; nobody knows unless it is said. */
  readonly key?: string | undefined
  readonly toGateway: (text: string) => string
  readonly toSuite: (text: string) => string
}

/** Listens until the test ends, and hands everything on to `url`, with other names in bodies and in the header that repeats one. */
export async function shim(t: Owner, url: string, translation: Translation): Promise<string> {
  const server = createServer((asked, response) => {
    void pass(asked, response, { url, translation }).catch((error: unknown) => response.destroy(toError(error)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return `http://127.0.0.1:${port}${new URL(url).pathname}`
}

const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)))

async function pass(
  asked: IncomingMessage,
  response: ServerResponse,
  { url, translation }: { readonly url: string; readonly translation: Translation },
): Promise<void> {
  const body = translation.toGateway(await text(asked))
  const headers = { ...asked.headers }
  if (translation.key !== undefined) headers['authorization'] = `Bearer ${translation.key}`
  const name = headers['mcp-name']
  if (typeof name === 'string') headers['mcp-name'] = translation.toGateway(`"${name}"`).slice(1, -1)
  if (body !== '') headers['content-length'] = String(Buffer.byteLength(body))
  const { hostname, port, pathname } = new URL(url)
  const upstream = request({ hostname, port, path: pathname, method: asked.method, headers, agent: false })
  response.once('close', () => upstream.destroy())
  upstream.once('error', (error) => response.destroy(error))
  upstream.end(body)
  const [answer] = (await once(upstream, 'response')) as [IncomingMessage] // what the event is said to carry
  const { 'content-length': _, 'transfer-encoding': __, ...rest } = answer.headers
  response.writeHead(answer.statusCode ?? 502, rest)
  // An event stream is translated line by line: the gateway writes a whole message into one.
  response.flushHeaders()
  let left = ''
  for await (const chunk of answer.setEncoding('utf8')) {
    const lines = `${left}${chunk}`.split('\n')
    left = lines.pop() ?? ''
    for (const line of lines) response.write(`${translation.toSuite(line)}\n`)
  }
  response.end(translation.toSuite(left))
}

// Serves what speaks revision 2026-07-28: the library's handler behind node:http, or over the process's own pipes. The other library is in serve.ts.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import {
  createMcpHandler,
  type McpServer,
  type McpServerFactory,
  type Server,
  type ServerEvent,
  type ServerEventBus,
} from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { endWith, isProgram, programOptions, tlsOf } from './program.ts'
import { listen, type ServeOptions, type Serving } from './serve.ts'

export interface ModernOptions extends Omit<ServeOptions, 'transport' | 'stateless' | 'json'> {
  /** Also answer revisions with `initialize`, call by call. */
  readonly legacy?: boolean
  /** Where changes come from that `subscriptions/listen` tells of. */
  readonly bus?: ServerEventBus
}

/** A server to serve: one object for each request, and what tells all of them of changes. */
export interface ModernServer {
  readonly make: McpServerFactory
  readonly bus: ServerEventBus
}

/** The request as the web knows it; its signal fires when the client hangs up. */
function webRequest(request: IncomingMessage, response: ServerResponse): Request {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const headers = new Headers()
  for (const [name, values] of Object.entries(request.headersDistinct))
    for (const value of values ?? []) headers.append(name, value)
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
  return new Request(new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`), {
    method: request.method ?? 'GET',
    headers,
    signal: gone.signal,
    ...(hasBody && { body: Readable.toWeb(request), duplex: 'half' }),
  })
}

async function answer(response: ServerResponse, { status, headers, body }: Response): Promise<void> {
  response.writeHead(status, Object.fromEntries(headers))
  if (body === null) {
    response.end()
    return
  }
  response.flushHeaders()
  // The stream of the global Response and that of node:stream/web are one; their types are not.
  const stream = Readable.fromWeb(body as ReadableStream)
  // Who hangs up in the middle is nobody's error.
  await pipeline(stream, response).catch(() => undefined)
}

/** Serves over HTTP until the returned `close` is called: one server object for each request. */
export async function serveModern(make: McpServerFactory, options: ModernOptions = {}): Promise<Serving> {
  const { legacy = false, bus, path = '/mcp' } = options
  const handler = createMcpHandler(make, { legacy: legacy ? 'stateless' : 'reject', ...(bus && { bus }) })
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await answer(response, await handler.fetch(webRequest(request, response)))
    } catch (error) {
      if (response.headersSent) response.destroy()
      else response.writeHead(500, { 'content-type': 'text/plain' }).end(`${String(error)}\n`)
    }
  }
  const serving = await listen(
    (request, response) => {
      const asked = (request.url ?? '').split('?', 1)[0]
      if (asked === path)
        void handle(request, response) // never rejects
      else response.writeHead(404, { 'content-type': 'text/plain' }).end(`nothing here: try ${path}\n`)
    },
    { ...options, path },
  )
  return {
    url: serving.url,
    close: async () => {
      await handler.close()
      await serving.close()
    },
  }
}

/** Over a pipe there is one server object, which says itself what has changed; the library hands it to whoever listens. */
function told(made: McpServer | Server, bus: ServerEventBus): McpServer | Server {
  const server = 'server' in made ? made.server : made
  const tell = async (event: ServerEvent): Promise<void> => {
    switch (event.kind) {
      case 'resource_updated':
        return server.sendResourceUpdated({ uri: event.uri })
      case 'tools_list_changed':
        return server.sendToolListChanged()
      case 'prompts_list_changed':
        return server.sendPromptListChanged()
      case 'resources_list_changed':
        return server.sendResourceListChanged()
      default:
        return event satisfies never
    }
  }
  bus.subscribe((event) => {
    // Who has left meanwhile does not hear of it.
    tell(event).catch(() => undefined)
  })
  return made
}

/** Makes a file of this folder a program: `node servers/everything-modern.ts --transport http --era modern|both`. Nothing when imported. */
export async function modernProgram(meta: ImportMeta, open: () => ModernServer): Promise<void> {
  if (!isProgram(meta)) return
  const { make, bus } = open()
  const options = programOptions(process.argv.slice(2))
  const legacy = options.era !== 'modern'
  if ((options.transport ?? 'stdio') === 'stdio') {
    const serving = serveStdio(async (context) => told(await make(context), bus), {
      legacy: legacy ? 'serve' : 'reject',
    })
    endWith(() => serving.close(), true)
    return
  }
  const serving = await serveModern(make, {
    port: Number(options.port),
    host: options.host,
    legacy,
    bus,
    ...(options.path !== undefined && { path: options.path }),
    ...tlsOf(options),
  })
  endWith(() => serving.close(), options['until-stdin-ends'])
  process.stderr.write(`listening on ${serving.url}\n`)
}

// How the servers in this folder are reached: one program line, three transports. What a server offers stands in its own file.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { Connectable } from './transports.ts'

/** Makes the server of one session. What sessions share lives outside of it. */
export type MakeServer = () => Connectable

export interface ServeOptions {
  readonly transport: 'http' | 'sse'
  /** 0: any free one. */
  readonly port?: number
  /** A descriptor of a socket that listens already, instead of `host` and `port`: whoever made it knows the address. */
  readonly fd?: number
  readonly host?: string
  /** Where Streamable HTTP is served; `/mcp` unless said. HTTP+SSE is always at `/sse`. */
  readonly path?: string
  /** Host names that are accepted besides loopback's own. */
  readonly hosts?: readonly string[]
  /** No sessions: every POST stands alone. */
  readonly stateless?: boolean
  /** Answer calls as JSON instead of an event stream. */
  readonly json?: boolean
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer }
}

export interface Serving {
  readonly url: string
  close(): Promise<void>
}

const loopback: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** The host name in a `Host` or `Origin` header, without its port; `undefined` when it is none. */
function nameIn(header: string): string | undefined {
  const url = URL.parse(header.includes('://') ? header : `http://${header}`)
  return url?.hostname
}

/** A page in a browser must not reach a server on loopback under a name of its own (DNS rebinding). */
function invited({ headers }: IncomingMessage, names: readonly string[]): boolean {
  const { host, origin } = headers
  return [host ?? '', ...(origin === undefined ? [] : [origin])].every((each) => names.includes(nameIn(each) ?? ''))
}

/** Listens for HTTP until the returned `close` is called. */
export async function listen(listener: RequestListener, options: Omit<ServeOptions, 'transport'>): Promise<Serving> {
  const { host = '127.0.0.1', port = 0, fd, tls, path = '/' } = options
  const names = [...loopback, ...(options.hosts ?? [])]
  const guarded = loopback.includes(host) || host === '::1'
  const guard = (request: IncomingMessage, response: ServerResponse): void => {
    if (!guarded || invited(request, names)) return listener(request, response)
    response.writeHead(403, { 'content-type': 'text/plain' }).end('this host or origin is not invited\n')
  }
  const server = tls === undefined ? createServer(guard) : createTlsServer({ cert: tls.cert, key: tls.key }, guard)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    if (fd === undefined) server.listen(port, host, resolve)
    else server.listen({ fd }, resolve)
  })
  const address = server.address() as AddressInfo // a TCP server that listens has no other kind of address
  const shown = host.includes(':') ? `[${host}]` : host
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${shown}:${address.port}${path}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Serves over Streamable HTTP or HTTP+SSE, each client with a server of its own. */
export async function serve(make: MakeServer, options: ServeOptions): Promise<Serving> {
  const path = options.transport === 'sse' ? '/sse' : (options.path ?? '/mcp')
  // Only now: a server that is started over stdio has no use for them, and they take a third of its start.
  const { messageEndpoint, streamableEndpoint } = await import('./transports.ts')
  const endpoint = options.transport === 'sse' ? messageEndpoint(make) : streamableEndpoint(make, options)
  const serving = await listen(
    (request, response) => {
      const asked = (request.url ?? '').split('?', 1)[0]
      if (asked === path || (options.transport === 'sse' && asked === '/messages')) {
        // Never rejects: an endpoint answers its own errors.
        void endpoint.handle(request, response)
      } else response.writeHead(404, { 'content-type': 'text/plain' }).end(`nothing here: try ${path}\n`)
    },
    { ...options, path },
  )
  return {
    url: serving.url,
    close: async () => {
      await endpoint.close()
      await serving.close()
    },
  }
}

interface ProgramDefaults {
  readonly transport?: 'stdio' | 'http' | 'sse'
  readonly path?: string
  readonly hosts?: readonly string[]
}

const usage = `options: [--transport stdio|http|sse] [--port N] [--host ADDRESS] [--path /mcp]
         [--cert FILE --key FILE] [--stateless] [--json] [--era modern|both] [--until-stdin-ends]`

/** What every program of this folder understands. */
export function programOptions(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        transport: { type: 'string' },
        port: { type: 'string', default: '0' },
        host: { type: 'string', default: '127.0.0.1' },
        path: { type: 'string' },
        cert: { type: 'string' },
        key: { type: 'string' },
        stateless: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        era: { type: 'string' },
        'until-stdin-ends': { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`)
    return process.exit(2)
  }
}

/** Whether a module is the program that was started, and not imported by one. */
export function isProgram(meta: ImportMeta): boolean {
  const started = process.argv[1]
  return started !== undefined && existsSync(started) && realpathSync(started) === meta.filename
}

/**
 * Ends the process on SIGTERM, SIGINT and, when asked, when standard input ends: a pipe that a parent holds closes with the
 * parent, however it died.
 */
export function endWith(close: () => Promise<void>, stdin: boolean): void {
  const end = (): void => {
    // Whatever closing brings: the process is over.
    void close().finally(() => process.exit(0))
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  if (stdin) process.stdin.once('end', end).once('error', end).resume()
}

/** Reads `--cert` and `--key`. */
export function tlsOf(options: { cert?: string | undefined; key?: string | undefined }): Pick<ServeOptions, 'tls'> {
  const { cert, key } = options
  return cert === undefined || key === undefined ? {} : { tls: { cert: readFileSync(cert), key: readFileSync(key) } }
}

/** Makes a file of this folder a program: `node servers/clock.ts --transport http --port 8000`. Does nothing when imported. */
export async function program(meta: ImportMeta, make: MakeServer, defaults: ProgramDefaults = {}): Promise<void> {
  if (!isProgram(meta)) return
  const options = programOptions(process.argv.slice(2))
  const transport = options.transport ?? defaults.transport ?? 'stdio'
  if (transport === 'stdio') {
    const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js')
    const server = make()
    await server.connect(new StdioServerTransport() satisfies Transport)
    endWith(() => server.close(), true)
    return
  }
  if (transport !== 'http' && transport !== 'sse') {
    process.stderr.write(`there is no transport ${transport}\n${usage}\n`)
    process.exit(2)
  }
  const path = options.path ?? defaults.path
  const serving = await serve(make, {
    transport,
    port: Number(options.port),
    host: options.host,
    hosts: defaults.hosts ?? [],
    stateless: options.stateless,
    json: options.json,
    ...(path === undefined ? {} : { path }),
    ...tlsOf(options),
  })
  // First ready to be ended, then announced: whoever reads the line may end us at once.
  endWith(() => serving.close(), options['until-stdin-ends'])
  process.stderr.write(`listening on ${serving.url}\n`)
}

// How the servers in this folder are reached over HTTP. What a server offers stands in its own file.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
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
  // The embedded servers have no certificate, and start with the gateway: without the half of Node that is about TLS.
  const server = tls === undefined ? createServer(guard) : (await import('node:https')).createServer(tls, guard)
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

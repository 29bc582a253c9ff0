// Opens a small HTTP server of the gateway's own (admin, stats, readiness) on a configured address. Not for data listeners.
import type { Server } from 'node:http'

/** Where to listen: a configured address that is not `off`. */
export type Place = { readonly host: string; readonly port: number } | { readonly unix: string }

/** An open server of ours. */
export interface Listening extends AsyncDisposable {
  /** `http://127.0.0.1:15020`, or `unix:/path`. */
  readonly url: string
  /** The TCP port that was taken; 0 on a Unix socket. */
  readonly port: number
}

/** Listens; rejects when the address is taken or not ours. Disposing ends idle and running connections alike. */
export async function listen(server: Server, place: Place): Promise<Listening> {
  // These answer short questions of few callers: whoever is slow or many is not one of them.
  server.headersTimeout = 10_000
  server.requestTimeout = 30_000
  server.maxConnections = 256
  await bound(server, place)
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: 'unix' in place ? `unix:${place.unix}` : `http://${authority(place.host, port)}`,
    port,
    async [Symbol.asyncDispose]() {
      const { promise, resolve } = Promise.withResolvers<void>()
      server.close(() => resolve())
      server.closeAllConnections()
      await promise
    },
  }
}

async function bound(server: Server, place: Place): Promise<void> {
  if ('unix' in place) return opened(server, { path: place.unix })
  // `localhost` is 127.0.0.1 here: clients that ask for the name try both families.
  const host = place.host === 'localhost' ? '127.0.0.1' : unbracketed(place.host)
  try {
    await opened(server, { host, port: place.port })
  } catch (error) {
    // Every address on a machine without IPv6 is every IPv4 address.
    if (host !== '::' || !(error instanceof Error && 'code' in error && error.code === 'EAFNOSUPPORT')) throw error
    await opened(server, { host: '0.0.0.0', port: place.port })
  }
}

function opened(server: Server, where: { host: string; port: number } | { path: string }): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(where, () => {
    server.off('error', reject)
    resolve()
  })
  return promise
}

const unbracketed = (host: string): string => (host.startsWith('[') ? host.slice(1, -1) : host)

const authority = (host: string, port: number): string =>
  `${unbracketed(host).includes(':') ? `[${unbracketed(host)}]` : host}:${port}`

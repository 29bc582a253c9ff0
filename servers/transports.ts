// The two HTTP transports as endpoints that keep the sessions of their clients, and the event store that makes streams resumable.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { type EventStore, StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'

/** What can be connected to one client: `McpServer` and `Server` of the SDK. */
export interface Connectable {
  connect(transport: Transport): Promise<void>
  close(): Promise<void>
}

export interface Endpoint {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  close(): Promise<void>
}

interface Session<T> {
  readonly transport: T
  readonly server: Connectable
}

/** Sessions that nobody ended are dropped, oldest first, beyond this number. */
const sessionsAtMost = 10_000
const eventsAtMost = 1_000

/** Closes a server; one that is already gone is as closed as it can be. */
export async function closeQuietly(server: Connectable): Promise<void> {
  await server.close().catch(() => undefined)
}

/** The last events of one session, so that a client can continue a stream where it was cut (`Last-Event-ID`). */
class Events implements EventStore {
  readonly #events = new Map<string, { readonly stream: string; readonly message: JSONRPCMessage }>()
  #count = 0

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    const id = `${stream}~${(++this.#count).toString(36)}`
    this.#events.set(id, { stream, message })
    for (const oldest of this.#events.keys()) {
      if (this.#events.size <= eventsAtMost) break
      this.#events.delete(oldest)
    }
    return id
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return this.#events.get(id)?.stream
  }

  async replayEventsAfter(
    last: string,
    { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const stream = this.#events.get(last)?.stream ?? ''
    let after = false
    for (const [id, event] of this.#events) {
      // A priming event is stored as an empty message: it carries an id and nothing to repeat.
      if (after && event.stream === stream && Object.keys(event.message).length > 0) await send(id, event.message)
      after ||= id === last
    }
    return stream
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) return
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32000, message } }))
}

function remember<T>(sessions: Map<string, Session<T>>, id: string, session: Session<T>): void {
  sessions.set(id, session)
  const oldest = sessions.entries().next()
  if (sessions.size <= sessionsAtMost || oldest.done === true) return
  sessions.delete(oldest.value[0])
  void closeQuietly(oldest.value[1].server) // never rejects
}

async function closeAll<T>(sessions: Map<string, Session<T>>): Promise<void> {
  const all = [...sessions.values()]
  sessions.clear()
  await Promise.all(all.map(async ({ server }) => closeQuietly(server)))
}

/** Streamable HTTP: POST, GET and DELETE on one path. */
export function streamableEndpoint(
  make: () => Connectable,
  options: { readonly stateless?: boolean; readonly json?: boolean },
): Endpoint {
  const sessions = new Map<string, Session<StreamableHTTPServerTransport>>()

  const open = async (): Promise<Session<StreamableHTTPServerTransport>> => {
    const server = make()
    const transport = new StreamableHTTPServerTransport({
      enableJsonResponse: options.json === true,
      ...(options.stateless === true
        ? {}
        : {
            sessionIdGenerator: randomUUID,
            eventStore: new Events(),
            retryInterval: 500,
            onsessioninitialized: (id: string) => remember(sessions, id, { transport, server }),
            onsessionclosed: (id: string) => void sessions.delete(id),
          }),
    })
    // The SDK's own class misses its own interface under `exactOptionalPropertyTypes`: its callbacks are accessors.
    await server.connect(transport as Transport)
    return { transport, server }
  }

  return {
    handle: async (request, response) => {
      const id = request.headers['mcp-session-id']
      const known = typeof id === 'string' ? sessions.get(id) : undefined
      if (id !== undefined && known === undefined && options.stateless !== true)
        return refuse(response, 404, 'Session not found')
      const session = known ?? (await open())
      if (options.stateless === true) response.once('close', () => void closeQuietly(session.server)) // never rejects
      await session.transport.handleRequest(request, response).catch((error: unknown) => {
        refuse(response, 500, error instanceof Error ? error.message : 'Internal error')
      })
      const began = session.transport.sessionId !== undefined || options.stateless === true
      if (!began) await closeQuietly(session.server)
    },
    close: async () => closeAll(sessions),
  }
}

/** HTTP+SSE of 2024-11-05: GET `/sse` is the stream, POST `/messages` the way back. */
export function messageEndpoint(make: () => Connectable): Endpoint {
  const sessions = new Map<string, Session<SSEServerTransport>>()
  return {
    handle: async (request, response) => {
      try {
        const url = new URL(request.url ?? '', 'http://localhost')
        if (request.method === 'GET' && url.pathname === '/sse') {
          const server = make()
          const transport = new SSEServerTransport('/messages', response)
          const id = transport.sessionId
          remember(sessions, id, { transport, server })
          response.once('close', () => {
            sessions.delete(id)
            void closeQuietly(server) // never rejects
          })
          await server.connect(transport)
          return
        }
        const session = sessions.get(url.searchParams.get('sessionId') ?? '')
        if (request.method !== 'POST' || url.pathname !== '/messages') refuse(response, 405, 'Method not allowed')
        else if (session === undefined) refuse(response, 404, 'Session not found')
        else await session.transport.handlePostMessage(request, response)
      } catch (error) {
        refuse(response, 500, error instanceof Error ? error.message : 'Internal error')
      }
    },
    close: async () => closeAll(sessions),
  }
}

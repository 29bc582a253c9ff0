// Servers that want every user to log in at their authorization server (`oidc-provider`, with registration), and show each their own.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { Provider } from 'oidc-provider'

export interface Protected {
  readonly url: string
  readonly issuer: string
  /** Requests to the authorization server, as `METHOD /path`. */
  readonly asked: readonly string[]
  /** Requests to the MCP server without a good token. */
  readonly turnedAway: () => number
  /** Every `Authorization` that the MCP server has seen. */
  readonly shown: readonly string[]
}

async function listening(t: TestContext, listener: (origin: string) => RequestListener): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const origin = `http://localhost:${typeof address === 'object' && address !== null ? address.port : 0}`
  server.on('request', listener(origin))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return origin
}

/** An MCP server. `seconds`: how long its access tokens are good. */
export const protectedServer = (t: TestContext, seconds = 3_600): Promise<Protected> =>
  guarded(t, { path: '/mcp', seconds, served })

/** A REST API whose every path says whose it is. */
export const protectedApi = (t: TestContext): Promise<Protected> =>
  guarded(t, {
    path: '/',
    seconds: 3_600,
    served: async (request, response, user) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ path: request.url, user }))
    },
  })

interface Guarded {
  readonly path: string
  readonly seconds: number
  readonly served: (request: IncomingMessage, response: ServerResponse, user: string) => Promise<void>
}

async function guarded(t: TestContext, { path, seconds, served: answered }: Guarded): Promise<Protected> {
  const asked: string[] = []
  const shown: string[] = []
  let turnedAway = 0
  const issuer = await listening(t, (origin) => {
    const answer = authorizationServer(origin, seconds).callback()
    return (request, response) => {
      asked.push(`${request.method} ${request.url?.split('?', 1)[0]}`)
      answer(request, response)
    }
  })
  const keys = createRemoteJWKSet(new URL('/jwks', issuer))
  const origin = await listening(t, (here) => {
    const url = here + path
    const metadata = `/.well-known/oauth-protected-resource${path === '/' ? '' : path}`
    const document = { resource: url, authorization_servers: [issuer], scopes_supported: ['read'] }
    return (request, response) => {
      if (request.url === metadata) {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))
        return
      }
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
      if (token !== '') shown.push(token)
      void jwtVerify(token, keys, { issuer, audience: url }).then(
        ({ payload }) => answered(request, response, payload.sub ?? ''),
        () => {
          turnedAway++
          response
            .writeHead(401, {
              'www-authenticate': `Bearer resource_metadata="${here}${metadata}"`,
            })
            .end()
        },
      )
    }
  })
  return { url: origin + path, issuer, asked, shown, turnedAway: () => turnedAway }
}

function authorizationServer(issuer: string, seconds: number): Provider {
  return new Provider(issuer, {
    cookies: { keys: ['of the test'] },
    scopes: ['openid', 'offline_access', 'read'],
    ttl: { AccessToken: seconds },
    features: {
      devInteractions: { enabled: true },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_: unknown, resource: string) => ({
          scope: 'read',
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: seconds,
        }),
        useGrantedResource: () => true,
      },
    },
    issueRefreshToken: async () => true,
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
  })
}

/** One request of one user. */
async function served(request: IncomingMessage, response: ServerResponse, user: string): Promise<void> {
  const server = new Server({ name: 'protected', version: '1' }, { capabilities: { tools: {} } })
  const tool = (name: string) => ({ name, inputSchema: { type: 'object' as const } })
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [tool('whoami'), tool(`only_${user}`)] }))
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => ({
    content: [{ type: 'text', text: `${params.name} of ${user}` }],
  }))
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
  response.once('close', () => void server.close())
  // The SDK's own class misses its own interface under `exactOptionalPropertyTypes`: its callbacks are accessors.
  await server.connect(transport as Transport)
  await transport.handleRequest(request, response)
}

// The world of this journey: an identity provider that nobody here wrote, the gateway, and a client with the library's own OAuth code.
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { type OAuthClientProvider, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import type { ClientCapabilities } from '@modelcontextprotocol/sdk/types.js'
import { Provider } from 'oidc-provider'
import { freePorts, type RunningGateway, startGateway } from '../../support/gateway.ts'
import type { Browser } from './browser.ts'

const SECRET = 'secret of the static client'
export const CALLBACK = 'http://127.0.0.1:6276/oauth/callback'

/** Who may log in, and the groups that the provider knows of them. */
const groups: Readonly<Record<string, readonly string[]>> = { alice: ['supply-chain', 'ai-agents'], bob: ['ai-agents'] }

/** One static client; no registration, no client documents, no resource indicators. */
async function identityProvider(t: TestContext, callback: string): Promise<{ issuer: string; asked: string[] }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'toolgate',
        client_secret: SECRET,
        redirect_uris: [callback],
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    cookies: { keys: ['of the test'] },
    scopes: ['openid', 'offline_access'],
    claims: { openid: ['sub'], email: ['email'], groups: ['groups'] },
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: { enabled: false },
      revocation: { enabled: true },
    },
    issueRefreshToken: async () => true,
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com`, groups: groups[id] ?? [] }),
    }),
  })
  const asked: string[] = []
  const answer = provider.callback()
  server.on('request', (request, response) => {
    asked.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { issuer, asked }
}

export interface World {
  readonly url: URL
  readonly folder: string
  readonly asked: readonly string[]
  readonly start: (args?: readonly string[], env?: Record<string, string>) => Promise<RunningGateway>
}

/** A provider, and a gateway that can be started more than once on the same port with the same folder, on the `config.yaml` of a journey. */
export async function world(t: TestContext, journey = import.meta.dirname): Promise<World> {
  const [port = 0] = await freePorts(1)
  const origin = `http://localhost:${port}`
  const { issuer, asked } = await identityProvider(t, `${origin}/.well-known/oauth-authorization-server/mcp/callback`)
  const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-facade-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(path.join(journey, 'config.yaml'), path.join(folder, 'config.yaml'))
  return {
    url: new URL('/mcp', origin),
    folder,
    asked,
    start: (args = [], env = {}) =>
      startGateway(
        t,
        path.join(folder, 'config.yaml'),
        { PORT: String(port), IDP: issuer, IDP_SECRET: SECRET, ...env },
        args,
      ),
  }
}

/** What a client remembers, as the library wants it kept. */
export class Memory implements OAuthClientProvider {
  readonly clientMetadataUrl?: string
  readonly redirectUrl = CALLBACK
  readonly clientMetadata = {
    client_name: 'Journey',
    redirect_uris: [CALLBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }
  link: URL | undefined
  #client: OAuthClientInformationMixed | undefined
  #tokens: OAuthTokens | undefined
  #verifier = ''

  constructor(clientMetadataUrl?: string) {
    if (clientMetadataUrl !== undefined) this.clientMetadataUrl = clientMetadataUrl
  }

  state = (): string => 'state of the client'
  clientInformation = (): OAuthClientInformationMixed | undefined => this.#client
  saveClientInformation = (client: OAuthClientInformationMixed): void => void (this.#client = client)
  tokens = (): OAuthTokens | undefined => this.#tokens
  saveTokens = (tokens: OAuthTokens): void => void (this.#tokens = tokens)
  redirectToAuthorization = (link: URL): void => void (this.link = link)
  saveCodeVerifier = (verifier: string): void => void (this.#verifier = verifier)
  codeVerifier = (): string => this.#verifier

  /** The access token is taken for expired from now on. */
  forgetAccess(): void {
    if (this.#tokens !== undefined) this.#tokens = { ...this.#tokens, access_token: 'expired' }
  }
}

/** Connects, with a person at the browser where the server wants one. */
export async function connect(
  t: TestContext,
  url: URL,
  memory: Memory,
  person?: { browser: Browser; user: string; capabilities?: ClientCapabilities },
): Promise<Client> {
  const made = async (): Promise<Client> => {
    const client = new Client({ name: 'journey', version: '1' }, { capabilities: person?.capabilities ?? {} })
    await client.connect(new StreamableHTTPClientTransport(url, { authProvider: memory }))
    t.after(() => client.close())
    return client
  }
  try {
    return await made()
  } catch (thrown) {
    if (!(thrown instanceof UnauthorizedError) || person === undefined || memory.link === undefined) throw thrown
    const back = await person.browser.through(memory.link.href, person.user, CALLBACK)
    const code = back.searchParams.get('code')
    if (code === null) throw new Error(`no code: ${back.href}`, { cause: thrown })
    await new StreamableHTTPClientTransport(url, { authProvider: memory }).finishAuth(code)
    return made()
  }
}

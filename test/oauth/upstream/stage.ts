// An upstream server, authorization servers that do what a test wants, and the logins of people there: real sockets, the guarded client.
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import type { Store } from '../../../src/core/store.ts'
import { fetchDocument } from '../../../src/http/fetch.ts'
import { defaultPoolSettings, Pools } from '../../../src/http/pools.ts'
import { type Departure, UpstreamLogin } from '../../../src/oauth/upstream/login.ts'
import { LoginBroken, LoginNeeded } from '../../../src/oauth/upstream/needed.ts'
import type { LoginSettings, LoginTools } from '../../../src/oauth/upstream/settings.ts'
import { store as openStore } from '../../store/stage.ts'
import { listening } from '../../support/serve.ts'

export const base = 'http://localhost:3000/mcp/connect'

export interface Asked {
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

export interface Said {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: unknown
  /** Sent as it is. */
  readonly text?: string
}

type Say = (asked: Asked) => Said | undefined | Promise<Said | undefined>

/** A server that remembers what it was asked. */
export async function server(t: TestContext, say: Say): Promise<{ origin: string; asked: Asked[] }> {
  const asked: Asked[] = []
  const port = await listening(
    t,
    createServer((request: IncomingMessage, response: ServerResponse) => {
      void request.toArray().then(async (chunks) => {
        const url = new URL(request.url ?? '/', 'http://here')
        const one = {
          path: url.pathname,
          query: url.searchParams,
          headers: request.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        }
        asked.push(one)
        const { status = 200, headers = {}, body, text } = (await say(one)) ?? { status: 404 }
        response.writeHead(status, { 'content-type': 'application/json', ...headers })
        response.end(text ?? (body === undefined ? '' : JSON.stringify(body)))
      })
    }),
  )
  return { origin: `http://localhost:${port}`, asked }
}

export interface Issuer {
  readonly issuer: string
  readonly asked: readonly Asked[]
  /** Forms that its token endpoint was sent. */
  readonly forms: () => URLSearchParams[]
}

export interface IssuerOptions {
  /** Overrides of its metadata; `undefined` removes. */
  readonly metadata?: (origin: string) => Record<string, unknown>
  /** Instead of a token for every good request. */
  readonly token?: (form: URLSearchParams, count: number) => Said | undefined | Promise<Said | undefined>
  /** Before anything else is looked at. */
  readonly say?: Say
}

/** An authorization server that registers whoever comes, and grants everything. */
export async function issuer(t: TestContext, options: IssuerOptions = {}): Promise<Issuer> {
  let count = 0
  const made = await server(t, async (asked) => {
    const own = await options.say?.(asked)
    if (own !== undefined) return own
    if (asked.path === '/.well-known/oauth-authorization-server') return { body: described(made.origin, options) }
    if (asked.path === '/register')
      return { status: 201, body: { client_id: `client of ${made.origin}`, client_secret: 'secret' } }
    if (asked.path !== '/token') return undefined
    const number = ++count
    const said = await options.token?.(new URLSearchParams(asked.text), number)
    return said ?? { body: granted(number) }
  })
  const forms = (): URLSearchParams[] =>
    made.asked.filter(({ path }) => path === '/token').map(({ text }) => new URLSearchParams(text))
  return { issuer: made.origin, asked: made.asked, forms }
}

export const granted = (number: number): Record<string, unknown> => ({
  access_token: `access-${number}`,
  refresh_token: `refresh-${number}`,
  token_type: 'Bearer',
  expires_in: 3_600,
})

const described = (origin: string, { metadata }: IssuerOptions): Record<string, unknown> => ({
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  registration_endpoint: `${origin}/register`,
  code_challenge_methods_supported: ['S256'],
  ...metadata?.(origin),
})

export interface StageOptions {
  readonly issuer?: IssuerOptions
  readonly settings?: Partial<LoginSettings>
  /** Metadata of the resource, instead of the usual. */
  readonly resource?: (facts: { url: string; issuer: string }) => unknown
  /** `www-authenticate` of the upstream; the empty text: there is none. */
  readonly challenge?: (origin: string) => string
  readonly loopback?: boolean
  readonly store?: Store
}

export interface Stage {
  readonly login: UpstreamLogin
  readonly tools: LoginTools
  readonly store: Store
  readonly as: Issuer
  readonly upstream: { origin: string; url: string; asked: readonly Asked[] }
  readonly warned: string[]
  /** Lets the upstream name other authorization servers from now on. */
  readonly named: (issuers: readonly string[]) => void
  /** The way to a login, and back with what the authorization server's page would say. */
  readonly begin: (principal?: string) => Promise<Departure>
  readonly back: (departure: Departure, answer?: Record<string, string>) => Promise<void>
  /** Both, successfully. */
  readonly logIn: (principal?: string) => Promise<void>
}

export async function stage(t: TestContext, options: StageOptions = {}): Promise<Stage> {
  const as = await issuer(t, options.issuer)
  let issuers: readonly string[] = [as.issuer]
  const made = await server(t, ({ path }) => {
    const url = `${made.origin}/mcp`
    const usual = { resource: url, authorization_servers: issuers }
    if (path === '/.well-known/oauth-protected-resource/mcp')
      return { body: options.resource?.({ url, issuer: as.issuer }) ?? usual }
    if (path !== '/mcp') return undefined
    const challenge = options.challenge?.(made.origin) ?? `Bearer realm="x"`
    return { status: 401, headers: challenge === '' ? {} : { 'www-authenticate': challenge } }
  })
  const pools = new Pools({ ...defaultPoolSettings, strangersOnLoopback: options.loopback ?? true })
  t.after(() => pools[Symbol.asyncDispose]())
  const store = options.store ?? (await openStore(t))
  const warned: string[] = []
  const tools: LoginTools = {
    store: async () => store,
    loopback: pools.strangersOnLoopback,
    ask: (url, request) =>
      fetchDocument(url, { pools, maxBytes: 256 * 1024, timeoutMs: 2_000, maxRedirects: 2, ...request }),
    warn: (message, fields) => void warned.push(`${message} ${JSON.stringify(fields)}`),
  }
  const url = `${made.origin}/mcp`
  const settings: LoginSettings = {
    clientId: undefined,
    clientSecret: undefined,
    issuer: undefined,
    scopes: [],
    omitResource: false,
    assumePkce: false,
    ...options.settings,
  }
  const login = new UpstreamLogin({ upstream: { target: 'notes', url, place: url }, settings, tools })
  t.after(() => login[Symbol.asyncDispose]())
  const begin: Stage['begin'] = (principal = 'alice') => login.begin(principal, base, 'page')
  const back: Stage['back'] = ({ begun, state }, answer = { code: 'code', iss: begun.issuer }) =>
    login.finish(begun, state, new URLSearchParams({ state, ...answer }).toString())
  return {
    login,
    tools,
    store,
    as,
    warned,
    upstream: { ...made, url },
    named: (others) => void (issuers = others),
    begin,
    back,
    logIn: async (principal) => back(await begin(principal)),
  }
}

/** A 401, as the egress reports it. */
export const unauthorized = { status: 401, challenge: 'Bearer realm="x"', again: false }

export const needed = (thrown: unknown): boolean => thrown instanceof LoginNeeded

/** A login that fails for a reason like this. */
export const broken =
  (reason: RegExp) =>
  (thrown: unknown): boolean => {
    assert.ok(thrown instanceof LoginBroken, String(thrown))
    assert.match(thrown.message, reason)
    return true
  }

/** Lets time pass for tokens: what is kept says that it ends now. */
export async function expire({ store, upstream }: Stage, principal = 'alice'): Promise<void> {
  const place = ['login', 'grant', upstream.url, principal]
  const entry = await store.get(place)
  assert.ok(entry)
  await store.put(place, JSON.stringify({ ...JSON.parse(entry.value), until: 1 }))
}

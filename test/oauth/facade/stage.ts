// A facade in front of the test's identity provider, and browsers and clients that speak to it as data.
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { Store } from '../../../src/core/store.ts'
import type { Answer, ConsentPage } from '../../../src/oauth/facade/answer.ts'
import { Facade } from '../../../src/oauth/facade/facade.ts'
import type { FacadeSettings, FacadeTools } from '../../../src/oauth/facade/settings.ts'
import { store as openStore } from '../../store/stage.ts'
import { type IdentityProvider, startProvider } from './provider.ts'

export const resource = 'https://gate.example/mcp'
export const base = '/.well-known/oauth-authorization-server/mcp'
export const redirect = 'https://app.example/cb'
export const verifier = 'v'.repeat(43)
export const challenge = hash('sha256', verifier, 'base64url')

interface Asking {
  readonly method?: string
  readonly form?: Record<string, string> | string
  readonly headers?: Record<string, string>
  readonly address?: string
  readonly body?: string
}

export interface Stage {
  readonly facade: Facade
  readonly idp: IdentityProvider
  readonly store: Store
  readonly warned: string[]
  /** Documents at addresses that strangers name. */
  readonly documents: Map<string, { status?: number; type?: string; headers?: Record<string, string>; body: string }>
  readonly read: string[]
  readonly ask: (path: string, asking?: Asking) => Promise<Answer>
  /** The value of a JSON answer of this status. */
  readonly json: (status: number, answer: Answer) => Record<string, unknown>
  /** Registers a client and gives its id. */
  readonly register: (wish?: object) => Promise<string>
  readonly browser: () => Browser
  /** From a client's id to its tokens, with everybody agreeing. */
  readonly login: (
    client: string,
    parameters?: Record<string, string>,
    browser?: Browser,
  ) => Promise<Record<string, string>>
  readonly token: (form: Record<string, string>, headers?: Record<string, string>) => Promise<Answer>
}

export interface StageOptions {
  readonly settings?: Partial<FacadeSettings>
  readonly store?: Store
  readonly refreshTokens?: boolean
  readonly idp?: IdentityProvider
}

export async function stage(t: TestContext, options: StageOptions = {}): Promise<Stage> {
  const idp =
    options.idp ??
    (await startProvider(t, options.refreshTokens === undefined ? {} : { refreshTokens: options.refreshTokens }))
  const store = options.store ?? (await openStore(t))
  const warned: string[] = []
  const documents: Stage['documents'] = new Map()
  const read: string[] = []
  const tools: FacadeTools = {
    store,
    ask: async (url, { method, headers, body }) => {
      const response = await fetch(url, { method, headers, redirect: 'manual', ...(body !== undefined && { body }) })
      const type = response.headers.get('content-type')
      return {
        status: response.status,
        headers: type === null ? {} : { 'content-type': type },
        body: Buffer.from(await response.arrayBuffer()),
      }
    },
    read: async (url) => {
      read.push(url)
      const document = documents.get(url)
      if (document === undefined) throw new Error('unreachable')
      const { status = 200, type = 'application/json', headers = {}, body } = document
      return { status, headers: { 'content-type': type, ...headers }, body: Buffer.from(body) }
    },
    warn: (message, fields) => warned.push(`${message} ${JSON.stringify(fields)}`),
  }
  const settings: FacadeSettings = {
    resource,
    aliases: [],
    provider: {
      issuer: idp.issuer,
      clientId: 'toolgate',
      clientSecret: 'upstream-secret',
      clientAuth: 'basic',
      scopes: ['openid', 'email'],
      parameters: {},
    },
    scopes: ['tools:read', 'tools:call'],
    dpop: 'accept',
    devices: false,
    words: { 'tools:read': 'See which tools there are' },
    claims: ['email', 'groups', 'roles', 'realm_access'],
    registration: { open: true, perHour: 100, clients: 1_000 },
    documents: 'any',
    schemes: [],
    perMinute: 10_000,
    accessMs: 600_000,
    loginMs: 30 * 86_400_000,
    consentMs: 0,
    ...options.settings,
  }
  const facade = new Facade(settings, tools)
  const ask: Stage['ask'] = (path, { method, form, headers = {}, address = '192.0.2.1', body } = {}) => {
    const mark = path.indexOf('?')
    const text = form === undefined ? (body ?? '') : new URLSearchParams(form).toString()
    const type: Record<string, string> =
      form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
    return facade.answer(mark < 0 ? path : path.slice(0, mark), {
      method: method ?? (form === undefined && body === undefined ? 'GET' : 'POST'),
      query: mark < 0 ? '' : path.slice(mark + 1),
      headers: { ...type, ...headers },
      address,
      body: async () => Buffer.from(text),
    })
  }
  const json: Stage['json'] = (status, answer) => {
    assert.equal(answer.kind, 'json', JSON.stringify(answer))
    if (answer.kind !== 'json') return {}
    assert.equal(answer.status, status, JSON.stringify(answer.value))
    return { ...Object(answer.value) }
  }
  const token: Stage['token'] = (form, headers = {}) => ask(`${base}/token`, { form, headers })
  const made: Stage = {
    facade,
    idp,
    store,
    warned,
    documents,
    read,
    ask,
    json,
    token,
    browser: () => new Browser(ask),
    register: async (wish = {}) => {
      const all = { redirect_uris: [redirect], token_endpoint_auth_method: 'none', client_name: 'App', ...wish }
      const body = JSON.stringify(all)
      const answer = await ask(`${base}/client-registration`, { body, headers: { 'content-type': 'application/json' } })
      return String(json(201, answer)['client_id'])
    },
    login: async (client, parameters = {}, browser = new Browser(ask)) => {
      const back = await browser.approve(client, parameters)
      const code = back.searchParams.get('code')
      assert.ok(code, back.href)
      const answer = await token({ grant_type: 'authorization_code', client_id: client, code, code_verifier: verifier })
      return Object.fromEntries(Object.entries(json(200, answer)).map(([name, value]) => [name, String(value)]))
    },
  }
  return made
}

/** The query of an authorization request. */
export const request = (client: string, parameters: Record<string, string | undefined> = {}): string => {
  const all = {
    response_type: 'code',
    client_id: client,
    redirect_uri: redirect,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state: 'xyz',
    ...parameters,
  }
  const given = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return new URLSearchParams(given).toString()
}

/** A browser with a cookie jar. */
export class Browser {
  cookie = ''
  readonly #ask: Stage['ask']

  constructor(ask: Stage['ask']) {
    this.#ask = ask
  }

  async open(path: string, asking: Asking = {}): Promise<Answer> {
    const headers = { ...(this.cookie !== '' && { cookie: this.cookie }), ...asking.headers }
    const answer = await this.#ask(path, { ...asking, headers })
    const set = answer.headers['set-cookie']
    if (set !== undefined) this.cookie = set.split(';')[0] ?? ''
    return answer
  }

  async consentPage(client: string, parameters: Record<string, string | undefined> = {}): Promise<ConsentPage> {
    const answer = await this.open(`${base}/authorize?${request(client, parameters)}`)
    assert.equal(answer.kind === 'page' && answer.page.kind, 'consent', JSON.stringify(answer))
    if (answer.kind !== 'page' || answer.page.kind !== 'consent') throw new Error('no consent page')
    return answer.page
  }

  decide(page: ConsentPage, decision = 'approve', headers: Record<string, string> = {}): Promise<Answer> {
    return this.open(page.action, { form: { request: page.request, decision }, headers })
  }

  /** The provider's address after consent. */
  async onward(client: string, parameters: Record<string, string | undefined> = {}): Promise<string> {
    const answer = await this.decide(await this.consentPage(client, parameters))
    assert.equal(answer.kind === 'page' && answer.page.kind, 'onward', JSON.stringify(answer))
    return answer.kind === 'page' && answer.page.kind === 'onward' ? answer.page.to : ''
  }

  /** Logs in at the provider; where it sends the browser back to: path and query. */
  async visit(to: string): Promise<string> {
    const response = await fetch(to, { redirect: 'manual' })
    const back = new URL(response.headers.get('location') ?? '')
    return back.pathname + back.search
  }

  /** Through consent and login, to where the client gets its code. */
  async approve(client: string, parameters: Record<string, string | undefined> = {}): Promise<URL> {
    const answer = await this.open(await this.visit(await this.onward(client, parameters)))
    return locationOf(answer)
  }
}

export function locationOf(answer: Answer): URL {
  assert.equal(answer.kind, 'redirect', JSON.stringify(answer))
  return new URL(answer.kind === 'redirect' ? answer.location : '')
}

/** The title of an error page. */
export function failedPage(answer: Answer, status = 400): string {
  assert.equal(answer.kind === 'page' && answer.page.kind, 'failed', JSON.stringify(answer))
  if (answer.kind !== 'page' || answer.page.kind !== 'failed') return ''
  assert.equal(answer.status, status)
  return answer.page.detail
}

// People with clients and browsers at a gateway, and MCP servers behind it that want a login of each of them.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { createPages } from '../../src/admin/facade.ts'
import { granted, issuer, server } from '../oauth/upstream/stage.ts'
import { type Serving, serve } from '../support/serve.ts'

export const CONNECT = 'http://gate.example/mcp/connect'

interface Rpc {
  readonly result?: { readonly [name: string]: unknown }
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** An MCP server without sessions that wants tokens, whose tools are named after the token's holder. */
export async function upstream(t: TestContext) {
  let count = 0
  const as = await issuer(t, {
    token: (form) => ({ body: { ...granted(++count), access_token: `of-${form.get('code') ?? 'nobody'}` } }),
  })
  const made = await server(t, ({ path, headers, text }) => {
    if (path === '/.well-known/oauth-protected-resource/mcp')
      return { body: { resource: `${made.origin}/mcp`, authorization_servers: [as.issuer] } }
    const holder = /^Bearer of-(\w+)$/.exec(headers.authorization ?? '')?.[1]
    if (path !== '/mcp' || holder === undefined) return { status: path === '/mcp' ? 401 : 404 }
    if (text === '') return { status: 405 }
    const { id, method } = JSON.parse(text)
    if (id === undefined) return { status: 202 }
    const tool = (name: string) => ({ name, inputSchema: { type: 'object' } })
    const results: Record<string, unknown> = {
      initialize: {
        protocolVersion: '2025-11-25',
        capabilities: { tools: {} },
        serverInfo: { name: 'up', version: '1' },
      },
      'tools/list': { tools: [tool('common'), tool(`only_${holder}`)] },
      'tools/call': { content: [{ type: 'text', text: `by ${holder}` }] },
    }
    return { body: { jsonrpc: '2.0', id, result: results[method] ?? {} } }
  })
  return { url: `${made.origin}/mcp`, as, asked: made.asked }
}

export interface Setting {
  readonly login?: string
  readonly policies?: string
  readonly targets?: readonly { readonly name: string; readonly url: string }[]
}

export async function gateway(t: TestContext, { login = '', policies = '', targets = [] }: Setting): Promise<Serving> {
  const target = ({ name, url }: { name: string; url: string }): string =>
    `{name: ${name}, mcp: {host: "${url}"}, policies: {backendAuth: {oauthLogin: {connect: "${CONNECT}"${login}}}}}`
  const keys = '[{key: k-alice, metadata: {sub: alice}}, {key: k-bob, metadata: {sub: bob}}]'
  return serve(
    t,
    `config: {discovery: {allowLoopback: true}}
binds: [{port: 1, listeners: [{routes: [{
  policies: {apiKey: {keys: ${keys}, mode: optional}${policies}},
  backends: [{mcp: {prefixMode: always, targets: [${targets.map(target).join(', ')}]}}]}]}]}]`,
    { pages: createPages() },
  )
}

export class Person {
  readonly #serving: Serving
  readonly #headers: Record<string, string>
  #session = ''

  constructor(serving: Serving, key?: string) {
    this.#serving = serving
    this.#headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    }
  }

  async open(capabilities: object = {}, protocolVersion = '2025-11-25'): Promise<this> {
    const params = { protocolVersion, capabilities, clientInfo: { name: 'c', version: '1' } }
    const answer = await this.#post('initialize', params)
    this.#session = String(answer.headers['mcp-session-id'])
    return this
  }

  async rpc(method: string, params: object = {}): Promise<Rpc> {
    const { text } = await this.#post(method, params)
    const data = /^data: (\{.*)$/m.exec(text)?.[1]
    return JSON.parse(data ?? text)
  }

  async tools(): Promise<string[]> {
    const tools = (await this.rpc('tools/list')).result?.['tools']
    assert.ok(Array.isArray(tools))
    return tools.map(({ name }) => String(name))
  }

  /** Text of a call's result. */
  async call(name: string): Promise<{ text: string; isError: boolean }> {
    const { result, error } = await this.rpc('tools/call', { name, arguments: {} })
    assert.ok(result, JSON.stringify(error))
    const content = result['content']
    assert.ok(Array.isArray(content))
    return { text: String(content[0]?.text), isError: result['isError'] === true }
  }

  /** Follows the link in a text with a browser that carries this person's key, and connects all; `as`: whom the servers take them for. */
  async connect(text: string, as: string): Promise<void> {
    let { location } = (await this.visit(linkIn(text))).headers
    for (let step = 0; step < 5; step++) {
      const page = (await this.visit(String(location))).text
      if (page.includes('You are connected')) return
      const form = { page: hidden(page, 'page'), upstream: hidden(page, 'upstream') }
      const onward = await this.visit(CONNECT, new URLSearchParams(form).toString())
      const to = new URL(/content="0;url=([^"]+)"/.exec(onward.text)?.[1]?.replaceAll('&amp;', '&') ?? '')
      const query = new URLSearchParams({ state: to.searchParams.get('state') ?? '', code: as })
      location = (await this.visit(`${CONNECT}/callback?${query.toString()}`)).headers.location
    }
    assert.fail('no end in sight')
  }

  visit(url: string, body?: string) {
    const { pathname, search } = new URL(url)
    const form = body === undefined ? {} : { method: 'POST', body }
    return this.#serving.ask({ path: pathname + search, headers: this.#headers, ...form })
  }

  async #post(method: string, params: object) {
    return this.#serving.ask({
      method: 'POST',
      path: '/mcp',
      headers: { ...this.#headers, ...(this.#session !== '' && { 'mcp-session-id': this.#session }) },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
  }
}

export const linkIn = (text: string): string =>
  /http:\/\/gate\.example[^\s"\\]*?\?link=[\w-]+/.exec(text)?.[0] ?? assert.fail(text)
export const hidden = (page: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]+)"`).exec(page)?.[1] ?? assert.fail(page)

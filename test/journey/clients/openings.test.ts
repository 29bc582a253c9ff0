// How independent clients open, work and leave, message by message as recorded; they are not installed here, their habits are.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RunningGateway } from '../../support/gateway.ts'
import { unsuspicious, world } from './world.ts'

interface Step {
  readonly does: string
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
  /** With the session id, once there is one; unless this is `false`. */
  readonly session?: false
  readonly status: number
  readonly says?: RegExp
  /** An event stream that stays open while the next steps are taken. */
  readonly stays?: true
}

const both = 'application/json, text/event-stream'
const events = { accept: 'text/event-stream' }
const clientInfo = { name: 'recorded', version: '1' }
const rpc = (message: object): object => ({ jsonrpc: '2.0', ...message })

const post = (does: string, body: object, more: Partial<Step> = {}): Step => ({
  does,
  method: 'POST',
  body: rpc(body),
  status: 200,
  ...more,
})
const get = (does: string, more: Partial<Step> = {}): Step => ({
  does,
  method: 'GET',
  headers: events,
  status: 200,
  ...more,
})

const initialize = (more: Partial<Step> = {}, capabilities: object = {}): Step =>
  post(
    'initialize',
    { id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities, clientInfo } },
    { session: false, says: /"protocolVersion":"2025-11-25"/, ...more },
  )
const ready = post('initialized', { method: 'notifications/initialized' }, { status: 202 })
const list = post('tools/list', { id: 2, method: 'tools/list' }, { says: /"all_test_simple_text"/ })
const call = post(
  'tools/call',
  { id: 3, method: 'tools/call', params: { name: 'all_test_simple_text', arguments: {} } },
  { says: /simple text response/ },
)
const modern = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': clientInfo,
  'io.modelcontextprotocol/clientCapabilities': {},
}
// They know both eras, are told of the newer one, and were recorded in the older: both doors stay open on one address.
const discover = post(
  'server/discover',
  { id: 0, method: 'server/discover', params: { _meta: modern } },
  {
    session: false,
    headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'server/discover' },
    says: /"supportedVersions":\["2026-07-28"/,
  },
)
const stream = get('GET stream', { stays: true })
const early = get('GET before there is a session', { session: false, status: 400 })
const leave = (headers: Readonly<Record<string, string>> = { accept: '*/*' }): Step => ({
  does: 'DELETE',
  method: 'DELETE',
  headers,
  status: 202,
})
const metadata = [
  '/.well-known/oauth-protected-resource/mcp',
  '/.well-known/oauth-protected-resource',
  '/.well-known/oauth-authorization-server/mcp',
  '/.well-known/oauth-authorization-server',
  '/.well-known/openid-configuration/mcp',
  '/mcp/.well-known/openid-configuration',
].map((path) => get(`GET ${path}`, { path, headers: { accept: 'application/json' }, session: false, status: 406 }))

const oneCall = [initialize(), ready, stream, call, list, leave()]

const openings: Readonly<Record<string, readonly Step[]>> = {
  'a client that opens, listens and calls': [initialize(), ready, stream, list, call, leave()],
  'a client that makes a session for every call': [...oneCall, ...oneCall],
  'a client that discovers first': [discover, initialize(), ready, stream, list, call, leave()],
  'a client that listens before it opens, and twice afterwards': [
    discover,
    early,
    initialize({ headers: { 'mcp-protocol-version': '2025-11-25' } }),
    stream,
    ready,
    get('second GET', { status: 409 }),
    list,
    call,
    leave(),
  ],
  'a client that looks for metadata and leaves a trial session behind': [
    early,
    ...metadata,
    early,
    initialize(),
    stream,
    initialize({}, { sampling: {}, elicitation: {} }),
    ready,
    stream,
    list,
    call,
  ],
  'a client that listens before it is ready, and says little when it leaves': [
    discover,
    initialize(),
    stream,
    ready,
    list,
    call,
    leave({}),
  ],
  'a client that never listens': [discover, initialize(), ready, list, call, leave()],
}

/** One client: a session id, streams that are open, and no patience for another status than the expected one. */
class Recorded {
  readonly #gateway: RunningGateway
  readonly #open: AbortController[] = []
  session: string | undefined = undefined

  constructor(gateway: RunningGateway) {
    this.#gateway = gateway
  }

  async take({ does, method, path = '/mcp', headers = {}, body, session, status, says, stays }: Step): Promise<string> {
    const stop = new AbortController()
    const answer = await fetch(new URL(path, this.#gateway.url), {
      method,
      headers: {
        ...(body !== undefined && { accept: both, 'content-type': 'application/json' }),
        ...(session !== false && this.session !== undefined && { 'mcp-session-id': this.session }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: stop.signal,
    })
    assert.equal(answer.status, status, does)
    this.session = answer.headers.get('mcp-session-id') ?? this.session
    if (stays === true) {
      this.#open.push(stop)
      return ''
    }
    const text = await answer.text()
    if (says !== undefined) assert.match(text, says, does)
    return text
  }

  leave(): void {
    for (const stop of this.#open) stop.abort()
  }
}

test('independent clients', async (t) => {
  const gateway = await world(t)
  for (const [who, steps] of Object.entries(openings))
    await t.test(who, async () => {
      const client = new Recorded(gateway)
      for (const step of steps) await client.take(step)
      client.leave()
    })

  await t.test('a client that never listens is asked on the stream of its call', async () => {
    const client = new Recorded(gateway)
    await client.take(initialize({}, { elicitation: { form: {} } }))
    await client.take(ready)
    const answer = await fetch(gateway.url, {
      method: 'POST',
      headers: { accept: both, 'content-type': 'application/json', 'mcp-session-id': client.session ?? '' },
      body: JSON.stringify(
        rpc({ id: 9, method: 'tools/call', params: { name: 'all_test_elicitation', arguments: { message: 'Who?' } } }),
      ),
    })
    assert.equal(answer.headers.get('content-type'), 'text/event-stream')
    let heard = ''
    for await (const chunk of answer.body ?? assert.fail('no body')) {
      heard += Buffer.from(chunk).toString()
      const asked =
        /"id":("[^"]*"|\d+)[^\n]*"method":"elicitation\/create"|"method":"elicitation\/create"[^\n]*"id":("[^"]*"|\d+)/.exec(
          heard,
        )
      if (asked === null || heard.includes('"result"')) continue
      const id: unknown = JSON.parse(asked[1] ?? asked[2] ?? '')
      const result = { action: 'accept', content: { username: 'ada', email: 'ada@example.com' } }
      await client.take(post('the answer', { id, result }, { status: 202 }))
    }
    assert.match(heard, /User response: action=accept/)
  })
  unsuspicious(gateway)
})

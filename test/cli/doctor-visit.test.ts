// `toolgate doctor URL`: each kind of client at servers of both eras, and at servers of which each has one thing wrong with it.
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { everything } from '../../servers/everything.ts'
import { everythingModern } from '../../servers/everything-modern.ts'
import { serveModern } from '../../servers/modern.ts'
import { serve } from '../../servers/serve.ts'
import { serve as serveGateway } from '../support/serve.ts'
import { bent, HELLO, listening, one, report, TOOL, visited } from './doctor-stage.ts'
import { toolgate } from './io.ts'

test('every kind of client walks a server with sessions, and says which revision it came to', async (t) => {
  const serving = await serve(everything, { transport: 'http' })
  t.after(() => serving.close())
  const clients = await visited(serving.url, 'all', '--call', 'test_simple_text')
  assert.deepEqual(
    clients.map(({ as, era, revision, stops }) => [as, era, revision, stops]),
    [
      ['vscode', 'legacy', '2025-11-25', null],
      ['claude', 'legacy', '2025-11-25', 'schemas'],
      ['cursor', 'legacy', '2025-11-25', null],
      ['codex', 'legacy', '2025-06-18', null],
      ['inspector', 'legacy', '2025-11-25', null],
      ['openai', 'legacy', '2025-06-18', 'schemas'],
      ['modern', null, null, 'open'],
    ],
  )
  const [vscode, claude] = clients
  assert.equal(vscode?.server.name, 'everything')
  assert.deepEqual(
    vscode?.findings.map(({ step, verdict }) => `${step} ${verdict}`),
    [
      'connect yes',
      'login yes',
      'open yes',
      'initialized yes',
      'tools yes',
      'schemas yes',
      'call yes',
      'ping yes',
      'stream yes',
      'resume skipped',
      'end yes',
    ],
  )
  const no = claude?.findings.find(({ verdict }) => verdict === 'no')
  assert.match(no?.says ?? '', /^allOf at the root of a schema.*json_schema_2020_12_tool$/)
  assert.match(no?.clause ?? '', /model providers behind Claude Code/)
})

test('a server of 2026-07-28: who opens with server/discover gets through, who opens with initialize stops', async (t) => {
  const { make, bus } = everythingModern()
  const serving = await serveModern(make, { bus })
  t.after(() => serving.close())
  const modern = await one(serving.url, 'modern')
  assert.deepEqual([modern.ok, modern.era, modern.revision], [true, 'modern', '2026-07-28'])
  assert.deepEqual(modern.verdicts, [
    'connect yes',
    'login yes',
    'open yes',
    'initialized skipped',
    'tools yes',
    'schemas yes',
    'call skipped',
    'ping skipped',
    'stream yes',
    'resume skipped',
    'end skipped',
  ])
  const vscode = await one(serving.url, 'vscode')
  assert.equal(vscode.stops, 'open')
  assert.match(vscode.at('open')[0]?.change ?? '', /gateway in front/)
  const claude = await one(serving.url, 'claude')
  assert.equal(claude.era, 'modern')
})

test('through the gateway every client gets through, whatever the server behind it speaks', async (t) => {
  const legacy = await serve(everything, { transport: 'http' })
  t.after(() => legacy.close())
  const { make, bus } = everythingModern()
  const modern = await serveModern(make, { bus })
  t.after(() => modern.close())
  for (const [behind, host] of [
    ['legacy', legacy.url],
    ['modern', modern.url],
  ] as const) {
    const target = `{name: e, mcp: {host: "${host}"}}`
    const yaml = `binds: [{port: 1, listeners: [{routes: [{backends: [{mcp: {targets: [${target}]}}]}]}]}]`
    const { port } = await serveGateway(t, yaml)
    const clients = await visited(`http://127.0.0.1:${port}/mcp`, 'all', '--call', 'test_simple_text')
    assert.equal(clients.length, 7)
    for (const { title, ok, findings } of clients) {
      const odd = findings.filter(({ verdict }) => verdict === 'no' || verdict === 'note')
      assert.deepEqual([ok, odd], [true, []], `${title} in front of ${behind}`)
    }
    const of = (name: string) => clients.find(({ as }) => as === name)
    assert.deepEqual(
      ['vscode', 'claude', 'modern'].map((name) => of(name)?.era),
      ['legacy', 'modern', 'modern'],
    )
    assert.deepEqual(
      of('vscode')
        ?.findings.filter(({ step }) => ['call', 'stream', 'resume', 'end'].includes(step))
        .map(({ verdict }) => verdict),
      ['yes', 'yes', 'yes', 'yes'],
    )
  }
})

test('an address with nothing at it, and one that speaks HTTP+SSE', async (t) => {
  const nothing = await one(await listening(t, (_, response) => void response.writeHead(404).end('no')), 'vscode')
  assert.deepEqual([nothing.stops, nothing.verdicts.length], ['connect', 1])
  const other = (_: unknown, response: ServerResponse): void =>
    void response.writeHead(404, { 'content-type': 'application/json' }).end('{"code":"unknown"}')
  for (const client of ['vscode', 'modern'])
    assert.match((await one(await listening(t, other), client)).at('open')[0]?.change ?? '', /most servers listen at/)
  const sse = await serve(everything, { transport: 'sse' })
  t.after(() => sse.close())
  const oldest = await one(sse.url, 'vscode')
  assert.deepEqual(oldest.verdicts, ['connect note'])
  assert.match(oldest.at('connect')[0]?.says ?? '', /HTTP\+SSE \(2024-11-05\)/)
})

test('who does not answer at all could not be asked', async (t) => {
  const url = await listening(t, (request) => void request.destroy())
  const { code, err } = await toolgate(['doctor', url, '--as', 'vscode'])
  assert.equal(code, 3)
  assert.match(err, /cannot reach 127\.0\.0\.1/)
  const mute = await listening(t, () => undefined)
  const late = await toolgate(['doctor', mute, '--as', 'vscode', '--timeout', '0.2'])
  assert.equal(late.code, 3)
  assert.match(late.err, /no answer within 0\.2 s/)
})

test('each requirement of the opening that is broken is named', async (t) => {
  const opening = async (hello: object, headers: Readonly<Record<string, string>> = {}) => {
    const { url } = await bent(t, ({ method }, response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      return method === 'initialize' ? hello : undefined
    })
    const { stops, at } = await one(url, 'codex')
    return [stops, at('open').at(-1)?.says] as const
  }
  assert.deepEqual(await opening({ ...HELLO, protocolVersion: '2025-06-18' }), [
    null,
    'initialize: 2025-06-18, bent 1, no session',
  ])
  assert.deepEqual(await opening(HELLO), [
    'open',
    'initialize: the answer is in revision 2025-11-25, asked was 2025-06-18',
  ])
  assert.equal((await opening({ ...HELLO, protocolVersion: '2199-01-01' }))[0], 'open')
  const old = { ...HELLO, protocolVersion: '2025-06-18' }
  assert.equal((await opening({ ...old, serverInfo: { name: 'x' } }))[0], 'open')
  assert.equal((await opening({ ...old, capabilities: undefined }))[0], 'open')
  assert.match((await opening(old, { 'mcp-session-id': 'a b' }))[1] ?? '', /other characters than visible ASCII/)
})

test('a server that answers server/discover without the revision is not taken for a modern one (mcp §12.2.1)', async (t) => {
  const { url } = await bent(t, ({ method }) =>
    method === 'server/discover' ? { supportedVersions: ['2025-11-25'], capabilities: {} } : undefined,
  )
  const claude = await one(url, 'claude')
  assert.deepEqual([claude.ok, claude.era], [true, 'legacy'])
  assert.match(claude.at('open')[0]?.says ?? '', /server\/discover answers, and offers 2025-11-25/)
  const modern = await one(url, 'modern')
  assert.match(modern.at('open')[0]?.says ?? '', /offers 2025-11-25/)
})

test('a session that is forgotten at once, streams that are none, sessions that do not end', async (t) => {
  const forgetful = await bent(t, ({ method }, response) => {
    if (method === 'notifications/initialized') response.writeHead(404).end()
    return undefined
  })
  assert.equal((await one(forgetful.url, 'vscode')).stops, 'initialized')
  const { url } = await bent(t, ({ method, request }, response) => {
    if (method === 'initialize') response.setHeader('mcp-session-id', 'abc')
    if (method === 'GET') response.writeHead(200, { 'content-type': 'text/html' }).end('<p>')
    if (method === 'DELETE') response.writeHead(request.headers['accept'] === '*/*' ? 204 : 500).end()
    return undefined
  })
  const vscode = await one(url, 'vscode')
  assert.deepEqual(
    vscode.findings.slice(-4).map(({ step, verdict }) => `${step} ${verdict}`),
    ['ping yes', 'stream no', 'resume skipped', 'end note'],
  )
  assert.match(vscode.at('stream')[0]?.clause ?? '', /an event stream, or 405/)
})

test('a stream is taken up where it ended', async (t) => {
  const ids: (string | undefined)[] = []
  const { url } = await bent(t, ({ method, request }, response) => {
    if (method !== 'GET') return undefined
    const id = request.headers['last-event-id']?.toString()
    ids.push(id)
    if (id === 'gone') return undefined
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('id: e-1\ndata:\n\n')
    return undefined
  })
  const { at } = await one(url, 'vscode')
  assert.deepEqual([at('stream')[0]?.verdict, at('resume')[0]?.verdict], ['yes', 'yes'])
  assert.deepEqual(ids, [undefined, 'e-1'])
})

test('definitions that a library, a client or a model refuses', async (t) => {
  const object = { type: 'object' }
  const troubles = async (as: string, tools: readonly object[]) => {
    const { url } = await bent(t, ({ method }) => (method === 'tools/list' ? { tools } : undefined))
    const { at } = await one(url, as)
    return at('schemas').map(({ verdict, says }) => `${verdict}: ${says}`)
  }
  const many = Array.from({ length: 130 }, (_, n) => ({ name: `t${n}`, inputSchema: object }))
  assert.deepEqual(await troubles('vscode', many), ['no: 130 tools, and VS Code takes 128: t128, t129'])
  assert.deepEqual(await troubles('inspector', many), ['yes: MCP Inspector takes them'])
  assert.deepEqual(await troubles('claude', [{ name: 'x'.repeat(50), inputSchema: object }]), [
    `no: names longer than the 49 characters that its prefix leaves: ${'x'.repeat(50)}`,
  ])
  assert.deepEqual(await troubles('vscode', [{ name: 'do.it', inputSchema: object }]), [
    'note: characters in names that model providers refuse and clients replace: do.it',
    'yes: VS Code takes them',
  ])
  const odd = [
    { name: 'a' },
    { name: 'b', inputSchema: object, outputSchema: { type: 'array' } },
    { inputSchema: object },
  ]
  assert.deepEqual(await troubles('vscode', odd), [
    'no: no name: a tool without a name',
    'no: `inputSchema` is no object’s: a',
    'no: `outputSchema` is no object’s, and the whole list is refused: b',
    'note: characters in names that model providers refuse and clients replace: a tool without a name',
  ])
})

test('pages are read, and said to be there', async (t) => {
  let page = 0
  const { url } = await bent(t, ({ method }) => {
    if (method !== 'tools/list') return undefined
    page++
    return page === 1 ? { tools: [TOOL], nextCursor: '2' } : { tools: [{ ...TOOL, name: 'more' }] }
  })
  const { at, tools } = await one(url, 'vscode')
  assert.equal(tools, 2)
  assert.match(at('tools')[0]?.says ?? '', /the first one only: 1 of 2 tools/)
})

test('only a tool that says it reads is called, and what comes back is looked at', async (t) => {
  const calls = async (tool: object, result: object) => {
    const { url, heard } = await bent(t, ({ method }) => {
      if (method === 'tools/list') return { tools: [{ ...TOOL, ...tool }] }
      return method === 'tools/call' ? result : undefined
    })
    const { at } = await one(url, 'claude', '--call', 'read', '--args', '{"a":1}')
    return [at('call').map(({ verdict }) => verdict), heard.some(({ method }) => method === 'tools/call')] as const
  }
  assert.deepEqual(await calls({}, { content: [] }), [['yes'], true])
  assert.deepEqual(await calls({ annotations: undefined }, { content: [] }), [['skipped'], false])
  assert.deepEqual(await calls({ name: 'other' }, { content: [] }), [['no'], false])
  assert.deepEqual(await calls({}, {}), [['no'], true])
  assert.deepEqual(await calls({ outputSchema: { type: 'object' } }, { content: [] }), [['no'], true])
  const long = { content: [{ type: 'text', text: 'x'.repeat(200_000) }] }
  assert.deepEqual(await calls({}, long), [['note', 'yes'], true])
})

test('what a server asks on the way is answered, so that nothing waits', async (t) => {
  const answers: unknown[] = []
  const { url } = await bent(t, ({ id, method, request }, response) => {
    if (method === 'POST') answers.push(id)
    if (method !== 'tools/list') return undefined
    assert.equal(request.method, 'POST')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const [n, asks] of ['roots/list', 'sampling/createMessage', 'elicitation/create'].entries())
      response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', id: 100 + n, method: asks })}\n\n`)
    const wait = setInterval(() => {
      if (answers.length < 3) return
      clearInterval(wait)
      response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { tools: [TOOL] } })}\n\n`)
    }, 5)
    response.on('close', () => clearInterval(wait))
    return undefined
  })
  const { ok } = await one(url, 'vscode')
  assert.equal(ok, true)
  assert.deepEqual(
    answers.map(Number).toSorted((a, b) => a - b),
    [100, 101, 102],
  )
})

test('where somebody has to log in: found, or the step where it is not', async (t) => {
  const origin = { at: '' }
  const issuer = (): object => ({
    issuer: origin.at,
    authorization_endpoint: `${origin.at}/authorize`,
    token_endpoint: `${origin.at}/token`,
    code_challenge_methods_supported: pkce ? ['S256'] : [],
  })
  let pkce = true
  const url = await listening(t, (request, response) => {
    const send = (status: number, body: object): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.url?.startsWith('/.well-known/oauth-protected-resource'))
      return send(200, { resource: `${origin.at}/mcp`, authorization_servers: [origin.at] })
    if (request.url === '/.well-known/oauth-authorization-server') return send(200, issuer())
    response.setHeader(
      'www-authenticate',
      `Bearer resource_metadata="${origin.at}/.well-known/oauth-protected-resource/mcp"`,
    )
    return send(401, {})
  })
  origin.at = new URL(url).origin
  const found = await one(url, 'vscode')
  assert.deepEqual([found.ok, found.verdicts], [true, ['connect yes', 'login yes', 'open skipped']])
  const { out } = await toolgate(['doctor', url, '--as', 'vscode'])
  assert.match(out, /VS Code gets to the login\.\n$/)
  pkce = false
  const stopped = await one(url, 'claude')
  assert.equal(stopped.stops, 'login')
  assert.match(stopped.at('login')[0]?.says ?? '', /^PKCE: /)
  assert.match(stopped.at('login')[0]?.clause ?? '', /RFC 7636/)
  const refused = await one(url, 'vscode', '--token', 'x')
  assert.match(refused.at('login')[0]?.change ?? '', /toolgate doctor oauth/)
})

test('in text each client has its part, and the steps that were not reached are named', async (t) => {
  const { url } = await bent(t, ({ method }) => (method === 'initialize' ? {} : undefined))
  const { code, out } = await toolgate(['doctor', url, '--as', 'vscode,inspector'])
  assert.equal(code, 1)
  assert.match(out, /^VS Code\n✓ connect {6}200 application\/json\n✓ login /)
  assert.match(
    out,
    /✗ open .*\n {4}MCP lifecycle.*\n {4}try: .*\n– initialized, tools, [^\n]*end: not reached\nVS Code stops at open\.\n\nMCP/,
  )
  const json = await toolgate(['doctor', url, '--as', 'vscode', '--json'])
  assert.equal(report.parse(JSON.parse(json.out)).ok, false)
})

test('wrong usage is said before anything is asked', async () => {
  for (const [args, words] of [
    [['http://localhost:1/mcp', 'more'], /looks at one address/],
    [['somewhere'], /looks at an address, or at: oauth/],
    [['http://localhost:1/mcp', '--as', 'vscod'], /--as knows vscode, [^]*try: --as vscode/],
    [['http://localhost:1/mcp', '--args', '{}'], /--args is for --call/],
    [['http://localhost:1/mcp', '--call', 'x', '--args', '['], /--args is not JSON/],
    [['http://localhost:1/mcp', '--call', 'x', '--args', '[]'], /no.*JSON object/],
    [['ftp://localhost/mcp'], /is no address/],
    [['http://localhost:1/mcp', '--timeout', 'soon'], /number of seconds/],
  ] as const) {
    const { code, err } = await toolgate(['doctor', ...args])
    assert.equal(code, 2, args.join(' '))
    assert.match(err, words)
  }
})

// The access log's lines, as scripts that read the original's parse them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAccessLog, withoutSecrets } from '../../src/telemetry/access-log.ts'
import { exchange } from './exchange.ts'

const logged = (format: 'text' | 'json') => {
  const lines: string[] = []
  return { lines, log: createAccessLog({ format, write: (line) => lines.push(line) }) }
}

test('a call of a tool is one line in the original order of fields', async (t) => {
  const { x, port } = await exchange(t)
  Object.assign(x, { backend: 'mcp', endpoint: '127.0.0.1:9000', protocol: 'mcp', mcpMethod: 'tools/call' })
  Object.assign(x, { mcpTarget: 'time', mcpKind: 'tool', mcpName: 'now', mcpSession: '0123456789' })
  const { lines, log } = logged('text')
  log(x, 200, 12, 118.9)
  const [line = ''] = lines
  assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\tinfo\trequest gateway=/)
  assert.equal(
    line.slice(line.indexOf('request ')),
    'request gateway=bind/3000 listener=listener0 route_rule=route0/default route=route0 endpoint=127.0.0.1:9000 ' +
      `src.addr=127.0.0.1:${port} http.method=POST http.host=localhost http.path=/mcp http.version=HTTP/1.1 ` +
      'http.status=200 protocol=mcp mcp.method.name=tools/call mcp.target=time mcp.resource.type=tool ' +
      'gen_ai.tool.name=now mcp.session.id=0123456789 duration=118ms\n',
  )
})

test('a refusal says why: error in quotes, reason, no endpoint', async (t) => {
  const { x, port } = await exchange(t)
  Object.assign(x, { error: 'authentication failure: no bearer token found', reason: 'JwtAuth', retries: 2 })
  const { lines, log } = logged('text')
  log(x, 403, 0, 0.4)
  assert.equal(
    lines[0]?.slice(lines[0].indexOf('request ')),
    `request gateway=bind/3000 listener=listener0 route_rule=route0/default route=route0 src.addr=127.0.0.1:${port} ` +
      'http.method=POST http.host=localhost http.path=/mcp http.version=HTTP/1.1 http.status=403 protocol=http ' +
      'retry.attempt=2 error="authentication failure: no bearer token found" reason=JwtAuth duration=0ms\n',
  )
})

test('a line says what its own request was, whatever the one before it was', async (t) => {
  const { x } = await exchange(t)
  const { lines, log } = logged('text')
  const changes = [
    { protocol: 'mcp', mcpMethod: 'tools/call', mcpTarget: 'time', mcpKind: 'tool', mcpName: 'now' },
    { mcpName: 'later', mcpErrorCode: -32602, mcpErrorMessage: 'no' },
    { mcpTarget: 'clock', mcpErrorCode: 0, mcpErrorMessage: '' },
    { mcpKind: 'prompt' },
    { mcpMethod: 'prompts/get', mcpSession: 'abc' },
    { authority: 'other.example:80' },
  ]
  for (const change of changes) {
    Object.assign(x, change)
    log(x, 200, 0, 1)
    const alone = logged('text')
    alone.log(x, 200, 0, 1)
    const after = (line = ''): string => line.slice(line.indexOf('request '))
    assert.equal(after(lines.at(-1)), after(alone.lines[0]))
  }
  assert.equal(new Set(lines.map((line) => line.slice(line.indexOf('request ')))).size, changes.length)
})

test('the reason Upstream is not worth a field', async (t) => {
  const { x } = await exchange(t)
  x.reason = 'Upstream'
  const { lines, log } = logged('text')
  log(x, 200, 0, 1)
  assert.ok(!lines[0]?.includes('reason='))
})

test('JSON lines carry the same fields with numbers as numbers', async (t) => {
  const { x } = await exchange(t, { host: '[::1]:3000' })
  Object.assign(x, { protocol: 'mcp', mcpMethod: 'resources/read', mcpKind: 'resource', mcpName: 'file:///a b' })
  Object.assign(x, { mcpErrorCode: -32002, mcpErrorMessage: 'no "such" resource' })
  const { lines, log } = logged('json')
  log(x, 200, 12, 7)
  const line = JSON.parse(lines[0] ?? '')
  assert.deepEqual(Object.keys(line).slice(0, 5), ['level', 'time', 'scope', 'gateway', 'listener'])
  assert.equal(line.scope, 'request')
  assert.equal(line['http.status'], 200)
  assert.equal(line['http.host'], '[::1]')
  assert.equal(line['mcp.resource.uri'], 'file:///a b')
  assert.equal(line['mcp.error.code'], -32002)
  assert.equal(line['mcp.error.message'], 'no "such" resource')
  assert.equal(line.duration, '7ms')
})

test('names that an upstream or caller chose cannot forge a line, a field or a terminal sequence', async (t) => {
  const { x } = await exchange(t)
  Object.assign(x, { protocol: 'mcp', mcpMethod: 'tools/call', mcpKind: 'tool' })
  x.mcpName = 'a\r\n2026-01-01T00:00:00.000000Z\tinfo\trequest http.status=200 \u001b[2J\u202egnp\u2028\u0085'
  const { lines, log } = logged('text')
  log(x, 200, 0, 1)
  const line = lines[0] ?? ''
  assert.equal(line.split('\n').length, 2)
  assert.doesNotMatch(line.slice(0, -1), /[\r\n\u2028\u0085\u202e]|\x1b/) // oxlint-disable-line no-control-regex
  assert.ok(line.includes('gen_ai.tool.name="a\\r\\n2026'))
  const json = logged('json')
  json.log(x, 200, 0, 1)
  assert.equal(JSON.parse(json.lines[0] ?? '')['gen_ai.tool.name'], x.mcpName)
  assert.ok(json.lines[0]?.includes('\\u202e'))
})

test('a field is cut at 2 KiB and says so', async (t) => {
  const { x } = await exchange(t)
  x.error = 'e'.repeat(10_000)
  const { lines, log } = logged('text')
  log(x, 500, 0, 1)
  assert.ok((lines[0]?.length ?? 0) < 3_000)
  assert.ok(lines[0]?.includes('…(7952 more)'))
})

test('credentials in a query are not written down, everything else of it is', () => {
  const target = '/mcp?page=2&access_token=abc.def&api-key=1&x=%20&KEY=k&monkey=see&client_secret=s#'
  assert.equal(
    withoutSecrets(target),
    '/mcp?page=2&access_token=***&api-key=***&x=%20&KEY=***&monkey=see&client_secret=***#',
  )
})

test('credentials are found behind stray marks as well', () => {
  assert.equal(withoutSecrets('/mcp?a=b?token=x&c'), '/mcp?a=b?token=***&c')
  assert.equal(withoutSecrets('/mcp??key=x'), '/mcp??key=***')
  assert.equal(withoutSecrets('/mcp?sig'), '/mcp?sig')
})

test('no query is read more than a few times over, however it is made', () => {
  // One expression over the whole took two seconds for each of these; a timed-out test is the failure here.
  for (const piece of ['keytoken?', '?token', '?', 'token', '='])
    for (let i = 0; i < 50; i++) assert.ok(withoutSecrets(`/?${piece.repeat(8_000 / piece.length)}`).startsWith('/?'))
})

test('a long session id is cut: whole, it would let a reader of the log resume the session', async (t) => {
  const { x } = await exchange(t)
  Object.assign(x, { mcpMethod: 'ping', mcpSession: 'A'.repeat(200) })
  const { lines, log } = logged('text')
  log(x, 200, 0, 1)
  assert.ok(lines[0]?.includes(`mcp.session.id=${'A'.repeat(16)}… `))
})

test('what a policy made of the authority is not what the client asked for', async (t) => {
  const { x } = await exchange(t)
  Object.assign(x, { authority: 'elsewhere:1', authorityFixed: true, path: '/rewritten' })
  const { lines, log } = logged('text')
  log(x, 200, 0, 1)
  assert.ok(lines[0]?.includes('http.host=localhost http.path=/mcp '))
})

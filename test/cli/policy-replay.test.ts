// `toolgate policy replay`: decisions of a log under other rules; what the log does not say is not made up.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { folder, type Given, type Said, toolgate } from './io.ts'

const config = (rules: string, http = '[]'): string => `
binds:
- port: 3000
  listeners:
  - policies:
      jwtAuth: { mode: optional, issuer: https://issuer.example, jwks: '{"keys":[]}' }
      authorization: { rules: ${http} }
    routes:
    - matches: [{ path: { exact: /mcp } }]
      policies: { mcpAuthorization: { rules: ${rules} } }
      backends: [{ mcp: { targets: [{ name: notes, mcp: { host: http://localhost:1/mcp } }] } }]
`

const record = (more: object = {}): object => ({
  v: 1,
  time: '2026-11-24T10:00:00.000Z',
  id: 'a-1',
  port: 3000,
  route: 'route0',
  method: 'POST',
  path: '/mcp',
  host: 'localhost:3000',
  kind: 'tool',
  target: 'notes',
  name: 'add',
  verdict: 'allow',
  known: ['jwt'],
  facts: { 'jwt.sub': 'alice', 'jwt.groups': ['editors'] },
  absent: ['jwt.admin'],
  ...more,
})

async function world(t: TestContext, text: string) {
  const cwd = await folder(t)
  await writeFile(path.join(cwd, 'toolgate.yaml'), text)
  return async (records: readonly unknown[], given: Given = {}, argv: readonly string[] = []): Promise<Said> => {
    const stdin = records.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n')
    return await toolgate(['policy', 'replay', '-', ...argv], { cwd, stdin, ...given })
  }
}

test('the same rules decide the same', async (t) => {
  const replay = await world(t, config(`['"editors" in jwt.groups']`))
  const same = await replay([
    record(),
    record({ name: 'remove' }),
    record({ verdict: 'deny', facts: { 'jwt.groups': [] } }),
  ])
  assert.deepEqual([same.code, same.out, same.err], [0, '', '3 decisions: nothing changes\n'])
})

test('changes are counted for each caller and thing', async (t) => {
  const replay = await world(t, config(`['mcp.tool.name == "search"']`))
  const said = await replay([
    record(),
    record(),
    record({ facts: {}, known: [] }),
    record({ name: 'search', verdict: 'deny' }),
  ])
  assert.equal(said.code, 1)
  assert.equal(
    said.out,
    [
      'newly allowed',
      '✓ alice\tnotes/search\twas deny 1×\tmcpAuthorization: a rule allows it',
      'newly denied',
      '✗ alice\tnotes/add\twas allow 2×\tmcpAuthorization: no rule allows it',
      '✗ nobody\tnotes/add\twas allow 1×\tmcpAuthorization: no rule allows it',
      '',
    ].join('\n'),
  )
  const document = JSON.parse((await replay([record()], {}, ['--format', 'json'])).out)
  assert.deepEqual([document.decided, document.untold, document.changes.length], [1, 0, 1])
  assert.equal(document.changes[0].first, '2026-11-24T10:00:00.000Z')
})

test('what rules look at and the log does not have is no answer', async (t) => {
  const replay = await world(t, config(`['jwt.department == "sales" && request.headers["x-a"] == "b"']`))
  const said = await replay([record()])
  assert.deepEqual([said.code, said.out], [3, ''])
  assert.match(said.err, /1 decisions: nothing changes\n1 cannot be told: the log does not have jwt\.department/)
})

test('what is known to be absent is absent', async (t) => {
  const replay = await world(t, config(`['!has(jwt.admin)']`))
  assert.equal((await replay([record()])).code, 0)
  assert.equal((await replay([record({ absent: [], facts: { 'jwt.admin': true } })])).code, 1)
})

test('arguments decide when they were written down', async (t) => {
  const replay = await world(t, config(`['mcp.tool.arguments.id == "1"']`))
  assert.equal((await replay([record()])).code, 3)
  assert.equal((await replay([record({ arguments: { id: '1' } })])).code, 0)
  assert.equal((await replay([record({ arguments: { id: '2' } })])).code, 1)
})

test('a request with rules on several levels was denied when one of them said so', async (t) => {
  const replay = await world(t, config('[]', `[{ deny: 'jwt.sub == "mallory"' }]`))
  const request = { kind: 'request', facts: { 'jwt.sub': 'mallory' } }
  const denied = [record({ ...request, id: 'x' }), record({ ...request, id: 'x', verdict: 'deny' })]
  assert.equal((await replay(denied)).code, 0)
  const said = await replay([record({ ...request, id: 'y' })])
  assert.equal(said.code, 1)
  assert.match(said.out, /newly denied\n✗ mallory\tPOST \/mcp\twas allow 1×\tauthorization: a rule denies it\n/)
})

test('routes and targets that are gone deny; whoever must log in now is turned away', async (t) => {
  const replay = await world(t, config('[]'))
  for (const gone of [{ path: '/old' }, { target: 'other' }])
    assert.match((await replay([record(gone)])).out, /it is not there any more/)
  const strict = await world(t, config('[]').replace('optional', 'strict'))
  assert.match((await strict([record({ known: [] })])).out, /jwtAuth lets nobody in without a token/)
})

test('lines that are no decisions are counted, a file that is not there is told', async (t) => {
  const replay = await world(t, config('[]'))
  const said = await replay(['no', '{"v":2}', '', '{"v":1,"verdict":"allow","kind":"car"}', record()])
  assert.equal(said.code, 3)
  assert.match(said.err, /1 decisions: nothing changes\n3 lines are no decisions\n/)
  const cwd = await folder(t)
  await writeFile(path.join(cwd, 'toolgate.yaml'), config('[]'))
  const missing = await toolgate(['policy', 'replay', 'none.jsonl'], { cwd })
  assert.deepEqual([missing.code, missing.err], [3, 'error: cannot read none.jsonl: there is no such file\n'])
  assert.equal((await toolgate(['policy', 'replay'], { cwd })).code, 2)
})

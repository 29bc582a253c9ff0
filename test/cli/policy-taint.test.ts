// Rules on what tools touch and a session has met: explained, tested and replayed without a session.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { world } from './policy-world.ts'

const RULE = '"external-send" in mcp.tool.labels && "private-data" in session.taint'
const labels = 'mcpLabels: { targets: { mail: { tools: { send: [external-send], read: [] } } } }'
const config = (labelling: string): string => `binds:
- port: 3000
  listeners:
  - routes:
    - policies:
        ${labelling}
        mcpAuthorization: { rules: [{ deny: '${RULE}' }] }
      backends:
      - mcp: { targets: [{ name: mail, mcp: { host: http://localhost:1/mcp } }] }
`

const send = ['explain', '--tool', 'send', '--args', '{}']

test('what a session has met is assumed, or not known', async (t) => {
  const { policy } = await world(t, { 'toolgate.yaml': config(labels) })
  const open = await policy(send)
  assert.equal(open.code, 0)
  assert.match(open.out, /^depends[^]*it depends on session\.taint/)
  const clean = await policy([...send, '--taint', ''])
  assert.deepEqual([clean.code, clean.out.split(' ')[0]], [0, 'allowed'])
  const tainted = await policy([...send, '--taint', 'untrusted-input, private-data'])
  assert.equal(tainted.code, 1)
  assert.match(tainted.out, /^denied[^]*mcpAuthorization\.rules\[0\]\.deny[^]*listed all the same/)
  assert.match(
    tainted.out,
    /\n {2}mcp\.tool\.labels {2}\["external-send"\]\n {2}session\.taint {4}\["untrusted-input","private-data"\]/,
  )
  const read = await policy(['explain', '--tool', 'read', '--args', '{}', '--taint', 'private-data'])
  assert.deepEqual([read.code, read.out.split(' ')[0]], [0, 'allowed'])
})

test('labels that a server’s own words decide are not known here; with no guesses there are none', async (t) => {
  const other = ['explain', '--tool', 'other', '--args', '{}', '--taint', 'private-data']
  const guessed = await world(t, { 'toolgate.yaml': config(labels) })
  assert.match((await guessed.policy(other)).out, /^depends[^]*it depends on mcp\.tool\.labels/)
  const written = await world(t, { 'toolgate.yaml': config(labels.replace('{ targets', '{ guess: false, targets')) })
  assert.match((await written.policy(other)).out, /^allowed/)
})

test('without mcpLabels the rule denies, as it does when it runs', async (t) => {
  const { policy } = await world(t, { 'toolgate.yaml': config('csrf: {}') })
  const said = await policy([...send, '--taint', 'private-data'])
  assert.equal(said.code, 1)
  assert.match(said.out, /a rule cannot be decided, and denies/)
})

test('cases say what a session has met', async (t) => {
  const cases = `
identities: { anyone: {} }
cases:
- { as: anyone, tool: send, args: {}, taint: [], expect: allow }
- { as: anyone, tool: send, args: {}, taint: [private-data], expect: deny, rule: 'rules[0].deny' }
- { as: anyone, tool: send, args: {}, expect: depends }
`
  const { policy } = await world(t, { 'toolgate.yaml': config(labels), 'a.policy-test.yaml': cases })
  const said = await policy(['test'])
  assert.equal(said.code, 0, said.out + said.err)
})

const recorded = {
  v: 1,
  time: '2026-11-24T10:00:00.000Z',
  id: 'a-1',
  port: 3000,
  route: 'route0',
  method: 'POST',
  path: '/mcp',
  host: 'localhost',
  kind: 'tool',
  target: 'mail',
  known: [],
  absent: [],
}

function record(verdict: 'allow' | 'deny', taint: readonly string[], name = 'send'): string {
  const facts = { 'mcp.tool.labels': ['external-send'], 'session.taint': taint }
  return JSON.stringify({ ...recorded, name, verdict, facts })
}

test('what was decided in a tainted session is decided again', async (t) => {
  const lines = [record('deny', ['private-data']), record('allow', []), record('deny', ['private-data'], 'other')]
  const { policy } = await world(t, { 'toolgate.yaml': config(labels), 'log.jsonl': `${lines.join('\n')}\n` })
  const said = await policy(['replay', 'log.jsonl'])
  assert.deepEqual([said.code, said.out], [0, ''], said.err)
  const other = await world(t, { 'toolgate.yaml': config(labels), 'log.jsonl': record('deny', []) })
  assert.match((await other.policy(['replay', 'log.jsonl'])).out, /newly allowed/)
})

// Explanations against the real thing: what they say is what clients of a running gateway see, and what it has decided.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { echo } from '../../../servers/echo.ts'
import { notes } from '../../../servers/notes.ts'
import { serve } from '../../../servers/serve.ts'
import { type Said, toolgate } from '../../cli/io.ts'
import { eventually, startGateway } from '../../support/gateway.ts'
import { signer } from '../../support/tokens.ts'

const folder = import.meta.dirname
const ask = (argv: readonly string[], env: Record<string, string> = {}): Promise<Said> =>
  toolgate(['policy', ...argv], { cwd: folder, env })

const people = { rita: { sub: 'rita', groups: ['readers'] }, edward: { sub: 'edward', groups: ['editors'] } } as const
type Person = keyof typeof people | 'guest'

async function world(t: TestContext) {
  const place = mkdtempSync(path.join(tmpdir(), 'toolgate-explain-'))
  t.after(() => rmSync(place, { recursive: true, force: true }))
  const keys = path.join(place, 'jwks.json')
  const decisions = path.join(place, 'decisions.jsonl')
  const one = await signer()
  writeFileSync(keys, JSON.stringify({ keys: [one.jwk] }))
  const [book, said] = await Promise.all([notes(), echo].map((make) => serve(make, { transport: 'http' })))
  assert.ok(book !== undefined && said !== undefined)
  t.after(() => Promise.all([book.close(), said.close()]))
  const env = { KEYS: keys, NOTES_URL: book.url, ECHO_URL: said.url, DECISIONS: decisions }
  const gateway = await startGateway(t, path.join(folder, 'config.yaml'), env)
  const as = async (who: Person): Promise<Client> => {
    if (who === 'guest') return gateway.client()
    const token = await one.sign({ iss: 'https://id.example', aud: 'notes.example', ...people[who] })
    return gateway.client({ headers: { authorization: `Bearer ${token}` } })
  }
  const env2 = { ...env, PORT: String(gateway.port) }
  return { gateway, as, env: env2, decisions }
}

test('the cases beside the configuration pass, and one is shown when the rules change', async () => {
  const now = await ask(['test'])
  assert.equal(now.code, 0, now.out + now.err)
  assert.match(now.out, /\n15 cases: 15 pass, 0 fail /)
  const later = await ask(['test', '-f', 'proposed.yaml'])
  assert.equal(later.code, 1)
  assert.match(later.out, /✗ guest may use said_echo\n {4}expected allowed, and it is denied/)
})

test('the table says of each person what a client of the gateway lists', async (t) => {
  const { as, env } = await world(t)
  const table = await ask(
    ['explain', '-f', 'config.yaml', '--identities', 'people.yaml', '--catalog', 'live', '-q', '--format', 'json'],
    env,
  )
  assert.equal(table.code, 0, table.err)
  const { items } = JSON.parse(table.out)
  assert.equal(items.length, 5)
  for (const who of ['rita', 'edward', 'guest'] as const) {
    const client = await as(who)
    const listed = (await client.listTools()).tools.map(({ name }) => name)
    const told = items.filter((item: { verdicts: Record<string, string> }) => item.verdicts[who] !== 'no')
    assert.deepEqual(
      told.map(({ target, name }: { target: string; name: string }) => `${target}_${name}`).toSorted(),
      listed.toSorted(),
      who,
    )
  }
})

test('what has been decided is on record, and is decided again with other rules', async (t) => {
  const { gateway, as, env, decisions } = await world(t)
  const [guest, rita, edward] = [await as('guest'), await as('rita'), await as('edward')]
  await guest.callTool({ name: 'said_echo', arguments: { message: 'hello' } })
  await rita.callTool({ name: 'notes_search', arguments: { query: 'a' } })
  await assert.rejects(rita.callTool({ name: 'notes_add', arguments: { title: 'a', text: 'b' } }), /Unknown tool/)
  await assert.rejects(edward.callTool({ name: 'notes_remove', arguments: { id: '1' } }), /Unknown tool/)
  const refused = await fetch(gateway.url, { method: 'POST', headers: { 'x-maintenance': 'yes' } })
  assert.equal(refused.status, 403)
  const records = await eventually(
    () => {
      const lines = readFileSync(decisions, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
      return lines.some(({ kind, verdict }) => kind === 'request' && verdict === 'deny') && lines
    },
    () => readFileSync(decisions, 'utf8'),
  )
  const used = records.filter(({ kind }) => kind === 'tool')
  assert.deepEqual(
    used.map(({ target, name, verdict, because, facts, absent, arguments: input }) => [
      `${target}/${name} ${verdict}: ${because}`,
      facts['jwt.groups'] ?? absent,
      input,
    ]),
    [
      ['said/echo allow: allowed', ['jwt.groups'], { message: 'hello' }],
      ['notes/search allow: allowed', ['readers'], { query: 'a' }],
      ['notes/add deny: not allowed', ['readers'], { title: 'a', text: 'b' }],
      ['notes/remove deny: denied', ['editors'], { id: '1' }],
    ],
  )
  assert.doesNotMatch(readFileSync(decisions, 'utf8'), /Bearer|eyJ|rita|edward/)

  const same = await ask(['replay', decisions, '-f', 'config.yaml'], env)
  assert.deepEqual([same.code, same.out], [0, ''], same.err)
  const changed = await ask(['replay', decisions, '-f', 'proposed.yaml'], env)
  assert.equal(changed.code, 1)
  assert.equal(
    changed.out,
    [
      'newly allowed',
      '✓ with a token\tnotes/add\twas deny 1×\tmcpAuthorization: a rule allows it',
      'newly denied',
      '✗ nobody\tsaid/echo\twas allow 1×\tmcpAuthorization: no rule allows it',
      '',
    ].join('\n'),
  )
  assert.match(changed.err, /decisions: 2 verdicts change\n$/)
})

test('a log that was moved away is begun anew when the gateway is told', async (t) => {
  const { gateway, as, decisions } = await world(t)
  const guest = await as('guest')
  await eventually(
    () => readFileSync(decisions, 'utf8').includes('"request"'),
    () => 'nothing was recorded',
  )
  renameSync(decisions, `${decisions}.old`)
  gateway.process.kill('SIGHUP')
  await eventually(
    async () => {
      await guest.callTool({ name: 'said_echo', arguments: { message: 'again' } })
      try {
        return readFileSync(decisions, 'utf8').includes('"again"')
      } catch {
        return false
      }
    },
    () => gateway.said(),
  )
})

test('a change is shown before it is made', async () => {
  const said = await ask(['diff', 'config.yaml', 'proposed.yaml', '--identities', 'people.yaml'])
  assert.equal(said.code, 1)
  assert.match(said.out, /newly allowed\n✓ rita\tnotes\/\*\twas deny/)
  assert.match(said.out, /newly denied\n✗ guest\tsaid\/\*\twas allow/)
})

test('the question of the README is answered', async () => {
  const said = await ask([
    'explain',
    '-f',
    'config.yaml',
    '--claims',
    JSON.stringify(people.rita),
    '--tool',
    'notes_add',
  ])
  assert.equal(said.code, 1)
  assert.match(said.out, /^denied {2}notes_add for rita, route notebook\n {2}mcpAuthorization: no rule allows it\n/)
  assert.match(said.out, /would pass if {2}jwt\.groups\.exists\(group, group == "editors"\)\n/)
})

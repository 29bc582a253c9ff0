// `toolgate policy explain|test`: who may do what, for people, for scripts and for CI.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { echo } from '../../servers/echo.ts'
import { serve } from '../../servers/serve.ts'
import { config, editor, world } from './policy-world.ts'

test('an allowed call names the rule, its line and what each part came to', async (t) => {
  const { policy } = await world(t)
  const said = await policy(['explain', '--claims', editor, '--tool', 'notes_edit'])
  assert.deepEqual([said.code, said.err], [0, ''])
  assert.match(said.out, /^allowed {2}notes_edit for erin, route tools\n {2}mcpAuthorization: a rule allows it\n/)
  assert.match(
    said.out,
    /--> toolgate\.yaml:16 {3}binds\[0\]\.listeners\[0\]\.routes\[0\]\.policies\.mcpAuthorization\.rules\[1\]\.allow\n/,
  )
  assert.match(said.out, /✓ allow {3}true {4}:16 jwt\.groups\.contains\("editors"\) && mcp\.tool\.target == "notes"\n/)
  assert.match(said.out, / {6}true {4}jwt\.groups\.contains\("editors"\)\n/)
  assert.match(said.out, /jwt\.groups {4}\["editors"\]\n/)
})

test('a denied call ends with 1 and says what is missing', async (t) => {
  const { policy } = await world(t)
  const said = await policy(['explain', '--claims', '{"sub":"al","groups":["readers"]}', '--tool', 'notes/edit'])
  assert.equal(said.code, 1)
  assert.match(said.out, /^denied {2}notes_edit for al, route tools\n {2}mcpAuthorization: no rule allows it\n/)
  assert.match(said.out, /not listed either/)
  assert.match(said.out, /would pass if {2}jwt\.groups\.contains\("editors"\)\n/)
})

test('without arguments it may depend on them; with them it does not', async (t) => {
  const { policy } = await world(t)
  const asked = ['explain', '--claims', editor, '--tool', 'notes_remove']
  const open = await policy(asked)
  assert.equal(open.code, 0)
  assert.match(open.out, /^depends {2}notes_remove.*\n {2}mcpAuthorization: it depends on mcp\.tool\.arguments\n/)
  assert.match(open.out, /listed; each call is decided by itself/)
  const forced = await policy([...asked, '--args', '{"force":true}'])
  assert.equal(forced.code, 1)
  assert.match(forced.out, /a rule denies it[^]*listed all the same: another call of it may pass/)
  assert.match(forced.out, /> deny {4}true/)
  assert.equal((await policy([...asked, '--args', '{"force":false}'])).code, 0)
})

test('one JSON document says the same to a program', async (t) => {
  const { policy } = await world(t)
  const said = await policy([
    'explain',
    '--claims',
    editor,
    '--tool',
    'notes_remove',
    '--format',
    'json',
    '--args',
    '{"force":true}',
  ])
  const { version, verdict, listed, item, decidedBy, facts, sets } = JSON.parse(said.out)
  assert.deepEqual(
    { version, verdict, listed, item },
    { version: 1, verdict: 'denied', listed: true, item: { kind: 'tool', target: 'notes', name: 'remove' } },
  )
  assert.deepEqual([decidedBy.because, decidedBy.line, decidedBy.index, decidedBy.kind], ['denied', 17, 2, 'deny'])
  assert.deepEqual(facts.at(-1), { fact: 'jwt.groups', kind: 'known', value: ['editors'] })
  assert.deepEqual(
    sets.map((set: { policy: string }) => set.policy),
    ['authorization', 'mcpAuthorization'],
  )
})

test('a plain request is decided by the rules on requests', async (t) => {
  const { policy } = await world(t)
  const said = await policy(['explain', '--method', 'GET', '--path', '/internal/x'])
  assert.equal(said.code, 1)
  assert.match(said.out, /^denied {2}GET \/internal\/x for nobody, route pages\n {2}authorization: a rule denies it\n/)
  assert.equal((await policy(['explain', '--path', '/open'])).code, 0)
})

test('facts that nothing verifies are not facts, and an open route says so', async (t) => {
  const { policy } = await world(t)
  const said = await policy(['explain', '--api-key', '{"team":"a"}', '--tool', 'anything', '--route', 'open'])
  assert.equal(said.code, 0)
  assert.match(said.out, /nothing on this route verifies an API key: its rules do not see it/)
  assert.match(said.out, /this route has no mcpAuthorization: it is open/)
})

test('who must log in first is told so', async (t) => {
  const { policy } = await world(t, { 'strict.yaml': config.replace('mode: optional', 'mode: strict') })
  const said = await policy(['explain', '-f', 'strict.yaml', '--tool', 'notes_read'])
  assert.equal(said.code, 1)
  assert.match(said.out, /jwtAuth lets nobody in without a token\n {2}--> strict\.yaml:5 /)
})

test('without a tool all that rules name is a table; of several callers side by side', async (t) => {
  const { policy } = await world(t, {
    'who.yaml': `identities: { erin: { claims: ${editor} }, nobody: {} }`,
  })
  const said = await policy(['explain', '--route', 'tools', '--identities', 'who.yaml'])
  assert.equal(said.code, 0)
  assert.deepEqual(said.out.trimEnd().split('\n'), [
    'tool\terin\tnobody',
    'clock/read\tyes\tyes',
    'clock/remove\tno\tno',
    'clock/*\tno\tno',
    'notes/read\tyes\tyes',
    'notes/remove\tdepends\tno',
    'notes/*\tyes\tno',
  ])
  const { items } = JSON.parse((await policy(['explain', '--identities', 'who.yaml', '--format', 'json'])).out)
  assert.deepEqual(items[0], {
    route: 'open',
    kind: 'tool',
    target: 'other',
    name: '*',
    verdicts: { erin: 'yes', nobody: 'yes' },
  })
})

test('a catalogue comes from a file, or from the upstreams themselves', async (t) => {
  const server = await serve(echo, { transport: 'http' })
  t.after(() => server.close())
  const live = config.replace('http://localhost:1/mcp', server.url)
  const { policy } = await world(t, { 'live.yaml': live, 'list.json': '{"tools":[{"name":"notes_a"},"clock_read"]}' })
  const file = await policy(['explain', '--route', 'tools', '--catalog', 'list.json'])
  assert.equal(file.out, 'tool\tnobody\nclock/read\tyes\nnotes/a\tno\n')
  const asked = await policy([
    'explain',
    '-f',
    'live.yaml',
    '--route',
    'tools',
    '--catalog',
    'live',
    '--claims',
    editor,
    '-q',
  ])
  assert.match(asked.out, /^tool\terin\nnotes\/echo\tyes\n/)
  assert.match(asked.err, /^clock is left out: /m)
})

test('a route of several gateways is asked for by port or listener', async (t) => {
  const shared = `
gateways:
  inside: { port: 3000, authorization: { rules: [{ deny: 'request.path == "/mcp"' }] } }
  outside: { port: 3001, listeners: [{ name: a, hostname: a.example }, { name: b, hostname: b.example }] }
routes:
- name: tools
  gateways: [inside, outside]
  matches: [{ path: { exact: /mcp } }]
  backends: [{ mcp: { targets: [{ name: notes, mcp: { host: http://localhost:1/mcp } }] } }]
`
  const { policy } = await world(t, { 'shared.yaml': shared })
  const asked = ['explain', '-f', 'shared.yaml', '--tool', 'read']
  const open = await policy(asked)
  assert.equal(open.code, 2)
  assert.match(open.err, /try: --route tools@3000, or --route tools@3001\/a, or --route tools@3001\/b\n/)
  assert.equal((await policy([...asked, '--route', 'tools@3000'])).code, 1)
  assert.equal((await policy([...asked, '--route', 'tools@3001/b'])).code, 0)
})

test('what cannot be meant is wrong usage, with what to write instead', async (t) => {
  const { policy } = await world(t)
  for (const [argv, expected] of [
    [[], /explain, test/],
    [['explian'], /did you mean `explain`/],
    [['explain', 'x'], /--tool x/],
    [['explain', '--tool', 'nots_x', '--route', 'tools'], /--tool notes\/x/],
    [['explain', '--tool', 'x', '--route', 'tolls'], /--route tools/],
    [['explain', '--tool', 'x', '--prompt', 'y'], /one thing at a time/],
    [['explain', '--tool', 'notes_x', '--args', '[]'], /not a JSON object/],
    [['explain', '--tool', 'notes_x', '--args', '{'], /not JSON/],
    [['explain', '--tool', 'notes_x', '--header', 'x'], /NAME:VALUE/],
    [['diff', 'one.yaml'], /OLD NEW/],
    [['test'], /no file ends in \.policy-test\.yaml/],
  ] as const) {
    const { code, out, err } = await policy(argv)
    assert.deepEqual([code, out], [2, ''], argv.join(' '))
    assert.match(err, expected, argv.join(' '))
  }
})

test('what cannot be read is no answer', async (t) => {
  const { policy } = await world(t, {
    'broken.yaml': config.replace('mcp.tool.name == "read"', 'mcp.tool.name =='),
    'claims.json': '[]',
  })
  for (const [argv, expected] of [
    [['explain', '-f', 'none.yaml', '--tool', 'x'], /there is no such file/],
    [
      ['explain', '-f', 'broken.yaml', '--tool', 'notes_x'],
      /broken\.yaml:15[^]*try: toolgate validate -f broken\.yaml/,
    ],
    [['explain', '--claims', 'claims.json', '--tool', 'notes_x'], /--claims is no JSON object/],
    [['explain', '--claims', 'none.json', '--tool', 'notes_x'], /cannot read none\.json/],
    [['explain', '--catalog', 'claims.json'], /no catalogue/],
    [['explain', '--identities', 'claims.json'], /cannot be used/],
  ] as const) {
    const { code, err } = await policy(argv)
    assert.equal(code, 3, argv.join(' '))
    assert.match(err, expected, argv.join(' '))
  }
})

test('claims are read from a token, a file or standard input', async (t) => {
  const payload = Buffer.from(editor).toString('base64url')
  const { policy } = await world(t, { 'erin.jwt': `e30.${payload}.\n`, 'erin.json': editor })
  for (const [claims, given] of [
    ['erin.jwt', {}],
    ['erin.json', {}],
    ['-', { stdin: editor }],
    [`eyJhbGciOiJub25lIn0.${payload}.c2lnbmF0dXJl`, {}],
  ] as const)
    assert.equal((await policy(['explain', '--claims', claims, '--tool', 'notes_edit'], given)).code, 0, claims)
})

test('a token that is given in place is not shown, read or not', async (t) => {
  const { policy } = await world(t)
  const token = `eyJhbGciOiJub25lIn0.${Buffer.from('no JSON').toString('base64url')}.c2lnbmF0dXJl`
  const bad = await policy(['explain', '--claims', token, '--tool', 'notes_edit'])
  assert.equal(bad.code, 2)
  const good = await policy(['explain', '--claims', token.replace(/\..*\./, '.e30.'), '--tool', 'notes_edit'])
  assert.match(good.out, /notes_edit for the caller, route tools/)
  for (const { out, err } of [bad, good]) assert.doesNotMatch(out + err, /c2lnbmF0dXJl/)
})

const cases = `
route: /mcp
identities:
  erin: { claims: ${editor} }
cases:
- { as: erin, tool: notes_edit, expect: allow, rule: 'rules[1]' }
- { as: [erin, nobody], tool: [notes_read, clock/read], expect: allow, rule: mcp.tool.name == "read" }
- { name: never by force, as: erin, tool: notes_remove, args: { force: true }, expect: deny }
- { as: nobody, path: /internal, route: pages, expect: deny }
table:
  notes_remove: { erin: depends, nobody: deny }
`

test('cases that come out as they say pass', async (t) => {
  const { policy } = await world(t, { 'a.policy-test.yaml': cases })
  const said = await policy(['test'])
  assert.equal(said.code, 0, said.out + said.err)
  assert.match(said.out, /^✓ erin may use notes_edit\n/)
  assert.match(said.out, /✓ never by force\n✓ nobody may not use GET \/internal\n✓ erin may perhaps use notes_remove\n/)
  assert.match(said.out, /\n9 cases: 9 pass, 0 fail {3}\d+\.\d\d s\n$/)
})

test('a case that does not is shown with the explanation, and ends with 1', async (t) => {
  const wrong = cases.replace('tool: notes_edit, expect: allow', 'tool: notes_edit, expect: deny')
  const { policy } = await world(t, { 'a.policy-test.yaml': wrong })
  const said = await policy(['test', 'a.policy-test.yaml'])
  assert.equal(said.code, 1)
  assert.match(
    said.out,
    /^✗ erin may not use notes_edit\n {4}expected denied, and it is allowed {3}a\.policy-test\.yaml:6\n {4}allowed /,
  )
  const { passed, failed, cases: all } = JSON.parse((await policy(['test', '--format', 'json'])).out)
  assert.deepEqual([passed, failed, all[0].ok, all[0].line], [8, 1, false, 6])
})

test('the rule that must settle it is held to', async (t) => {
  const { policy } = await world(t, { 'a.policy-test.yaml': cases.replace("rule: 'rules[1]'", "rule: 'rules[0]'") })
  const said = await policy(['test'])
  assert.equal(said.code, 1)
  assert.match(said.out, /expected that `rules\[0\]` settles it, and `.*rules\[1\]\.allow` does/)
})

test('cases that make no sense are shown where they stand', async (t) => {
  for (const [from, to, expected] of [
    ['expect: allow', 'expekt: allow', /policy-test\.yaml:6:[^]*did you mean `expect`/],
    ['as: erin, tool: notes_edit', 'as: eric, tool: notes_edit', /there is no identity `eric`; known: erin/],
    ['tool: notes_edit', 'tool: nots_edit', /no target can have a tool[^]*policy-test\.yaml:6:/],
    ['expect: allow', 'expect: alow', /did you mean `allow`/],
    ['args: {', 'prompt: x, args: {', /one kind of thing/],
    ['route: /mcp', 'route: /nowhere', /no route answers/],
    ['config: x', 'config: x', undefined],
  ] as const) {
    const { policy } = await world(t, { 'a.policy-test.yaml': cases.replace(from, to) })
    const { code, err } = await policy(['test'])
    assert.equal(code, expected === undefined ? 0 : 3, to)
    if (expected !== undefined) assert.match(err, expected, to)
  }
})

// `toolgate policy diff`: no door opens or closes unseen.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { config, editor, world } from './policy-world.ts'

test('a difference names what opens and what closes, and for whom', async (t) => {
  const young = config
    .replace('jwt.groups.contains("editors")', 'true')
    .replace('- mcp.tool.name == "read"', '- mcp.tool.name == "read" && mcp.tool.target == "notes"')
  const { policy } = await world(t, {
    'young.yaml': young,
    'who.yaml': `identities: { erin: { claims: ${editor} }, nobody: {} }`,
  })
  const asked = ['diff', 'toolgate.yaml', 'young.yaml', '--identities', 'who.yaml']
  const said = await policy(asked)
  assert.equal(said.code, 1)
  assert.equal(
    said.out,
    [
      'newly allowed',
      '✓ nobody\tnotes/*\twas deny\tmcpAuthorization: a rule allows it',
      'now depends',
      '! nobody\tnotes/remove\twas deny\tmcpAuthorization: it depends on mcp.tool.arguments',
      'newly denied',
      '✗ erin\tclock/read\twas allow\tmcpAuthorization: no rule allows it',
      '✗ nobody\tclock/read\twas allow\tmcpAuthorization: no rule allows it',
      '',
    ].join('\n'),
  )
  assert.match(said.err, /2 callers: 4 verdicts change\n$/)
  const { changes } = JSON.parse((await policy([...asked, '--format', 'json'])).out)
  assert.equal(changes.length, 4)
  const same = await policy(['diff', 'toolgate.yaml', 'toolgate.yaml', '--identities', 'who.yaml'])
  assert.deepEqual([same.code, same.out], [0, ''])
})

test('a difference is found where rules look at parts of names', async (t) => {
  const rule = (prefix: string): string =>
    config.replace('mcp.tool.name == "read"', `mcp.tool.name.startsWith("${prefix}")`)
  const { policy } = await world(t, { 'old.yaml': rule('read_'), 'young.yaml': rule('rea') })
  const said = await policy(['diff', 'old.yaml', 'young.yaml', '--route', 'tools'])
  assert.deepEqual(
    [said.code, said.out],
    [
      1,
      [
        'newly allowed',
        '✓ nobody\tclock/rea*\twas deny\tmcpAuthorization: a rule allows it',
        '✓ nobody\tnotes/rea*\twas deny\tmcpAuthorization: a rule allows it',
        '',
      ].join('\n'),
    ],
  )
  assert.match(said.err, /--catalog live compares all\n/)
  const table = await policy(['explain', '-f', 'old.yaml', '--route', 'tools'])
  assert.match(table.out, /^notes\/read_\*\tyes$/m)
})

test('a difference is found where a door opens for everybody, and for plain requests', async (t) => {
  const strict = config.replace('mode: optional', 'mode: strict')
  const { policy } = await world(t, {
    'strict.yaml': strict,
    'young.yaml': config.replace('startsWith("/internal")', 'startsWith("/private")'),
    'who.yaml': `identities: { erin: { claims: ${editor} } }`,
  })
  const opened = await policy(['diff', 'strict.yaml', 'toolgate.yaml', '--identities', 'who.yaml'])
  assert.equal(opened.code, 1)
  assert.match(opened.out, /✓ nobody\tnotes\/read\twas deny\tmcpAuthorization: a rule allows it\n/)
  assert.doesNotMatch(opened.out, /erin/)
  const pages = await policy(['diff', 'toolgate.yaml', 'young.yaml', '--identities', 'who.yaml'])
  assert.equal(pages.code, 1)
  assert.equal(
    pages.out,
    [
      'newly allowed',
      '✓ erin\tGET /internal\twas deny\tauthorization: no rule is against it',
      '✓ nobody\tGET /internal\twas deny\tauthorization: no rule is against it',
      '',
    ].join('\n'),
  )
  const { items } = JSON.parse((await policy(['explain', '--route', 'pages', '--format', 'json'])).out)
  assert.deepEqual(items, [{ route: 'pages', kind: 'request', name: 'GET /internal', verdicts: { nobody: 'no' } }])
})

test('a thing or route that is gone is newly denied', async (t) => {
  const { policy } = await world(t, {
    'young.yaml': config.replace('name: open', 'name: closed').replace('/open', '/closed'),
  })
  const said = await policy(['diff', 'toolgate.yaml', 'young.yaml'])
  assert.equal(said.code, 1)
  assert.match(said.out, /newly denied\n✗ nobody\tother\/\*\twas allow\tit is not there any more\n/)
})

// Settings of clients: printed, written with a backup, and taken back byte for byte.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { folder, type Given, type Said, toolgate } from './io.ts'

interface Place {
  readonly cwd: string
  readonly file: string
  readonly run: (argv: readonly string[], given?: Given) => Promise<Said>
}

async function place(t: TestContext, settings?: string): Promise<Place> {
  const home = await folder(t)
  const cwd = path.join(home, 'project')
  const file = path.join(cwd, '.vscode/mcp.json')
  await mkdir(cwd)
  if (settings !== undefined) {
    await mkdir(path.dirname(file))
    await writeFile(file, settings, { mode: 0o640 })
  }
  return { cwd, file, run: (argv, given) => toolgate(['connect', ...argv], { cwd, env: { HOME: home }, ...given }) }
}

const before = '{\r\n  // do not lose me\r\n  "servers": {\r\n    "mine": { "command": "x", },\r\n  },\r\n}'

test('without --write the entry is printed and nothing is touched', async (t) => {
  const { run, file } = await place(t)
  const said = await run(['vscode'])
  assert.equal(said.code, 0)
  assert.deepEqual(JSON.parse(said.out), { servers: { toolgate: { type: 'http', url: 'http://localhost:3000/mcp' } } })
  assert.match(said.err, /\.vscode\/mcp\.json/)
  assert.equal(existsSync(file), false)
})

test('--write adds one entry and keeps a backup; --undo brings every byte back', async (t) => {
  const { run, file } = await place(t, before)
  const written = await run(['vscode', '--write', '--url', 'http://localhost:4000/mcp'])
  assert.equal(written.code, 0)
  assert.match(written.out, /^--- \.vscode\/mcp\.json\n\+\+\+ \.vscode\/mcp\.json\n@@ -2,5 \+2,9 @@\n/)
  assert.match(written.out, /^\+ {4}"toolgate": \{$/m)
  assert.match(written.err, /backup: mcp\.json\.1 · undo: toolgate connect vscode --undo/)
  const after = await readFile(file, 'utf8')
  assert.ok(after.includes('// do not lose me') && after.includes('"mine": { "command": "x", }'))
  assert.ok(after.includes('"url": "http://localhost:4000/mcp"'))
  assert.equal((await stat(file)).mode & 0o777, 0o640)
  assert.equal(await readFile(`${file}.1`, 'utf8'), before)
  assert.equal((await run(['vscode', '--undo'])).code, 0)
  assert.deepEqual(await readFile(file), Buffer.from(before))
  assert.equal((await stat(file)).mode & 0o777, 0o640)
  assert.equal(existsSync(`${file}.1`), false)
})

test('a file that was not there is gone after --undo, with the folder it needed', async (t) => {
  const { run, file } = await place(t)
  await run(['vscode', '--write'])
  assert.equal(existsSync(file), true)
  const said = await run(['vscode', '--undo'])
  assert.match(said.err, /removed/)
  assert.equal(existsSync(path.dirname(file)), false)
})

test('two changes are two steps back', async (t) => {
  const { run, file } = await place(t, before)
  await run(['vscode', '--write'])
  const between = await readFile(file, 'utf8')
  await run(['vscode', '--write', '--url', 'http://localhost:1/mcp'])
  await run(['vscode', '--undo'])
  assert.equal(await readFile(file, 'utf8'), between)
  await run(['vscode', '--undo'])
  assert.equal(await readFile(file, 'utf8'), before)
  const third = await run(['vscode', '--undo'])
  assert.equal(third.code, 1)
  assert.match(third.err, /nothing to undo/)
})

test('what somebody changed since is not thrown away', async (t) => {
  const { run, file } = await place(t, before)
  await run(['vscode', '--write'])
  await writeFile(file, '{"servers": {}}')
  const said = await run(['vscode', '--undo'])
  assert.equal(said.code, 1)
  assert.match(said.err, /changed since/)
  assert.equal(await readFile(file, 'utf8'), '{"servers": {}}')
})

test('writing twice changes nothing the second time, and --dry-run never', async (t) => {
  const { run, file } = await place(t, before)
  const dry = await run(['vscode', '--write', '--dry-run'])
  assert.match(dry.out, /^\+ {4}"toolgate"/m)
  assert.equal(await readFile(file, 'utf8'), before)
  await run(['vscode', '--write'])
  const again = await run(['vscode', '--write'])
  assert.match(again.err, /already connects/)
  assert.equal(existsSync(`${file}.2`), false)
})

test('settings that are no JSON are named with their place and left alone', async (t) => {
  const { run, file } = await place(t, '{\n  "servers": nope\n}')
  const said = await run(['vscode', '--write'])
  assert.equal(said.code, 1)
  assert.match(said.err, /not JSON[^]*mcp\.json:2:14/)
  assert.equal(await readFile(file, 'utf8'), '{\n  "servers": nope\n}')
})

test('a link stays a link: what it names is changed', async (t) => {
  const { run, file, cwd } = await place(t)
  const real = path.join(cwd, 'real.json')
  await writeFile(real, '{}')
  await mkdir(path.dirname(file))
  await symlink(real, file)
  await run(['vscode', '--write'])
  assert.match(await readFile(real, 'utf8'), /toolgate/)
  await run(['vscode', '--undo'])
  assert.equal(await readFile(real, 'utf8'), '{}')
})

test('a person at a terminal is asked first', async (t) => {
  const { run, file } = await place(t, before)
  const no = await run(['vscode', '--write'], {
    tty: true,
    stdin: 'n\n',
    cwd: path.dirname(path.dirname(file)),
    env: { HOME: '/' },
  })
  assert.equal(no.code, 1)
  assert.match(no.err, /Write\? \[y\/N\]/)
  assert.equal(await readFile(file, 'utf8'), before)
})

test('each client has its own file and shape', async (t) => {
  const { run, cwd } = await place(t)
  await run(['cursor', '--write'])
  assert.deepEqual(JSON.parse(await readFile(path.join(cwd, '.cursor/mcp.json'), 'utf8')), {
    mcpServers: { toolgate: { url: 'http://localhost:3000/mcp' } },
  })
  await run(['claude', '--write', '--user', '--name', 'gate'])
  assert.deepEqual(JSON.parse(await readFile(path.join(cwd, '../.claude.json'), 'utf8')), {
    mcpServers: { gate: { type: 'http', url: 'http://localhost:3000/mcp' } },
  })
  const user = await run(['vscode', '--user', '--write', '--format', 'json'])
  assert.equal(JSON.parse(user.out).file, path.join(cwd, '../.config/Code/User/mcp.json'))
  const there = await run(['vscode', '--user', '--format', 'json'], {
    platform: 'win32',
    cwd,
    env: { APPDATA: '/roaming', USERPROFILE: '/home', LOCALAPPDATA: '/local' },
  })
  assert.equal(JSON.parse(there.out).file, '/roaming/Code/User/mcp.json')
})

test('clients without a settings file get instructions', async (t) => {
  const { run } = await place(t)
  const inspector = await run(['inspector'])
  assert.match(
    inspector.out,
    /npx @modelcontextprotocol\/inspector --cli http:\/\/localhost:3000\/mcp --transport http --method tools\/list/,
  )
  const openwebui = await run(['openwebui'])
  assert.match(
    openwebui.out,
    /MCP \(Streamable HTTP\)[^]*http:\/\/host\.docker\.internal:3000\/mcp[^]*WEBUI_SECRET_KEY/,
  )
  assert.equal((await run(['inspector', '--write'])).code, 2)
  const unknown = await run(['vscod'])
  assert.equal(unknown.code, 2)
  assert.match(unknown.err, /try: toolgate connect vscode/)
  assert.equal((await run(['vscode', '--url', 'nowhere'])).code, 2)
})

// Servers of other programs become a configuration, their secrets become variables, and their files stay as they are.
import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { parseEnv } from 'node:util'
import { parse } from 'yaml'
import { isSecretName, isSecretValue } from '../../src/cli/variables.ts'
import { folder, type Given, type Said, toolgate } from './io.ts'

const token = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'
const vscode = `{
  // three servers
  "inputs": [{ "id": "pg-password", "type": "promptString" }],
  "servers": {
    "GitHub": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-github"],
      "env": { "GITHUB_TOKEN": "${token}", "LEVEL": "info", "PRICE": "$5", "PATH_HERE": "\${workspaceFolder}/x" },
    },
    "postgres": { "command": "pg-mcp", "args": ["postgres://me:hunter2@db/x", "--password", "\${input:pg-password}"] },
    "docs": { "type": "http", "url": "https://docs.example/mcp?api_key=abc123&lang=en", "headers": { "Authorization": "Bearer tok-1", "X-Team": "blue" } },
    "old": { "url": "https://old.example/sse" },
    "off": { "command": "x", "disabled": true },
    "me": { "type": "http", "url": "http://localhost:3000/mcp" },
    "odd": {}
  },
}`

interface Place {
  readonly cwd: string
  readonly home: string
  readonly run: (argv: readonly string[], given?: Given) => Promise<Said>
  readonly put: (name: string, text: string) => Promise<string>
}

async function place(t: TestContext): Promise<Place> {
  const home = await folder(t)
  const cwd = path.join(home, 'project')
  await mkdir(cwd)
  const put = async (name: string, text: string): Promise<string> => {
    const file = path.join(home, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, text)
    return file
  }
  return { cwd, home, put, run: (argv, given) => toolgate(['import', ...argv], { cwd, env: { HOME: home }, ...given }) }
}

const backendIn = (yaml: string) => parse(yaml).binds[0].listeners[0].routes[0].backends[0].mcp
const targetsIn = (yaml: string): unknown => backendIn(yaml).targets

test('an imported server that does not start costs the others nothing, as in the client', async (t) => {
  const { run, put } = await place(t)
  await put('project/.vscode/mcp.json', vscode)
  const { out } = await run(['--from', 'vscode', '-o', '-'])
  assert.equal(backendIn(out).failureMode, 'failOpen')
})

test("VS Code's servers become targets and no secret is in the configuration", async (t) => {
  const { run, put, cwd } = await place(t)
  const file = await put('project/.vscode/mcp.json', vscode)
  const said = await run(['--from', 'vscode'])
  assert.equal(said.code, 0, said.err)
  assert.equal(said.out, '')
  const yaml = await readFile(path.join(cwd, 'toolgate.yaml'), 'utf8')
  for (const secret of [token, 'hunter2', 'abc123', 'tok-1']) {
    assert.ok(!yaml.includes(secret), secret)
    assert.ok(!said.err.includes(secret), secret)
  }
  assert.deepEqual(targetsIn(yaml), [
    {
      name: 'github',
      stdio: {
        cmd: 'npx',
        args: ['-y', '@modelcontextprotocol/server-github'],
        env: { GITHUB_TOKEN: '${GITHUB_TOKEN}', LEVEL: 'info', PRICE: '$$5', PATH_HERE: `${cwd}/x` },
      },
    },
    { name: 'postgres', stdio: { cmd: 'pg-mcp', args: ['${POSTGRES_URL}', '--password', '${PG_PASSWORD}'] } },
    {
      name: 'docs',
      mcp: { host: 'https://docs.example/mcp?api_key=${DOCS_API_KEY}&lang=en' },
      policies: { requestHeaderModifier: { set: { Authorization: 'Bearer ${DOCS_TOKEN}', 'X-Team': 'blue' } } },
    },
    { name: 'old', sse: { host: 'https://old.example/sse' } },
  ])
  const env = path.join(cwd, 'toolgate.env')
  assert.equal((await stat(env)).mode & 0o777, 0o600)
  assert.deepEqual(
    { ...parseEnv(await readFile(env, 'utf8')) },
    {
      GITHUB_TOKEN: token,
      POSTGRES_URL: 'postgres://me:hunter2@db/x',
      DOCS_API_KEY: 'abc123',
      DOCS_TOKEN: 'tok-1',
    },
  )
  assert.equal(await readFile(file, 'utf8'), vscode)
  assert.match(said.err, /found 4 servers in \.vscode\/mcp\.json \(github, postgres, docs, old\)/)
  assert.match(said.err, /4 literal secrets become \$\{GITHUB_TOKEN\}, \$\{POSTGRES_URL\}/)
  assert.match(said.err, /off is left out: it is switched off there/)
  assert.match(said.err, /me is left out: it is this gateway/)
  assert.match(said.err, /odd is left out/)
  assert.match(said.err, /set before you start: PG_PASSWORD/)
})

test('all clients of the machine are read, and the same server is one target', async (t) => {
  const { run, put } = await place(t)
  const same = { command: 'uvx', args: ['time'] }
  await put('.claude.json', JSON.stringify({ mcpServers: { time: same }, projects: {} }))
  await put('.config/Claude/claude_desktop_config.json', JSON.stringify({ mcpServers: { time: { command: 'other' } } }))
  await put('.cursor/mcp.json', JSON.stringify({ mcpServers: { time: same, web: { url: 'https://w.example/mcp' } } }))
  const said = await run(['-o', '-'])
  assert.equal(said.code, 0, said.err)
  assert.deepEqual(targetsIn(said.out), [
    { name: 'time', stdio: { cmd: 'uvx', args: ['time'] } },
    { name: 'time-2', stdio: { cmd: 'other' } },
    { name: 'web', mcp: { host: 'https://w.example/mcp' } },
  ])
  const named = await run(['--from', 'cursor', '--dry-run', '--format', 'json'])
  assert.deepEqual(JSON.parse(named.out).targets, ['time', 'web'])
})

test('variables of Claude Code and Cursor keep their names and defaults', async (t) => {
  const { run, put } = await place(t)
  const env = { A: '${TOKEN_A}', B: '${B:-none}', C: 'x-${env:C_C}', D: '${1bad}' }
  const file = await put('mine.json', JSON.stringify({ mcpServers: { a: { command: 'a', env } } }))
  const said = await run([file, '-o', '-'])
  assert.match(said.out, /A: "\$\{TOKEN_A\}"\n\s+B: "\$\{B:-none\}"\n\s+C: "x-\$\{C_C\}"\n\s+D: "?\$\$\{1bad\}/)
  assert.match(said.err, /set before you start: TOKEN_A, B, C_C/)
})

test('two secrets of one name get two names, one secret keeps its name', async (t) => {
  const { run, put } = await place(t)
  const server = (value: string): object => ({ command: value, env: { API_KEY: value } })
  const file = await put(
    'mine.json',
    JSON.stringify({ mcpServers: { a: server('k1'), b: server('k2'), c: server('k1') } }),
  )
  const said = await run([file, '-o', '-', '--format', 'json'])
  const names = JSON.parse(said.out).variables.secrets.map(({ name }: { name: string }) => name)
  assert.deepEqual(names, ['API_KEY', 'B_API_KEY', 'API_KEY'])
})

test("LiteLLM's MCP servers are read from its YAML", async (t) => {
  const { run, put } = await place(t)
  const file = await put(
    'litellm.yaml',
    `model_list: []
mcp_servers:
  deepwiki:
    url: https://mcp.deepwiki.com/mcp
    transport: http
  zapier_mcp:
    url: os.environ/ZAPIER_URL
    auth_type: bearer_token
    auth_value: secret-value-1
    allowed_tools: [a]
  circleci:
    transport: stdio
    command: npx
    args: ["-y", "@circleci/mcp-server-circleci"]
    env:
      CIRCLECI_TOKEN: os.environ/CIRCLECI_TOKEN
`,
  )
  const said = await run(['--from', 'litellm', file, '-o', '-'])
  assert.equal(said.code, 0, said.err)
  assert.deepEqual(targetsIn(said.out), [
    { name: 'deepwiki', mcp: { host: 'https://mcp.deepwiki.com/mcp' } },
    {
      name: 'zapier-mcp',
      mcp: { host: '${ZAPIER_URL}' },
      policies: { requestHeaderModifier: { set: { Authorization: 'Bearer ${ZAPIER_MCP_TOKEN}' } } },
    },
    {
      name: 'circleci',
      stdio: {
        cmd: 'npx',
        args: ['-y', '@circleci/mcp-server-circleci'],
        env: { CIRCLECI_TOKEN: '${CIRCLECI_TOKEN}' },
      },
    },
  ])
  assert.match(said.err, /model_list: not translated/)
  assert.match(said.err, /allowed_tools is not carried over/)
  assert.match(said.err, /set before you start: ZAPIER_URL, CIRCLECI_TOKEN/)
})

test('nothing that is there is overwritten without --force', async (t) => {
  const { run, put, cwd } = await place(t)
  await put('project/.cursor/mcp.json', '{"mcpServers": {"a": {"command": "a", "env": {"TOKEN": "t"}}}}')
  await put('project/toolgate.env', 'KEEP=1\n')
  const said = await run([])
  assert.equal(said.code, 1)
  assert.match(said.err, /toolgate\.env is already there/)
  assert.equal(await readFile(path.join(cwd, 'toolgate.env'), 'utf8'), 'KEEP=1\n')
  await assert.rejects(readFile(path.join(cwd, 'toolgate.yaml')))
  assert.equal((await run(['--force'])).code, 0)
  assert.match(await readFile(path.join(cwd, 'toolgate.yaml'), 'utf8'), /cmd: a/)
})

test('secrets that overwrite a file are read by nobody else, whoever could read the file before', async (t) => {
  const { run, put, cwd, home } = await place(t)
  await put('project/.cursor/mcp.json', '{"mcpServers": {"a": {"command": "a", "env": {"TOKEN": "t"}}}}')
  await put('project/toolgate.env', 'OPEN=1\n')
  const elsewhere = await put('elsewhere.yaml', 'untouched\n')
  await symlink(elsewhere, path.join(cwd, 'toolgate.yaml'))
  assert.equal((await run(['--force'])).code, 0)
  assert.equal((await stat(path.join(cwd, 'toolgate.env'))).mode & 0o777, 0o600)
  assert.equal(await readFile(elsewhere, 'utf8'), 'untouched\n')
  assert.deepEqual(
    (await readdir(cwd)).filter((name) => name.startsWith('toolgate')),
    ['toolgate.env', 'toolgate.yaml'],
    home,
  )
})

test('nothing found, no such file, no JSON and no YAML each have their answer', async (t) => {
  const { run, put } = await place(t)
  assert.equal((await run([])).code, 1)
  assert.equal((await run(['nowhere.json'])).code, 3)
  const broken = await run([await put('broken.json', '{"servers": ]')])
  assert.equal(broken.code, 3)
  assert.match(broken.err, /broken\.json:1:13/)
  assert.equal((await run([await put('broken.yaml', 'a: [')])).code, 3)
  assert.equal((await run(['--from', 'litellm'])).code, 2)
  assert.equal((await run(['a', 'b'])).code, 2)
})

test('secrets are told from settings by name and by look', () => {
  for (const name of [
    'GITHUB_TOKEN',
    'apiKey',
    'X-API-Key',
    'DB_PASSWORD',
    'Authorization',
    'SLACK_BOT_TOKEN',
    'SECRET',
  ])
    assert.equal(isSecretName(name), true, name)
  for (const name of ['LOG_LEVEL', 'PATH', 'MONKEYS', 'HOST', 'X-Team']) assert.equal(isSecretName(name), false, name)
  for (const value of [
    token,
    'postgres://u:p@h/d',
    'a'.repeat(16) + 'B1'.repeat(8),
    'sk-live-1',
    '0123456789abcdef'.repeat(2),
  ])
    assert.equal(isSecretValue(value), true, value)
  for (const value of [
    'info',
    '/usr/local/bin/thing',
    'https://example.com/path',
    '@scope/package-name',
    '--flag=value',
    '8080',
  ])
    assert.equal(isSecretValue(value), false, value)
})

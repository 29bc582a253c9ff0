// The command line as a whole: help, version, what is unknown, and what a terminal changes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { connectTo } from '../../src/cli/arguments.ts'
import { commands } from '../../src/cli/index.ts'
import { folder, toolgate } from './io.ts'

const golden = (name: string): string =>
  readFileSync(path.join(import.meta.dirname, '../golden/cli', `${name}.txt`), 'utf8')

test('help is what the golden files say, for every command, in at most 24 lines', async () => {
  const general = await toolgate(['--help'])
  assert.deepEqual(general, { code: 0, out: golden('help'), err: '' })
  assert.deepEqual(await toolgate(['help']), general)
  for (const { name } of commands) {
    const help = await toolgate([name, '--help'])
    assert.equal(help.out, golden(`help-${name}`))
    assert.ok(help.out.split('\n').length <= 25, `${name}: too long`)
    assert.deepEqual(await toolgate(['help', name]), help)
  }
})

test('the version is one line, or one document', async () => {
  const { version } = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8'))
  assert.equal((await toolgate(['--version'])).out, `toolgate ${version}\n`)
  assert.equal((await toolgate(['-V'])).out, `toolgate ${version}\n`)
  assert.equal(JSON.parse((await toolgate(['--version', '--format', 'json'])).out).version, version)
})

test('a mistyped command, flag or choice is answered with what was meant', async () => {
  const command = await toolgate(['tolos'])
  assert.equal(command.code, 2)
  assert.equal(command.out, '')
  assert.match(command.err, /^error: there is no command `tolos`: did you mean `tools`\?\n {2}try: toolgate tools\n$/)
  const flag = await toolgate(['tools', 'list', '--hedaer', 'A: b'])
  assert.equal(flag.code, 2)
  assert.match(flag.err, /toolgate tools has no flag `--hedaer`: did you mean `--header`\?/)
  const choice = await toolgate(['validate', '--format', 'jsn'])
  assert.equal(choice.code, 2)
  assert.match(choice.err, /one of text, json; not `jsn`[^]*--format json/)
  const word = await toolgate(['tools', 'cal'])
  assert.equal(word.code, 2)
  assert.match(word.err, /did you mean `call`/)
})

test('a file name in the place of a command is told where it belongs', async () => {
  assert.match((await toolgate(['config.yaml'])).err, /try: toolgate -f config\.yaml/)
})

test('flags that are incomplete or contradict each other are wrong usage', async () => {
  for (const argv of [
    ['-f'],
    ['--file', '--validate-only'],
    ['--validate-only=yes'],
    ['-f', 'a.yaml', '-f', 'b.yaml'],
    ['-f', 'a.yaml', '-c', 'binds: []'],
    ['--connect-to', 'here'],
    ['--connect-to', 'a:1=b:2=c:3'],
    ['run', 'something'],
    ['validate', 'a.yaml', 'b.yaml'],
    ['tools'],
    ['tools', 'call'],
    ['completion'],
    ['completion', 'tcsh'],
  ]) {
    const { code, out, err } = await toolgate(argv)
    assert.deepEqual({ code, out }, { code: 2, out: '' }, argv.join(' '))
    assert.match(err, /^error: .+\n(?: {2}--> .+\n)?(?: {2}try: .+\n)?$/, argv.join(' '))
  }
})

test('--connect-to takes names, addresses and bracketed ones', () => {
  const map = connectTo(['Mcp.Example.com:443=127.0.0.1:8443', '[::1]:80=[::1]:8080'])
  assert.deepEqual(
    [...map],
    [
      ['mcp.example.com:443', '127.0.0.1:8443'],
      ['[::1]:80', '[::1]:8080'],
    ],
  )
  assert.throws(() => connectTo(['a:99999=b:1']), /HOST:PORT=HOST:PORT/)
})

test('colours are for terminals, and only when nobody objects', async () => {
  const coloured = (said: { err: string }): boolean => said.err.includes('\u001b[')
  assert.equal(coloured(await toolgate(['nonsense'])), false)
  assert.equal(coloured(await toolgate(['nonsense'], { tty: true })), true)
  assert.equal(coloured(await toolgate(['nonsense', '--no-color'], { tty: true })), false)
  assert.equal(coloured(await toolgate(['nonsense'], { tty: true, env: { NO_COLOR: '1' } })), false)
  assert.equal(coloured(await toolgate(['nonsense'], { tty: true, env: { TERM: 'dumb' } })), false)
  assert.equal(coloured(await toolgate(['nonsense'], { env: { FORCE_COLOR: '1' } })), true)
  assert.equal(coloured(await toolgate(['nonsense'], { tty: true, env: { FORCE_COLOR: '0' } })), false)
})

test('variables of toolgate.env beside the configuration are there, and the process wins', async (t) => {
  const cwd = await folder(t)
  const { writeFile } = await import('node:fs/promises')
  await writeFile(path.join(cwd, 'toolgate.env'), "PORT='4711'\n")
  await writeFile(path.join(cwd, 'toolgate.yaml'), 'binds:\n- port: ${PORT}\n  listeners: []\n')
  const fromFile = await toolgate(['validate', '-f', path.join(cwd, 'toolgate.yaml')])
  assert.doesNotMatch(fromFile.out, /PORT/)
  const fromProcess = await toolgate(['validate'], { cwd, env: { PORT: 'none' } })
  assert.equal(fromProcess.code, 1)
  assert.match(fromProcess.out, /port/)
})

test('an own address that cannot be opened is told in a sentence', async () => {
  const exposed = await toolgate(['-c', 'binds: []'], {
    env: { STATS_ADDR: 'off', READINESS_ADDR: 'off', ADMIN_ADDR: '0.0.0.0:0' },
  })
  assert.equal(exposed.code, 1)
  assert.match(exposed.err, /^error: adminAddr 0\.0\.0\.0:0 can be reached from other machines/)
  const nowhere = await toolgate(['-c', 'binds: []'], {
    env: { STATS_ADDR: 'no.such.host.invalid:0', READINESS_ADDR: 'off', ADMIN_ADDR: 'off' },
  })
  assert.equal(nowhere.code, 3)
  assert.match(nowhere.err, /^error: cannot open config\.statsAddr: getaddrinfo .*\n {2}try: choose another address/)
})

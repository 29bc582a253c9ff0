// What a start says: where everything is, in lines that can be copied as they are.
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { banner } from '../../src/cli/banner.ts'
import type { Addresses } from '../../src/cli/running.ts'
import { loadConfig } from '../../src/config/load.ts'
import { parts } from '../../src/gateway/parts.ts'

const checkout = path.join(import.meta.dirname, '../..')
const off = { admin: undefined, stats: undefined, readiness: undefined }

function said(text: string, cwd = checkout, own: Omit<Addresses, 'ports'> = off): string {
  const { shape } = loadConfig({ text, file: '-', env: {}, parts })
  assert.ok(shape !== undefined)
  return banner({ shape, origin: '-', cwd, tookMs: 10, ports: new Map(), ...own })
}

test('servers of the protocol and plain routes each have their addresses', () => {
  const text = said(`
binds:
- port: 3000
  listeners:
  - routes:
    - matches: [{ path: { pathPrefix: /mcp } }]
      backends: [{ mcp: { targets: [{ name: a, mcp: { host: http://h/mcp } }] } }]
    - matches: [{ path: { pathPrefix: /api } }]
      backends: [{ host: h:1 }]
- port: 4000
  listeners:
  - hostname: api.example.com
    routes: [{ backends: [{ host: h:1 }] }]
`)
  assert.match(text, /^ {2}mcp {4}http:\/\/localhost:3000\/mcp {3}1 target: a$/m)
  assert.match(text, /^ {2}http {3}http:\/\/localhost:3000\/api, http:\/\/api\.example\.com:4000\/$/m)
})

test('each server has a line with what is behind it; of many, twelve lines are enough', () => {
  const route = (name: string): string =>
    `    - { matches: [{ path: { exact: /${name} } }], backends: [{ mcp: { targets: [{ name: ${name}, mcp: { host: http://h/mcp } }] } }] }\n`
  const config = (names: readonly string[]): string =>
    `binds:\n- port: 3000\n  listeners:\n  - routes:\n${names.map(route).join('')}    - { backends: [{ host: h:1 }] }\n`
  const two = said(config(['public', 'secure']))
  assert.match(two, /^ {2}mcp {4}http:\/\/localhost:3000\/public {3}1 target: public$/m)
  assert.match(two, /^ {2}mcp {4}http:\/\/localhost:3000\/secure {3}1 target: secure$/m)
  const many = said(config(['a', 'b', 'c', 'd', 'e', 'f']), checkout, {
    admin: 'http://localhost:1',
    stats: 'http://[::]:2',
    readiness: 'http://[::]:3',
  })
  assert.match(many, /\/d {3}1 target: d\n {9}and 2 more\n/)
  assert.equal(many.trimEnd().split('\n').length, 12)
})

test('the commands can be called from where the gateway was, and reach it', () => {
  const text = 'mcp: { port: 4100, targets: [{ name: a, mcp: { host: "http://h/mcp" } }] }'
  const call = `${path.join('bin', 'toolgate.cjs')} connect vscode --write --url http://localhost:4100/mcp`
  assert.ok(said(text).includes(` ${call}\n`), said(text))
  assert.ok(said(text, path.join(checkout, 'bin')).includes(` .${path.sep}toolgate.cjs connect claude --write`))
})

test('a configuration without ports is told so, and addresses that are off leave no line', () => {
  const lines = said('').trimEnd().split('\n')
  assert.equal(lines.length, 3)
  assert.match(lines[1] ?? '', /no port is served/)
})

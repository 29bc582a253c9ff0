// What nothing ever asks is named when the configuration is checked, with its place and what was probably meant.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../../src/config/load.ts'
import { dryCompile } from '../../src/gateway/compile.ts'
import { parts } from '../../src/gateway/parts.ts'

async function warned(text: string, about = 'policy.absent'): Promise<readonly string[]> {
  const { shape, problems } = loadConfig({ text, file: 'config.yaml', env: {}, parts })
  assert.ok(shape, JSON.stringify(problems))
  const all = await dryCompile(shape, () => undefined)
  return all
    .filter(({ code }) => code === about)
    .map(({ path, message, hint }) => `${path.slice(-3).join('.')}: ${message}; ${hint}`)
}

const entry = (target: string): string =>
  `{ target: ${target}, rule: TP-120, reason: it is what it is for, until: 2099-01-01 }`

const simple = (policies: string): string => `
mcp:
  port: 3000
  policies: { mcpAuthorization: { rules: ['true'] }, ${policies} }
  targets:
  - { name: web, mcp: { host: "http://a.example/mcp" } }
  - { name: diary, stdio: { cmd: diary } }`

test('a target that policies speak of and that is not there is pointed out', async () => {
  assert.deepEqual(await warned(simple('mcpLabels: { targets: { wbe: [untrusted-input], diary: [private-data] } }')), [
    'mcpLabels.targets.wbe: no target here is called `wbe`; did you mean `web`?',
  ])
  assert.deepEqual(await warned(simple(`mcpShield: { exceptions: [${entry('something-else')}] }`)), [
    'exceptions.0.target: no target here is called `something-else`; there are web, diary',
  ])
  assert.deepEqual(await warned(simple(`mcpShield: { exceptions: [${entry('web')}] }`)), [])
  assert.deepEqual(await warned(simple(`mcpResultGuard: { exceptions: [${entry('dairy')}] }`)), [
    'exceptions.0.target: no target here is called `dairy`; did you mean `diary`?',
  ])
  const other = entry('web').replace('TP-120', 'TP-999')
  assert.match(
    String(await warned(simple(`mcpResultGuard: { exceptions: [${other}] }`), 'config.module')),
    /no rule `TP-999`/,
  )
})

test('what stands in front of several routes speaks of the targets of all of them', async () => {
  const text = `
binds:
- port: 3000
  listeners:
  - policies: { mcpShield: { exceptions: [${['web', 'diary', 'dairy'].map(entry).join(', ')}] } }
    routes:
    - { matches: [{ path: { exact: /a } }], backends: [{ mcp: { targets: [{ name: web, stdio: { cmd: web } }] } }] }
    - { matches: [{ path: { exact: /b } }], backends: [{ mcp: { targets: [{ name: diary, stdio: { cmd: diary } }] } }] }`
  assert.deepEqual(await warned(text), ['exceptions.2.target: no target here is called `dairy`; did you mean `diary`?'])
})

test('a route that only asks for approval is open all the same', async () => {
  const policies = (more: string): string => `
mcp:
  policies: { mcpApproval: { rules: ['mcp.tool.name == "remove"'] } ${more} }
  targets: [{ name: web, stdio: { cmd: web } }]`
  const [said = ''] = await warned(policies(''), 'policy.open')
  assert.match(said, /has no `mcpAuthorization`: whoever reaches it may use everything/)
  assert.deepEqual(await warned(policies(`, mcpAuthorization: { rules: ['true'] }`), 'policy.open'), [])
})

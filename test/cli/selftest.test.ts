// `toolgate selftest`: guards prove that they fire, and a gateway whose guards do not is not ready.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { Guards } from '../../src/cli/guards.ts'
import { loadConfig } from '../../src/config/load.ts'
import { parts } from '../../src/gateway/parts.ts'
import { proofsOf } from '../../src/gateway/selftest.ts'
import { rules } from '../../src/scan/rules/index.ts'
import { remembering } from '../mcp/upstreams.ts'
import { folder, toolgate } from './io.ts'

const config = (shield: object): string => `
mcp:
  port: 3000
  policies: { mcpShield: ${JSON.stringify(shield)} }
  targets: [{ name: x, mcp: { host: "http://127.0.0.1:9/mcp" } }]
`

test('every guard of the shield fires, and names the rule', async () => {
  const { code, out, err } = await toolgate(['selftest', '--format', 'json'])
  assert.equal(code, 0, err)
  const { proofs }: { proofs: { guard: string; fired: boolean; detail: string }[] } = JSON.parse(out)
  assert.deepEqual(
    proofs.map(({ guard }) => guard),
    [
      'tool description',
      'tool schema',
      'tool call',
      'prompt',
      'resource',
      'resource template',
      'instructions',
      'tool result',
      'secret in a result',
    ],
  )
  for (const { fired, detail } of proofs) {
    assert(fired, detail)
    assert.match(detail, /^(?:[A-Z]{2}-\d{3}|taken out)$/)
  }
})

test('shields are tried as a configuration has them: with its lock, its threshold, and what it accepts', async (t) => {
  const cwd = await folder(t)
  const guards = async (shield: object): Promise<{ code: number; out: string }> => {
    await writeFile(path.join(cwd, 'toolgate.yaml'), config(shield))
    return await toolgate(['selftest', '-f', 'toolgate.yaml'], { cwd })
  }
  const locked = await guards({ block: 'critical', lock: {} })
  assert.equal(locked.code, 0, locked.out)
  assert.match(locked.out, /✓ changed tool {2}PN-711\n✓ added tool {2}PN-760\n/)
  const before = readdirSync('.')
  assert.doesNotMatch((await guards({ lock: { accept: ['added'] } })).out, /added tool/)
  assert.deepEqual(readdirSync('.'), before, 'nothing is written')
  const waiting = await guards({ lock: { firstUse: 'wait' } })
  assert.equal(waiting.code, 0, waiting.out)
  const audit = await toolgate(['selftest', '-f', 'toolgate.yaml'], { cwd })
  assert.equal(audit.code, 0)
})

test('where nothing is kept out there is nothing to prove', async (t) => {
  const cwd = await folder(t)
  await writeFile(path.join(cwd, 'toolgate.yaml'), config({ mode: 'audit' }))
  const { code, out, err } = await toolgate(['selftest', '-f', 'toolgate.yaml'], { cwd })
  assert.deepEqual([code, out], [0, ''])
  assert.match(err, /nothing to prove/)
})

test('a guard that lets its canary through is found out', async () => {
  // A shield that only writes down what it sees, tried as if it kept something out.
  const signal = AbortSignal.timeout(20_000)
  const body = { mode: 'audit' }
  const proofs = [
    ...(await proofsOf({ key: 'mcpShield', body }, signal)),
    ...(await proofsOf({ key: 'mcpResultGuard', body }, signal)),
  ]
  assert(proofs.length > 5)
  for (const { fired, detail } of proofs) assert.deepEqual([fired, detail], [false, 'the canary got through'])
})

test('a gateway is not ready before its guards have proved themselves, and never when they cannot', async (t) => {
  const log = remembering()
  const guards = new Guards(log)
  t.after(() => guards[Symbol.asyncDispose]())
  const shape = (shield: object) => {
    const loaded = loadConfig({ text: config(shield), file: 'x', env: {}, parts })
    assert(loaded.shape !== undefined)
    return loaded.shape
  }
  const trying = guards.follow(shape({}))
  assert.equal(guards.proved, false)
  await trying
  assert.equal(guards.proved, true)
  // Everything of the target `selftest` is excepted: what should be kept out gets through.
  const exceptions = rules.map(({ id: rule }) => ({
    target: 'selftest',
    rule,
    reason: 'to see it fail',
    until: '2999-01-01',
  }))
  await guards.follow(shape({ exceptions }))
  assert.equal(guards.proved, false)
  assert(log.lines.some(({ level, message }) => level === 'error' && message.includes('a guard does not fire')))
  await guards.follow(shape({ mode: 'off' }))
  assert.equal(guards.proved, true)
})

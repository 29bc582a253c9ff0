// What whoever runs the gateway reads of a refusal: which rule it was, why, and what the session had met.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { targetName } from '../../src/core/brand.ts'
import type { Item } from '../../src/core/item.ts'
import { Expressions } from '../../src/gateway/expressions.ts'
import { mcpAuthorization } from '../../src/policy/mcp-authorization.ts'
import { compileProgram, type Policy, type Site, whyRefused } from '../../src/policy/policy.ts'
import { quiet, remembering } from '../mcp/upstreams.ts'
import { exchange } from './stage.ts'

const send: Item = { kind: 'tool', target: targetName('mail'), name: 'send' }

async function ruling(...rules: readonly (string | object)[]): Promise<Policy> {
  const expressions = new Expressions('')
  const site: Pick<Site, 'path' | 'cel' | 'terms' | 'log' | 'metrics'> = {
    path: ['routes', 0, 'policies', 'mcpAuthorization'],
    log: remembering(),
    metrics: quiet,
    cel: (_, source, use) => expressions.compile(source, use).expression,
    terms: (expression) => expressions.terms(expression),
  }
  // What this policy does not ask for is not here.
  return await mcpAuthorization.compile(mcpAuthorization.schema.parse({ rules }), site as Site)
}

async function why(rules: readonly (string | object)[], input: object = {}, taint: readonly string[] = []) {
  const x = exchange()
  x.protocol = 'mcp'
  x.flow = { labels: () => ['external-send'], taint: () => taint }
  return whyRefused(compileProgram([await ruling(...rules)]), send, x, input)
}

test('the rule that denies is named, and what the session had met', async () => {
  const closed = { deny: '"external-send" in mcp.tool.labels && "private-data" in session.taint' }
  assert.equal(
    await why(['true', closed], {}, ['private-data', 'untrusted-input']),
    'denied by routes[0].policies.mcpAuthorization.rules[1].deny; session.taint: private-data untrusted-input',
  )
  assert.equal(await why(['true', closed]), '', 'who is not refused needs no explanation')
})

test('where no rule allows it, the set is named; of one that is not met, the rule', async () => {
  assert.equal(await why(['false']), 'not allowed by routes[0].policies.mcpAuthorization')
  assert.equal(
    await why(['true', { require: 'mcp.tool.name == "read"' }]),
    'not met by routes[0].policies.mcpAuthorization.rules[1].require',
  )
})

test('of a rule that cannot be decided it is said what went wrong, at no great length', async () => {
  const said = await why([{ deny: 'mcp.tool.arguments.to == "x"' }])
  assert.match(said, /^error by routes\[0\]\.policies\.mcpAuthorization\.rules\[0\]\.deny; no such key: to$/)
  const long = await why([{ deny: 'int(mcp.tool.arguments.n) == 1' }], { n: 'x'.repeat(10_000) })
  assert.ok(long.length < 400, String(long.length))
})

// Calls that more scopes would allow: the challenge names them, and hidden things stay hidden.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Exchange, Reply } from '../../src/core/exchange.ts'
import type { JsonObject } from '../../src/core/item.ts'
import { contextOf } from '../../src/policy/context.ts'
import { compileProgram } from '../../src/policy/policy.ts'
import { rulesOf, type Written } from '../policy/stage.ts'
import { exchange, FakeClient, federate, result, Server } from './upstreams.ts'

async function call(written: readonly Written[], claims: JsonObject | undefined, input: JsonObject, guarded = true) {
  const { rules } = rulesOf(written)
  const program = compileProgram([
    {
      permits: (item, x, given) => rules.verdict(contextOf(x), item, given),
      scopes: rules.all.flatMap(({ scopes }) => scopes),
    },
  ])
  const server = new Server('a').tools(['t'])
  server.on.set('tools/call', () => result({ content: [] }))
  const { request, end } = federate([server], { program })
  const x: Exchange = exchange()
  if (claims !== undefined) x.jwt = { claims, raw: 'raw' }
  if (guarded) x.resource = { metadata: () => 'https://gw.example/.well-known/oauth-protected-resource/mcp' }
  const answer = await request(new FakeClient(), 'tools/call', { name: 't', arguments: input }, x)
  await end()
  const reply: Reply | undefined = answer.kind === 'error' ? answer.reply : undefined
  return { raw: answer.raw, reply, challenge: reply?.headers['www-authenticate'], x }
}

const rule = 'mcp.tool.arguments.dry == true || "write" in jwt.scope.split(" ")'

test('a visible tool that a scope would open is answered with a challenge', async () => {
  const { reply, challenge, raw, x } = await call([rule], { sub: 'a', scope: 'read' }, { dry: false })
  assert.equal(reply?.status, 403)
  assert.match(
    String(challenge),
    /^Bearer resource_metadata="https:\/\/gw\.example\/[^"]+", scope="read write", error="insufficient_scope"/,
  )
  assert.match(raw, /insufficient scope: this needs write/)
  assert.deepEqual([x.reason, x.error, x.jwt?.claims['scope']], ['Authorization', 'insufficient_scope', 'read'])
})

test('scopes are found however a rule looks for them, and whatever the provider calls them', async () => {
  const forms: readonly (readonly [string, JsonObject])[] = [
    ['jwt.scope.contains("write")', { scope: 'read' }],
    ['"write" in jwt.scope', { scope: ['read'] }],
    ['"write" in jwt.scp', { scp: ['read'] }],
    ['"write" in jwt.scp', {}],
    ['jwt.scope.split(" ").contains("write")', { scope: 'read' }],
    ['jwt.scope.split(" ").exists(s, s == "write") || jwt.scope == "write"', {}],
  ]
  for (const [form, claims] of forms) {
    const { challenge } = await call([`mcp.tool.arguments.dry == true || ${form}`], claims, { dry: false })
    assert.match(String(challenge), /scope="(?:read )?write"/, form)
  }
  const both = await call(
    ['mcp.tool.arguments.dry == true || ("one" in jwt.scope && "two" in jwt.scope)'],
    { scope: '' },
    { dry: false },
  )
  assert.match(String(both.challenge), /scope="one two"/)
})

test('without a challenge that would help, what is denied is absent', async () => {
  const absent = '{"code":-32602,"message":"Unknown tool: t"}'
  const cases: readonly (readonly [string, readonly Written[], JsonObject | undefined, boolean?])[] = [
    ['the tool is hidden', ['"write" in jwt.scope'], { scope: 'read' }],
    ['the scope alone does not help', [rule, { deny: 'mcp.tool.arguments.dry == false' }], { scope: 'read' }],
    ['no rule asks for a scope', ['mcp.tool.arguments.dry == true'], { scope: 'read' }],
    ['the route is no protected resource', [rule], { scope: 'read' }, false],
    ['nobody is calling', [rule], undefined],
  ]
  for (const [why, written, claims, guarded] of cases) {
    const { raw, reply } = await call(written, claims, { dry: false }, guarded)
    assert.deepEqual([raw, reply], [absent, undefined], why)
  }
  assert.match((await call([rule], { scope: 'write' }, { dry: false })).raw, /content/)
})

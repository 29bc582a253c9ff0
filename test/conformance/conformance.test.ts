// The conformance suite through the gateway finds what it finds without it, however the fixture stands behind it.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { everything } from '../../servers/everything.ts'
import { type MakeServer, serve } from '../../servers/serve.ts'
import { startGateway } from '../support/gateway.ts'
import { type Half, halfOf, toolsOf } from './half.ts'
import { shim, type Translation } from './shim.ts'
import { conformance, type Verdict } from './suite.ts'

const revision = '2025-11-25'

/**
 * What the suite has nothing to say about when the fixture speaks a transport on which nobody can hang up in the middle of a call:
 * the gateway hangs up when its server does.
 */
const polling = 'server-sse-polling: server-sse-disconnect-resume'

/** Every difference in a sentence, so that a failing lane says what to mend. */
function differences(direct: Verdict, through: Verdict, allowed: string | undefined): string[] {
  const found: string[] = []
  for (const [name, { status }] of direct.checks) {
    const check = through.checks.get(name)
    if (check?.status === status || (check?.status === 'INFO' && allowed === name)) continue
    found.push(`${name}: ${status} directly, ${check?.status ?? 'not made'} through the gateway. ${check?.says ?? ''}`)
  }
  for (const [name, { status, says }] of through.checks)
    if (!direct.checks.has(name)) found.push(`${name}: not made directly, ${status} through the gateway. ${says}`)
  return found
}

async function start(t: TestContext, make: MakeServer, transport: 'http' | 'sse' = 'http'): Promise<string> {
  const serving = await serve(make, { transport })
  t.after(() => serving.close())
  return serving.url
}

/** URIs and, where they are prefixed, names: what two targets change about the things that the suite asks for. */
function translation(prefixed: boolean): Translation {
  const half = (name: string): Half => (toolsOf('two').includes(name) ? 'two' : 'one')
  const names = prefixed ? /"(test_\w+|json_schema_2020_12_tool)"/g : /(?!)/g
  return {
    toGateway: (text) =>
      text.replaceAll(/"test:\/\//g, '"two+test://').replaceAll(names, (_, name: string) => `"${half(name)}_${name}"`),
    toSuite: (text) =>
      text
        .replaceAll(/"(?:(?:one|two)\+)+test:\/\//g, '"test://')
        .replaceAll(prefixed ? /"(?:one|two)_(\w+)"/g : /(?!)/g, '"$1"'),
  }
}

test(`revision ${revision} through the gateway`, async (t) => {
  const http = await start(t, everything)
  const gateway = await startGateway(t, 'test/conformance/config.yaml', {
    HTTP_URL: http,
    SSE_URL: await start(t, everything, 'sse'),
    ONE_URL: await start(t, halfOf('one')),
    TWO_URL: await start(t, halfOf('two')),
  })
  const at = (path: string): string => new URL(path, gateway.url).href
  const direct = await conformance(http, revision)
  assert.equal(direct.failed, 0, direct.printed)
  assert.ok(direct.passed >= 84, direct.printed)

  const lanes: Readonly<Record<string, string>> = {
    'over Streamable HTTP': at('/http'),
    'over HTTP+SSE': at('/old'),
    'over stdio': at('/stdio'),
    'as two targets without prefixes': await shim(t, at('/never'), translation(false)),
    'as two targets with prefixes': await shim(t, at('/always'), translation(true)),
  }
  for (const [lane, url] of Object.entries(lanes))
    await t.test(`the fixture ${lane} passes what it passes directly`, async () => {
      const through = await conformance(url, revision)
      assert.deepEqual(through.scenarios, direct.scenarios)
      const allowed = lane.endsWith('HTTP+SSE') || lane.endsWith('stdio') ? polling : undefined
      assert.deepEqual(differences(direct, through, allowed), [])
      assert.deepEqual([through.failed, through.exit], [0, 0], through.printed)
      assert.ok(through.passed >= direct.passed - (allowed === undefined ? 0 : 1), through.printed)
    })
})

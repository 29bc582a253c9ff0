// Secrets in texts that are sent as bytes, and beside what servers want back as they said it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson, targetName } from '../../src/core/brand.ts'
import type { Item } from '../../src/core/item.ts'
import { mcpResultGuard } from '../../src/policy/mcp-result-guard.ts'
import type { Policy, Site } from '../../src/policy/policy.ts'
import { remembering } from '../mcp/upstreams.ts'
import { exchange } from './stage.ts'

const key = `ghp_${'R7kQ2mZx9Lw4Tn8Vb1Yc6Hd3Jf5Gs0PaEuBo'}`
const target = targetName('files')
const item: Item = { kind: 'resource', target, name: 'file:///x' }

async function guarding(body: object = {}): Promise<Policy> {
  const site: Pick<Site, 'path' | 'log'> & { metrics: Pick<Site['metrics'], 'judged'> } = {
    path: ['mcpResultGuard'],
    log: remembering(),
    metrics: { judged: () => {} },
  }
  // What this policy does not ask for is not here.
  return await mcpResultGuard.compile(mcpResultGuard.schema.parse(body), site as Site)
}

async function answered(raw: string, body: object = {}): Promise<string> {
  const policy = await guarding(body)
  const said = await policy.onResult?.({ kind: 'result', raw: rawJson(raw) }, { item, input: {} }, exchange())
  return said?.raw ?? ''
}

const file = (bytes: Buffer, more: object = { mimeType: 'text/plain' }): string =>
  JSON.stringify({ contents: [{ uri: 'file:///x', blob: bytes.toString('base64'), ...more }] })

const bytesOf = (raw: string): Buffer => Buffer.from(String(JSON.parse(raw).contents[0].blob), 'base64')

const configuration = `# prod\nname = x\n${'# filler\n'.repeat(100)}token = ${key}\n`

test('a secret in a text that is sent as bytes is taken out, and nothing else of it', async () => {
  const raw = file(Buffer.from(configuration))
  assert.equal(bytesOf(await answered(raw, { secrets: 'pass' })).toString(), configuration, 'the leak without the rule')
  const without = configuration.replace(key, '[REDACTED:github-token]')
  assert.equal(bytesOf(await answered(raw)).toString(), without)
  const inside = JSON.stringify({ content: [{ type: 'resource', resource: JSON.parse(raw).contents[0] }] })
  assert.doesNotMatch(
    Buffer.from(JSON.parse(await answered(inside)).content[0].resource.blob, 'base64').toString(),
    /ghp_/,
  )
  assert.match(await answered(raw, { secrets: 'block' }), /withheld this answer: github-token at \/contents\/0\/blob/)
})

test('bytes are asked what they are: what the server calls them, or how their name is written, changes nothing', async () => {
  const bytes = Buffer.from(configuration)
  for (const more of [{}, { mimeType: 'image/png' }, { mimeType: 7 }])
    assert.doesNotMatch(bytesOf(await answered(file(bytes, more))).toString(), /ghp_/)
  const escaped = file(bytes).replace('"blob"', '"bl\\u006fb"')
  assert.doesNotMatch(bytesOf(await answered(escaped)).toString(), /ghp_/)
  const first = `{"contents":[{"mimeType":"text/x","blob":"${bytes.toString('base64')}"}]}`
  assert.doesNotMatch(bytesOf(await answered(first)).toString(), /ghp_/)
})

test('every way to write text as bytes is read', async () => {
  const swapped = Buffer.from(configuration, 'utf16le').swap16()
  for (const bytes of [
    Buffer.from(`\ufeff${configuration}`, 'utf16le'),
    Buffer.from(configuration, 'utf16le'),
    swapped,
    Buffer.concat([Buffer.from([0xfe, 0xff]), swapped]),
  ]) {
    const said = bytesOf(await answered(file(bytes)))
    assert.doesNotMatch(said.toString('utf16le') + Buffer.from(said).swap16().toString('utf16le'), /ghp_/)
  }
  const latin = Buffer.from(`caf\u00e9 ${configuration}`, 'latin1')
  const said = bytesOf(await answered(file(latin)))
  assert.equal(said.toString('latin1'), latin.toString('latin1').replace(key, '[REDACTED:github-token]'))
  const control = Buffer.from(`\u0001${configuration}`)
  assert.doesNotMatch(bytesOf(await answered(file(control))).toString(), /ghp_/)
  const padded = Buffer.from('a').toString('base64') + Buffer.from(configuration).toString('base64')
  const row = JSON.stringify({ contents: [{ uri: 'x', mimeType: 'text/plain', blob: padded }] })
  assert.doesNotMatch(bytesOf(await answered(row)).toString(), /ghp_/)
})

test('what holds no secret stays byte for byte, and pictures are nobody’s text', async () => {
  const picture = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]),
    Buffer.from(key),
    Buffer.alloc(600),
  ])
  for (const raw of [
    file(Buffer.from('nothing here')),
    file(Buffer.from('')),
    file(picture, { mimeType: 'image/png' }),
    JSON.stringify({ contents: [{ uri: 'x', mimeType: 'text/plain', blob: 'bm90\naGlu Zw' }] }),
    JSON.stringify({ contents: [{ uri: 'x', mimeType: 'text/plain', blob: '' }] }),
  ])
    assert.equal(await answered(raw), raw)
})

test('what a server wants back as it said it stays as it is, though it looks like a secret', async () => {
  for (const value of [
    { resultType: 'input_required', requestState: key, inputRequests: { a: { method: 'x', params: { url: key } } } },
    { tasks: [{ taskId: key }], nextCursor: key },
    { task: { taskId: key } },
  ])
    assert.equal(await answered(JSON.stringify(value)), JSON.stringify(value))
  const other = JSON.stringify({ structuredContent: { nextCursor: key, url: key }, message: key, url: key })
  assert.doesNotMatch(await answered(other), /ghp_/)
  const policy = await guarding({ secrets: 'block' })
  const params = rawJson(JSON.stringify({ mode: 'url', url: `https://x.example/?t=${key}`, message: 'Log in' }))
  assert.equal(policy.onQuestion?.({ target, method: 'elicitation/create', params }), undefined)
})

test('a secret that a text has in base64 is taken out with all that is encoded, in quiet answers too', async () => {
  const run = Buffer.from(`x: ${key}`).toString('base64')
  for (const value of [
    { content: [{ type: 'text', text: `token: ${run}` }] },
    { structuredContent: { data: { token: run } } },
    { structuredContent: { blob: run } },
  ]) {
    const raw = JSON.stringify(value)
    assert.ok((await answered(raw, { secrets: 'pass' })).includes(run))
    assert.doesNotMatch(await answered(raw), new RegExp(run.slice(8, 40)))
  }
})

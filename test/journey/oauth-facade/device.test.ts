// A program without a browser: it shows a code, a person enters it elsewhere, and its tokens are good at the tools.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { z } from 'zod'
import { Browser } from './browser.ts'
import { world } from './world.ts'

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

test('a program without a browser is let in by a person elsewhere', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-device-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const config = readFileSync(path.join(import.meta.dirname, 'config.yaml'), 'utf8')
  const opened = config.replace('clientId: toolgate\n', 'clientId: toolgate\n            deviceAuthorization: true\n')
  assert.notEqual(opened, config)
  writeFileSync(path.join(folder, 'config.yaml'), opened)
  const { url, start } = await world(t, folder)
  await start()
  const ask = async (name: string, body: URLSearchParams | string): Promise<Record<string, unknown>> => {
    const headers: Record<string, string> = typeof body === 'string' ? { 'content-type': 'application/json' } : {}
    const at = new URL(`/.well-known/oauth-authorization-server/mcp/${name}`, url)
    return z.record(z.string(), z.unknown()).parse(await (await fetch(at, { method: 'POST', headers, body })).json())
  }
  const wish = { client_name: 'Terminal', grant_types: [GRANT, 'refresh_token'], token_endpoint_auth_method: 'none' }
  const client = String((await ask('client-registration', JSON.stringify(wish)))['client_id'])
  const begun = await ask('device-authorization', new URLSearchParams({ client_id: client }))
  const poll = () =>
    ask(
      'token',
      new URLSearchParams({ grant_type: GRANT, client_id: client, device_code: String(begun['device_code']) }),
    )
  assert.equal((await poll())['error'], 'authorization_pending')

  const browser = new Browser()
  await browser.entered(String(begun['verification_uri_complete']), 'alice')
  assert.ok(
    browser.seen.some((page) => page.includes('/interaction/')),
    'she has logged in at the provider',
  )

  let tokens = await poll()
  for (let tries = 0; tokens['error'] === 'slow_down' && tries < 20; tries++) {
    await delay(500)
    tokens = await poll()
  }
  const headers = { authorization: `Bearer ${String(tokens['access_token'])}` }
  const program = new Client({ name: 'terminal', version: '1' })
  await program.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }))
  t.after(() => program.close())
  assert.ok((await program.listTools()).tools.length > 0)
})

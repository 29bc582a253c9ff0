// People with sessions at one gateway, and everything that each session hears.
import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { ProgressNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { everythingShared } from '../../../servers/everything.ts'
import { World } from '../../../servers/everything-talk.ts'
import { serve } from '../../../servers/serve.ts'
import { eventually, type RunningGateway, root, startGateway } from '../../support/gateway.ts'
import { drivers } from '../../support/mcp-clients.ts'

/** One session, of before 2026-07-28. */
export interface Listener {
  readonly name: string
  readonly client: Client
  readonly heard: { readonly method: string; readonly params: Readonly<Record<string, unknown>> }[]
}

export interface Teams {
  readonly gateway: RunningGateway
  /** What the shared server's sessions share. */
  readonly world: World
  /** Changes the configuration that the gateway watches, and waits until it is in force. */
  readonly reload: (change: (yaml: string) => string) => Promise<void>
}

export async function teams(t: TestContext): Promise<Teams> {
  const world = new World()
  const serving = await serve(everythingShared(world), { transport: 'http' })
  t.after(() => serving.close())
  const folder = await mkdtemp(path.join(tmpdir(), 'toolgate-notifications-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'config.yaml')
  await copyFile(path.join(root, 'test/journey/notifications/config.yaml'), file)
  const gateway = await startGateway(t, file, { SHARED_URL: serving.url })
  const reload: Teams['reload'] = async (change) => {
    const before = gateway.said().length
    await writeFile(`${file}.next`, change(await readFile(file, 'utf8')))
    await rename(`${file}.next`, file)
    await eventually(() => /configuration reloaded/.test(gateway.said().slice(before)), gateway.said)
  }
  return { gateway, world, reload }
}

export async function listener(t: TestContext, { url }: RunningGateway, name: string): Promise<Listener> {
  const client = new Client({ name: 'listener', version: '1' }, { capabilities: {} })
  const heard: Listener['heard'] = []
  client.fallbackNotificationHandler = async ({ method, params = {} }) => void heard.push({ method, params })
  client.setNotificationHandler(ProgressNotificationSchema, ({ method, params }) => void heard.push({ method, params }))
  const headers = { authorization: `Bearer ${name}-key` }
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } })
  // The SDK's transport misses its own interface under `exactOptionalPropertyTypes`.
  await client.connect(transport as Transport)
  t.after(() => client.close())
  return { name, client, heard }
}

/** A client of 2026-07-28. */
export async function modern(t: TestContext, { url }: RunningGateway, name: string) {
  const driver = await drivers['SDK 2.x modern'](url, {
    fetch: (input, init) => {
      const headers = new Headers(init?.headers)
      headers.set('authorization', `Bearer ${name}-key`)
      return fetch(input, { ...init, headers })
    },
  })
  t.after(() => driver.close())
  return driver
}

type Hearing = { readonly heard: readonly { readonly method: string }[] }

export const count = ({ heard }: Hearing, method: string): number => heard.filter((one) => one.method === method).length

/** Changes that come together are told together, a tenth of a second later. */
const SETTLED_MS = 600

/** Waits until all of them have heard it so often, and then for whoever else might. */
export async function heardBy(those: readonly Hearing[], method: string, times = 1): Promise<void> {
  await eventually(
    () => those.every((one) => count(one, method) >= times),
    () => JSON.stringify(those.map(({ heard }) => heard)),
  )
  await delay(SETTLED_MS)
}

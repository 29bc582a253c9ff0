// A real gateway process for journeys: its configuration, its addresses, what it says, and clients for it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

/** Whoever ends what is started for it: a test, usually. */
export interface Owner {
  after(end: () => void | Promise<void>): void
}

export const root = path.join(import.meta.dirname, '../..')

/** Ports nobody has at the moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address()
      server.close()
      await once(server, 'close')
      return typeof address === 'object' && address !== null ? address.port : 0
    }),
  )
}

/** A child process that is gone when the test is. */
export function startProcess(
  t: Owner,
  args: readonly string[],
  env: Record<string, string> = {},
  cwd = root,
): ChildProcess & { said: () => string } {
  const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk))
  child.stderr.on('data', (chunk: Buffer) => (text += chunk))
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const gone = once(child, 'exit')
    await Promise.race([gone, delay(5_000, undefined, { ref: false }).then(() => child.kill('SIGKILL'))])
    await gone
  })
  return Object.assign(child, { said: () => text })
}

/** Waits until `check` gives something; fails with what `explain` says. */
export async function eventually<T>(
  check: () => T | undefined | false | Promise<T | undefined | false>,
  explain: () => string,
  ms = 15_000,
): Promise<T> {
  for (const end = Date.now() + ms; ; await delay(25)) {
    const value = await check()
    if (value !== undefined && value !== false) return value
    if (Date.now() > end) throw new Error(`waited ${ms} ms: ${explain()}`)
  }
}

export interface RunningGateway {
  readonly port: number
  readonly url: string
  readonly stats: string
  readonly readiness: string
  readonly admin: string
  readonly process: ChildProcess
  /** Everything on stdout and stderr so far. */
  readonly said: () => string
  /** A connected client of the official library. */
  client(options?: { path?: string; capabilities?: object; headers?: Record<string, string> }): Promise<Client>
  /** Names of the tools a fresh client sees. */
  tools(path?: string): Promise<string[]>
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts the gateway on a configuration file; `${PORT}` in it is a free port. Resolves once it is ready. */
export async function startGateway(
  t: Owner,
  config: string,
  env: Record<string, string> = {},
  args: readonly string[] = [],
): Promise<RunningGateway> {
  const [port = 0, stats = 0, readiness = 0, admin = 0] = await freePorts(4)
  const file = path.isAbsolute(config) ? config : path.join(root, config)
  const child = startProcess(t, ['bin/toolgate.cjs', '-f', file, ...args], {
    PORT: String(port),
    NODE: process.execPath,
    ROOT: root,
    STATS_ADDR: `localhost:${stats}`,
    READINESS_ADDR: `localhost:${readiness}`,
    ADMIN_ADDR: `localhost:${admin}`,
    ...env,
  })
  await eventually(
    () => {
      if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}: ${child.said()}`)
      return fetch(`http://localhost:${readiness}/healthz/ready`).then(
        (answer) => answer.ok,
        () => false,
      )
    },
    () => child.said(),
  )
  const url = `http://localhost:${port}/mcp`
  const client: RunningGateway['client'] = async ({ path: where = '/mcp', capabilities = {}, headers = {} } = {}) => {
    const made = new Client({ name: 'journey', version: '1' }, { capabilities })
    await made.connect(new StreamableHTTPClientTransport(new URL(where, url), { requestInit: { headers } }))
    t.after(() => made.close())
    return made
  }
  return {
    port,
    url,
    stats: `http://localhost:${stats}`,
    readiness: `http://localhost:${readiness}`,
    admin: `http://localhost:${admin}`,
    process: child,
    said: child.said,
    client,
    tools: async (where) =>
      (await (await client(where === undefined ? {} : { path: where })).listTools()).tools.map(({ name }) => name),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal)
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      return child.exitCode
    },
  }
}

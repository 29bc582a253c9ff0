// What a part is: third-party software for the wide tests, installed once into a cache outside of the repository, and perhaps running.
import { execFile, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

export interface Part {
  readonly name: string
  /** Exact: a new version is a new folder. */
  readonly version: string
  readonly what: string
  /** Puts everything into `home`, which is empty. Rejects with what the installer said. */
  install(home: string): Promise<void>
  /** Absent: a library or a program that the tests start themselves. */
  readonly service?: Service
}

/** A server that runs from `npm run parts` to `npm run parts -- stop`. */
export interface Service {
  /** The address to listen on is made from `port`; `data` is a folder of its own that outlives a restart. */
  command(home: string, at: { readonly port: number; readonly data: string }): readonly [string, ...string[]]
  env?(home: string, at: { readonly port: number; readonly data: string }): Record<string, string>
  /** Whether it answers; asked again until it does. */
  ready(port: number): Promise<boolean>
}

/** A running service, as its state file says. */
export interface Started {
  readonly pid: number
  readonly port: number
}

/** The cache: `TOOLGATE_PARTS`, else in the user's cache folder. */
export const cache = (): string =>
  process.env['TOOLGATE_PARTS'] ??
  path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'toolgate-parts')

export const homeOf = (part: Part): string => path.join(cache(), `${part.name}-${part.version}`)

// Written last: a folder without it is an installation that was interrupted.
const seal = (part: Part): string => path.join(homeOf(part), '.installed')
const stateFile = (part: Part): string => path.join(homeOf(part), '.started.json')
const readyWithinMs = 300_000
const goneWithinMs = 15_000

export const isInstalled = (part: Part): boolean => existsSync(seal(part))

/** Where an installed part is; throws what to do when it is not. */
export function needed(part: Part): string {
  if (!isInstalled(part)) throw new Error(`${part.name} is not installed: run \`npm run parts -- ${part.name}\` first`)
  return homeOf(part)
}

/** Installs unless that was done before. */
export async function install(part: Part): Promise<void> {
  if (isInstalled(part)) return
  const home = homeOf(part)
  rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { recursive: true })
  await part.install(home)
  writeFileSync(seal(part), '')
}

/** The running service of a part; `undefined` when it does not run. */
export function started(part: Part): Started | undefined {
  if (!existsSync(stateFile(part))) return undefined
  const state: Started = JSON.parse(readFileSync(stateFile(part), 'utf8'))
  return alive(state.pid) ? state : undefined
}

/** Starts the service unless it runs, and waits until it answers. */
export async function start(part: Part, service: Service): Promise<Started> {
  const running = started(part)
  if (running !== undefined) return running
  const home = homeOf(part)
  const data = path.join(home, '.data')
  mkdirSync(data, { recursive: true })
  const at = { port: await freePort(), data }
  const [command, ...args] = service.command(home, at)
  const log = path.join(home, '.log')
  const fd = openSync(log, 'w')
  // A process group of its own, so that stopping reaches whatever it has started in turn.
  const env = { ...process.env, ...service.env?.(home, at) }
  const child = spawn(command, args, { cwd: data, env, detached: true, stdio: ['ignore', fd, fd] })
  closeSync(fd)
  const failed = new Promise<never>((_, reject) => child.once('error', reject))
  failed.catch(() => undefined) // without a pid the loop below ends at once and says the same
  const state: Started = { pid: child.pid ?? 0, port: at.port }
  writeFileSync(stateFile(part), JSON.stringify(state))
  child.unref()
  for (const end = Date.now() + readyWithinMs; !(await Promise.race([service.ready(at.port), failed])); ) {
    if (!alive(state.pid) || Date.now() > end) {
      await stop(part)
      throw new Error(`${part.name} did not become ready:\n${readFileSync(log, 'utf8').slice(-2_000)}`)
    }
    await delay(200)
  }
  return state
}

/** Ends the service and everything it started; true when there was something to end. */
export async function stop(part: Part): Promise<boolean> {
  const running = started(part)
  rmSync(stateFile(part), { force: true })
  if (running === undefined) return false
  process.kill(-running.pid, 'SIGTERM')
  for (const end = Date.now() + goneWithinMs; alive(running.pid); await delay(50)) {
    if (Date.now() > end) process.kill(-running.pid, 'SIGKILL')
  }
  return true
}

/** Runs an installer to its end; rejects with what it printed. */
export async function command(file: string, args: readonly string[], options: { cwd?: string } = {}): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(file, args, { ...options, maxBuffer: 64 * 1024 * 1024 })
    return stdout
  } catch (cause) {
    const printed = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).slice(-2_000) : ''
    throw new Error(`${file} ${args.join(' ')} failed\n${printed}`, { cause })
  }
}

/** Whether an address answers with a success. */
export const answers = async (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    (answer) => answer.ok,
    () => false,
  )

function alive(pid: number): boolean {
  if (pid === 0) return false // kill(0) would ask about our own group
  try {
    return process.kill(-pid, 0)
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

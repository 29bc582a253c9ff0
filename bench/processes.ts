// The processes of a measurement: starting them, reading their CPU time and memory, ending them.
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
export const NODE = join(ROOT, 'runtime/bin/node')
/** Whether the gateway runs from compiled output, as users of the package run it. */
export const compiled = existsSync(join(ROOT, 'dist/src/main.js'))
export const TOOLGATE = compiled ? join(ROOT, 'dist/src/main.js') : join(ROOT, 'bin/toolgate.cjs')

/** Something that listens, and what it has used. */
export interface Subject extends AsyncDisposable {
  readonly name: string
  readonly port: number
  /** CPU time since its start in microseconds, threads and children included. */
  cpuMicros(): number
  /** Resident memory in bytes. */
  rss(): number
}

/** A running gateway, and what it has written so far. */
export interface Gateway extends Subject {
  said(): string
}

/** One of our own scripts, in a process of its own, with a line to it. */
export interface Helper extends AsyncDisposable {
  readonly pid: number
  ask(message: object): Promise<unknown>
  /** The next message it sends unasked. */
  next(): Promise<unknown>
}

/** Forks a script of this folder; what it prints goes to our standard error. */
export function help(script: string, args: readonly string[] = []): Helper {
  const child = fork(join(import.meta.dirname, script), [...args], {
    execPath: process.execPath,
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  const next = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const gone = (code: number | null): void => reject(new Error(`${script} ended with ${code}`))
      child.once('exit', gone)
      child.once('message', (message) => {
        child.off('exit', gone)
        resolve(message)
      })
    })
  return {
    pid: child.pid ?? 0,
    next,
    ask(message) {
      const answer = next()
      child.send(message)
      return answer
    },
    [Symbol.asyncDispose]: () => end(child),
  }
}

/** A helper that listens and says where. */
export async function listener(name: string, script: string, args: readonly string[] = []): Promise<Subject & Helper> {
  const helper = help(script, args)
  const port = numberIn(await helper.next(), 'port')
  return { ...helper, ...measured(name, helper.pid), port }
}

/** The gateway with a configuration, once it accepts connections; without one, its quick start. Its log is written, as in production. */
export async function startGateway(
  port: number,
  yaml: string | undefined,
  flags: readonly string[] = [],
): Promise<Gateway> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const file = join(folder, 'toolgate.yaml')
  if (yaml !== undefined) writeFileSync(file, yaml)
  // Compiled code is kept between starts, as the launcher of the package has it.
  const kept = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') }
  const off = { ADMIN_ADDR: 'off', STATS_ADDR: 'off', READINESS_ADDR: 'off' }
  // A file, as in production: a pipe would make the reader's cost part of the measurement.
  const log = join(folder, 'log')
  const fd = openSync(log, 'w')
  const [named, env] = yaml === undefined ? [[], { ...kept, ...off }] : [['-f', file], kept]
  const child = spawn(NODE, [...flags, TOOLGATE, ...named], { cwd: folder, env, stdio: ['ignore', fd, fd] })
  closeSync(fd)
  const said = (): string => read(log)
  try {
    await accepting(port, child, said)
  } catch (error) {
    await end(child)
    throw error
  }
  const dispose = async (): Promise<void> => {
    await end(child)
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...measured('gateway', child.pid ?? 0), port, said, [Symbol.asyncDispose]: dispose }
}

/** nginx as a plain proxy with upstream keep-alive; `undefined` when it is not installed. */
export async function startNginx(upstream: number): Promise<Subject | undefined> {
  if (spawnSync('nginx', ['-v'], { stdio: 'ignore' }).error !== undefined) return undefined
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'bench-nginx-'))
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, nginxConfiguration(folder, port, upstream))
  const child = spawn('nginx', ['-c', file, '-p', folder, '-e', join(folder, 'error.log')], { stdio: 'ignore' })
  await accepting(port, child, () => 'see its error.log')
  const dispose = async (): Promise<void> => {
    await end(child)
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...measured('nginx', child.pid ?? 0), port, [Symbol.asyncDispose]: dispose }
}

const nginxConfiguration = (folder: string, port: number, upstream: number): string => `
worker_processes 1; daemon off; pid ${folder}/pid;
events { worker_connections 4096; }
http {
  access_log ${folder}/access.log combined buffer=64k;
  client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  keepalive_requests 1000000;
  upstream there { server 127.0.0.1:${upstream}; keepalive 256; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://there; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffers 64 64k; proxy_buffer_size 64k; proxy_busy_buffers_size 128k; }
  }
}
`

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Throws what a helper says has failed. */
export function expectFine(message: unknown, who: string): void {
  const failed: unknown = Reflect.get(Object(message), 'failed')
  if (typeof failed === 'string') throw new Error(`${who}: ${failed}`)
}

function numberIn(message: unknown, name: string): number {
  const value: unknown = typeof message === 'object' && message !== null ? Reflect.get(message, name) : undefined
  if (typeof value === 'number') return value
  throw new Error(`expected ${name}, got ${JSON.stringify(message)}`)
}

function measured(name: string, pid: number): Pick<Subject, 'name' | 'cpuMicros' | 'rss'> {
  return {
    name,
    cpuMicros: () => family(pid).reduce((sum, one) => sum + cpuOf(one), 0),
    rss: () => family(pid).reduce((sum, one) => sum + rssOf(one), 0),
  }
}

function family(pid: number): number[] {
  const children = tasks(pid).flatMap((task) => read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean))
  return [pid, ...children.flatMap((child) => family(Number(child)))]
}

const tasks = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

/** `schedstat` counts nanoseconds for each thread; the ticks of `stat` are ten milliseconds. */
function cpuOf(pid: number): number {
  const nanoseconds = tasks(pid)
    .map((task) => Number(read(`/proc/${pid}/task/${task}/schedstat`).split(' ', 1)[0]))
    .reduce((sum, each) => sum + each, 0)
  if (nanoseconds > 0) return nanoseconds / 1_000
  const fields = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

const rssOf = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

async function accepting(port: number, child: ChildProcess, said: () => string): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${said().slice(-2_000)}`)
    if (await answers(port)) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`nothing listens on port ${port} after 20 seconds: ${said().slice(-2_000)}`)
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const say = (yes: boolean) => (): void => {
      socket.destroy()
      resolve(yes)
    }
    socket.on('connect', say(true)).on('error', say(false))
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), 3_000)
  await gone
  clearTimeout(force)
}

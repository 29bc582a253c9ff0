// Target kind `stdio`: servers that are processes. Which callers share one, when it is started again, when it is stopped.
import { hash } from 'node:crypto'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { duration } from '../../config/duration.ts'
import { rawJson, type TargetName } from '../../core/brand.ts'
import { define } from '../../core/module.ts'
import type { Connection, Peer, Upstream } from '../conversation.ts'
import { ownerOf } from '../principals.ts'
import { newestLegacy } from '../wire.ts'
import { speakerOf } from './call.ts'
import { childEnvironment, findCommand } from './environment.ts'
import { closing, failing } from './failing.ts'
import { Gate } from './gate.ts'
import { Guard } from './guard.ts'
import type { Introduction } from './hello.ts'
import { type ProcessOptions, type Program, ServerProcess } from './server-process.ts'
import type { TargetSite } from './site.ts'

const schema = z.strictObject({
  cmd: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  /** `true`: `env` only; `false`: the gateway's whole environment; absent: what is harmless of it. */
  clear_env: z.boolean().optional(),
  /** Who shares a process: equal principals, everybody, or nobody. */
  per: z.enum(['principal', 'shared', 'session']).default('principal'),
  /** How long a process that nobody speaks through is kept. */
  idle: duration().default(300_000),
  /** Processes of this target at a time. */
  processes: z.int().min(1).max(10_000).default(64),
})

type Config = z.output<typeof schema>

/** YAML `stdio: {cmd, args, env, clear_env}` (reference: agentgateway §3.1); `per`, `idle` and `processes` are ours. */
export const stdio = define({
  key: 'stdio',
  schema,
  compile(config, site: TargetSite): Upstream {
    // Kept by every configuration that has such a target: it must live as long as the last process.
    const guard = site.keep('stdio guard', () => new Guard(site.log))
    return new StdioUpstream(config, site, guard)
  },
})

/** What callers with one key have together. */
interface Slot {
  /** The process that newcomers share, running or starting. */
  process: Promise<ServerProcess> | undefined
  /** When processes ended that should not have (milliseconds, the last minute). */
  deaths: number[]
}

interface Entry {
  readonly slot: Slot
  readonly started: Promise<ServerProcess> | undefined
  open: boolean
  idle: NodeJS.Timeout | undefined
}

const MINUTE_MS = 60_000
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 8_000
const SLOTS = 256

class StdioUpstream implements Upstream {
  readonly target: TargetName
  readonly endpoint: string
  readonly origin: string
  readonly personal: boolean
  readonly #config: Config
  readonly #site: TargetSite
  readonly #guard: Guard
  readonly #gate: Gate
  readonly #slots = new Map<string, Slot>()
  readonly #running = new Map<ServerProcess, Entry>()
  readonly #closing = new AbortController()
  /** Processes that are promised but not made yet. */
  #promised = 0

  constructor(config: Config, site: TargetSite, guard: Guard) {
    this.target = site.target
    this.endpoint = [config.cmd, ...config.args.slice(0, 1).filter((arg) => !arg.startsWith('-'))].join(' ')
    // Arguments may be secrets: a lock that is kept in version control must not hold them.
    this.origin = `${this.endpoint} ${hash('sha256', JSON.stringify([config.cmd, config.args])).slice(0, 32)}`
    this.personal = config.per === 'principal'
    this.#config = config
    this.#site = site
    this.#guard = guard
    this.#gate = new Gate(site.target, site.limits, site.metrics)
  }

  async connect(peer: Peer, signal?: AbortSignal): Promise<Connection> {
    if (this.#closing.signal.aborted) throw this.#closing.signal.reason
    const slot = this.#slotOf(this.#config.per === 'shared' ? '' : ownerOf(peer.principal))
    const process = await within(this.#processFor(slot, peer), signal)
    const entry = this.#running.get(process)
    clearTimeout(entry?.idle)
    const speaker = process.join(peer)
    const gate = this.#gate
    return {
      hello: process.hello,
      session: undefined,
      request: async (request, caller) => {
        await gate.enter(request.method)
        try {
          return await process.request(request, caller, speaker)
        } finally {
          gate.leave()
        }
      },
      notify: (method, params) => process.notify(method, params),
      follow: (task) => process.follow(task, speaker),
      [Symbol.asyncDispose]: async () => process.leave(speaker),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(closing(this.target))
    await Promise.all([...this.#running.keys()].map((process) => process.stop()))
  }

  #slotOf(key: string): Slot {
    let slot = this.#slots.get(key)
    if (slot === undefined) {
      if (this.#slots.size >= SLOTS) this.#tidy()
      slot = { process: undefined, deaths: [] }
      this.#slots.set(key, slot)
    }
    return slot
  }

  #tidy(): void {
    const used = new Set([...this.#running.values()].map((entry) => entry.slot))
    for (const [key, slot] of this.#slots)
      if (slot.process === undefined && !used.has(slot) && recent(slot.deaths).length === 0) this.#slots.delete(key)
  }

  #processFor(slot: Slot, peer: Peer): Promise<ServerProcess> {
    if (this.#config.per === 'session') return this.#start(slot, peer)
    slot.process ??= this.#start(slot, peer)
    return slot.process
  }

  async #start(slot: Slot, peer: Peer): Promise<ServerProcess> {
    let process: ServerProcess | undefined
    this.#promised++
    try {
      await this.#makeRoom()
      await this.#calmDown(slot)
      this.#closing.signal.throwIfAborted()
      process = new ServerProcess(this.#options())
      this.#running.set(process, { slot, started: slot.process, open: false, idle: undefined })
    } catch (thrown) {
      slot.process = undefined
      throw thrown
    } finally {
      this.#promised--
    }
    try {
      await process.open(this.#introduction(peer))
    } catch (thrown) {
      if (!this.#closing.signal.aborted) slot.deaths.push(Date.now())
      throw thrown
    }
    const entry = this.#running.get(process)
    if (entry !== undefined) entry.open = true
    this.#emptied(process) // whoever waits for it joins now, or has gone
    return process
  }

  #options(): ProcessOptions {
    const { target, log, limits, metrics } = this.#site
    return {
      target,
      log,
      limits,
      metrics,
      guard: this.#guard,
      program: this.#program(),
      empty: (process) => this.#emptied(process),
      over: (process, expected) => {
        const entry = this.#detach(process)
        this.#running.delete(process)
        if (entry?.open === true && !expected) entry.slot.deaths.push(Date.now())
      },
    }
  }

  /** Newcomers get another process. */
  #detach(process: ServerProcess): Entry | undefined {
    const entry = this.#running.get(process)
    clearTimeout(entry?.idle)
    if (entry !== undefined && entry.slot.process === entry.started) entry.slot.process = undefined
    return entry
  }

  #emptied(process: ServerProcess): void {
    const entry = this.#running.get(process)
    if (entry === undefined) return
    clearTimeout(entry.idle)
    const ms = this.#config.per === 'session' ? 0 : this.#config.idle
    entry.idle = setTimeout(() => {
      if (process.used) return
      this.#detach(process)
      this.#site.log.debug('a process is stopped: nobody uses it', { target: this.target, pid: process.pid })
      void process.stop() // cannot fail: its end is certain
    }, ms).unref()
  }

  #program(): Program {
    const { cmd, args, env, clear_env } = this.#config
    const environment = childEnvironment(process.env, env, clear_env)
    const command = findCommand(cmd, environment['PATH'] ?? process.env['PATH'] ?? '/usr/bin:/bin')
    if (command === undefined)
      throw failing('upstream.unreachable', [this.target, 'start'], `there is no command ${path.basename(cmd)}`)
    return { command, args, env: environment }
  }

  /** Shared processes declare all that any caller may be asked for; who did not declare it, or not this form of it, is not asked. */
  #introduction(peer: Peer): Introduction {
    if (this.#config.per === 'session') return peer
    const capabilities = {
      roots: { listChanged: true },
      sampling: {},
      elicitation: {},
      ...speakerOf(peer).capabilities,
    }
    return { revision: newestLegacy, clientInfo: peer.clientInfo, capabilities: rawJson(JSON.stringify(capabilities)) }
  }

  async #makeRoom(): Promise<void> {
    const { processes } = this.#config
    if (this.#running.size + this.#promised <= processes) return
    const unused = [...this.#running].find(([process, { open }]) => open && !process.used)?.[0]
    if (unused === undefined) {
      this.#site.metrics.limitHit('processes')
      throw failing('mcp.busy', [this.target, 'start'], `${processes} processes are running already`)
    }
    this.#detach(unused)
    await unused.stop()
  }

  /** A process that keeps dying is started ever more slowly, and not more often than the limit says. */
  async #calmDown(slot: Slot): Promise<void> {
    slot.deaths = recent(slot.deaths)
    const { stdioRestartsPerMinute } = this.#site.limits
    const count = slot.deaths.length
    if (count >= stdioRestartsPerMinute) {
      this.#site.metrics.limitHit('stdioRestartsPerMinute')
      throw failing('mcp.busy', [this.target, 'start'], `it has ended ${count} times within a minute`)
    }
    const last = slot.deaths.at(-1)
    if (last === undefined) return
    const wait = last + Math.min(FIRST_WAIT_MS * 2 ** (count - 1), LONGEST_WAIT_MS) - Date.now()
    if (wait > 0) await sleep(wait, undefined, { signal: this.#closing.signal }).catch(() => {}) // closing is asked for below
  }
}

const recent = (deaths: readonly number[]): number[] => deaths.filter((at) => Date.now() - at < MINUTE_MS)

/** The same, but no longer than somebody wants to wait. What is awaited goes on. */
async function within<T>(awaited: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await awaited
  const { promise, reject } = Promise.withResolvers<never>()
  const gone = (): void => reject(signal.reason)
  if (signal.aborted) gone()
  else signal.addEventListener('abort', gone)
  try {
    return await Promise.race([promise, awaited])
  } finally {
    signal.removeEventListener('abort', gone)
  }
}

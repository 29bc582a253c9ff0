// A running stdio server and everybody who speaks through it: initialised once, told apart by ids.

import type { Limits } from '../../config/shape.ts'
import { type RawJson, rawJson, type TargetName } from '../../core/brand.ts'
import { Failure } from '../../core/failure.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Answer, Caller, Hello, Outgoing, Peer } from '../conversation.ts'
import { gateway, isGateway } from '../principals.ts'
import { notificationText, WireError } from '../wire.ts'
import { type Call, forgotten, type Speaker, speakerOf } from './call.ts'
import { Calls, type Wire } from './calls.ts'
import { Chatter } from './chatter.ts'
import { Child, type ChildReader } from './child.ts'
import { asFailing, failing } from './failing.ts'
import type { Guard } from './guard.ts'
import { type Introduction, initializeRequest, readHello } from './hello.ts'
import { readDiscovered } from './modern-hello.ts'
import { discovering, ModernPipes, type Pipes, refusesToOpen } from './modern-pipes.ts'
import { NotModern } from './modern-talk.ts'
import { Wishes } from './wishes.ts'

export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly env: { readonly [name: string]: string }
}

export interface ProcessOptions {
  readonly target: TargetName
  readonly log: Log
  readonly limits: Limits
  readonly metrics: Metrics
  readonly guard: Guard
  readonly program: Program
  /** Told when nobody speaks through it any more. */
  empty(process: ServerProcess): void
  /** Told when it has ended; `expected`: because it was stopped. */
  over(process: ServerProcess, expected: boolean): void
}

export class ServerProcess implements Wire, ChildReader {
  readonly target: TargetName
  readonly log: Log
  readonly limits: Limits
  readonly metrics: Metrics
  readonly #options: ProcessOptions
  readonly #calls: Calls
  readonly #child: Child
  readonly #chatter: Chatter
  readonly #wishes = new Wishes()
  /** How it is spoken to, if it speaks 2026-07-28. */
  #modern: ModernPipes | undefined = undefined
  readonly #speakers: Speaker[] = []
  #joined = false
  #hello: Hello | undefined = undefined
  #cause: Failure | undefined = undefined
  #stopping: Promise<void> | undefined = undefined

  constructor(options: ProcessOptions) {
    this.target = options.target
    this.log = options.log
    this.limits = options.limits
    this.metrics = options.metrics
    this.#options = options
    this.#calls = new Calls(this)
    const { program, guard, limits, log, target } = options
    this.#chatter = new Chatter(log, target, limits.stderrRate)
    this.#child = new Child(this, {
      ...program,
      lineBound: limits.stdioLine,
      guard,
      chatter: this.#chatter,
      pace: this.#calls.pace,
    })
    log.debug('a process has been started', { target, pid: this.#child.pid, command: program.command })
  }

  /** Opens the conversation. When that fails, the process is stopped. */
  async open(introduction: Introduction): Promise<void> {
    try {
      await this.#initialize(introduction)
    } catch (thrown) {
      await this.stop()
      throw thrown
    }
  }

  get hello(): Hello {
    if (this.#hello === undefined) throw this.#over('initialize')
    return this.#hello
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get asksByRequest(): boolean {
    return this.#modern === undefined
  }

  get used(): boolean {
    return this.#speakers.length > 0
  }

  join(peer: Peer): Speaker {
    if (this.#cause !== undefined || this.#stopping !== undefined) throw this.#over('initialize')
    const speaker = speakerOf(peer)
    this.#speakers.push(speaker)
    this.#modern?.join(speaker)
    // Servers ask for roots when they start; whoever comes later is asked only if the server hears that there is somebody to ask.
    if (
      this.#modern === undefined &&
      this.#joined &&
      speaker.capabilities['roots'] !== undefined &&
      !isGateway(peer.principal)
    )
      this.#child.write(notificationText('notifications/roots/list_changed', undefined))
    this.#joined = true
    return speaker
  }

  leave(speaker: Speaker): void {
    const at = this.#speakers.indexOf(speaker)
    if (at < 0) return
    this.#speakers.splice(at, 1)
    const ended = ({ method }: Call): Failure =>
      failing('request.aborted', [this.target, method], 'the conversation has been ended')
    this.#calls.endAll(ended, { cancel: true, of: speaker })
    this.#modern?.leave(speaker)
    for (const request of this.#wishes.forget(speaker)) void this.#ask(request, forgotten, speaker).catch(() => {}) // for order's sake
    if (!this.used) this.#options.empty(this)
  }

  /** The speaker hears how a task is. Servers of before tell unasked. */
  follow(task: string, speaker: Speaker): () => void {
    return this.#modern?.follow(task, speaker) ?? (() => {})
  }

  request(request: Outgoing, caller: Caller, speaker: Speaker): Promise<Answer> {
    if (this.#modern !== undefined)
      return this.#modern.request(request, caller, speaker) ?? Promise.reject(this.#over(request.method))
    const heeded = this.#wishes.heed(request, speaker)
    return heeded === undefined ? Promise.resolve(nothing) : this.#ask(heeded, caller, speaker)
  }

  async notify(method: string, params: RawJson | undefined): Promise<void> {
    if (this.#modern !== undefined) return // clients of this revision say nothing without being asked
    if (!this.#child.write(notificationText(method, params))) throw this.#deaf(method)
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#child.stop()
    return this.#stopping
  }

  speakers(): readonly Speaker[] {
    return this.#speakers
  }

  send(text: RawJson): void {
    if (!this.#child.write(text)) this.log.debug('a message was not taken', { target: this.target })
  }

  line(text: string): void {
    try {
      if (this.#modern?.heard(text) === true) this.#calls.pace.note()
      else this.#calls.hear(text)
    } catch (thrown) {
      if (!(thrown instanceof WireError)) throw thrown
      // A banner, mostly: a mistake of the server, but no reason not to understand the rest.
      this.#chatter.line('stdout', text.slice(0, 200))
    }
  }

  ended(cause: Failure): void {
    this.#cause = cause
    this.#modern?.end()
    const expected = this.#stopping !== undefined
    if (cause.code === 'upstream.too-large') this.metrics.limitHit('stdioLine')
    if (!expected) this.log.warn('a process has ended', { target: this.target, pid: this.pid, error: cause.message })
    this.#calls.endAll((call) => asFailing([this.target, call.method], cause), { cancel: false })
    this.#options.over(this, expected)
    for (const { peer } of this.#speakers.splice(0)) peer.lost(asFailing([this.target, 'process'], cause))
  }

  async #initialize(introduction: Introduction): Promise<void> {
    const ms = this.limits.stdioStartMs
    const deadline = new AbortController()
    const timer = setTimeout(() => {
      this.metrics.limitHit('stdioStartMs')
      deadline.abort(failing('upstream.timeout', [this.target, 'initialize'], `no answer within ${ms} ms`))
    }, ms)
    try {
      const caller: Caller = { ...forgotten, signal: deadline.signal }
      const speaker = speakerOf({ ...stranger, capabilities: introduction.capabilities })
      const answer = await this.#ask(initializeRequest(introduction), caller, speaker)
      if (refusesToOpen(answer)) {
        this.#hello = await this.#discovered(answer, introduction, caller)
        return
      }
      const hello = readHello(this.target, answer)
      await this.notify('notifications/initialized', undefined)
      this.#hello = hello
    } finally {
      clearTimeout(timer)
    }
  }

  /** What a process is that does not open as those of before do. One that is nothing else either is reported by its first answer. */
  async #discovered(refusal: Answer, introduction: Introduction, caller: Caller): Promise<Hello> {
    const speaker = speakerOf({ ...stranger, capabilities: introduction.capabilities })
    try {
      const hello = readDiscovered(this.target, await this.#ask(discovering(introduction), caller, speaker))
      const pipes = { target: this.target, limits: this.limits, metrics: this.metrics, log: this.log }
      const ask: Pipes['ask'] = (request, by, who) => this.#ask(request, by, who)
      this.#modern = new ModernPipes({ ...pipes, ask, send: (text) => this.send(text) }, hello)
      return hello
    } catch (thrown) {
      if (!(thrown instanceof NotModern)) throw thrown
      return readHello(this.target, refusal)
    }
  }

  #ask(request: Outgoing, caller: Caller, speaker: Speaker): Promise<Answer> {
    if (this.#cause !== undefined) return Promise.reject(this.#over(request.method))
    const call = this.#calls.begin(request, caller, speaker)
    if (!call.settled) {
      call.carrier = carrier
      if (!this.#child.write(call.text)) call.failed(this.#deaf(call.method))
    }
    return call.answer
  }

  #over(step: string): Failure {
    return asFailing([this.target, step], this.#cause ?? new Failure('request.aborted', 'the process is being stopped'))
  }

  #deaf(step: string): Failure {
    return failing('upstream.unreachable', [this.target, step], 'the process does not read what it is sent')
  }
}

const carrier = { settled: () => {} }
const nothing: Answer = { kind: 'result', raw: rawJson('{}') }

const stranger: Peer = {
  ...forgotten,
  principal: gateway,
  revision: '',
  clientInfo: rawJson('{}'),
  capabilities: rawJson('{}'),
  lost: () => {},
}

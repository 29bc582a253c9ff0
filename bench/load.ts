// The load generator: raw keep-alive connections, one MCP session each, closed loop or a fixed rate. A process of its own.
import { Latencies } from './statistics.ts'
import { Connection, isGzip, type Place, type Received, requestBytes } from './wire.ts'

/** What to send, where, how hard. */
export interface Job extends Place {
  readonly connections: number
  readonly warmupMs: number
  readonly runMs: number
  /** Requests a second over all connections; absent: each connection asks as soon as it was answered. */
  readonly rate?: number
  readonly method: string
  /** JSON text. */
  readonly params: string
  /** What the first answer of every connection must contain. */
  readonly expect: string
}

export interface Outcome {
  readonly requests: number
  readonly errors: number
  readonly perSecond: number
  readonly bytes: number
  /** Milliseconds. */
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

const ID_DIGITS = 7

/** One connection and the request it repeats; only the id in it changes, in place. */
class Caller {
  readonly #connection: Connection
  readonly #bytes: Buffer
  readonly #idAt: number
  readonly #run: Run
  #id = 10 ** (ID_DIGITS - 1)
  #firstLength = -1
  #sent = 0

  constructor(connection: Connection, session: string, run: Run) {
    const { job } = run
    const id = String(this.#id)
    const body = `{"jsonrpc":"2.0","id":${id},"method":"${job.method}","params":${job.params}}`
    this.#bytes = requestBytes(job, body, session)
    this.#idAt = this.#bytes.indexOf(`"id":${id}`) + '"id":'.length
    this.#connection = connection
    this.#run = run
  }

  /** `from`: when the request should have left; it waited for a free connection since. */
  send(from = performance.now()): void {
    this.#sent = from
    this.#bytes.write(String(++this.#id), this.#idAt, 'latin1')
    this.#connection.send(this.#bytes, this.#answered, this.#failed)
  }

  close(): void {
    this.#connection.close()
  }

  readonly #answered = (received: Received): void => {
    this.#run.done(performance.now() - this.#sent, received.bytes, this.#isRight(received))
    this.#run.free(this)
  }

  readonly #failed = (): void => {
    this.#run.done(0, 0, false)
    // Not at once: a server that refuses connections would be asked in a spin.
    setTimeout(() => this.#run.free(this), 10)
  }

  #isRight(received: Received): boolean {
    if (received.status !== 200) return false
    if (this.#firstLength < 0) {
      if (!received.body.includes(this.#run.job.expect)) return this.#run.wrong(received)
      // Nothing is compressed that has been asked for once only.
      if (this.#run.job.gzip === true && !isGzip(received.head)) return true
      this.#firstLength = received.bytes
      this.#connection.reader.keep = false
    }
    // Equal lengths stand in for equal answers: reading each would make this side the bottleneck.
    return Math.abs(received.bytes - this.#firstLength) <= 32
  }
}

/** One job from its first connection to its outcome. */
class Run {
  readonly job: Job
  readonly #callers: Caller[] = []
  readonly #idle: Caller[] = []
  readonly #due: number[] = []
  #latencies = new Latencies(1)
  #requests = 0
  #errors = 0
  #bytes = 0
  #recording = false
  #stopped = false
  #running = 0
  #ended: (() => void) | undefined
  firstWrong = ''

  constructor(job: Job) {
    this.job = job
  }

  async open(): Promise<void> {
    for (let i = 0; i < this.job.connections; i++) {
      const connection = new Connection(this.job.port)
      const session = this.job.modern === undefined ? await connection.initialize(this.job) : ''
      this.#callers.push(new Caller(connection, session, this))
    }
  }

  start(): void {
    this.#running = this.#callers.length
    if (this.job.rate === undefined) for (const caller of this.#callers) caller.send()
    else {
      this.#idle.push(...this.#callers)
      this.#pace(this.job.rate, performance.now(), 0)
    }
  }

  record(): void {
    this.#latencies = new Latencies(2_000_000)
    this.#recording = true
    this.#requests = 0
    this.#errors = 0
    this.#bytes = 0
  }

  /** Counts end here; resolves when the last answer is in, so that nothing of this run costs the next one. */
  async stop(elapsedMs: number): Promise<Outcome> {
    this.#recording = false
    const outcome = {
      requests: this.#requests,
      errors: this.#errors,
      perSecond: this.#requests / (elapsedMs / 1_000),
      bytes: this.#bytes,
      ...this.#latencies.summary(),
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#ended = resolve
    this.#stopped = true
    for (let i = this.#idle.length; i > 0; i--) this.#leave()
    const patience = setTimeout(resolve, 2_000)
    await promise
    clearTimeout(patience)
    for (const caller of this.#callers) caller.close()
    return outcome
  }

  done(milliseconds: number, bytes: number, right: boolean): void {
    if (!this.#recording) return
    this.#requests++
    this.#bytes += bytes
    if (right) this.#latencies.record(milliseconds)
    else this.#errors++
  }

  wrong(received: Received): false {
    if (this.firstWrong === '') this.firstWrong = `${received.status} ${received.body.slice(0, 300)}`
    return false
  }

  /** A caller was answered: its next request, if there is one to send. */
  free(caller: Caller): void {
    if (this.#stopped) return this.#leave()
    if (this.job.rate === undefined) return caller.send()
    const due = this.#due.shift()
    if (due === undefined) this.#idle.push(caller)
    else caller.send(due)
  }

  #leave(): void {
    if (--this.#running === 0) this.#ended?.()
  }

  /** Sends what is due since `from`; waiting requests are timed from when they were due (coordinated omission). */
  #pace(rate: number, from: number, issued: number): void {
    if (this.#stopped) return
    const now = performance.now()
    const due = Math.floor(((now - from) / 1_000) * rate)
    for (let i = issued; i < due; i++) {
      const caller = this.#idle.pop()
      if (caller === undefined) this.#due.push(now)
      else caller.send(now)
    }
    setTimeout(() => this.#pace(rate, from, due), 1)
  }
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Warm up, tell, wait for the word, measure, answer. The pause is where the other side reads its clocks. */
async function perform(job: Job): Promise<void> {
  const run = new Run(job)
  await run.open()
  run.start()
  await sleep(job.warmupMs)
  if (run.firstWrong !== '') throw new Error(`the first answer is not what was expected: ${run.firstWrong}`)
  const { promise, resolve } = Promise.withResolvers<void>()
  process.once('message', () => resolve())
  process.send?.({ warm: true })
  await promise
  run.record()
  const from = performance.now()
  await sleep(job.runMs)
  process.send?.({ outcome: await run.stop(performance.now() - from) })
}

process.on('message', (message: { readonly job?: Job }) => {
  if (message.job === undefined) return
  perform(message.job).catch((error: unknown) => process.send?.({ failed: String(error) }))
})
process.on('disconnect', () => process.exit())

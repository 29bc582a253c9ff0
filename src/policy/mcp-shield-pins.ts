// The pins that are in force: what `tools.lock` says, and what has been trusted since; written down behind everybody's back.
import path from 'node:path'
import { asFailure } from '../core/failure.ts'
import { keyText, type Pin, type PinKey, type PinKind } from '../scan/pin.ts'
import { type LockProblem, parseLock, printLock, withPins } from '../scan/pin-lock.ts'
import { rewrite } from '../store/whole-file.ts'
import type { Log } from '../telemetry/log.ts'

/** Lists come in one after the other when a gateway starts: one writing for all of them. */
const GATHER_MS = 100
/** A disk that is full now may not be later. */
const AGAIN_MS = 30_000

/** One file's pins, for all configurations that name it. */
export class PinBook implements AsyncDisposable {
  readonly #file: string
  readonly #log: Log
  #pins = new Map<string, Pin>()
  /** Of which servers and kinds something is pinned. */
  readonly #known = new Set<string>()
  /** Pins that are in force and not in the file yet. */
  #unwritten = new Map<string, Pin>()
  #timer: NodeJS.Timeout | undefined = undefined
  #writing: Promise<void> = Promise.resolve()
  #ended = false

  constructor(file: string, log: Log) {
    this.#file = path.resolve(file)
    this.#log = log
  }

  /** What the file says now is in force; `undefined`: it is not there. A text that cannot be used changes nothing. */
  take(text: string | undefined): LockProblem | undefined {
    const lock = text === undefined ? { pins: [] } : parseLock(text)
    if ('problem' in lock) return lock.problem
    this.#pins = new Map(lock.pins.map((pin) => [keyText(pin), pin]))
    for (const [key, pin] of this.#unwritten) if (!this.#pins.has(key)) this.#pins.set(key, pin)
    this.#known.clear()
    for (const pin of this.#pins.values()) this.#known.add(familyOf(pin))
    return undefined
  }

  get(key: PinKey): Pin | undefined {
    return this.#pins.get(keyText(key))
  }

  /** Whether anything of this kind is pinned of the server. */
  knows(target: string, kind: PinKind): boolean {
    return this.#known.has(familyOf({ target, kind }))
  }

  /** A pin for something that has none. It is in force at once, and in the file a little later. */
  add(pin: Pin): void {
    const key = keyText(pin)
    this.#pins.set(key, pin)
    this.#known.add(familyOf(pin))
    this.#unwritten.set(key, pin)
    this.#timer ??= setTimeout(() => this.#write(), GATHER_MS)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    if (this.#timer !== undefined) this.#write()
    await this.#writing
  }

  #write(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing = this.#writing.then(() => this.#written())
  }

  /** Never rejects. */
  async #written(): Promise<void> {
    const pins = this.#unwritten
    this.#unwritten = new Map()
    try {
      await rewrite(this.#file, (before) => merged(before, pins, this.#file))
      this.#log.info('definitions are pinned', { file: this.#file, count: pins.size })
    } catch (thrown) {
      // They stay in force meanwhile.
      for (const [key, pin] of pins) if (!this.#unwritten.has(key)) this.#unwritten.set(key, pin)
      if (!this.#ended) this.#timer ??= setTimeout(() => this.#write(), AGAIN_MS).unref()
      this.#log.error('pins could not be written', { file: this.#file, error: asFailure(thrown).message })
    }
  }
}

const familyOf = ({ target, kind }: Pick<PinKey, 'target' | 'kind'>): string => `${kind} ${target}`

/** Somebody else may have written meanwhile: what is in the file stays. */
function merged(before: string | undefined, pins: ReadonlyMap<string, Pin>, file: string): string {
  const lock = before === undefined ? { pins: [] } : parseLock(before)
  if ('problem' in lock) throw new RangeError(`${file}:${lock.problem.line}: ${lock.problem.message}`)
  const there = new Set(lock.pins.map(keyText))
  return printLock(
    withPins(
      lock.pins,
      [...pins.values()].filter((pin) => !there.has(keyText(pin))),
    ),
  )
}

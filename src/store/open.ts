// Opens the store that a configuration names: a SQLite file, or memory.
import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import path from 'node:path'
import { Failure } from '../core/failure.ts'
import type { Store } from '../core/store.ts'
import { keysIn } from './key-file.ts'
import { Seal } from './seal.ts'

export interface StorePlace {
  /** `sqlite://path`, `sqlite::memory:` or a plain path; `undefined`: memory. */
  readonly url: string | undefined
  /** Where relative paths start. */
  readonly folder: string
  /** Keys of 32 bytes, the first one encrypts; none: from the file beside the database. */
  readonly keys: readonly Buffer[]
}

/** A store that is opened by whoever asks for it first, and not before. */
export class StoreAt implements AsyncDisposable {
  readonly #place: StorePlace
  #store: Promise<Store> | undefined = undefined

  constructor(place: StorePlace) {
    this.#place = place
  }

  /** Rejects as `openStore` does; the next one who asks tries again. Bound: may be handed around. */
  readonly open = (): Promise<Store> => {
    this.#store ??= openStore(this.#place).catch((thrown: unknown) => {
      this.#store = undefined
      throw thrown
    })
    return this.#store
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const store = this.#store
    this.#store = undefined
    await (await store)?.[Symbol.asyncDispose]()
  }
}

const MEMORY = ':memory:'

/** Rejects with `store.unreachable`, which names the file and what to do. */
export async function openStore({ url, folder, keys }: StorePlace): Promise<Store> {
  // Loaded for those who keep something: older versions of node warn of it.
  const { SqliteStore } = await import('./sqlite.ts')
  const file = fileOf(url)
  if (file === MEMORY) return new SqliteStore(MEMORY, new Seal([randomBytes(32)]))
  const whole = path.resolve(folder, file)
  try {
    // Nobody else's business, even the names of what is in it.
    mkdirSync(path.dirname(whole), { recursive: true, mode: 0o700 })
    const [first, ...others] = keys
    const seal = new Seal(first === undefined ? keysIn(`${whole}.key`) : [first, ...others])
    // Made here, because the engine gives its other files the mode of this one.
    closeSync(openSync(whole, 'a', 0o600))
    return new SqliteStore(whole, seal)
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    const why = cause instanceof Error ? cause.message : 'unknown reason'
    throw new Failure(
      'store.unreachable',
      `the store ${whole} cannot be opened: ${why}; \`config.database.url\` names another place`,
      {
        cause,
      },
    )
  }
}

/** Everything behind `sqlite:` and up to a query, as connection addresses of SQLite are usually written. */
function fileOf(url: string | undefined): string {
  if (url === undefined) return MEMORY
  const rest = url.replace(/^sqlite:(\/\/)?/, '').replace(/\?.*$/, '')
  return rest === '' ? MEMORY : rest
}

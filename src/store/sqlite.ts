// The store in one SQLite file (or in memory), through the engine that node brings along.
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { Failure } from '../core/failure.ts'
import type { LogEntry, PutOptions, Store, StoreEntry, StoreKey } from '../core/store.ts'
import type { Seal } from './seal.ts'

/** Characters of a whole key as it is stored, and bytes of a value. */
const KEY_LIMIT = 1_024
const VALUE_LIMIT = 65_536
const SWEEP_MS = 60_000
/** Rows that one sweep removes at most: more would hold up everybody else. */
const SWEEP_ROWS = 1_000

// WAL: readers and a writer do not wait for each other, and a killed process leaves whole transactions only. `NORMAL` may lose the
// last of them when the machine itself loses power; it never tears one.
const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA busy_timeout = 5000;
  PRAGMA secure_delete = ON;
  CREATE TABLE IF NOT EXISTS entries (
    key TEXT PRIMARY KEY, value BLOB NOT NULL, version INTEGER NOT NULL, expires INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS entries_expires ON entries (expires) WHERE expires IS NOT NULL;
  CREATE TABLE IF NOT EXISTS logs (
    log TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (log, number)
  ) STRICT, WITHOUT ROWID;
`

// A version comes from the row before it, or from the clock when there is none: a value that was deleted and written anew never
// has the version that somebody remembers of the old one.
const statements = {
  get: 'SELECT key, value, version FROM entries WHERE key = ? AND (expires IS NULL OR expires > ?)',
  put: `INSERT INTO entries (key, value, version, expires) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (key) DO UPDATE SET value = ?2, version = max(version + 1, ?3), expires = ?4 RETURNING version`,
  putAbsent: `INSERT INTO entries (key, value, version, expires) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (key) DO UPDATE SET value = ?2, version = max(version + 1, ?3), expires = ?4
    WHERE entries.expires IS NOT NULL AND entries.expires <= ?5 RETURNING version`,
  putVersion: `UPDATE entries SET value = ?2, version = max(version + 1, ?3), expires = ?4
    WHERE key = ?1 AND version = ?6 AND (expires IS NULL OR expires > ?5) RETURNING version`,
  take: 'DELETE FROM entries WHERE key = ?1 RETURNING value, expires',
  list: `SELECT key, value, version FROM entries
    WHERE key > ?1 AND key < ?2 AND (expires IS NULL OR expires > ?3) ORDER BY key LIMIT ?4`,
  count: `SELECT count(*) AS number FROM
    (SELECT 1 FROM entries WHERE key > ?1 AND key < ?2 AND (expires IS NULL OR expires > ?3) LIMIT ?4)`,
  sweep: `DELETE FROM entries WHERE key IN
    (SELECT key FROM entries WHERE expires IS NOT NULL AND expires <= ?1 LIMIT ${SWEEP_ROWS})`,
  append: `INSERT INTO logs (log, number, at, text)
    SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3 FROM logs WHERE log = ?1 RETURNING number`,
  trim: 'DELETE FROM logs WHERE log = ?1 AND number <= ?2',
  read: 'SELECT number, at, text FROM logs WHERE log = ?1 AND number > ?2 ORDER BY number LIMIT ?3',
} as const

/**
 * Opens the file and makes its tables when they are missing; throws what SQLite says when that cannot be done. The engine works
 * in the calling thread: an operation takes some ten microseconds, and none of them is on the way of a tool call.
 */
export class SqliteStore implements Store {
  readonly #database: DatabaseSync
  readonly #seal: Seal
  readonly #prepared = new Map<keyof typeof statements, StatementSync>()
  readonly #sweeping: NodeJS.Timeout

  constructor(file: string, seal: Seal) {
    this.#database = new DatabaseSync(file)
    this.#seal = seal
    try {
      this.#database.exec(schema)
    } catch (thrown) {
      this.#database.close()
      throw thrown
    }
    this.#sweeping = setInterval(() => this.#sweep(), SWEEP_MS).unref()
  }

  async get(key: StoreKey): Promise<StoreEntry | undefined> {
    const row = this.#prepare('get').get(nameOf(key), Date.now())
    return row === undefined ? undefined : this.#entry(row)
  }

  async put(key: StoreKey, value: string, options: PutOptions = {}): Promise<number | undefined> {
    if (Buffer.byteLength(value) > VALUE_LIMIT)
      throw new Failure('store.too-large', `a value is above ${VALUE_LIMIT} bytes`)
    const name = nameOf(key)
    const now = Date.now()
    const row = [
      name,
      this.#seal.close(name, value),
      now,
      options.ttlMs === undefined ? null : now + options.ttlMs,
    ] as const
    const { when } = options
    const written =
      when === undefined
        ? this.#prepare('put').get(...row)
        : when === 'absent'
          ? this.#prepare('putAbsent').get(...row, now)
          : this.#prepare('putVersion').get(...row, now, when)
    return written === undefined ? undefined : numberIn(written, 'version')
  }

  async take(key: StoreKey): Promise<string | undefined> {
    const name = nameOf(key)
    const row = this.#prepare('take').get(name)
    if (row === undefined) return undefined
    const { expires } = row
    if (typeof expires === 'number' && expires <= Date.now()) return undefined
    return this.#opened(name, row['value'])
  }

  async delete(key: StoreKey): Promise<boolean> {
    return this.#prepare('take').get(nameOf(key)) !== undefined
  }

  async list(prefix: StoreKey, options: { limit: number; after?: StoreKey }): Promise<readonly StoreEntry[]> {
    const [from, to] = range(prefix)
    const after = options.after === undefined ? from : nameOf(options.after)
    const rows = this.#prepare('list').all(after < from ? from : after, to, Date.now(), options.limit)
    return rows.map((row) => this.#entry(row)).filter((entry) => entry !== undefined)
  }

  async count(prefix: StoreKey, limit: number): Promise<number> {
    const [from, to] = range(prefix)
    const row = this.#prepare('count').get(from, to, Date.now(), limit)
    return row === undefined ? 0 : numberIn(row, 'number')
  }

  async append(log: string, text: string, options: { keep?: number } = {}): Promise<number> {
    if (Buffer.byteLength(text) > VALUE_LIMIT || log.length > KEY_LIMIT)
      throw new Failure('store.too-large', `an entry of a log is above ${VALUE_LIMIT} bytes`)
    const row = this.#prepare('append').get(log, Date.now(), text)
    const number = row === undefined ? 0 : numberIn(row, 'number')
    // Not at each entry: a deletion costs as much as an entry does.
    const { keep } = options
    if (keep !== undefined && (number % 64 === 0 || keep < 64)) this.#prepare('trim').run(log, number - keep)
    return number
  }

  async read(log: string, options: { limit: number; after?: number }): Promise<readonly LogEntry[]> {
    const rows = this.#prepare('read').all(log, options.after ?? 0, options.limit)
    return rows.map((row) => ({ number: numberIn(row, 'number'), at: numberIn(row, 'at'), text: textIn(row, 'text') }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#sweeping)
    this.#prepared.clear()
    if (this.#database.isOpen) this.#database.close()
  }

  #prepare(name: keyof typeof statements): StatementSync {
    let statement = this.#prepared.get(name)
    if (statement === undefined) {
      statement = this.#database.prepare(statements[name])
      this.#prepared.set(name, statement)
    }
    return statement
  }

  #entry(row: Row): StoreEntry | undefined {
    const name = textIn(row, 'key')
    const value = this.#opened(name, row['value'])
    return value === undefined ? undefined : { key: keyOf(name), value, version: numberIn(row, 'version') }
  }

  /** What another key encrypted, or somebody has moved or changed, is not there. */
  #opened(name: string, bytes: SQLOutputValue | undefined): string | undefined {
    return bytes instanceof Uint8Array ? this.#seal.open(name, Buffer.from(bytes)) : undefined
  }

  #sweep(): void {
    try {
      this.#prepare('sweep').run(Date.now())
    } catch {
      // Somebody else holds the file for longer than anybody waits: what is expired counts as gone, and the next sweep comes.
    }
  }
}

type Row = Record<string, SQLOutputValue>

/** Parts are encoded, so that `/` only stands between them. */
function nameOf(key: StoreKey): string {
  const name = key.map((part) => encodeURIComponent(part)).join('/')
  if (name.length > KEY_LIMIT) throw new Failure('store.too-large', `a key is above ${KEY_LIMIT} characters`)
  return name
}

const keyOf = (name: string): StoreKey => name.split('/').map((part) => decodeURIComponent(part))

/** Everything below a key: `0` is the character behind `/`. */
const range = (prefix: StoreKey): readonly [string, string] =>
  prefix.length === 0 ? ['', '\u{10ffff}'] : [`${nameOf(prefix)}/`, `${nameOf(prefix)}0`]

function numberIn(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw new Failure('internal', `the column ${column} holds no number`)
  return value
}

function textIn(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new Failure('internal', `the column ${column} holds no text`)
  return value
}

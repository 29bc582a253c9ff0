// What outlives a request and a process: small values under keys, and logs that only grow. The contract; `store/` keeps it.

/** Where a value is: `['facade', issuer, 'client', id]`. Parts may hold any text; no two keys are confused. */
export type StoreKey = readonly string[]

export interface StoreEntry {
  readonly key: StoreKey
  readonly value: string
  /** Another one after each change: what `put` may be made to depend on. */
  readonly version: number
}

export interface PutOptions {
  /** The value is gone after so many milliseconds; without it, it stays. */
  readonly ttlMs?: number
  /** Only if the value still has this version, or if there is none. */
  readonly when?: number | 'absent'
}

export interface LogEntry {
  readonly number: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly text: string
}

/**
 * Small values and logs. Every method is one atomic step, whoever else uses the same state at the same time; nothing is half
 * written when the process is killed. Values are encrypted at rest and bound to their keys, logs are not.
 */
export interface Store extends AsyncDisposable {
  get(key: StoreKey): Promise<StoreEntry | undefined>
  /** The new version, or `undefined` when `when` did not hold. Throws `store.too-large`. */
  put(key: StoreKey, value: string, options?: PutOptions): Promise<number | undefined>
  /** Removes the value and gives it: of any number of takers one gets it. */
  take(key: StoreKey): Promise<string | undefined>
  /** Whether there was something to delete. */
  delete(key: StoreKey): Promise<boolean>
  /** Values below a key, in order of keys, from behind `after`. At most `limit`. */
  list(prefix: StoreKey, options: { readonly limit: number; readonly after?: StoreKey }): Promise<readonly StoreEntry[]>
  /** How many values are below a key; counting ends at `limit`. */
  count(prefix: StoreKey, limit: number): Promise<number>
  /** Adds to the end of a log and gives the entry's number. With `keep`, only so many of the last ones stay. */
  append(log: string, text: string, options?: { readonly keep?: number }): Promise<number>
  /** Entries of a log behind number `after`, oldest first. */
  read(log: string, options: { readonly limit: number; readonly after?: number }): Promise<readonly LogEntry[]>
}

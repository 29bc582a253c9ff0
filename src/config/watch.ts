// Watches files by what they hold: one call for each real change, whichever way it was made (write, rename over, symlink swap).
import { createHash } from 'node:crypto'
import { type FSWatcher, realpathSync, watch as watchDirectory } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

export interface WatchOptions {
  /** Quiet time after the last sign of change before the files are read; editors write in several steps. */
  readonly settleMs?: number
  /** How often to look where the operating system cannot tell. */
  readonly pollMs?: number
}

/** A watch until it is disposed. */
export interface FileWatch extends AsyncDisposable {
  /** From now on these files. Those that were watched already keep what is known of them. */
  files(next: readonly string[]): Promise<void>
}

/**
 * Calls `changed` once after the content of any of the files has become different, vanished or appeared. Directories are
 * watched, not files: replacing a file (as editors, `mv` and Kubernetes volumes do) would leave a watch on the old one.
 */
export async function watchFiles(
  files: readonly string[],
  changed: () => void,
  { settleMs = 50, pollMs = 2_000 }: WatchOptions = {},
): Promise<FileWatch> {
  const watch = new Watch(changed, settleMs, pollMs)
  await watch.files(files)
  return watch
}

class Watch implements FileWatch {
  readonly #changed: () => void
  readonly #settleMs: number
  readonly #pollMs: number
  #known = new Map<string, string>()
  #watchers = new Map<string, FSWatcher>()
  #timer: NodeJS.Timeout | undefined
  #poll: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #again = false
  #doubted = false
  #closed = false

  constructor(changed: () => void, settleMs: number, pollMs: number) {
    this.#changed = changed
    this.#settleMs = settleMs
    this.#pollMs = pollMs
  }

  async files(next: readonly string[]): Promise<void> {
    const known = new Map<string, string>()
    for (const file of next.map((one) => resolve(one))) {
      const print = this.#known.get(file)
      // Watching begins before the first look, so that nothing falls in between.
      if (print === undefined) known.set(file, '')
      else known.set(file, print)
    }
    this.#known = known
    this.#follow()
    for (const [file, print] of known) if (print === '') known.set(file, await fingerprint(file))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    clearInterval(this.#poll)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
    await this.#running
  }

  /** Watches the directory of each file and, through symlinks, the one where it really is. */
  #follow(): void {
    const wanted = new Set<string>()
    for (const file of this.#known.keys()) {
      wanted.add(nearestDirectory(dirname(file)))
      const real = realPath(file)
      if (real !== undefined) wanted.add(dirname(real))
    }
    // All anew: a directory that was removed and made again has the old name and is another one.
    const before = this.#watchers
    this.#watchers = new Map()
    for (const directory of wanted) this.#watch(directory)
    for (const watcher of before.values()) watcher.close()
  }

  #watch(directory: string): void {
    try {
      const watcher = watchDirectory(directory, { persistent: false }, () => this.#stirred())
      watcher.on('error', () => this.#stirred())
      this.#watchers.set(directory, watcher)
    } catch {
      // No watch to be had (limit of the system, network file system): look from time to time instead.
      this.#poll ??= setInterval(() => this.#stirred(), this.#pollMs).unref()
    }
  }

  #stirred(): void {
    if (this.#closed) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#settled(), this.#settleMs)
    this.#timer.unref()
  }

  #settled(): void {
    if (this.#running !== undefined) {
      this.#again = true
      return
    }
    this.#running = this.#look().finally(() => {
      this.#running = undefined
      if (this.#again) {
        this.#again = false
        this.#stirred()
      }
    })
  }

  async #look(): Promise<void> {
    this.#follow()
    const known = this.#known
    const now = new Map<string, string>()
    for (const file of known.keys()) now.set(file, await fingerprint(file))
    const different = [...now].filter(([file, print]) => known.get(file) !== '' && known.get(file) !== print)
    // Gone or empty is what a file looks like while somebody writes it: look again before saying so.
    if (!this.#doubted && different.some(([, print]) => print === ABSENT || print === EMPTY)) {
      this.#doubted = true
      this.#again = true
      return
    }
    this.#doubted = false
    for (const [file, print] of now) if (known.has(file)) known.set(file, print)
    if (different.length > 0 && !this.#closed) this.#changed()
  }
}

const ABSENT = 'absent'
const EMPTY = 'empty'

/** SHA-256 of what a file holds, or a word for nothing. */
async function fingerprint(file: string): Promise<string> {
  try {
    const content = await readFile(file)
    return content.length === 0 ? EMPTY : createHash('sha256').update(content).digest('base64')
  } catch {
    return ABSENT
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

/** The directory, or the nearest one above it that exists: the way by which it would come back. */
function nearestDirectory(directory: string): string {
  let found = directory
  while (realPath(found) === undefined && dirname(found) !== found) found = dirname(found)
  return found
}

// Changes a text file whole or not at all: readers see the old text or the new one, also when the writer is killed in between.
import { randomBytes } from 'node:crypto'
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '../core/failure.ts'

/** After which time whoever makes a change is taken for dead, and how long it is waited for: longer, so that the dead keep nobody from writing. */
const DEAD_MS = 10_000
const PATIENCE_MS = 15_000

/**
 * Reads the file, and writes what `change` makes of it; `undefined` is a file that is not there, or a text that stays. One at a time,
 * whichever processes ask. Rejects with `store.unreachable`.
 */
export async function rewrite(file: string, change: (before: string | undefined) => string | undefined): Promise<void> {
  try {
    // A link stays a link: what it leads to is changed.
    const real = await realpath(file).catch(() => path.resolve(file))
    await using _ = await turn(real)
    const before = await readFile(real, 'utf8').catch(absent)
    const after = change(before)
    if (after !== undefined && after !== before) await replace(real, after)
  } catch (cause) {
    if (cause instanceof Failure || !(cause instanceof Error && 'code' in cause)) throw cause
    throw new Failure('store.unreachable', `${file} cannot be written: ${String(cause.code)}`, { cause })
  }
}

function absent(thrown: unknown): undefined {
  if (!isCode(thrown, 'ENOENT')) throw thrown
}

const isCode = (thrown: unknown, code: string): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === code

/** A new file that is whole on disk before it gets the name. */
async function replace(file: string, text: string): Promise<void> {
  const folder = path.dirname(file)
  const draft = path.join(folder, `.${path.basename(file)}.${randomBytes(6).toString('hex')}`)
  const mode = await stat(file).then(
    (found) => found.mode,
    () => 0o644,
  )
  try {
    await filled(draft, text, mode)
    await rename(draft, file)
  } catch (thrown) {
    await rm(draft, { force: true })
    throw thrown
  }
  await settled(folder)
}

async function filled(file: string, text: string, mode: number): Promise<void> {
  await using handle = await open(file, 'wx', mode)
  await handle.writeFile(text)
  await handle.sync()
}

/** The name itself is made to last. Not every system can do this with a folder; the file is whole without it. */
async function settled(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, 'r')
    await handle.sync()
  } catch {
    // Of a power cut at this very moment the old text is left.
  }
}

/** Whoever made the file `FILE.lock` may write; it is gone when they have. */
async function turn(file: string): Promise<AsyncDisposable> {
  const marker = `${file}.lock`
  for (const end = Date.now() + PATIENCE_MS; ; await delay(20)) {
    try {
      const handle = await open(marker, 'wx')
      await handle.close()
      return { [Symbol.asyncDispose]: () => rm(marker, { force: true }) }
    } catch (thrown) {
      if (!isCode(thrown, 'EEXIST')) throw thrown
    }
    const { mtimeMs } = await stat(marker).catch(() => ({ mtimeMs: Date.now() }))
    if (Date.now() - mtimeMs > DEAD_MS) await rm(marker, { force: true })
    else if (Date.now() > end)
      throw new Failure('store.unreachable', `${file} is being changed by somebody else: ${marker} is there`)
  }
}

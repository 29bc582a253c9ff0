// Changes files that are not ours: shows the difference, keeps what was there, and takes the change back byte for byte.
import { createHash, randomUUID } from 'node:crypto'
import { constants, copyFile, mkdir, readFile, realpath, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { CommandError, exit } from './command.ts'
import { isRecord, textOf } from './values.ts'

/** One change of ours: what we wrote, and where the bytes before it are. */
interface Change {
  readonly file: string
  /** SHA-256 of what was written. */
  readonly wrote: string
  /** `undefined`: there was no file before. */
  readonly backup: string | undefined
  /** A folder that did not exist before either. */
  readonly folder: string | undefined
}

const digest = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')
const journalOf = (state: string): string => path.join(state, 'settings.json')

/** Bytes of a file; `undefined` when there is none. */
export async function bytesOf(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new CommandError(exit.unasked, `cannot read ${file}`, { where: reason(error), cause: error })
  }
}

const reason = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'

/** Writes the whole file or nothing: never half of it, and never through a link into somewhere else. */
export async function replaceFile(file: string, text: string | Buffer, mode: number): Promise<void> {
  const draft = `${file}.${randomUUID()}`
  try {
    await writeFile(draft, text, { mode, flag: 'wx' })
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw new CommandError(exit.unasked, `cannot write ${file}`, { where: reason(error), cause: error })
  }
}

async function readJournal(state: string): Promise<Change[]> {
  const bytes = await bytesOf(journalOf(state))
  if (bytes === undefined) return []
  try {
    const parsed: unknown = JSON.parse(bytes.toString())
    return Array.isArray(parsed) ? parsed.filter(isRecord).map(changeIn) : []
  } catch {
    return []
  }
}

const changeIn = (raw: Record<string, unknown>): Change => ({
  file: textOf(raw['file']),
  wrote: textOf(raw['wrote']),
  backup: typeof raw['backup'] === 'string' ? raw['backup'] : undefined,
  folder: typeof raw['folder'] === 'string' ? raw['folder'] : undefined,
})

async function writeJournal(state: string, changes: readonly Change[]): Promise<void> {
  await mkdir(state, { recursive: true, mode: 0o700 })
  await replaceFile(journalOf(state), `${JSON.stringify(changes, null, 2)}\n`, 0o600)
}

async function freeBackup(file: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = `${file}.${number}`
    if ((await bytesOf(name)) === undefined) return name
  }
}

/** The file itself, when its name is a link. */
async function itself(file: string): Promise<string> {
  return await realpath(file).catch(() => path.resolve(file))
}

/** Writes `text` into `name` and remembers how to undo it. Returns the backup, if there was something to keep. */
export async function changeFile(name: string, text: string, state: string): Promise<string | undefined> {
  const file = await itself(name)
  const before = await bytesOf(file)
  const folder = await mkdir(path.dirname(file), { recursive: true })
  let backup: string | undefined
  if (before !== undefined) {
    backup = await freeBackup(file)
    await copyFile(file, backup, constants.COPYFILE_EXCL) // a link that leads nowhere looks like a free name
  }
  // Remembered first: a change that was not made can be undone, one that was not remembered cannot.
  await writeJournal(state, [...(await readJournal(state)), { file, wrote: digest(text), backup, folder }])
  await replaceFile(file, text, before === undefined ? 0o644 : (await stat(file)).mode & 0o777)
  return backup
}

/**
 * Takes back the last change of `name`: the file is again what it was, byte for byte.
 * @throws CommandError when there is none, or when somebody changed the file since
 */
export async function undoChange(name: string, state: string): Promise<'restored' | 'removed'> {
  const file = await itself(name)
  const journal = await readJournal(state)
  const index = journal.findLastIndex((each) => each.file === file)
  const change = journal[index]
  if (change === undefined) throw new CommandError(exit.no, 'there is nothing to undo', { where: file })
  const now = await bytesOf(file)
  if (now !== undefined && digest(now) !== change.wrote)
    throw new CommandError(exit.no, 'the file was changed since: undoing would lose that', {
      where: file,
      hint: change.backup === undefined ? `remove the entry by hand` : `compare it with ${change.backup}`,
    })
  if (change.backup === undefined) {
    await rm(file, { force: true })
    // Only if nothing else has come to live there.
    if (change.folder !== undefined) await rmdir(change.folder).catch(() => undefined)
  } else {
    const bytes = await bytesOf(change.backup)
    if (bytes === undefined)
      throw new CommandError(exit.unasked, `the backup ${change.backup} is gone`, { where: file })
    await replaceFile(file, bytes, (await stat(change.backup)).mode & 0o777)
    await rm(change.backup)
  }
  await writeJournal(state, journal.toSpliced(index, 1))
  return change.backup === undefined ? 'removed' : 'restored'
}

/** A unified difference with three lines around the one place that changed. */
export function difference(file: string, before: string, after: string): string {
  const old = before === '' ? [] : before.replace(/\n$/, '').split('\n')
  const new_ = after.replace(/\n$/, '').split('\n')
  let same = 0
  while (same < old.length && same < new_.length && old[same] === new_[same]) same++
  let tail = 0
  while (tail < old.length - same && tail < new_.length - same && old.at(-1 - tail) === new_.at(-1 - tail)) tail++
  const from = Math.max(0, same - 3)
  const behind = Math.min(3, tail)
  const length = (lines: readonly string[]): number => lines.length - tail + behind - from
  const lines = [
    `--- ${before === '' ? '/dev/null' : file}`,
    `+++ ${file}`,
    `@@ -${old.length === 0 ? 0 : from + 1},${length(old)} +${from + 1},${length(new_)} @@`,
    ...old.slice(from, same).map((line) => ` ${line}`),
    ...old.slice(same, old.length - tail).map((line) => `-${line}`),
    ...new_.slice(same, new_.length - tail).map((line) => `+${line}`),
    ...old.slice(old.length - tail, old.length - tail + behind).map((line) => ` ${line}`),
  ]
  return `${lines.join('\n')}\n`
}

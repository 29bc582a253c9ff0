// The key of a store in a file beside it, for whoever has not configured one: made once, readable by its owner only.
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { Failure } from '../core/failure.ts'

/**
 * Keys from the file: 64 hexadecimal digits on each line, the first one encrypts. Made when there is none. Throws `store.unreachable` when
 * the file holds something else, or when others than its owner may read it.
 */
export function keysIn(file: string): readonly [Buffer, ...Buffer[]] {
  if (!exists(file)) make(file)
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    throw new Failure('store.unreachable', `others than its owner may read ${file}: give it mode 600`)
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const [first, ...others] = lines.map((line) => {
    if (!/^[0-9a-f]{64}$/i.test(line))
      throw new Failure('store.unreachable', `a line of ${file} is not 64 hexadecimal digits`)
    return Buffer.from(line, 'hex')
  })
  if (first === undefined) throw new Failure('store.unreachable', `${file} holds no key`)
  return [first, ...others]
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined
}

/** Whole before it has its name, so that of two processes that start together both get the same key. */
function make(file: string): void {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  const descriptor = openSync(draft, 'wx', 0o600)
  try {
    writeSync(descriptor, `${randomBytes(32).toString('hex')}\n`)
    fsyncSync(descriptor)
    linkSync(draft, file)
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown
  } finally {
    closeSync(descriptor)
    rmSync(draft, { force: true })
  }
}

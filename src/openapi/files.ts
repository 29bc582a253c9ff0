// A door to the files of one directory: the only place of the room that asks a disk where a path really leads.
import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Failure } from '../core/failure.ts'
import type { Door } from './load.ts'

/** A path as addresses spell it, on Windows too. */
export const slashed = (file: string): string => decodeURIComponent(pathToFileURL(file).pathname)

/** Files in the directory of the document and below, wherever links lead (reference: openapi §13). `root` as addresses spell it. */
export function fileDoor(
  root: string,
  read: (file: string) => Buffer | undefined,
  seen?: (asked: string, content: Buffer) => void,
): NonNullable<Door['file']> {
  return async (asked) => {
    const file = named(asked)
    if (asked !== root) checkInside(path.dirname(named(root)), file)
    const content = read(file)
    if (content === undefined) throw new Failure('upstream.protocol', 'the file cannot be read')
    seen?.(asked, content)
    return content.toString('utf8')
  }
}

/** A path of an address as the system spells it. */
const named = (asked: string): string =>
  fileURLToPath(`file://${encodeURI(asked).replaceAll('#', '%23').replaceAll('?', '%3F')}`)

function checkInside(directory: string, file: string): void {
  let real: string
  try {
    real = realpathSync(file)
    if (!statSync(real).isFile()) throw new Failure('upstream.protocol', 'is no file')
  } catch (cause) {
    throw cause instanceof Failure ? cause : new Failure('upstream.protocol', 'there is no such file', { cause })
  }
  if (!real.startsWith(realpathSync(directory) + path.sep))
    throw new Failure('upstream.forbidden', 'leads out of the directory of the document')
}

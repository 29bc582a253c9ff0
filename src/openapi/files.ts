// A door to the files of one directory: the only place of the room that touches a disk.
import { readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../core/failure.ts'

/** Reads files below the directory of a document, wherever symbolic links lead (reference: openapi §13). */
export function filesBeside(document: string, maxBytes: number): (file: string) => Promise<string> {
  return async (file) => {
    const directory = path.dirname(await realpath(document))
    const real = await realpath(file)
    const relative = path.relative(directory, real)
    if (relative.startsWith('..') || path.isAbsolute(relative))
      throw new Failure('upstream.forbidden', 'leads out of the directory of the document')
    const { size } = await stat(real)
    if (size > maxBytes)
      throw new Failure('upstream.too-large', `has ${size} bytes, more than documentBytes: ${maxBytes}`)
    return readFile(real, 'utf8')
  }
}

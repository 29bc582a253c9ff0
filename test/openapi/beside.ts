// A file of a test, and those beside it: through the door that commands and targets use.
import { readFileSync } from 'node:fs'
import { fileDoor } from '../../src/openapi/files.ts'
import type { Door } from '../../src/openapi/load.ts'

export const beside = (document: string): NonNullable<Door['file']> =>
  fileDoor(document, (file) => {
    try {
      return readFileSync(file)
    } catch {
      return undefined
    }
  })

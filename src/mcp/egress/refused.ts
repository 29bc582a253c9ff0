// What an answer says that is none to the request: the error in its body, and whether its server speaks another revision.
import type { RawJson } from '../../core/brand.ts'
import { codes, modernRevision, outlined, readMessage, WireError } from '../wire.ts'
import { readError, revisionsIn } from './modern-results.ts'

/** Whether an error says that the server speaks 2026-07-28, and not what it was asked in. */
export function outgrown(raw: RawJson): boolean {
  const { code, data } = readError(raw)
  return code === codes.unsupportedVersion && revisionsIn(data['supported']).includes(modernRevision)
}

/** The error that a text is, if it is one. */
export function errorIn(text: string, depth: number): { id: RawJson | undefined; raw: RawJson } | undefined {
  try {
    const message = readMessage(text, outlined(text, depth))
    return message.kind === 'error' ? message : undefined
  } catch (thrown) {
    if (thrown instanceof WireError) return undefined
    throw thrown
  }
}

// Failures and error objects, brought into the words that clients, log and metrics read.
import type { RawJson, TargetName } from '../core/brand.ts'
import { asFailure, Failure } from '../core/failure.ts'

/** The failure as one that names target and step, whatever threw it. */
export function namedFailure(target: TargetName, step: string, thrown: unknown): Failure {
  const failure = asFailure(thrown)
  if (failure.message.startsWith(`target ${target}: `)) return failure
  return new Failure(failure.code, `target ${target}: ${step}: ${failure.message}`, { cause: failure })
}

/** Code and message of an error object, short enough for a log. */
export function errorFacts(raw: RawJson): { readonly code: number; readonly message: string } {
  const error: unknown = JSON.parse(raw)
  if (typeof error !== 'object' || error === null) return { code: 0, message: '' }
  const code = 'code' in error && typeof error.code === 'number' ? error.code : 0
  const message = 'message' in error && typeof error.message === 'string' ? error.message : ''
  return { code, message: message.slice(0, 256) }
}

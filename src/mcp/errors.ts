// Failures and error objects, brought into the words that clients, log and metrics read.
import type { RawJson, TargetName } from '../core/brand.ts'
import { asFailure, Failure } from '../core/failure.ts'
import type { JsonObject } from '../core/item.ts'
import type { Answer } from './conversation.ts'
import { linksAstray, WHY } from './links.ts'
import { codes, errorObject } from './wire.ts'

/** The failure as one that names target and step, whatever threw it. */
export function namedFailure(target: TargetName, step: string, thrown: unknown): Failure {
  const failure = asFailure(thrown)
  if (failure.message.startsWith(`target ${target}: `)) return failure
  return new Failure(failure.code, `target ${target}: ${step}: ${failure.message}`, { cause: failure })
}

const OPEN_OBJECT = 123

/**
 * An answer that clients can read as one. Libraries drop what is no answer to them (a result that is no object, an error without a
 * code or a message) and wait on.
 */
export function readable(answer: Answer): Answer {
  const { kind, raw } = answer
  if (kind === 'result')
    return raw.charCodeAt(0) === OPEN_OBJECT
      ? answer
      : { kind: 'error', raw: errorObject(codes.internal, 'the server answered with a result that is no object') }
  const error: unknown = JSON.parse(raw)
  const said: JsonObject = typeof error === 'object' && error !== null ? { ...error } : {}
  const { data } = said
  if (
    said['code'] === codes.urlElicitationRequired &&
    typeof data === 'object' &&
    data !== null &&
    linksAstray({ ...data })
  )
    return { kind: 'error', raw: errorObject(codes.internal, WHY) }
  if (Number.isInteger(said['code']) && typeof said['message'] === 'string') return answer
  const code = Number.isInteger(said['code']) ? Number(said['code']) : codes.internal
  const message = typeof said['message'] === 'string' ? said['message'] : 'the server reported an error'
  return { ...answer, raw: errorObject(code, message, said['data']) }
}

/** Code and message of an error object, short enough for a log. */
export function errorFacts(raw: RawJson): { readonly code: number; readonly message: string } {
  const error: unknown = JSON.parse(raw)
  if (typeof error !== 'object' || error === null) return { code: 0, message: '' }
  const code = 'code' in error && typeof error.code === 'number' ? error.code : 0
  const message = 'message' in error && typeof error.message === 'string' ? error.message : ''
  return { code, message: message.slice(0, 256) }
}

// Breakage on the way to a target, as Failures that name the target and the step.
import type { TargetName } from '../../core/brand.ts'
import { Failure, type FailureCode } from '../../core/failure.ts'

/** A Failure whose message says where it happened: `target x: initialize: …`. */
export function failing(
  code: FailureCode,
  [target, step]: readonly [TargetName, string],
  message: string,
  cause?: unknown,
): Failure {
  return new Failure(code, `target ${target}: ${step}: ${message}`, cause === undefined ? {} : { cause })
}

/** For those who come when a target's configuration has ended. */
export const closing = (target: TargetName): Failure =>
  failing('request.aborted', [target, 'start'], 'the target is being closed')

/** Any thrown thing as such a Failure. */
export function asFailing(where: readonly [TargetName, string], thrown: unknown): Failure {
  if (thrown instanceof Failure)
    return thrown.message.startsWith(`target ${where[0]}: `)
      ? thrown
      : failing(thrown.code, where, thrown.message, thrown)
  const [code, message] = network(thrown)
  return failing(code, where, message, thrown)
}

/** What a network error means (Node's and undici's error codes). */
function network(thrown: unknown): readonly [FailureCode, string] {
  const code = codeOf(thrown)
  switch (code) {
    case 'ECONNREFUSED':
      return ['upstream.unreachable', 'the connection was refused']
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return ['upstream.dns', 'its host name has no address']
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return ['upstream.unreachable', 'connecting took too long']
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return ['upstream.timeout', 'no answer in time']
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return ['upstream.protocol', 'the connection broke off']
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return ['upstream.unreachable', 'there is no way to its network']
    default:
      if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW')
        return ['upstream.protocol', 'it does not speak HTTP as it should']
      if (/CERT|TLS|SSL|SIGNATURE|ISSUER/.test(code))
        return ['upstream.unreachable', `TLS failed (${code.toLowerCase()})`]
      return [
        'upstream.unreachable',
        code === '' ? 'the connection failed' : `the connection failed (${code.toLowerCase()})`,
      ]
  }
}

function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return ''
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return codeOf(thrown.errors[0])
  return ''
}

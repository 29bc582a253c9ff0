// What went wrong on the way to a backend, in our words: the error codes of undici and of the system → failures.
import { Failure } from '../core/failure.ts'

const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the backend refused the connection',
  ECONNRESET: 'the backend closed the connection',
  EPIPE: 'the backend closed the connection',
  EHOSTUNREACH: 'there is no route to the backend',
  ENETUNREACH: 'there is no route to the backend',
  ENOENT: 'the socket of the backend does not exist',
  EACCES: 'the socket of the backend may not be opened',
  UND_ERR_SOCKET: 'the backend closed the connection',
  UND_ERR_CLOSED: 'the gateway is stopping',
  UND_ERR_DESTROYED: 'the gateway is stopping',
}

const timeouts: ReadonlySet<string> = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'ETIMEDOUT'])

/** The parser's own errors carry a name and no code. */
const garbled: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'])

/** The failure for an error of an attempt. Addresses stay out of it: it is shown to clients. */
export function failing(error: unknown): Failure {
  if (error instanceof Failure) return error
  // Several addresses were tried: they failed in the same way, or the first one tells as much as any.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  const code = codeOf(error) ?? codeOf(first) ?? ''
  const known = unreachable[code]
  const options = { cause: error }
  if (known !== undefined) {
    // A parser of ours that gives up closes the socket: what came was not HTTP.
    if (/bad (?:response|upgrade)/.test(messageOf(error)))
      return new Failure('upstream.protocol', 'the backend sent something that was not asked for', options)
    return new Failure('upstream.unreachable', known, options)
  }
  if (timeouts.has(code)) return new Failure('upstream.timeout', 'the backend did not answer in time', options)
  if (code === 'ENOTFOUND' || code.startsWith('EAI_'))
    return new Failure('upstream.dns', 'the name of the backend has no address', options)
  if (garbled.has(code) || (error instanceof Error && error.name === 'HTTPParserError'))
    return new Failure('upstream.protocol', 'the backend sent something that is not HTTP', options)
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED')
    return new Failure('request.invalid', 'the request cannot be sent on', options)
  if (code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || /CERT|SIGNATURE|ISSUER/.test(code))
    return new Failure('upstream.unreachable', `the TLS handshake with the backend failed (${code})`, options)
  return new Failure('upstream.unreachable', 'the call of the backend failed', options)
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '')

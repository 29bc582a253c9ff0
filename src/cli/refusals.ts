// Why a server did not answer as it should, in words for people: refusals by status, and connections that were not made.
import { CommandError, exit } from './command.ts'
import { oneLine } from './terminal.ts'

/** MCP 2026-07-28, versioning: the revision that was asked for is none of the server's. */
const UNSUPPORTED = /"code": ?-32022\b/

/** A status that is no answer: exit code 1 when the server said no, 3 when there is none. `proven`: credentials were sent. */
export function refused(
  status: number | undefined,
  where: string,
  cause: Error,
  { proven }: { readonly proven?: boolean },
): CommandError {
  const said = oneLine(cause.message.replace(/^.*?endpoint: /s, '')).slice(0, 200)
  if (status === 401 && proven === true)
    return new CommandError(exit.no, `the server does not accept these credentials (401)${said && `: ${said}`}`, {
      where,
      cause,
      hint: `toolgate doctor oauth --url ${where} --token …`,
    })
  if (status === 401)
    return new CommandError(exit.no, 'the server wants to know who you are (401)', {
      where,
      cause,
      hint: '--token TOKEN, or TOOLGATE_TOKEN in the environment',
    })
  if (status === 403) return new CommandError(exit.no, 'the server does not let you in (403)', { where, cause })
  if (status === 404)
    return new CommandError(exit.unasked, 'there is nothing at this address (404)', {
      where,
      cause,
      hint: 'most servers listen at /mcp',
    })
  if (UNSUPPORTED.test(cause.message))
    return new CommandError(exit.no, 'the server speaks no revision before 2026-07-28', {
      where,
      cause,
      hint: '--era modern',
    })
  return new CommandError(exit.unasked, `the server answered with ${status ?? 'no'} status: ${said}`, { where, cause })
}

/** Why a connection was not made; `undefined` when that is not what happened. */
export function networkReason(error: unknown): string | undefined {
  const reasons: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'connection reset',
    ENOTFOUND: 'no such host',
    EAI_AGAIN: 'no such host',
    ETIMEDOUT: 'no answer',
    UND_ERR_CONNECT_TIMEOUT: 'no answer',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed (trust it with NODE_EXTRA_CA_CERTS)',
    SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed (trust it with NODE_EXTRA_CA_CERTS)',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted (trust it with NODE_EXTRA_CA_CERTS)',
    CERT_HAS_EXPIRED: 'its certificate has expired',
    ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  }
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = 'code' in at ? String(at.code) : ''
    if (reasons[code] !== undefined) return reasons[code]
    if (at instanceof AggregateError && at.errors.length > 0) return networkReason(at.errors[0])
  }
  if (!(error instanceof TypeError) || error.message !== 'fetch failed') return undefined
  return oneLine(error.cause instanceof Error ? error.cause.message : 'the connection failed')
}

// Breakage: one class and one table of codes. A refusal is not a failure; it is a Reply or a verdict.

interface FailureRow {
  /** HTTP status when the breakage surfaces as a plain reply. */
  readonly status: number
  /** JSON-RPC code when it surfaces inside a conversation of a revision with `initialize`. */
  readonly rpc: number
  /** Label `reason` in metrics and access log (reference: the original's list). */
  readonly reason: 'UpstreamFailure' | 'Timeout' | 'InvalidRequest' | 'Internal' | 'MCP' | 'NoHealthyBackend'
  /** What stands before the message on the wire; `undefined`: nothing is said. */
  readonly prefix: string | undefined
}

/** Every way things break. Codes are stable: they appear in logs and in documents. */
const failures = {
  'request.timeout': { status: 504, rpc: -32603, reason: 'Timeout', prefix: 'request timeout' },
  'request.aborted': { status: 499, rpc: -32603, reason: 'InvalidRequest', prefix: undefined },
  'request.invalid': { status: 400, rpc: -32600, reason: 'InvalidRequest', prefix: 'invalid request: ' },
  'request.too-large': { status: 413, rpc: -32600, reason: 'InvalidRequest', prefix: undefined },
  'request.slow': { status: 408, rpc: -32600, reason: 'Timeout', prefix: 'request body arrived too slowly' },
  'upstream.unreachable': { status: 503, rpc: -32603, reason: 'UpstreamFailure', prefix: 'upstream call failed: ' },
  'upstream.dns': {
    status: 503,
    rpc: -32603,
    reason: 'UpstreamFailure',
    prefix: 'backends required DNS resolution which failed',
  },
  'upstream.timeout': { status: 504, rpc: -32603, reason: 'Timeout', prefix: 'upstream call timeout' },
  'upstream.protocol': { status: 502, rpc: -32603, reason: 'UpstreamFailure', prefix: 'upstream call failed: ' },
  'upstream.too-large': { status: 502, rpc: -32603, reason: 'UpstreamFailure', prefix: 'upstream call failed: ' },
  'upstream.forbidden': { status: 502, rpc: -32603, reason: 'UpstreamFailure', prefix: 'upstream call failed: ' },
  'upstream.upgrade': {
    status: 502,
    rpc: -32603,
    reason: 'UpstreamFailure',
    prefix: 'request upgrade failed, backend tried ',
  },
  'upstream.credentials': {
    status: 500,
    rpc: -32603,
    reason: 'UpstreamFailure',
    prefix: 'backend authentication failed: ',
  },
  'backend.none': { status: 500, rpc: -32603, reason: 'NoHealthyBackend', prefix: 'no valid backends' },
  'mcp.target': { status: 500, rpc: -32603, reason: 'MCP', prefix: 'failed to send message: ' },
  'mcp.busy': { status: 503, rpc: -32603, reason: 'MCP', prefix: 'mcp: ' },
  'store.unreachable': { status: 503, rpc: -32603, reason: 'Internal', prefix: 'internal error' },
  'store.too-large': { status: 500, rpc: -32603, reason: 'Internal', prefix: 'internal error' },
  'policy.expression': { status: 500, rpc: -32603, reason: 'Internal', prefix: 'internal error' },
  internal: { status: 500, rpc: -32603, reason: 'Internal', prefix: 'internal error' },
} as const satisfies Record<string, FailureRow>

export type FailureCode = keyof typeof failures

/**
 * Something broke. `code` is a row of the table above; `message` is lower case, without a full stop, names the thing and holds
 * nothing secret. The wire text is made from both by `gateway/send.ts`, nowhere else.
 */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: FailureCode

  constructor(code: FailureCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }

  get row(): FailureRow {
    return failures[this.code]
  }
}

/** Text of the reply body: the table's prefix, then the message where the prefix announces one. */
export function wireText(failure: Failure): string {
  const { prefix } = failure.row
  if (prefix === undefined) return ''
  return prefix.endsWith(' ') ? prefix + failure.message : prefix
}

/** Any thrown thing as a Failure: ours as it is, everything else as `internal` with its cause. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown
  return new Failure('internal', thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown })
}

/** For the default branch of an exhaustive switch. */
export function unreachable(value: never): never {
  throw new Failure('internal', `a case is missing for ${JSON.stringify(value)}`)
}

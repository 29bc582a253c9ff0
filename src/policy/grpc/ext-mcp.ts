// The protocol of processors that look at MCP methods: gRPC service `agentgateway.dev.ext_mcp.ExtMcp` (reference: agentgateway §3.9).
import { fromJSON } from '@grpc/proto-loader'
import type { UnaryMethod } from './channel.ts'
import { type StructMessage, structMessages } from './struct.ts'

/** One header field; values are bytes, of which nobody says that they are text. */
export interface HeaderMessage {
  readonly key: string
  readonly value: Buffer
}

interface MessageBase {
  /** Targets that are asked, by the names of the configuration. */
  readonly serviceNames: readonly string[]
  readonly method: string
  readonly metadataContext?: StructMessage | undefined
}

/** `mcpRequest`: JSON text of the params; absent where there are none to change. */
interface McpRequest extends MessageBase {
  readonly mcpRequest?: Buffer | undefined
  readonly headers: readonly HeaderMessage[]
}

/** `mcpResponse`: JSON text of the result. Errors are not shown to processors. */
interface McpResponse extends MessageBase {
  readonly mcpResponse: Buffer
}

/** A refusal. `mcpError`: JSON text for the error's `data`. */
export interface AuthorizationError {
  /** 0 unknown, 1 permission denied, 2 resource exhausted, 3 invalid. */
  readonly code?: number
  readonly reason?: string
  readonly mcpError?: Buffer
}

/** Exactly one of `pass`, `mutated` and `error` is there; `mutated` is JSON text of new params, or of a new result. */
export interface McpResponseResult {
  readonly pass?: object
  readonly mutated?: Buffer
  readonly error?: AuthorizationError
}

/** `headerMutation`: for the request to the upstream. `metadata`: for expressions, as `mcpGuardrails`. */
export interface McpRequestResult extends McpResponseResult {
  readonly headerMutation?: { readonly set?: readonly HeaderMessage[]; readonly remove?: readonly string[] }
  readonly metadata?: StructMessage
}

const header = { rule: 'repeated', type: 'McpHeader' }
const base = {
  serviceNames: { rule: 'repeated', type: 'string', id: 1 },
  method: { type: 'string', id: 2 },
  metadataContext: { type: 'Struct', id: 3 },
}
const verdict = {
  pass: { type: 'Pass', id: 1 },
  mutated: { type: 'bytes', id: 2 },
  error: { type: 'AuthorizationError', id: 3 },
}
const oneVerdict = { result: { oneof: ['pass', 'mutated', 'error'] } }
/** A field that says whether it was set, as proto3 has them: a oneof of its own. */
const optional = (field: string) => ({ oneofs: { [`_${field}`]: { oneof: [field] } } })

const protocol = {
  nested: {
    agentgateway: {
      nested: {
        dev: {
          nested: {
            ext_mcp: {
              nested: {
                ...structMessages,
                ExtMcp: {
                  methods: {
                    CheckRequest: {
                      requestType: 'McpRequest',
                      responseType: 'McpRequestResult',
                      comment: 'Shows a request before any upstream sees it.',
                    },
                    CheckResponse: {
                      requestType: 'McpResponse',
                      responseType: 'McpResponseResult',
                      comment: 'Shows a result before the client sees it.',
                    },
                  },
                },
                McpHeader: { fields: { key: { type: 'string', id: 1 }, value: { type: 'bytes', id: 2 } } },
                McpRequest: {
                  ...optional('mcpRequest'),
                  fields: {
                    ...base,
                    mcpRequest: { type: 'bytes', id: 4, options: { proto3_optional: true } },
                    headers: { ...header, id: 5 },
                  },
                },
                McpResponse: { fields: { ...base, mcpResponse: { type: 'bytes', id: 4 } } },
                McpRequestResult: {
                  oneofs: oneVerdict,
                  fields: {
                    ...verdict,
                    headerMutation: { type: 'HeaderMutation', id: 4 },
                    metadata: { type: 'Struct', id: 5 },
                  },
                },
                McpResponseResult: { oneofs: oneVerdict, fields: verdict },
                Pass: { fields: {} },
                AuthorizationError: {
                  ...optional('mcpError'),
                  fields: {
                    code: { type: 'int32', id: 1 },
                    reason: { type: 'string', id: 2 },
                    mcpError: { type: 'bytes', id: 3, options: { proto3_optional: true } },
                  },
                },
                HeaderMutation: {
                  fields: { set: { ...header, id: 1 }, remove: { rule: 'repeated', type: 'string', id: 2 } },
                },
              },
            },
          },
        },
      },
    },
  },
}

/** The service's methods, for clients and servers alike. */
export function extMcp(): ExtMcp {
  const service = fromJSON(protocol)['agentgateway.dev.ext_mcp.ExtMcp']
  // What the loader makes of the table above has these two methods; its own types say only that it is something.
  return service as unknown as ExtMcp
}

export interface ExtMcp {
  readonly CheckRequest: UnaryMethod<McpRequest, McpRequestResult>
  readonly CheckResponse: UnaryMethod<McpResponse, McpResponseResult>
}

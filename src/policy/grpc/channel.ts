// A gRPC connection to a server that policies ask: made on first use, with a deadline for each call.
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import {
  type ChannelCredentials,
  Client,
  credentials,
  type MethodDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { Failure } from '../../core/failure.ts'
import { identityProblem, type TlsOptions } from '../../http/pools.ts'
import type { Service } from '../service.ts'

export type UnaryMethod<Request, Answer> = MethodDefinition<Request, Answer>

/** Calls are given up after this (reference: agentgateway §3.9). */
const TIMEOUT_MS = 10_000
/** Of one answer: a result that was changed is as large as a result may be. */
const LARGEST = 64 << 20

/** One server. Nothing is dialled before the first call; a connection that is lost is made anew by the next one. */
export class Channel implements AsyncDisposable {
  readonly #client: Client

  constructor({ origin, tls }: Service) {
    const { host, hostname, port, protocol } = new URL(origin)
    const secure = tls !== undefined || protocol === 'https:'
    const name = tls?.hostname ?? hostname.replace(/^\[|\]$/g, '')
    const address = port === '' ? `${host}:${secure ? 443 : 80}` : host
    this.#client = new Client(address, secure ? secured(name, tls ?? {}) : credentials.createInsecure(), {
      'grpc.max_receive_message_length': LARGEST,
      'grpc.enable_http_proxy': 0,
      'grpc.service_config_disable_resolution': 1,
      // Whoever waits gets an answer now; the connection is tried again for the next one.
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 5_000,
      // The library sends some name to servers; an address, which has none (RFC 6066 §3), is no name to node.
      ...(secure && { 'grpc.ssl_target_name_override': isIP(name) === 0 ? name : 'localhost' }),
    })
  }

  /** One call. Rejects with `upstream.unreachable`, whose words are the gRPC status and never an address. */
  ask<Request, Answer>(method: UnaryMethod<Request, Answer>, request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        { deadline: Date.now() + TIMEOUT_MS },
        (error: ServiceError | null, answer?: Answer) => {
          if (error !== null || answer === undefined) reject(failed(error))
          else resolve(answer)
        },
      )
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close()
  }
}

function failed(error: ServiceError | null): Failure {
  const name = error === null ? 'INTERNAL' : (status[error.code] ?? 'UNKNOWN')
  return new Failure('upstream.unreachable', name, { cause: error ?? undefined })
}

function secured(name: string, tls: TlsOptions): ChannelCredentials {
  const { cert, key, root, insecure, insecureHost } = tls
  const context = createSecureContext({
    ...(root !== undefined && { ca: root }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  })
  return credentials.createFromSecureContext(context, {
    rejectUnauthorized: insecure !== true,
    checkServerIdentity: (_, certificate) =>
      insecure === true || insecureHost === true ? undefined : identityProblem(name, certificate, tls),
  })
}

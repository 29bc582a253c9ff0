// A processor of the ExtMCP protocol as somebody else would write it: a gRPC server made from a .proto file.
import path from 'node:path'
import {
  type GrpcObject,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { type Owner, root } from '../../support/gateway.ts'

/** What the processor was shown, as its library reads it. */
export interface Shown {
  readonly rpc: 'CheckRequest' | 'CheckResponse'
  readonly service_names: readonly string[]
  readonly method: string
  readonly metadata: unknown
  /** Parsed `mcp_request` or `mcp_response`; `undefined`: it was absent. */
  readonly body: unknown
  readonly headers: ReadonlyMap<string, string>
}

type Judge = (shown: Shown) => object | undefined

export interface RunningProcessor {
  readonly port: number
  readonly shown: Shown[]
  /** Decides from now on; `undefined` from it: pass. */
  judge: Judge
}

/** Starts one. It is gone when the test is. */
export async function startProcessor(t: Owner): Promise<RunningProcessor> {
  const definition = loadSync(path.join(root, 'test/golden/grpc/ext_mcp.proto'), { keepCase: true, enums: String })
  const found = within(loadPackageDefinition(definition), ['agentgateway', 'dev', 'ext_mcp'])['ExtMcp']
  const { service } = found as ServiceClientConstructor // the loader's types do not say what a package holds
  const shown: Shown[] = []
  const running = { port: 0, shown, judge: (): object | undefined => undefined } as {
    -readonly [K in keyof RunningProcessor]: RunningProcessor[K]
  }
  const handler =
    (rpc: Shown['rpc']) =>
    ({ request }: { request: Message }, answer: (error: null, value: object) => void): void => {
      const bytes = request.mcp_request ?? request.mcp_response
      const one: Shown = {
        rpc,
        service_names: request.service_names ?? [],
        method: request.method ?? '',
        metadata: request.metadata_context,
        body: bytes === undefined || bytes === null ? undefined : JSON.parse(bytes.toString()),
        headers: new Map((request.headers ?? []).map(({ key, value }) => [key, value.toString()])),
      }
      shown.push(one)
      answer(null, running.judge(one) ?? { pass: {} })
    }
  const server = new Server()
  server.addService(service, { CheckRequest: handler('CheckRequest'), CheckResponse: handler('CheckResponse') })
  running.port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    ),
  )
  t.after(() => server.forceShutdown())
  return running
}

interface Message {
  readonly service_names?: readonly string[]
  readonly method?: string
  readonly metadata_context?: unknown
  readonly mcp_request?: Buffer | null
  readonly mcp_response?: Buffer
  readonly headers?: readonly { readonly key: string; readonly value: Buffer }[]
}

function within(object: GrpcObject, names: readonly string[]): GrpcObject {
  return names.reduce((inner, name) => inner[name] as GrpcObject, object) // a package is an object of packages and services
}

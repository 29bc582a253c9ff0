// A REST API as an upstream: its document is what it lists, a call of a tool is one HTTP request. No session, no process.
import { rawJson, type TargetName } from '../../core/brand.ts'
import { asFailure } from '../../core/failure.ts'
import type { BoundCredentials, DocumentState } from '../../policy/policy.ts'
import type { Answer, Caller, Connection, Hello, Outgoing, Peer, Upstream } from '../conversation.ts'
import { codes, errorObject, newestLegacy } from '../wire.ts'
import { closing } from './failing.ts'
import type { CallOptions, RestCalls } from './openapi-calls.ts'
import type { Edition } from './openapi-edition.ts'
import type { Document } from './openapi-remote.ts'

export interface OpenapiOptions extends CallOptions {
  readonly document: Document
  readonly endpoint: string
  readonly print: string
  readonly bound: BoundCredentials | undefined
}

export class OpenapiUpstream implements Upstream {
  readonly target: TargetName
  readonly endpoint: string
  readonly print: string
  /** What a document says is the same for everybody. */
  readonly personal = false
  readonly credentials: BoundCredentials | undefined
  readonly document: DocumentState
  readonly #options: OpenapiOptions
  readonly #peers = new Set<Peer>()
  #calls: RestCalls | undefined = undefined
  #unwatch: (() => void) | undefined = undefined
  #ended = false

  constructor(options: OpenapiOptions) {
    this.target = options.site.target
    this.endpoint = options.endpoint
    this.print = options.print
    this.credentials = options.bound
    const { document } = options
    this.document = {
      get facts() {
        return document.edition?.facts
      },
      ready: async () => (await document.ready()).facts,
    }
    this.#options = options
  }

  async connect(peer: Peer, signal?: AbortSignal): Promise<Connection> {
    const edition = await within(this.#options.document.ready(), signal)
    // Loaded by whoever first needs it: a start of many targets waits for none of this.
    const { RestCalls } = await import('./openapi-calls.ts')
    if (this.#ended) throw closing(this.target)
    this.#calls ??= new RestCalls(this.#options)
    this.#unwatch ??= this.#options.document.watch(() => {
      for (const each of this.#peers) each.notification('notifications/tools/list_changed', undefined)
    })
    this.#peers.add(peer)
    const calls = this.#calls
    return {
      hello: helloOf(this.target, edition),
      session: undefined,
      request: (request, caller) => this.#request(request, { calls, caller, peer }),
      notify: async () => {}, // nothing of a conversation is of interest to a REST API
      [Symbol.asyncDispose]: async () => {
        this.#peers.delete(peer)
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    this.#unwatch?.()
    this.#peers.clear()
    this.#calls?.close()
    await this.#options.places[Symbol.asyncDispose]()
  }

  #request(request: Outgoing, talking: Talking): Promise<Answer> {
    if (this.#ended) return Promise.reject(closing(this.target))
    const { edition } = this.#options.document
    return edition === undefined ? this.#late(request, talking) : this.#asked(edition, request, talking)
  }

  async #late(request: Outgoing, talking: Talking): Promise<Answer> {
    return await this.#asked(await this.#options.document.ready(), request, talking)
  }

  #asked(edition: Edition, request: Outgoing, { calls, caller, peer }: Talking): Promise<Answer> {
    const { method, params, headers, who } = request
    if (method === 'tools/call') return calls.call(edition, params, { caller, headers, who: who ?? peer.who })
    return Promise.resolve(this.#answer(method, edition))
  }

  #answer(method: string, edition: Edition): Answer {
    switch (method) {
      case 'tools/list':
        return { kind: 'result', raw: edition.list }
      case 'ping':
        return { kind: 'result', raw: rawJson('{}') }
      default:
        return { kind: 'error', raw: errorObject(codes.methodNotFound, `there is no ${method} here`) }
    }
  }
}

interface Talking {
  readonly calls: RestCalls
  readonly caller: Caller
  readonly peer: Peer
}

/** What a server of this kind would say of itself. */
function helloOf(target: TargetName, { facts: { title, version } }: Edition): Hello {
  const capabilities = { tools: { listChanged: true } }
  const serverInfo = {
    name: title === '' ? target : title.slice(0, 200),
    version: version === '' ? '0' : version.slice(0, 100),
  }
  return {
    revision: newestLegacy,
    capabilities,
    raw: rawJson(JSON.stringify({ protocolVersion: newestLegacy, capabilities, serverInfo })),
    instructions: undefined,
  }
}

/** The same, but no longer than somebody wants to wait. What is awaited goes on. */
async function within<T>(awaited: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await awaited
  const { promise, reject } = Promise.withResolvers<never>()
  const gone = (): void => reject(asFailure(signal.reason))
  if (signal.aborted) gone()
  else signal.addEventListener('abort', gone)
  try {
    return await Promise.race([promise, awaited])
  } finally {
    signal.removeEventListener('abort', gone)
  }
}

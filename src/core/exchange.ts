// One request on its way through the house: the only thing that changes while it travels.
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { RawJson } from './brand.ts'
import type { JsonObject } from './item.ts'

export type Maybe<T> = T | Promise<T>

/** Work that can end early. No function: with one in it, every exchange outlived its call until the next full collection. */
export interface Stoppable {
  stop(reason: unknown): void
}

/** Who is calling, once a policy has verified it. */
export interface Identity {
  readonly via: 'jwt' | 'apiKey' | 'basic' | 'mtls'
  readonly subject: string
  readonly claims: { readonly [claim: string]: unknown }
}

type Fields = { readonly [field: string]: unknown }

/** A token that a policy has verified and taken off the request. `raw` is for `backendAuth.passthrough` only. */
export interface VerifiedToken {
  readonly claims: Fields
  readonly raw: string
}

/** An API key that a policy has recognised and taken off the request. */
export interface VerifiedKey {
  readonly key: string
  readonly metadata: Fields
  /** Patterns of models that it is good for; absent: all. */
  readonly allowedModels?: readonly string[]
}

/** What policies have verified about the caller, and by which door it came. */
export type Who = Pick<Exchange, 'identity' | 'jwt' | 'apiKey' | 'basicAuth'> & {
  readonly entrance?: Entrance | undefined
}

interface Head {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
}

/** A whole body; in pieces, so that ready ones need not be copied into one. */
export type Bytes = Buffer | string | readonly Buffer[]

/** A protected resource (RFC 9728 §1.2): where clients read what it asks of them. */
export interface Protected {
  metadata(x: Exchange): string
}

/** What goes back to the client. A stream carries bytes that are ready for the wire. */
export type Reply = Head &
  (
    | { readonly kind: 'json'; readonly value: unknown }
    | { readonly kind: 'bytes'; readonly body: Bytes }
    | { readonly kind: 'stream'; readonly body: Readable }
    | { readonly kind: 'empty' }
  )

/** The last step of a route: a backend, or anything that answers. */
export type Handler = (x: Exchange) => Maybe<Reply>

/** What a configuration adds to what log and metrics say of requests; expressions are evaluated by whoever made it. */
export interface Told {
  /** The exchange is over: from now on expressions may look at its reply. */
  over(x: Exchange, reply: Reply | undefined): void
  /** Whether it is worth a line. */
  wanted(x: Exchange): boolean
  /** Further fields, in their order. */
  fields(x: Exchange): readonly (readonly [name: string, value: string | number | boolean])[]
  /** Fields that are left out. */
  readonly without: ReadonlySet<string>
  /** Labels of all metrics: the same object for equal values. */
  labels(x: Exchange): { readonly [name: string]: string } | undefined
}

/** What tools touch, and what a session has met of it so far (`mcpLabels`). */
export interface Flow {
  /** Of a tool, in its server's own name. `undefined`, of both: nobody can tell here. */
  labels(target: string, tool: string): readonly string[] | undefined
  taint(x: Exchange): readonly string[] | undefined
}

/** Where a request came in: facts that are the same for every request of one listener. */
export interface Entrance {
  readonly port: number
  readonly scheme: 'http' | 'https'
  readonly bind: string
  readonly gateway: string
  readonly listener: string
  readonly told?: Told | undefined
  /** Headers that the configuration calls sensitive, in lower case. */
  readonly sensitiveHeaders?: ReadonlySet<string> | undefined
}

/** The matched route, as log and metrics name it. */
export interface RouteNames {
  readonly route: string
  readonly rule: string
}

/**
 * One request. Every field exists from the start, so that all exchanges share one hidden class. Policies edit `path`, `query`,
 * `authority`, `headers` and `replyHeaders`; the request itself stays as it came.
 */
export class Exchange {
  /** Path that will be sent on, without the query: percent-encoding as it came, but of letters and digits, which need none. */
  path: string
  /** Query with its `?`, or the empty string. */
  query: string
  /** Host (and port) that the client asked for; authority of the target once a policy rewrote it. */
  authority: string
  /** Request headers, names in lower case; edited in place by policies. */
  headers: IncomingHttpHeaders
  identity: Identity | undefined = undefined
  jwt: VerifiedToken | undefined = undefined
  apiKey: VerifiedKey | undefined = undefined
  basicAuth: { readonly username: string } | undefined = undefined
  /** The protected resource that the exchange is for, when `mcpAuthentication` guards it: what a challenge names. */
  resource: Protected | undefined = undefined
  /** What policies found out besides, by the name that expressions read it under (`metadata`, `extauthz`, `extproc`). */
  found: { [root: string]: Fields } | undefined = undefined
  /** Who knows what tools touch; absent: nobody does. */
  flow: Flow | undefined = undefined
  /** The whole request body, once somebody had to buffer it. */
  body: Buffer | undefined = undefined
  /** The first bytes of a body that was too large to be taken in whole. */
  bodyPrefix: Buffer | undefined = undefined
  /** The exchange as expressions see it; made and known by whoever evaluates them. */
  view: object | undefined = undefined
  /** The work that waits for an upstream, stopped when the exchange ends early: `signal` without the cost of one. */
  work: Stoppable | undefined = undefined
  /** Sends `100 Continue` to a client that waits for it (RFC 9110 §10.1.1): set by the listener, called by whoever first wants the body. */
  proceed: (() => void) | undefined = undefined
  /** Headers that policies add to whatever reply is sent. */
  replyHeaders: OutgoingHttpHeaders | undefined = undefined
  /** A policy fixed the authority (`urlRewrite.authority`): the backend must not replace it by its own host name. */
  authorityFixed = false
  /** Its place among those that are being served. */
  seat = -1
  /** The path prefix that the route matched, for prefix rewrites; `undefined` when it matched otherwise. */
  matchedPrefix: string | undefined = undefined

  // What log and metrics say about this request.
  route: RouteNames | undefined = undefined
  backend = ''
  endpoint = ''
  protocol: 'http' | 'mcp' | 'llm' | 'a2a' | 'tcp' = 'http'
  reason = ''
  error = ''
  retries = 0
  /** `performance.now()` when the backend was asked, and when it answered; 0: it was not. */
  sentOn = 0
  answeredAt = 0
  mcpMethod = ''
  mcpTarget = ''
  mcpKind = ''
  mcpName = ''
  mcpSession = ''
  mcpErrorCode = 0
  mcpErrorMessage = ''
  /** The last use of a tool, as it was asked and answered: for logs whose expressions look into it, and for nobody else. */
  mcpAsked: { readonly params: JsonObject } | undefined = undefined
  mcpAnswer: { readonly kind: 'result' | 'error'; readonly raw: RawJson } | undefined = undefined

  static #count = 0
  static readonly #epoch = Date.now().toString(36)
  readonly request: IncomingMessage
  readonly entrance: Entrance
  /** `performance.now()` when the head had arrived. */
  readonly arrived = performance.now()
  #id = ''
  #abort: AbortController | undefined = undefined
  #aborted: unknown = undefined

  constructor(request: IncomingMessage, entrance: Entrance) {
    const target = request.url ?? '/'
    const mark = target.indexOf('?')
    this.request = request
    this.entrance = entrance
    this.path = mark < 0 ? target : target.slice(0, mark)
    this.query = mark < 0 ? '' : target.slice(mark)
    this.authority = request.headers.host ?? ''
    this.headers = request.headers
  }

  get id(): string {
    if (this.#id === '') this.#id = `${Exchange.#epoch}-${(++Exchange.#count).toString(36)}`
    return this.#id
  }

  /** Aborted when the client is gone or a deadline has passed; its reason is a Failure. Made on first use. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      if (this.#aborted !== undefined) this.#abort.abort(this.#aborted)
    }
    return this.#abort.signal
  }

  /** Why the exchange's work was ended; `undefined` while it goes on. */
  get aborted(): unknown {
    return this.#aborted
  }

  /** Ends the exchange's work: `reason` is what waits on `signal` will throw. Later calls change nothing. */
  abort(reason: unknown): void {
    if (this.#aborted !== undefined) return
    this.#aborted = reason
    this.#abort?.abort(reason)
    this.work?.stop(reason)
  }

  /** Adds a header to whatever reply is sent. */
  addToReply(name: string, value: string): void {
    this.replyHeaders ??= {}
    this.replyHeaders[name] = value
  }
}

/** A reply of plain text: how refusals look unless a policy says otherwise. */
export function text(status: number, body: string): Reply {
  return { kind: 'bytes', status, headers: { 'content-type': 'text/plain' }, body }
}

// The one internal exchange between the two hops: what every ingress speaks and every egress answers. Types only.
import type { IncomingHttpHeaders } from 'node:http'
import type { RawJson, TargetName } from '../core/brand.ts'
import type { Exchange, Reply, Who } from '../core/exchange.ts'
import type { JsonObject } from '../core/item.ts'
import type { BoundCredentials, DocumentState } from '../policy/policy.ts'
import type { Cancellation } from './cancellation.ts'
import type { Span } from './json.ts'
import type { ParamHeader } from './param-headers.ts'
import type { Subject } from './subject.ts'

/** How a request ended: the text of `result` or of the `error` object, as it came. */
export type Answer =
  | { readonly kind: 'result'; readonly raw: RawJson }
  /** `reply`: what the request is answered with instead, where nothing has been sent yet and nothing else is to be answered. */
  | { readonly kind: 'error'; readonly raw: RawJson; readonly reply?: Reply }

/** One request on its way to one upstream. Names and URIs in `params` are the upstream's own. */
export interface Outgoing {
  readonly method: string
  readonly params: RawJson | undefined
  /** The client's headers, for transports that have headers. Egress decides which may travel. */
  readonly headers?: IncomingHttpHeaders | undefined
  /** On whose behalf, where upstreams want credentials. */
  readonly who?: Who | undefined
}

/** Where the events of one request go, and who answers what the server asks while it runs. */
export interface Caller {
  /** Aborting it cancels the request upstream; its reason travels as the reason of the cancellation. */
  readonly signal?: Cancellation | undefined
  /** A notification that came with this request: progress, log messages. Progress tokens are the client's again. */
  notification(method: string, params: RawJson | undefined): void
  /** A question of the server to the user (elicitation, sampling, roots). `signal`: the server has taken it back. */
  ask(method: string, params: RawJson | undefined, signal?: Cancellation): Promise<Answer>
  /** The server has hung up on purpose and is asked again after so many milliseconds (2025-11-25): whoever waits may do the same. */
  hungUp?(retryMs: number): void
  /**
   * Takes `input_required` for an answer and asks the user itself (2026-07-28): what a server of that revision wants to know
   * passes through, with its `requestState`, instead of being asked by `ask`.
   */
  readonly takesInput?: boolean | undefined
  /** The least important log messages that it wants to read; servers of 2026-07-28 are told with each request. */
  readonly logLevel?: string | undefined
}

/** Who speaks through a connection: what it declares, and what becomes of messages that belong to no request. */
export interface Peer {
  /** Key of the caller: connections that are shared are shared among equal principals only. */
  readonly principal: string
  /** On whose behalf whatever belongs to no request is sent. */
  readonly who?: Who | undefined
  /** Newest revision that it speaks; `initialize` offers the newest of those that open so. */
  readonly revision: string
  /** `clientInfo` and `capabilities` to declare, as JSON text. */
  readonly clientInfo: RawJson
  readonly capabilities: RawJson
  /** It is gone when its only request is answered, and cannot come back for anything. */
  readonly passing?: boolean | undefined
  notification(method: string, params: RawJson | undefined): void
  ask(method: string, params: RawJson | undefined, signal?: Cancellation): Promise<Answer>
  /** The conversation is over though nobody here ended it: process exit, stream and session lost. */
  lost(cause: Error): void
}

/** What a server said of itself when the conversation opened. */
export interface Hello {
  readonly revision: string
  readonly capabilities: JsonObject
  /** Whole `initialize` result. */
  readonly raw: RawJson
  readonly instructions: string | undefined
}

/** One open conversation with one upstream. */
export interface Connection extends AsyncDisposable {
  readonly hello: Hello
  /** The upstream's session id, if it uses one. */
  readonly session: string | undefined
  /** Rejects with a Failure when no answer came. Never sends a request twice once the upstream may have seen it. */
  request(request: Outgoing, caller: Caller): Promise<Answer>
  notify(method: string, params: RawJson | undefined): Promise<void>
  /**
   * The peer hears how a task is (`notifications/tasks/status`) until the returned function is called. Absent: the server tells
   * unasked, or not at all.
   */
  follow?(task: string): () => void
}

/** One configured upstream, open as long as its snapshot. */
export interface Upstream extends AsyncDisposable {
  readonly target: TargetName
  /** Text for logs and metrics: a URL without credentials, or the command. */
  readonly endpoint: string
  /** Equal for what is one server, where the endpoint does not say it all: whoever changes a command's arguments has another server. */
  readonly origin?: string
  /** What it lists may differ between principals; `false`: it does not, whatever credentials say. */
  readonly personal?: boolean
  /** What it is made of besides its configuration (files that this names): of another text, it is another upstream. */
  readonly print?: string
  /** How people get credentials of their own for it (`backendAuth.oauthLogin`). */
  readonly credentials?: BoundCredentials | undefined
  /** What its tools are made from, if that is a document. */
  readonly document?: DocumentState | undefined
  /** Opens a conversation, `initialize` included. Rejects with a Failure that names the target and the step. */
  connect(peer: Peer, signal?: AbortSignal): Promise<Connection>
}

/**
 * One client as the federation sees it: a session of a revision with `initialize`, or whoever sends requests of 2026-07-28 that
 * say the same of themselves. The ingress makes and ends it; the federation keeps what it knows of the client's conversations in it.
 */
export interface Client {
  readonly principal: string
  readonly revision: string
  readonly clientInfo: RawJson
  readonly capabilities: JsonObject
  /** It is gone when its only request is answered. */
  readonly passing?: boolean | undefined
  /** Open (or opening) conversations with upstreams. Ended by the ingress when the session ends. */
  readonly connections: Map<TargetName, Promise<Connection>>
  /** Client-side URIs this client has subscribed to. */
  readonly subscriptions: Set<string>
  /** What policies verified about whoever used it last. */
  readonly who?: Who | undefined
  /** Level of `logging/setLevel`, or of the requests themselves (2026-07-28); nothing was set: the server's own default. */
  logLevel: string | undefined
  /** A notification that belongs to no running request: goes to the client's stream, or waits for it. */
  notification(method: string, params: RawJson | undefined): void
  /** A question outside any running request. Rejects or answers with an error when the client cannot be reached. */
  ask(method: string, params: RawJson | undefined): Promise<Answer>
}

/** A request as the ingress hands it over: its `params` as they came, and parsed for whoever looks into them. */
export interface Incoming {
  readonly method: string
  /** Parsed when it is first read. */
  readonly params: JsonObject
  readonly rawParams: RawJson | undefined
  /** Where a member of the params stands in `rawParams`; costs no parsing. */
  at(name: string): Span | undefined
  /** A member of the params, if it is a string; costs no parsing. */
  string(name: string): string | undefined
}

/** Many upstreams as one server. */
export interface Federation extends AsyncDisposable {
  /** Whether clients get sessions (`statefulMode`). */
  readonly stateful: boolean
  /**
   * Answers `initialize`; dials nothing that is known already. `revision` is what the ingress has negotiated. The answer has the
   * form of 2025-11-25 whatever the revision: an ingress of another one takes from it what it needs.
   */
  initialize(client: Pick<Client, 'revision' | 'capabilities' | 'principal'>, x: Exchange): Promise<Answer>
  /** Any request except `initialize`. Resolves with an error answer for whatever the client should read. */
  request(client: Client, incoming: Incoming, caller: Caller, x: Exchange): Promise<Answer>
  /** A notification of the client (`initialized`, `roots/list_changed`, `progress`; cancellations end at the ingress). */
  notified(client: Client, incoming: Incoming): void
  /** A live client: it hears `list_changed` until the returned function is called. */
  attach(client: Client): () => void
  /**
   * A client hears how a task is, by the id that it has here, until the returned function is called; `undefined`: it is none that
   * the caller may ask about.
   */
  followTask(client: Client, task: string, x: Exchange): Promise<(() => void) | undefined>
  /** Arguments of a tool, by the name that clients know, that headers repeat (2026-07-28, `x-mcp-header`); of what the caller may not use: none. */
  paramHeaders(client: Pick<Client, 'principal'>, tool: string, x: Exchange): readonly ParamHeader[]
  /** Whether a tool, by the name that clients know, may be called as a task or not at all (2025-11-25, `execution.taskSupport`). */
  mayNeedTask(client: Pick<Client, 'principal'>, tool: string, x: Exchange): boolean
  /** What a call, a prompt or a read is about; `undefined`: nothing that the caller may use with what the request says. */
  subject(client: Pick<Client, 'principal'>, incoming: Incoming, x: Exchange): Promise<Subject | undefined>
}

// What expressions see of one exchange: one view for all of its evaluations, made when the first of them asks. Nothing is copied.
import { dialect, rootIndex } from '../cel/dialect.ts'
import type { Activation } from '../cel/scope.ts'
import type { HostObject, PlainObject, Value } from '../cel/value.ts'
import type { Exchange, Reply, VerifiedKey, VerifiedToken } from '../core/exchange.ts'
import { KeyView, TokenView } from './context-identity.ts'
import { McpView, SessionView } from './context-item.ts'
import { BackendView, DestinationView, ProxyView, SourceView } from './context-place.ts'
import { ReplyView, RequestView } from './context-request.ts'

/** The view of an exchange that expressions are evaluated in (reference: agentgateway §4.1). */
export function contextOf(x: Exchange): Context {
  if (x.view instanceof Context) return x.view
  const view = new Context(x)
  x.view = view
  return view
}

/**
 * Roots are looked at when an expression asks, never before: what an earlier policy has found out is there, whichever policy that
 * was (reference: cel §6.4). All fields exist from the start, so that all views share one hidden class.
 */
export class Context implements Activation {
  readonly x: Exchange
  /** The answer, for expressions of the response phase. */
  reply: Reply | undefined = undefined
  /** The first bytes of an answer that was too large to be taken in whole. */
  replyPrefix: Buffer | undefined = undefined
  /** `performance.now()` when the exchange was over; 0: it is not. */
  endedAt = 0
  /** What the models' side says of the call: `llm` and `llmRequest`. */
  llm: HostObject | PlainObject | undefined = undefined
  llmRequest: Value | undefined = undefined
  #request: RequestView | undefined = undefined
  #reply: ReplyView | undefined = undefined
  #jwt: TokenView | undefined = undefined
  #apiKey: KeyView | undefined = undefined
  #mcp: McpView | undefined = undefined

  constructor(x: Exchange) {
    this.x = x
  }

  /** The thing that a rule is asked about. */
  get mcp(): McpView {
    this.#mcp ??= new McpView(this.x)
    return this.#mcp
  }

  root(index: number): Value {
    const { x } = this
    switch (index) {
      case rootIndex.mcp:
        return this.#mcp ?? (x.protocol === 'mcp' ? this.mcp : null)
      case rootIndex.jwt:
        return x.jwt === undefined ? null : this.#token(x.jwt)
      case rootIndex.request:
        this.#request ??= new RequestView(this)
        return this.#request
      case rootIndex.apiKey:
        return x.apiKey === undefined ? null : this.#key(x.apiKey)
      case rootIndex.basicAuth:
        return x.basicAuth ?? null
      case rootIndex.source:
        return new SourceView(x.request.socket)
      case rootIndex.response:
        return this.reply === undefined ? null : this.#answer(this.reply)
      default:
        return this.#seldom(index)
    }
  }

  #seldom(index: number): Value {
    const { x } = this
    switch (index) {
      case rootIndex.destination:
        return new DestinationView(x.request.socket)
      case rootIndex.backend:
        return x.backend === '' ? null : new BackendView(x)
      case rootIndex.proxy:
        return new ProxyView(x)
      case rootIndex.env:
        return { gateway: x.entrance.gateway }
      case rootIndex.session:
        return x.flow === undefined ? null : new SessionView(x, this.mcp)
      case rootIndex.llm:
        return this.llm ?? null
      case rootIndex.llmRequest:
        return this.llmRequest ?? null
      default: {
        const found = x.found?.[dialect.roots[index] ?? '']
        // What policies find out comes from JSON or expressions: values, as far as its type can say.
        return found === undefined ? null : (found as PlainObject)
      }
    }
  }

  #token(token: VerifiedToken): TokenView {
    if (this.#jwt?.token !== token) this.#jwt = new TokenView(token)
    return this.#jwt
  }

  #key(key: VerifiedKey): KeyView {
    if (this.#apiKey?.key !== key) this.#apiKey = new KeyView(key)
    return this.#apiKey
  }

  #answer(reply: Reply): ReplyView {
    if (this.#reply?.reply !== reply) this.#reply = new ReplyView(reply, this)
    return this.#reply
  }
}

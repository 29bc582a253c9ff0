// One request of a client on its way through the federation, and the answers that the federation gives itself.
import { type RawJson, rawJson } from '../core/brand.ts'
import type { Exchange } from '../core/exchange.ts'
import { asFailure, wireText } from '../core/failure.ts'
import type { JsonObject } from '../core/item.ts'
import { type Program, whyRefused } from '../policy/policy.ts'
import type { ServerItem } from './admissions.ts'
import type { Answer, Caller, Client, Incoming } from './conversation.ts'
import type { Shelf } from './shelf.ts'
import type { Standing } from './standing.ts'
import { codes, errorObject, rewritten } from './wire.ts'

/** A request, who asks, and what it turned out to be about. */
export class Asked {
  readonly client: Client
  readonly incoming: Incoming
  readonly caller: Caller
  readonly x: Exchange
  /** What the rules have said of it, and may say otherwise when it has waited. */
  standing: Standing | undefined = undefined
  #kind = ''
  #target = ''
  #name = ''

  constructor(client: Client, incoming: Incoming, caller: Caller, x: Exchange) {
    this.client = client
    this.incoming = incoming
    this.caller = caller
    this.x = x
  }

  /** The same request, asking otherwise. */
  with(rawParams: RawJson): Asked {
    return new Asked(this.client, rewritten(this.incoming.method, rawParams), this.caller, this.x)
  }

  get params(): JsonObject {
    return this.incoming.params
  }

  /** Text of the params; the empty object when there are none. */
  get text(): RawJson {
    return this.incoming.rawParams ?? NO_PARAMS
  }

  /** A member of the params, if it is a string. */
  string(name: string): string | undefined {
    return this.incoming.string(name)
  }

  /** It is about this item: log, metrics and doors read it from the exchange. */
  about(item: ServerItem, shelf: Shelf): void {
    this.#kind = item.kind === 'template' ? 'templates' : item.kind
    this.#target = item.target
    this.#name = item.name
    this.x.endpoint = shelf.upstream.endpoint
    this.note()
  }

  /** It asks for a thing that is not there: no upstream is asked. */
  aboutNothing(kind: ServerItem['kind'], name: string): void {
    this.#kind = kind === 'template' ? 'templates' : kind
    this.#target = ''
    this.#name = shortened(name)
    this.x.endpoint = ''
    this.note()
  }

  /** Writes the fields into the exchange, once more when requests of one batch took turns at it. */
  note(): void {
    const { x } = this
    x.mcpMethod = this.incoming.method
    x.mcpKind = this.#kind
    x.mcpTarget = this.#target
    x.mcpName = this.#name
  }
}

const NO_PARAMS = rawJson('{}')

/** The result that says no more than that it was done. */
export const done: Answer = Object.freeze({ kind: 'result', raw: NO_PARAMS })

/** How much of what a client sent is said back to it. */
const ECHO = 256
const shortened = (name: string): string => (name.length > ECHO ? name.slice(0, ECHO) : name)

export const refusal = (code: number, message: string): Answer => ({ kind: 'error', raw: errorObject(code, message) })

export const invalid = (message: string): Answer =>
  refusal(codes.invalidParams, `invalid request parameters: ${message}`)

export const notFound = (method: string): Answer =>
  refusal(codes.methodNotFound, `method not found: ${shortened(method)}`)

const words = { tool: 'tool', prompt: 'prompt', resource: 'resource', template: 'resource', task: 'task' } as const

/** What is denied and what is not there look the same (reference: agentgateway §11, mcp §3.2). */
export const unknown = (kind: ServerItem['kind'], name: string): Answer =>
  refusal(codes.invalidParams, `Unknown ${words[kind]}: ${shortened(name)}`)

/** What is denied looks like that to its client; whoever runs the gateway sees the difference, and why. */
export function denied(x: Exchange, program: Program, item: ServerItem, input?: unknown): void {
  x.reason = 'Authorization'
  x.error = whyRefused(program, item, x, input)
}

/** A failure as the client reads it. Only failures of ours to understand keep their words to themselves. */
export function broken(thrown: unknown, x: Exchange): Answer {
  const failure = asFailure(thrown)
  x.reason = failure.row.reason
  x.error = failure.message
  const text = failure.code === 'internal' ? wireText(failure) : `failed to send message: ${failure.message}`
  return refusal(codes.internal, text)
}

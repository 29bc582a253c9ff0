// A request that nobody has made: who would be calling, what for, and what is not known about it.
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { rootIndex } from '../cel/dialect.ts'
import { HostObject, type PlainObject, Unknown, type Value } from '../cel/value.ts'
import { type Entrance, Exchange, type RouteNames } from '../core/exchange.ts'
import { Context } from './context.ts'

type Fields = { readonly [name: string]: unknown }

/** Who is calling, as the policies that find out would have it. Nothing: nobody. */
export interface Caller {
  readonly claims?: Fields | undefined
  /** Metadata of an API key. */
  readonly apiKey?: Fields | undefined
  readonly user?: string | undefined
}

/** What is asked of the gateway. */
export interface Assumed {
  readonly entrance: Entrance
  readonly route: RouteNames
  readonly method: string
  /** With the query. */
  readonly path: string
  /** By names in lower case. */
  readonly headers: { readonly [name: string]: string }
  readonly caller: Caller
  /** The body, when all of it is known. */
  readonly body?: Buffer | undefined
  /** Name of the backend, once it is chosen. */
  readonly backend?: string
  /** Facts by root and field that are known otherwise: those of a record. `undefined`: not known. */
  readonly facts?: (path: readonly string[]) => Value | undefined
  /** Labels that the session has met; absent: not known. */
  readonly taint?: readonly string[]
}

/** The exchange of an assumed request. It has a socket that leads nowhere. */
export function assumedExchange({ entrance, route, method, path, headers, caller, body }: Assumed): Exchange {
  const request = new IncomingMessage(new Socket())
  request.method = method
  request.url = path
  request.headers = { ...headers }
  request.rawHeaders.push(...Object.entries(headers).flat())
  const x = new Exchange(request, entrance)
  x.route = route
  x.body = body
  const { claims, apiKey, user } = caller
  if (claims !== undefined) {
    x.jwt = { claims, raw: '' }
    x.identity = { via: 'jwt', subject: typeof claims['sub'] === 'string' ? claims['sub'] : '', claims }
  }
  if (apiKey !== undefined) x.apiKey = { key: '', metadata: apiKey }
  if (user !== undefined) x.basicAuth = { username: user }
  return x
}

/** What is not known of a request that was not made; which policies would have found out something, too. */
const roots: ReadonlyMap<number, string> = new Map(
  (
    [
      'source',
      'destination',
      'extauthz',
      'extproc',
      'mcpGuardrails',
      'metadata',
      'session',
      'llm',
      'llmRequest',
    ] as const
  ).map((name) => [rootIndex[name], name]),
)

/** The context of an assumed request: what it does not say is Unknown, not absent, so that nothing is decided by it. */
export class AssumedContext extends Context {
  readonly #facts: Assumed['facts']

  constructor(x: Exchange, facts?: Assumed['facts']) {
    super(x)
    this.#facts = facts
    x.view = this
  }

  override root(index: number): Value {
    const name = roots.get(index)
    if (index === rootIndex.session && this.#facts === undefined) return super.root(index)
    if (name !== undefined) return new Unsaid([name], undefined, this.#facts)
    if (index === rootIndex.request) return new Unsaid(['request'], asHost(super.root(index)), this.#facts)
    if (this.#facts === undefined) return super.root(index)
    if (index === rootIndex.jwt && this.x.jwt !== undefined) return new Unsaid(['jwt'], undefined, this.#facts)
    if (index === rootIndex.apiKey && this.x.apiKey !== undefined) return new Unsaid(['apiKey'], undefined, this.#facts)
    return super.root(index)
  }
}

const asHost = (value: Value): HostObject | undefined => (value instanceof HostObject ? value : undefined)

const bodies: ReadonlySet<string> = new Set(['body', 'bodyPrefix', 'startTime'])

/** A root of which only some fields are known. */
class Unsaid extends HostObject {
  readonly #path: readonly string[]
  readonly #known: HostObject | undefined
  readonly #facts: Assumed['facts']

  constructor(path: readonly string[], known: HostObject | undefined, facts: Assumed['facts']) {
    super()
    this.#path = path
    this.#known = known
    this.#facts = facts
  }

  get(field: string): Value | undefined {
    const path = [...this.#path, field]
    const unknown = new Unknown(path.join('.'))
    if (this.#known === undefined || (field === 'headers' && this.#facts !== undefined))
      return this.#facts === undefined ? unknown : this.#facts(path)
    const value = this.#known.get(field)
    return bodies.has(field) && !(value instanceof Uint8Array) ? unknown : value
  }

  plain(): Value {
    // The whole of it is not known: whoever wants it all learns nothing.
    return new Unknown(this.#path.join('.'))
  }
}

/** Values of JSON are values of expressions, as far as their type can say. */
export const asValues = (fields: Fields): PlainObject => fields as PlainObject

// `request` and `response` as expressions see them.
import { Fault, HostObject, type PlainObject, Timestamp, type Value } from '../cel/value.ts'
import type { Reply } from '../core/exchange.ts'
import type { Context } from './context.ts'
import { HeadersView } from './context-headers.ts'
import { UriText } from './context-uri.ts'
import { hostAndPort } from './place.ts'

const requestNames = [
  'method',
  'uri',
  'host',
  'scheme',
  'path',
  'pathAndQuery',
  'version',
  'headers',
  'body',
  'bodyPrefix',
  'startTime',
  'endTime',
] as const

const noBody = new Fault('no-such-key', 'body: it has not been taken in, or is too large')
const noPrefix = new Fault('no-such-key', 'bodyPrefix: the body has not been taken in')

/** The request as it is now: policies before this expression may have changed its path, authority and headers. */
export class RequestView extends HostObject {
  readonly #context: Context

  constructor(context: Context) {
    super()
    this.#context = context
  }

  get(field: string): Value | undefined {
    const { x } = this.#context
    switch (field) {
      case 'method':
        return x.request.method ?? ''
      case 'path':
        return x.path
      case 'headers':
        return new HeadersView({
          headers: x.headers,
          raw: x.request.rawHeaders,
          sensitive: x.entrance.sensitiveHeaders,
        })
      case 'host':
        // Names of hosts are the same in any case, and with a dot at their end: rules must not miss one for its spelling.
        return hostAndPort(x.authority)[0].toLowerCase().replace(/\.$/, '')
      case 'scheme':
        return x.entrance.scheme
      case 'pathAndQuery':
        return new UriText(x.path + x.query)
      case 'uri':
        return new UriText(`${x.entrance.scheme}://${x.authority}${x.path}${x.query}`)
      case 'version':
        return `HTTP/${x.request.httpVersion}`
      case 'body':
        return x.body ?? noBody
      case 'bodyPrefix':
        return x.body ?? x.bodyPrefix ?? noPrefix
      default:
        return this.#time(field)
    }
  }

  #time(field: string): Value | undefined {
    const { x, endedAt } = this.#context
    if (field === 'startTime') return instant(x.arrived)
    return field === 'endTime' && endedAt > 0 ? instant(endedAt) : undefined
  }

  plain(): PlainObject {
    return filled(this, requestNames)
  }
}

/** What is there, as a map; bodies that were not taken in are not. */
function filled(view: HostObject, names: readonly string[]): PlainObject {
  const fields: { [name: string]: Value } = {}
  for (const name of names) {
    const value = view.get(name)
    if (value !== undefined && !(value instanceof Fault)) fields[name] = value
  }
  return fields
}

/** A moment of this process's clock as nanoseconds since 1970. */
function instant(now: number): Timestamp {
  return new Timestamp(
    BigInt(Math.round(performance.timeOrigin * 1_000)) * 1_000n + BigInt(Math.round(now * 1_000_000)),
  )
}

const responseNames = ['code', 'grpcStatus', 'headers', 'body', 'bodyPrefix'] as const

/** The answer, as the policies before this expression have left it. */
export class ReplyView extends HostObject {
  readonly reply: Reply
  readonly #context: Context

  constructor(reply: Reply, context: Context) {
    super()
    this.reply = reply
    this.#context = context
  }

  get(field: string): Value | undefined {
    const { reply } = this
    switch (field) {
      case 'code':
        return reply.status
      case 'headers':
        return new HeadersView({ headers: reply.headers, sensitive: this.#context.x.entrance.sensitiveHeaders })
      case 'grpcStatus': {
        const status = Number(reply.headers['grpc-status'] ?? Number.NaN)
        return Number.isSafeInteger(status) ? status : undefined
      }
      case 'body':
        return bodyOf(reply) ?? noBody
      case 'bodyPrefix':
        return bodyOf(reply) ?? this.#context.replyPrefix ?? noPrefix
      default:
        return undefined
    }
  }

  plain(): PlainObject {
    return filled(this, responseNames)
  }
}

function bodyOf(reply: Reply): Uint8Array | undefined {
  switch (reply.kind) {
    case 'bytes':
      return typeof reply.body === 'string' || Buffer.isBuffer(reply.body)
        ? Buffer.from(reply.body)
        : Buffer.concat(reply.body)
    case 'json':
      return Buffer.from(JSON.stringify(reply.value))
    case 'empty':
      return Buffer.alloc(0)
    case 'stream':
      return undefined
  }
}

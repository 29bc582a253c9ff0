// The body of a POST as messages: bounded, decoded, parsed once.
import { isUtf8 } from 'node:buffer'
import type { RawJson } from '../../core/brand.ts'
import type { Exchange, Reply } from '../../core/exchange.ts'
import { Failure } from '../../core/failure.ts'
import { bodyWithin } from '../../http/body.ts'
import { cut, elements, members } from '../json.ts'
import { codes, type Message, outlined, readMessage, WireError } from '../wire.ts'
import { namesModern } from './era.ts'
import { refuseModern } from './modern-result.ts'
import { refuse, refuseCall } from './replies.ts'
import type { Sessions } from './sessions.ts'

/** A message, a batch of them, or a reply for a body that is neither. */
export type Received =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'batch'; readonly messages: readonly Message[] }
  | { readonly kind: 'unfit'; readonly reply: Reply }

type Bounds = Pick<Sessions, 'limits' | 'metrics'>

/** Reads a body as messages; what is no message is answered as the original does. Fails like `readBody`. */
export async function receive(x: Exchange, { limits, metrics }: Bounds): Promise<Received> {
  // One wait for everything: each async function in between costs a turn of the microtask queue.
  const body = await bodyWithin(x, limits.mcpBody, limits.bodyRate, 'strict')
  if (body === undefined) {
    metrics.limitHit('mcpBody')
    throw new Failure('request.too-large', `the body is above ${limits.mcpBody} bytes`)
  }
  if (!isUtf8(body)) return unread(x, 'not UTF-8', codes.parse)
  return read(x, body.toString(), { limits, metrics })
}

function read(x: Exchange, text: string, { limits, metrics }: Bounds): Received {
  let at: string = text
  try {
    const found = outlined(text, limits.jsonDepth, limits.jsonKeys)
    if (found.first !== 'array') return { kind: 'message', message: readMessage(text, found) }
    const spans = elements(text)
    if (spans.length === 0) return unread(x, 'an empty batch', codes.invalidRequest)
    if (spans.length > limits.batch) {
      metrics.limitHit('batch')
      return unread(x, `a batch of more than ${limits.batch} messages`, codes.invalidRequest)
    }
    const messages = spans.map((span) => {
      at = cut(text, span)
      return readMessage(at, outlined(at, limits.jsonDepth, limits.jsonKeys))
    })
    return { kind: 'batch', messages }
  } catch (thrown) {
    if (!(thrown instanceof WireError)) throw thrown
    if (thrown.limit !== undefined) metrics.limitHit(thrown.limit)
    if (thrown.code !== codes.invalidParams) return unread(x, thrown.message, thrown.code)
    const reply = refuseCall(x, idIn(at), thrown.code, { message: `invalid request parameters: ${thrown.message}` })
    return { kind: 'unfit', reply }
  }
}

/** Text for clients of before, as the original has it; an error without an id where headers name 2026-07-28 (reference: mcp §1.2.4). */
function unread(x: Exchange, why: string, code: number): Received {
  const reply = namesModern(x)
    ? refuseModern(x, undefined, { status: 400, code, message: why })
    : refuse(x, 400, `fail to deserialize request body: ${why}`)
  return { kind: 'unfit', reply }
}

/** The id of a message that could not be read further: it was checked before its params were. */
function idIn(text: string): RawJson | undefined {
  const span = members(text).get('id')
  const id = span && cut(text, span)
  return id === 'null' ? undefined : id
}

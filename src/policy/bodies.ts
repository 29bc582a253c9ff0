// Bodies for expressions: taken in right before the first policy whose expressions look at them, and for nobody else. No YAML key.
import type { Attribute } from '../cel/program.ts'
import type { Exchange, Reply } from '../core/exchange.ts'
import { flowing, lookAtBody, lookAtStream } from '../http/body.ts'
import { contextOf } from './context.ts'
import type { Policy } from './policy.ts'

interface Bounds {
  /** Bytes that are taken in. */
  readonly size: number
  /** Bytes a second that a request body must bring. */
  readonly rate: number
}

/**
 * Doors that make the bodies available which `attributes` name; `undefined`: none is read. They stand directly in front of the
 * policy, not at the entrance: who is refused before it has no memory of ours (reference: cel §6.4).
 */
export function bodyDoors(attributes: ReadonlySet<Attribute>, bounds: Bounds): Policy | undefined {
  const ofRequest = attributes.has('request.body') || attributes.has('request.bodyPrefix')
  const ofReply = attributes.has('response.body') || attributes.has('response.bodyPrefix')
  if (!ofRequest && !ofReply) return undefined
  return {
    ...(ofRequest && { onRequest: (x: Exchange) => request(x, bounds) }),
    ...(ofReply && { onReply: (answer: Reply, x: Exchange) => reply(answer, x, bounds) }),
  }
}

function request(x: Exchange, { size, rate }: Bounds): Promise<undefined> | undefined {
  if (x.body !== undefined && x.body.length <= size) return undefined
  return lookAtBody(x, size, rate).then(nothing)
}

const nothing = (): undefined => undefined

function reply(answer: Reply, x: Exchange, { size }: Bounds): Reply | Promise<Reply> {
  // A reply to HEAD has the length of a body that never comes; events have no end that one could wait for.
  if (answer.kind !== 'stream' || x.request.method === 'HEAD' || isEvents(answer)) return answer
  return taken(answer, x, size)
}

const isEvents = ({ headers }: Reply): boolean => String(headers['content-type'] ?? '').startsWith('text/event-stream')

async function taken(answer: Extract<Reply, { kind: 'stream' }>, x: Exchange, size: number): Promise<Reply> {
  const { whole, bytes } = await lookAtStream(answer.body, size)
  if (whole) return { kind: 'bytes', status: answer.status, headers: answer.headers, body: bytes }
  contextOf(x).replyPrefix = bytes
  return { ...answer, body: flowing(answer.body) }
}

// The body of a POST as messages: bounded, decoded, parsed once.
import { isUtf8 } from 'node:buffer'
import type { RawJson } from '../../core/brand.ts'
import type { Exchange, Reply } from '../../core/exchange.ts'
import { asFailure } from '../../core/failure.ts'
import { readBody } from '../../http/body.ts'
import { cut, elements, members } from '../json.ts'
import { codes, type Message, parseJson, readMessage, WireError } from '../wire.ts'
import { refuse, refuseCall } from './replies.ts'
import type { Sessions } from './sessions.ts'

/** A message, a batch of them, or a reply for a body that is neither. */
export type Received =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'batch'; readonly messages: readonly Message[] }
  | { readonly kind: 'unfit'; readonly reply: Reply }

type Bounds = Pick<Sessions, 'limits' | 'metrics'>

/** Reads a body as messages; what is no message is answered as the original does. */
export async function receive(x: Exchange, { limits, metrics }: Bounds): Promise<Received> {
  const body = await bounded(x, { limits, metrics })
  if (!isUtf8(body)) return unread(x, 'not UTF-8')
  const text = body.toString()
  let at: string = text
  try {
    const value = parseJson(text, limits.jsonDepth)
    if (!Array.isArray(value)) return { kind: 'message', message: readMessage(text, value) }
    if (value.length === 0) return unread(x, 'an empty batch')
    if (value.length > limits.batch) {
      metrics.limitHit('batch')
      return unread(x, `a batch of more than ${limits.batch} messages`)
    }
    const messages = elements(text).map((span, i) => readMessage((at = cut(text, span)), value[i]))
    return { kind: 'batch', messages }
  } catch (thrown) {
    if (!(thrown instanceof WireError)) throw thrown
    if (thrown.code !== codes.invalidParams) return unread(x, thrown.message)
    const reply = refuseCall(x, idIn(at), thrown.code, { message: `invalid request parameters: ${thrown.message}` })
    return { kind: 'unfit', reply }
  }
}

async function bounded(x: Exchange, { limits, metrics }: Bounds): Promise<Buffer> {
  try {
    return await readBody(x, limits.mcpBody, limits.bodyRate)
  } catch (thrown) {
    // Counted here, answered where all failures are.
    if (asFailure(thrown).code === 'request.too-large') metrics.limitHit('mcpBody')
    throw thrown
  }
}

const unread = (x: Exchange, why: string): Received => ({
  kind: 'unfit',
  reply: refuse(x, 400, `fail to deserialize request body: ${why}`),
})

/** The id of a message that could not be read further: it was checked before its params were. */
function idIn(text: string): RawJson | undefined {
  const span = members(text).get('id')
  const id = span && cut(text, span)
  return id === 'null' ? undefined : id
}

// YAML `buffer`: bodies taken in whole before they are sent on, with a bound.
import type { Readable } from 'node:stream'
import { z } from 'zod'
import type { Reply } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import { bodyWithin, flowing, takeWithin } from '../http/body.ts'
import type { Policy, Site } from './policy.ts'

/** The original's `frontendPolicies.http.maxBufferSize` (reference: agentgateway §1.7). */
const USUAL_BYTES = 2 * 1024 * 1024

const side = () =>
  z.strictObject({
    maxBytes: z.int().nonnegative().nullish(),
    failureMode: z.enum(['failClosed', 'failOpen']).default('failClosed'),
  })

const schema = z.strictObject({ request: side().nullish(), response: side().nullish() })

/**
 * Above `maxBytes`, `failClosed` answers 413 (request) or 502 (response) without a body, `failOpen` lets the message flow
 * (reference: agentgateway §1.6.1, §11).
 */
export const buffer = define({
  key: 'buffer',
  schema,
  compile({ request, response }, _site: Site): Policy {
    return {
      ...(request !== undefined && request !== null && { onRequest: wholeRequest(request) }),
      ...(response !== undefined && response !== null && { onReply: wholeReply(response) }),
    }
  },
})

type Side = z.output<ReturnType<typeof side>>

function wholeRequest({ maxBytes, failureMode }: Side): NonNullable<Policy['onRequest']> {
  return async (x) => {
    const body = await bodyWithin(x, maxBytes ?? USUAL_BYTES)
    return body === undefined && failureMode === 'failClosed' ? { kind: 'empty', status: 413, headers: {} } : undefined
  }
}

function wholeReply({ maxBytes, failureMode }: Side): NonNullable<Policy['onReply']> {
  const limit = maxBytes ?? USUAL_BYTES
  return (reply, x) => {
    // A reply to HEAD has the length of a body that never comes.
    if (reply.kind !== 'stream' || x.request.method === 'HEAD') return reply
    return whole(reply, limit, failureMode)
  }
}

type Streaming = Extract<Reply, { kind: 'stream' }> & { readonly body: Readable }

async function whole(reply: Streaming, limit: number, failureMode: Side['failureMode']): Promise<Reply> {
  const body = await takeWithin(reply.body, limit)
  if (body !== undefined) return { kind: 'bytes', status: reply.status, headers: reply.headers, body }
  if (failureMode === 'failOpen') return { ...reply, body: flowing(reply.body) }
  reply.body.destroy()
  return { kind: 'empty', status: 502, headers: {} }
}

// YAML `directResponse`: a fixed answer instead of a backend's.
import { z } from 'zod'
import type { Reply } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import { celLater } from './later.ts'
import type { Policy, Site } from './policy.ts'

const schema = z.strictObject({
  status: z.int().min(200).max(999),
  body: z.union([z.string(), z.array(z.int().min(0).max(255))]).nullish(),
  bodyExpression: celLater(),
  headers: celLater(),
  conditional: celLater(),
})

/** `{status, body}`: exactly these, no content type is made up (reference: agentgateway §1.6.1, §7.9). */
export const directResponse = define({
  key: 'directResponse',
  schema,
  compile({ status, body }, _site: Site): Policy {
    // A status that has no content (RFC 9110 §6.4.1) is sent without the configured one.
    const bare = body === undefined || body === null || body.length === 0 || status === 204 || status === 304
    const reply: Reply = bare
      ? { kind: 'empty', status, headers: {} }
      : { kind: 'bytes', status, headers: {}, body: typeof body === 'string' ? Buffer.from(body) : Buffer.from(body) }
    return { onRequest: () => reply }
  },
})

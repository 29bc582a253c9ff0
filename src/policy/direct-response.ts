// YAML `directResponse`: an answer instead of a backend's.
import type { OutgoingHttpHeaders } from 'node:http'
import { z } from 'zod'
import type { Exchange, Reply } from '../core/exchange.ts'
import { conditional } from './conditional.ts'
import { contextOf } from './context.ts'
import { bodyFrom, headerFrom } from './evaluated.ts'
import { checkedName } from './fields.ts'
import type { Expression, Policy, Site } from './policy.ts'

const schema = z.strictObject({
  status: z.int().min(200).max(999),
  body: z.union([z.string(), z.array(z.int().min(0).max(255))]).nullish(),
  bodyExpression: z.string().nullish(),
  headers: z.record(z.string(), z.string()).nullish(),
})

type Config = z.output<typeof schema>

/**
 * `{status, body | bodyExpression, headers}`: exactly these, no content type is made up; one body, or several with conditions
 * (reference: agentgateway §1.6.1, §7.9). Headers are expressions; one that fails is left out.
 */
export const directResponse = conditional({
  key: 'directResponse',
  schema,
  compile(config: Config, site: Site): Policy {
    const { status, body, bodyExpression } = config
    if (body && bodyExpression) site.problem(['bodyExpression'], 'goes with `body` only one at a time')
    const headers = headersOf(config, site)
    const computed = bodyExpression ? site.cel(['bodyExpression'], bodyExpression, { phase: 'request' }) : undefined
    // A status that has no content (RFC 9110 §6.4.1) is sent without the configured one.
    const bare = status === 204 || status === 304
    if (bare || (computed === undefined && headers.length === 0)) {
      const reply = fixed(status, bare ? undefined : body)
      return { onRequest: () => reply }
    }
    return { onRequest: (x) => ({ ...answer(x, { status, body, computed }), headers: evaluated(headers, x) }) }
  },
})

type Body = Config['body']

function fixed(status: number, body: Body): Reply {
  if (body === undefined || body === null || body.length === 0) return { kind: 'empty', status, headers: {} }
  return { kind: 'bytes', status, headers: {}, body: typeof body === 'string' ? Buffer.from(body) : Buffer.from(body) }
}

interface Answer {
  readonly status: number
  readonly body: Body
  readonly computed: Expression | undefined
}

function answer(x: Exchange, { status, body, computed }: Answer): Reply {
  if (computed === undefined) return fixed(status, body)
  return { kind: 'bytes', status, headers: {}, body: bodyFrom(computed, contextOf(x), 'directResponse.bodyExpression') }
}

type Headers = readonly (readonly [name: string, value: Expression])[]

function headersOf({ headers }: Config, site: Site): Headers {
  return Object.entries(headers ?? {}).flatMap(([name, source]) => {
    const value = checkedName(name, site, ['headers', name])
      ? site.cel(['headers', name], source, { phase: 'request' })
      : undefined
    return value === undefined ? [] : [[name.toLowerCase(), value] as const]
  })
}

function evaluated(headers: Headers, x: Exchange): OutgoingHttpHeaders {
  const made: OutgoingHttpHeaders = {}
  for (const [name, expression] of headers) {
    const value = headerFrom(expression, contextOf(x))
    if (value !== undefined) made[name] = value
  }
  return made
}

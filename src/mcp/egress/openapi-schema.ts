// How a target of kind `openapi` is written: the original's keys, and what we offer besides. Shape only.
import { z } from 'zod'
import { durationOrMs } from '../../config/duration.ts'
import { note } from '../../config/schema/note.ts'
import { scalar } from '../../config/schema/scalar.ts'
import { size } from '../../config/size.ts'
import { type FileOrInline, fileInlineOrRemote } from '../../config/value.ts'
import { limits as bounds, type Limits } from '../../openapi/limits.ts'
import { isFields } from '../../openapi/value.ts'
import { hostSchema } from './place.ts'

const parameter = z.strictObject({
  fixed: z.unknown().optional(),
  default: z.unknown().optional(),
  hidden: z.boolean().optional(),
  description: z.string().optional(),
})

/** More are a file, not an answer: who wants them all asks again. */
const pageCount = z.int().min(1).max(100)

const row = z
  .strictObject({
    match: z.strictObject({
      operationId: z.string().optional(),
      path: z.string().optional(),
      method: z.string().optional(),
      tag: z.string().optional(),
      deprecated: z.boolean().optional(),
    }),
    include: z.literal(true).optional(),
    exclude: z.literal(true).optional(),
    name: z.string().min(1).optional(),
    description: z.string().optional(),
    confirm: z.boolean().optional(),
    pages: pageCount.optional(),
    parameters: z.record(z.string(), parameter).optional(),
  })
  .refine((it) => it.include === undefined || it.exclude === undefined, {
    error: 'can be included or excluded, not both',
  })

/** A secret, or one of the ways to get one (`backendAuth`). */
export type Slot = { readonly secret: FileOrInline } | { readonly proof: object }

const slot = (): z.ZodType<Slot> =>
  scalar<Slot>({
    read: (value) => {
      if (typeof value === 'string') return value === '' ? undefined : { secret: { inline: value } }
      if (!isFields(value)) return undefined
      const { file, ...others } = value
      return typeof file === 'string' && Object.keys(others).length === 0 ? { secret: { file } } : { proof: value }
    },
    complaint: 'must be a secret, `file:` with a file name, or one of the ways of `backendAuth`',
    json: { anyOf: [{ type: 'string' }, { type: 'object' }] },
  })

/** Names of bounds as under `config.limits`: what ends in `Ms` is a duration, in `Bytes` a size. */
function boundsSchema(): z.ZodType<Partial<Limits> & { readonly refreshMs?: number }> {
  const shape: { [name: string]: z.ZodType<number | undefined> } = { refreshMs: durationOrMs().optional() }
  for (const name of Object.keys(bounds)) {
    const one = name.endsWith('Ms') ? durationOrMs() : name.endsWith('Bytes') ? size() : z.int().positive()
    shape[name] = one.optional()
  }
  return note(z.strictObject(shape), { noun: 'the limits of a document' })
}

const origins = z.array(
  z
    .string()
    .refine((text) => /^https?:\/\/[^/?#\s]+$/i.test(text), { error: 'must be an origin such as https://host' }),
)
const hosts = z.array(
  z
    .string()
    .regex(/^[^\s/:@?#]+(?::\d{1,5})?$|^\[[0-9a-f:]+\](?::\d{1,5})?$/i, { error: 'must be a host, or `host:port`' }),
)

/** YAML `openapi: {schema, host, …}` (reference: agentgateway §3.1, openapi §9 to §12). */
export const openapiSchema = z
  .strictObject({
    ...hostSchema().shape,
    schema: fileInlineOrRemote(),
    arguments: z.enum(['grouped', 'flat']).optional(),
    descriptions: z.enum(['compatible', 'full']).optional(),
    results: z.enum(['compatible', 'plain']).optional(),
    outputSchema: z.enum(['loose', 'strict', 'off']).optional(),
    deprecated: z.enum(['show', 'hide']).optional(),
    compatibility: z.enum(['agentgateway']).optional(),
    inline: z.boolean().optional(),
    tools: z.array(row).optional(),
    server: z
      .strictObject({
        index: z.int().nonnegative().optional(),
        description: z.string().optional(),
        url: z.string().optional(),
        variables: z.record(z.string(), z.string()).optional(),
      })
      .optional(),
    servers: z.strictObject({ allow: hosts }).optional(),
    refs: z.strictObject({ allow: origins }).optional(),
    credentials: z.record(z.string(), slot()).optional(),
    maxEvents: z.int().positive().optional(),
    pages: pageCount.optional(),
    limits: boundsSchema().optional(),
  })
  .superRefine((it, context) => {
    const wrong = (message: string): void => {
      context.addIssue({ code: 'custom', message })
    }
    const { host, port, backend } = it
    const path = it.path ?? undefined
    if (backend !== undefined && (host !== undefined || port !== undefined))
      wrong('`backend` already says where: remove `host` and `port`')
    else if (backend === undefined && host === undefined && (port !== undefined || path !== undefined))
      wrong('`port` and `path` belong to a `host`')
    else if (backend === undefined && (port === undefined) !== (path === undefined))
      wrong('`port` and `path` come together, or both are part of `host`')
  })

export type OpenapiConfig = z.output<typeof openapiSchema>

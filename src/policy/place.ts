// Where a request goes instead: the `authority` and `path` of `urlRewrite` and `requestRedirect`, and how they change a request.
import { z } from 'zod'
import { scalar } from '../config/schema/scalar.ts'
import type { Exchange } from '../core/exchange.ts'

const HOST = String.raw`(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])`
const host = new RegExp(`^${HOST}$`)
const authority = new RegExp(`^${HOST}(?::\\d{1,5})?$`)

export type Authority =
  | { readonly kind: 'full' | 'host'; readonly value: string }
  | { readonly kind: 'port'; readonly value: number }
  | { readonly kind: 'auto' | 'none' }

export type PathChange = { readonly kind: 'full' | 'prefix'; readonly value: string }

const one = <T extends z.ZodType>(key: string, value: T) => z.strictObject({ [key]: value })

/** `{full}`, `{host}`, `{port}`, `auto` or `none`. */
export const authoritySchema = () =>
  scalar<Authority>({
    read: (value) => {
      if (value === 'auto' || value === 'none') return { kind: value }
      const full = one('full', z.string().regex(authority)).safeParse(value)
      if (full.success) return { kind: 'full', value: full.data['full'] ?? '' }
      const name = one('host', z.string().regex(host)).safeParse(value)
      if (name.success) return { kind: 'host', value: name.data['host'] ?? '' }
      const port = one('port', z.int().min(1).max(65_535)).safeParse(value)
      return port.success ? { kind: 'port', value: port.data['port'] ?? 0 } : undefined
    },
    complaint: 'must be `auto`, `none`, or one of `full:` (a host with its port), `host:` and `port:`',
    json: {
      anyOf: [
        { enum: ['auto', 'none'] },
        ...['full', 'host'].map((key) => ({
          type: 'object',
          properties: { [key]: { type: 'string' } },
          required: [key],
          additionalProperties: false,
        })),
        {
          type: 'object',
          properties: { port: { type: 'integer', minimum: 1, maximum: 65_535 } },
          required: ['port'],
          additionalProperties: false,
        },
      ],
    },
  })

const pathText = () =>
  z.string().regex(/^[\x21\x22\x24-\x3e\x40-\x7e]*$/, 'must be a path: no query, no fragment, nothing unescaped')

/** `{full}` or `{prefix}`; an empty prefix takes the matched one away. */
export const pathSchema = () =>
  z
    .strictObject({ full: pathText().optional(), prefix: pathText().optional() })
    .check((context) => {
      const { full, prefix } = context.value
      if ((full === undefined) === (prefix === undefined))
        context.issues.push({ code: 'custom', message: 'needs one of `full` and `prefix`', input: context.value })
    })
    .transform(
      ({ full, prefix }): PathChange =>
        full === undefined
          ? { kind: 'prefix', value: slashed(prefix ?? '', '') }
          : { kind: 'full', value: slashed(full, '/') },
    )

const slashed = (path: string, empty: string): string =>
  path === '' ? empty : path.startsWith('/') ? path : `/${path}`

/**
 * The path after the change (Gateway API, HTTPPathModifier). Segments are replaced whole and slashes never double: `//host/…` as
 * a request target is another server to some. A route that did not match by prefix matched the whole path.
 */
export function changedPath(x: Exchange, { kind, value }: PathChange): string {
  if (kind === 'full') return value
  const prefix = x.matchedPrefix ?? x.path
  const stem = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix
  if (!x.path.startsWith(stem)) return x.path // a policy before this one has already sent it elsewhere
  const rest = x.path.slice(stem.length)
  if (rest === '') return value === '' ? '/' : value
  const made = (value.endsWith('/') ? value.slice(0, -1) : value) + rest
  return made.startsWith('//') ? made.replace(/^\/+/, '/') : made
}

/** Host and port of an authority; the port is empty where none is written. */
export function hostAndPort(text: string): readonly [host: string, port: string] {
  const colon = text.indexOf(':', text.lastIndexOf(']') + 1)
  return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]
}

/** `host:port`, or the host alone. */
export const joined = (name: string, port: string): string => (port === '' ? name : `${name}:${port}`)

// YAML `location`, `authorizationLocation`: where a request carries its credential, and how it is taken off.
import { z } from 'zod'
import { HostObject } from '../cel/value.ts'
import type { Exchange } from '../core/exchange.ts'
import type { Path } from '../core/module.ts'
import { contextOf } from './context.ts'
import type { Site } from './policy.ts'

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

const name = () => z.strictObject({ name: z.string().min(1) })

/** Exactly one of the four (reference: agentgateway §7.1). */
export const locationSchema = () =>
  z
    .strictObject({
      header: z.strictObject({ name: z.string().regex(token), prefix: z.string().nullish() }).optional(),
      queryParameter: name().optional(),
      cookie: z.strictObject({ name: z.string().regex(token) }).optional(),
      expression: z.string().optional(),
    })
    .check(({ value, issues }) => {
      if (Object.values(value).filter((one) => one !== undefined).length !== 1)
        issues.push({
          code: 'custom',
          message: 'needs exactly one of `header`, `queryParameter`, `cookie` and `expression`',
          input: value,
        })
    })

type Config = z.output<ReturnType<typeof locationSchema>>

/** More than one credential: whoever behind us took another one than we have checked would be fooled (reference: security §3.1, row 7). */
export const several = Symbol('several')

export interface Location {
  /** The credential without its prefix; `undefined`: there is none. */
  read(x: Exchange): string | undefined | typeof several
  /** Takes it off the request, once it has been used. */
  remove(x: Exchange): void
  /** It is where proxies look for theirs: refusals are 407 instead of 401. */
  readonly forProxies?: true
}

/** The configured place, else `Authorization` with the scheme. */
export function locationFor(config: Config | null | undefined, scheme: string, site: Site, at: Path): Location {
  if (config === null || config === undefined) return header('authorization', `${scheme} `)
  if (config.header !== undefined) return header(config.header.name.toLowerCase(), config.header.prefix ?? '')
  if (config.queryParameter !== undefined) return queryParameter(config.queryParameter.name)
  if (config.cookie !== undefined) return cookie(config.cookie.name)
  return expression(config.expression ?? '', site, [...at, 'expression'])
}

function header(field: string, prefix: string): Location {
  // Schemes are compared without case (RFC 9110 §11.1).
  const start = prefix.toLowerCase()
  return {
    read({ headers, request: { rawHeaders } }) {
      const value = headers[field]
      if (value === undefined) return undefined
      if (typeof value !== 'string') return several
      // What node makes of a field that came twice depends on its name: it may have dropped one without a word.
      let count = 0
      for (let i = 0; i < rawHeaders.length; i += 2) {
        const raw = rawHeaders[i] ?? ''
        if (raw.length === field.length && raw.toLowerCase() === field) count++
      }
      if (count > 1) return several
      if (!value.startsWith(prefix) && value.slice(0, start.length).toLowerCase() !== start) return undefined
      const credential = value.slice(start.length).trim()
      return credential === '' ? undefined : credential
    },
    remove({ headers }) {
      headers[field] = undefined
    },
    ...(field === 'proxy-authorization' && { forProxies: true }),
  }
}

function queryParameter(parameter: string): Location {
  return {
    read({ query }) {
      let found: string | undefined
      for (const pair of pairs(query)) {
        if (nameOf(pair) !== parameter) continue
        if (found !== undefined) return several
        found = valueOf(pair)
      }
      return found === '' ? undefined : found
    },
    remove(x) {
      keepOf(
        x,
        pairs(x.query).filter((pair) => nameOf(pair) !== parameter),
      )
    },
  }
}

function keepOf(x: Exchange, left: readonly string[]): void {
  x.query = left.length === 0 ? '' : `?${left.join('&')}`
  // The access log prints what came in, and does not know what is gone for a secret.
  x.request.url = x.path + x.query
}

const pairs = (query: string): readonly string[] => (query.length < 2 ? [] : query.slice(1).split('&'))

const nameOf = (pair: string): string => decoded(pair.includes('=') ? pair.slice(0, pair.indexOf('=')) : pair)

const valueOf = (pair: string): string => (pair.includes('=') ? decoded(pair.slice(pair.indexOf('=') + 1)) : '')

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function cookie(wanted: string): Location {
  const start = `${wanted}=`
  return {
    read({ headers }) {
      let found: string | undefined
      for (const pair of crumbs(headers.cookie)) {
        if (!pair.startsWith(start)) continue
        if (found !== undefined) return several // a neighbour's cookie of the same name, put there to be taken for ours
        found = pair.slice(start.length).replace(/^"(.*)"$/, '$1')
      }
      return found === '' ? undefined : found
    },
    remove({ headers }) {
      const left = crumbs(headers.cookie).filter((pair) => !pair.startsWith(start))
      headers.cookie = left.length === 0 ? undefined : left.join('; ')
    },
  }
}

const crumbs = (value: string | undefined): readonly string[] =>
  value === undefined ? [] : value.split(';').map((pair) => pair.trim())

/** Shorter texts occur by chance in what has nothing to do with them. */
const SECRET_LENGTH = 16

/** What an expression has made of a request tells nobody where it was: whatever holds it is taken off. */
function expression(source: string, site: Site, at: Path): Location {
  const program = site.cel(at, source, { phase: 'request' })
  const read = (x: Exchange): string | undefined => {
    const value = program?.evaluate(contextOf(x))
    const credential = value instanceof HostObject ? value.plain() : value
    // What goes wrong, such as a header that is not there, is no credential.
    return typeof credential === 'string' && credential !== '' ? credential : undefined
  }
  return {
    read,
    remove(x) {
      const credential = read(x)
      if (credential === undefined || credential.length < SECRET_LENGTH) return
      const { headers } = x
      const others = (parts: readonly string[]): readonly string[] => parts.filter((part) => !part.includes(credential))
      headers.cookie = others(crumbs(headers.cookie)).join('; ') || undefined
      for (const name in headers) if (headers[name]?.includes(credential) === true) headers[name] = undefined
      if (x.query.includes(credential)) keepOf(x, others(pairs(x.query)))
    },
  }
}

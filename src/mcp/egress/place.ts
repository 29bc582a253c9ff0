// Where an HTTP target is: the three ways of writing it, brought to one pool and one path.
import type { Dispatcher } from 'undici'
import { z } from 'zod'
import { credentialed } from '../../http/outbound.ts'
import type { TlsOptions } from '../../http/pools.ts'
import type { Peer } from '../conversation.ts'
import { withFields } from './headers.ts'
import type { TargetSite } from './site.ts'

/** Address of one HTTP target. */
export interface Place {
  readonly origin: string
  /** Path with its query, as requests name it. */
  readonly path: string
  /** For logs: neither credentials nor query, since keys are often written there. */
  readonly endpoint: string
  readonly pool: Dispatcher
  readonly tls?: TlsOptions | undefined
}

export type HostConfig = {
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly path?: string | null | undefined
  readonly backend?: string | undefined
}

/** `{host}`, `{host, port, path}` or `{backend, path}` (reference: agentgateway §3.1, host forms). */
export const hostSchema = () =>
  z
    .strictObject({
      host: z.string().min(1).optional(),
      port: z.int().min(1).max(65_535).optional(),
      path: z.string().nullish(),
      backend: z.string().min(1).optional(),
    })
    .superRefine((it, context) => {
      const wrong = (message: string): void => {
        context.addIssue({ code: 'custom', message })
      }
      if (it.host === undefined && it.backend === undefined) wrong('needs `host` or `backend`')
      else if (it.backend !== undefined && (it.host !== undefined || it.port !== undefined))
        wrong('`backend` already says where: remove `host` and `port`')
      else if (it.backend === undefined && (it.port === undefined) !== (it.path === undefined || it.path === null))
        wrong('`port` and `path` come together, or both are part of `host`')
    })

/** The pool of one conversation, with the target's credentials on everything in it. */
export function poolOf({ pool, origin }: Place, { credentials }: TargetSite, peer: Peer): Dispatcher {
  if (credentials === undefined) return pool
  return credentialed(pool, {
    origin,
    apply: (request, who) => credentials.apply(request, who),
    who: () => peer.who,
  })
}

/** Finds the place, or reports why there is none. `rootPath` stands in when the address has no path. */
export function findPlace(config: HostConfig, site: TargetSite, rootPath: string): Place | undefined {
  const found = config.backend === undefined ? byHost(config, site, rootPath) : byName(config, site, rootPath)
  if (found === undefined) return undefined
  const { url, tls } = found
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    endpoint: url.origin + url.pathname,
    pool: withFields(site.pools.pool(url.origin, tls), site.fields),
    tls,
  }
}

interface Found {
  readonly url: URL
  readonly tls: TlsOptions | undefined
}

function byName(config: HostConfig, site: TargetSite, rootPath: string): Found | undefined {
  const name = config.backend ?? ''
  const named = site.backend(name)
  if (named === undefined) {
    site.problem(['backend'], `there is no backend named \`${name}\``, 'name one of `backends`, or write `host`')
    return undefined
  }
  return { url: new URL(slashed(config.path ?? rootPath), named.origin), tls: named.tls }
}

function byHost(config: HostConfig, site: TargetSite, rootPath: string): Found | undefined {
  const host = config.host ?? ''
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(host)
  const scheme = site.tls === undefined ? 'http' : 'https'
  const wrong = (message: string, hint?: string): undefined => {
    site.problem(['host'], message, hint)
    return undefined
  }
  if (config.port !== undefined && (hasScheme || host.includes('/')))
    return wrong(
      'beside `port`, `host` is a name or an address only',
      'write the whole URL as `host` and remove `port` and `path`',
    )
  const address = config.port === undefined ? host : `${bracketed(host)}:${config.port}${slashed(config.path ?? '')}`
  const url = URL.parse(hasScheme ? address : `${scheme}://${address}`)
  if (url === null || url.hostname === '' || /[\s\\]/.test(address)) return wrong(`\`${host}\` is no address`)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return wrong('only http:// and https:// reach a target')
  if (url.username !== '' || url.password !== '')
    return wrong('credentials do not belong into the address', 'use `backendAuth`')
  url.hash = ''
  if (!hasScheme && config.port === undefined && !address.includes('/')) url.pathname = rootPath
  if (hasScheme && url.protocol === 'http:' && site.tls !== undefined) url.protocol = 'https:'
  return { url, tls: url.protocol === 'https:' ? site.tls : undefined }
}

const slashed = (path: string): string => (path.startsWith('/') ? path : `/${path}`)

/** An IPv6 address as URLs want it. */
const bracketed = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host)

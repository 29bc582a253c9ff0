// `backendAuth` kind `oauthLogin`: every user logs in at the upstream MCP server themselves, once; the gateway keeps what they get there.
import { z } from 'zod'
import type { Who } from '../../core/exchange.ts'
import { Failure } from '../../core/failure.ts'
import { define } from '../../core/module.ts'
import { principalOf } from '../../core/principal.ts'
import { fetchDocument } from '../../http/fetch.ts'
import { type Outbound, setHeader } from '../../http/outbound.ts'
import type { TlsOptions } from '../../http/pools.ts'
import { UpstreamLogin } from '../../oauth/upstream/login.ts'
import type { LoginSettings, LoginTools, UpstreamServer } from '../../oauth/upstream/settings.ts'
import { below, type Site } from '../policy.ts'
import { aws } from './aws.ts'
import { azure } from './azure.ts'
import { gcp } from './gcp.ts'
import { jwtSign } from './jwt-sign.ts'
import { key } from './key.ts'
import { type BoundProof, type KindModule, noCredential, type Proof } from './kind.ts'
import { oauthClientCredentials } from './oauth-client-credentials.ts'
import { printOf } from './token-server.ts'

/** Ways in which the gateway itself can read lists. */
const services: readonly KindModule[] = [key, jwtSign, oauthClientCredentials, aws, azure, gcp]

const address = () =>
  z.string().refine((text) => {
    const url = URL.parse(text)
    return /^https?:$/.test(url?.protocol ?? '') && url?.search === '' && url.hash === '' && !text.endsWith('/')
  }, 'must be an http(s) URL without a query and without a slash at its end')

const schema = z
  .strictObject({
    clientId: z.string().min(1).nullish(),
    clientSecret: z.string().min(1).nullish(),
    issuer: z
      .string()
      .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'must be an http(s) URL')
      .nullish(),
    scopes: z.array(z.string().regex(/^[!#-[\]-~]+$/)).default([]),
    omitResource: z.boolean().default(false),
    assumePkce: z.boolean().default(false),
    connect: address().nullish(),
    catalog: z
      .union([
        z.literal('users'),
        z.strictObject(Object.fromEntries(services.map((kind) => [kind.key, kind.schema.optional()]))),
      ])
      .nullish(),
  })
  .check(({ value, issues }) => {
    const { clientId, clientSecret, catalog } = value
    if ((clientSecret ?? undefined) !== undefined && (clientId ?? undefined) === undefined)
      issues.push({ code: 'custom', message: 'has a `clientSecret` and no `clientId`', input: value })
    if (typeof catalog === 'object' && catalog !== null && Object.keys(catalog).length !== 1)
      issues.push({
        code: 'custom',
        path: ['catalog'],
        message: 'must prove it in one way, such as `key`',
        input: value,
      })
  })

type Config = z.output<typeof schema>

const BOUNDS = { maxBytes: 256 * 1024, timeoutMs: 10_000, maxRedirects: 2 }

/** Brokered login of each user (MCP 2025-11-25, authorization; reference: mcp §7.3, §7.4). Not in agentgateway: ours. */
export const oauthLogin = define({
  key: 'oauthLogin',
  schema,
  compile(config, site: Site): Proof | undefined {
    const print = printOf(config)
    const catalog = catalogOf(config.catalog, site)
    const pages = URL.parse(config.connect ?? '')
    if (pages?.protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(pages.hostname))
      site.warning(['connect'], 'is not https: whoever is on the way can take the links and logins of people')
    const unbound = (): never => {
      throw noCredential('`oauthLogin` is for targets of kind `mcp` and `sse` only')
    }
    return {
      personal: true,
      apply: unbound,
      bind: (server, tls) => bound({ config, print, catalog, server, tls }, site),
    }
  },
})

interface Parts {
  readonly config: Config
  readonly print: string
  readonly catalog: Proof | undefined
  readonly server: UpstreamServer
  readonly tls: TlsOptions | undefined
}

function bound({ config, print, catalog, server, tls }: Parts, site: Site): BoundProof {
  const key = `login ${print} ${server.target} ${server.place} ${printOf(tls ?? {})}`
  const options = {
    upstream: server,
    settings: settingsOf(config),
    tools: loginTools(site, { origin: new URL(server.url).origin, tls }),
  }
  const login = site.keep(key, () => new UpstreamLogin(options))
  const put = (request: Outbound, token: string): void =>
    setHeader(request, 'authorization', `Bearer ${sendable(token)}`)
  return {
    personal: true,
    login,
    connect: config.connect ?? undefined,
    shared: config.catalog === 'users',
    apply(request, who) {
      // The gateway itself, for a list: by its own credential, else as anybody may ask.
      if (who === undefined) return catalog?.apply(request, undefined)
      const token = login.token(principal(who))
      if (typeof token === 'string') return put(request, token)
      return token.then((late) => put(request, late))
    },
    refused(who, refusal) {
      if (who === undefined) return catalog?.refused?.(undefined, refusal) ?? false
      return login.refused(principal(who), refusal)
    },
  }
}

function principal(who: Who): string {
  const known = principalOf(who)
  if (known === undefined)
    throw noCredential('nobody knows who the caller is, so whose account it should be is not known')
  return known
}

function sendable(token: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) throw noCredential('the token has characters that no header may have')
  return token
}

function catalogOf(config: Config['catalog'], site: Site): Proof | undefined {
  if (config === 'users') return undefined
  const body: ReadonlyMap<string, unknown> = new Map(Object.entries(config ?? {}))
  const kind = services.find((each) => body.get(each.key) !== undefined)
  const proof = kind?.compile(body.get(kind.key), below(site, ['catalog', kind.key]))
  if (proof instanceof Promise) throw new TypeError('a kind must compile at once')
  return proof
}

const settingsOf = ({ clientId, clientSecret, issuer, ...others }: Config): LoginSettings => ({
  clientId: clientId ?? undefined,
  clientSecret: clientSecret ?? undefined,
  issuer: issuer ?? undefined,
  scopes: others.scopes,
  omitResource: others.omitResource,
  assumePkce: others.assumePkce,
})

/** The upstream's own origin, and how it is reached. */
interface Own {
  readonly origin: string
  readonly tls: TlsOptions | undefined
}

/** What logins are given. Whatever has been discovered is asked as strangers are (reference: security §1.6, F1). */
export function loginTools({ store, pools, log }: Site, own?: Own): LoginTools {
  return {
    loopback: pools.strangersOnLoopback,
    store: store ?? (() => Promise.reject(new Failure('store.unreachable', 'nothing is kept here'))),
    ask: (url, { method, headers, body, trust }) =>
      fetchDocument(url, {
        pools,
        trust,
        method,
        headers,
        ...BOUNDS,
        ...(body !== undefined && { body }),
        ...(own?.tls !== undefined && URL.parse(url)?.origin === own.origin && { tls: own.tls }),
      }),
    warn: (message, fields) => log.warn(message, fields),
  }
}

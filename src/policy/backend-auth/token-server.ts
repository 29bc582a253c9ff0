// The authorization server that grants tokens for upstreams: where it is, who we are to it, and what it has granted already.
import { hash } from 'node:crypto'
import { z } from 'zod'
import { durationMs } from '../../config/duration.ts'
import { fileOrInline } from '../../config/value.ts'
import { fetchDocument } from '../../http/fetch.ts'
import { TokenCache } from '../../oauth/token-cache.ts'
import { type ClientIdentity, Signer, TokenEndpoint } from '../../oauth/token-endpoint.ts'
import type { Site } from '../policy.ts'
import { serviceFields, serviceOf } from '../service.ts'
import { secretFrom } from './key.ts'

const signingAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384'] as const

/** `alg` of whatever we sign (reference: agentgateway §7.8). */
export const signingAlg = () => z.enum(signingAlgorithms).default('RS256')

const clientId = z.string().min(1)
const clientAuth = z.union([
  z.strictObject({ method: z.literal('clientSecretBasic').optional(), clientId, clientSecret: fileOrInline() }),
  z.strictObject({ method: z.literal('clientSecretPost'), clientId, clientSecret: fileOrInline().nullish() }),
  z.strictObject({
    method: z.literal('privateKeyJwt'),
    clientId,
    signingKey: fileOrInline(),
    alg: signingAlg(),
    kid: z.string().nullish(),
    assertionAudience: z.string().min(1),
    certificate: fileOrInline().nullish(),
    certificateHeader: z.enum(['x5c', 'x5t#S256']).nullish(),
  }),
])

/** An authorization server in the configuration: a service, the path of its token endpoint, our identity. */
export const tokenServerFields = () => ({
  ...serviceFields(),
  path: z.string().startsWith('/').default('/'),
  clientAuth: clientAuth.nullish(),
})

const serverSchema = z.strictObject(tokenServerFields())
type ServerConfig = Pick<z.output<typeof serverSchema>, 'host' | 'backend' | 'policies' | 'path' | 'clientAuth'>
type ClientAuth = z.output<typeof clientAuth>

const BOUNDS = { maxBytes: 256 * 1024, timeoutMs: 10_000, accept: 'application/json' }

/** `undefined`: it cannot be used, and that has been reported. */
export function tokenServer(config: ServerConfig, site: Site): TokenEndpoint | undefined {
  const service = serviceOf(config, site)
  const client = identityOf(config.clientAuth, site)
  if (service === undefined || client === undefined) return undefined
  const { pools } = site
  const tls = service.tls === undefined ? {} : { tls: service.tls }
  return new TokenEndpoint({
    url: service.origin + config.path,
    client,
    ask: async (url, form, headers) => {
      const answer = await fetchDocument(url, {
        pools,
        trust: 'operator', // a POST follows no redirect
        method: 'POST',
        headers: { ...headers },
        body: form,
        ...BOUNDS,
        ...tls,
      })
      return { status: answer.status, contentType: answer.headers['content-type'], body: answer.body }
    },
  })
}

function identityOf(config: ClientAuth | null | undefined, site: Site): ClientIdentity | undefined {
  if (config === null || config === undefined) return { method: 'none' }
  const { clientId: id } = config
  if (config.method === 'privateKeyJwt') {
    const pem = secretFrom(config.signingKey, site)
    const certificate = config.certificate ? secretFrom(config.certificate, site) : undefined
    const header = config.certificateHeader ?? undefined
    if ((certificate === undefined) !== (header === undefined))
      site.problem(['clientAuth'], '`certificate` and `certificateHeader` come together')
    const signer =
      pem === undefined
        ? undefined
        : signerOf(
            {
              pem,
              alg: config.alg,
              kid: config.kid ?? undefined,
              ...(certificate !== undefined && header !== undefined && { certificate: { pem: certificate, header } }),
            },
            site,
          )
    return signer && { method: 'privateKeyJwt', clientId: id, signer, audience: config.assertionAudience }
  }
  const secret = config.clientSecret ? secretFrom(config.clientSecret, site) : undefined
  if (config.method === 'clientSecretPost') return { method: 'clientSecretPost', clientId: id, clientSecret: secret }
  return secret === undefined ? undefined : { method: 'clientSecretBasic', clientId: id, clientSecret: secret }
}

/** A signer; what is wrong with its key is reported without showing it. */
export function signerOf(options: ConstructorParameters<typeof Signer>[0], site: Site): Signer | undefined {
  try {
    return new Signer(options)
  } catch (thrown) {
    site.problem(['signingKey'], `the key ${thrown instanceof TypeError ? thrown.message : 'cannot be used'}`)
    return undefined
  }
}

const USUAL_ENTRIES = 8_192
const USUAL_TTL_MS = 300_000

/** YAML `cache: {maxEntries, defaultTtl}`. */
export const cacheSchema = () =>
  z.strictObject({ maxEntries: z.int().min(0).nullish(), defaultTtl: z.string().nullish() }).nullish()

/** A text that is equal for equal settings, and says nothing of them. */
export const printOf = (config: object): string => hash('sha256', JSON.stringify(config))

/** The cache of one `backendAuth`, which outlives a reload that does not change it. */
export function cacheOf(config: z.output<ReturnType<typeof cacheSchema>>, print: string, site: Site): TokenCache {
  const ttl = config?.defaultTtl
  const defaultTtlMs = ttl === null || ttl === undefined ? USUAL_TTL_MS : durationMs(ttl)
  if (defaultTtlMs === undefined) site.problem(['cache', 'defaultTtl'], 'is no duration', 'write it as `300s` or `5m`')
  const maxEntries = config?.maxEntries ?? USUAL_ENTRIES
  return site.keep(`tokens ${print}`, () => new TokenCache({ maxEntries, defaultTtlMs: defaultTtlMs ?? USUAL_TTL_MS }))
}

// Whose tokens a policy accepts, as the configuration says it: `issuer`, `audiences`, `jwks`, `jwtValidationOptions`.
import { hash } from 'node:crypto'
import { z } from 'zod'
import { duration } from '../config/duration.ts'
import { type FileInlineOrRemote, fileInlineOrRemote } from '../config/value.ts'
import { Failure } from '../core/failure.ts'
import type { Path } from '../core/module.ts'
import { fetchDocument, trustBy } from '../http/fetch.ts'
import { Introspection } from '../oauth/introspection.ts'
import { type Fetch, fixedKeys, type KeySet, RemoteKeys } from '../oauth/jwks.ts'
import { type Issuer, Verifier } from '../oauth/jwt.ts'
import type { Site } from './policy.ts'

/** One of `providers`, and the same keys where only one is written (reference: agentgateway §7.1). */
export const issuerFields = () => ({
  issuer: z.string().min(1),
  audiences: z.array(z.string().min(1)).nullish(),
  jwks: fileInlineOrRemote(),
  jwtValidationOptions: z
    .strictObject({
      requiredClaims: z.array(z.string().min(1)).default(['exp']),
      /** Ours: no token is good for longer, whatever its issuer says. */
      maxLifetime: duration().nullish(),
      /** Ours: kinds of tokens (header `typ`, RFC 9068 §2.1) that are accepted; absent: any, ID tokens for this audience included. */
      types: z
        .array(z.string().regex(/^[\w.+-]+$/))
        .min(1)
        .nullish(),
    })
    .nullish(),
  /** Ours: tokens that are no JWT are shown to their issuer (RFC 7662). */
  introspection: introspectionSchema().nullish(),
})

const introspectionSchema = () =>
  z.strictObject({
    /** Absent: where the issuer's metadata says. */
    endpoint: z.string().nullish(),
    clientId: z.string().min(1),
    clientSecret: z.string().min(1),
    clientAuthentication: z.enum(['basic', 'post']).default('basic'),
    cache: duration().default(30_000),
    /** `all`: of a token that can be read it is asked as well, whether it has been revoked. */
    tokens: z.enum(['opaque', 'all']).default('opaque'),
  })

const schema = z.strictObject(issuerFields())
export type IssuerConfig = z.output<typeof schema> & {
  /** Where the issuer itself says that its keys are: asked when there are none where they usually are. */
  readonly named?: () => Promise<string | undefined>
  /** Where the issuer itself says that it is asked about tokens. */
  readonly asked?: () => Promise<string | undefined>
}

/**
 * A verifier for tokens of these issuers; `at` is where each is written. Routes that ask for the same share it, keys and verified
 * tokens included, over reloads too. `undefined`: the keys of one cannot be used, and that has been reported.
 */
export function verifierFor(
  configs: readonly { readonly config: IssuerConfig; readonly at: Path }[],
  site: Site,
): Verifier | undefined {
  const issuers: Issuer[] = []
  const facts: unknown[] = []
  for (const { config, at } of configs) {
    const found = keysFrom(
      config.jwks,
      site,
      [...at, 'jwks'],
      config.named && { issuer: config.issuer, named: config.named },
    )
    if (found === undefined) continue
    const one = {
      issuer: config.issuer,
      audiences: config.audiences ?? [],
      requiredClaims: config.jwtValidationOptions?.requiredClaims ?? ['exp'],
      ...limitsOf(config),
    }
    issuers.push({ ...one, keys: found.keys })
    facts.push(one, found.origin)
  }
  if (issuers.length < configs.length) return undefined
  const opaque = introspectionOf(configs, issuers, site)
  facts.push(opaque?.facts)
  const key = `verifier ${hash('sha256', JSON.stringify(facts))}`
  return site.keep(key, () => new Verifier(issuers, opaque?.made()))
}

function limitsOf({ jwtValidationOptions }: IssuerConfig): Pick<Issuer, 'maxLifetime' | 'types'> {
  const { maxLifetime, types } = jwtValidationOptions ?? {}
  return {
    ...(typeof maxLifetime === 'number' && { maxLifetime: maxLifetime / 1_000 }),
    // Compared without case, and without `application/` (RFC 7515 §4.1.9).
    ...(types && { types: types.map((type) => type.toLowerCase()) }),
  }
}

/** A token that cannot be read does not say whose it is: it is shown to one issuer, since to any other it would be a gift. */
function introspectionOf(
  configs: readonly { readonly config: IssuerConfig; readonly at: Path }[],
  issuers: readonly Issuer[],
  site: Site,
): { readonly facts: unknown; made(): Introspection } | undefined {
  const asked = configs.flatMap(({ config, at }, index) => {
    const [{ introspection }, issuer] = [config, issuers[index]]
    return introspection && issuer ? [{ config, introspection, issuer, at: [...at, 'introspection'] }] : []
  })
  for (const { at } of asked.slice(1))
    site.problem(at, 'is there for another issuer already: tokens that cannot be read do not say whose they are')
  const [one] = asked
  if (one === undefined) return undefined
  const { config, introspection, issuer, at } = one
  const { endpoint, clientId: id, clientSecret: secret, clientAuthentication: method, cache: cacheMs } = introspection
  const named = endpoint ?? undefined
  if (named === undefined && config.asked === undefined)
    site.problem(at, 'needs `endpoint`: nobody else says where the issuer is asked')
  if (named !== undefined && !/^https?:$/.test(URL.parse(named)?.protocol ?? ''))
    site.problem([...at, 'endpoint'], 'must be an address')
  const { pools, log } = site
  const trust = trustBy([issuer.issuer, ...(named === undefined ? [] : [named])])
  const made = (): Introspection =>
    new Introspection({
      issuer,
      endpoint: async () => {
        const address = named ?? (await config.asked?.())
        if (address === undefined) throw new Failure('upstream.protocol', 'the issuer names no introspection_endpoint')
        return address
      },
      client: { id, secret, method },
      cacheMs,
      all: introspection.tokens === 'all',
      ask: async (url, body, headers) => {
        const bounds = { maxBytes: 256 * 1024, timeoutMs: 5_000, maxRedirects: 0 }
        const answer = await fetchDocument(url, { pools, trust: trust(url), method: 'POST', headers, body, ...bounds })
        return { status: answer.status, contentType: answer.headers['content-type'], body: answer.body }
      },
      warn: (message, fields) => log.warn(message, fields),
    })
  return { facts: introspection, made }
}

/** The keys of a `jwks`, and a text that stands for where they come from. */
export function keysFrom(
  jwks: FileInlineOrRemote,
  site: Site,
  at: Path,
  elsewhere?: Elsewhere,
): { readonly keys: KeySet; readonly origin: string } | undefined {
  if ('url' in jwks) return { keys: remote(jwks.url, site, elsewhere), origin: jwks.url }
  const text = 'inline' in jwks ? jwks.inline : site.read(jwks.file)?.toString('utf8')
  if (text === undefined) return undefined // a file that cannot be read has been reported
  const keys = fixedKeys(text)
  if (typeof keys !== 'string') return { keys, origin: text }
  site.problem(at, `${'inline' in jwks ? 'the text' : `the file ${jwks.file}`} ${keys}`)
  return undefined
}

/** An issuer that may say where its keys are. */
interface Elsewhere {
  readonly issuer: string
  readonly named: () => Promise<string | undefined>
}

function remote(url: string, site: Site, elsewhere: Elsewhere | undefined): RemoteKeys {
  const { pools, log } = site
  // The operator names the address, which may well be private; where it redirects to, it may not.
  const usual: Fetch = (address, bounds) => fetchDocument(address, { pools, trust: 'operator', ...bounds })
  const fetch: Fetch = async (address, bounds) => {
    const found = await usual(address, bounds)
    const named = found.status < 400 || elsewhere === undefined ? undefined : await elsewhere.named()
    if (named === undefined || elsewhere === undefined) return found
    return fetchDocument(named, { pools, trust: trustBy([elsewhere.issuer])(named), ...bounds })
  }
  return site.keep(
    `jwks ${url} ${elsewhere?.issuer ?? ''}`,
    () =>
      new RemoteKeys({
        url,
        fetch,
        warn: (message, fields) => log.warn(message, fields),
      }),
  )
}

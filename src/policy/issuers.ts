// Whose tokens a policy accepts, as the configuration says it: `issuer`, `audiences`, `jwks`, `jwtValidationOptions`.
import { hash } from 'node:crypto'
import { z } from 'zod'
import { type FileInlineOrRemote, fileInlineOrRemote } from '../config/value.ts'
import type { Path } from '../core/module.ts'
import { fetchDocument } from '../http/fetch.ts'
import { fixedKeys, type KeySet, RemoteKeys } from '../oauth/jwks.ts'
import { type Issuer, Verifier } from '../oauth/jwt.ts'
import type { Site } from './policy.ts'

/** One of `providers`, and the same keys where only one is written (reference: agentgateway §7.1). */
export const issuerFields = () => ({
  issuer: z.string().min(1),
  audiences: z.array(z.string().min(1)).nullish(),
  jwks: fileInlineOrRemote(),
  jwtValidationOptions: z.strictObject({ requiredClaims: z.array(z.string().min(1)).default(['exp']) }).nullish(),
})

const schema = z.strictObject(issuerFields())
export type IssuerConfig = z.output<typeof schema> & {
  /** Values of the header `typ` that are accepted; absent: any. */
  readonly types?: readonly string[]
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
    const found = keysFrom(config.jwks, site, [...at, 'jwks'])
    if (found === undefined) continue
    const one = {
      issuer: config.issuer,
      audiences: config.audiences ?? [],
      requiredClaims: config.jwtValidationOptions?.requiredClaims ?? ['exp'],
      ...(config.types !== undefined && { types: config.types }),
    }
    issuers.push({ ...one, keys: found.keys })
    facts.push(one, found.origin)
  }
  if (issuers.length < configs.length) return undefined
  const key = `verifier ${hash('sha256', JSON.stringify(facts))}`
  return site.keep(key, () => new Verifier(issuers))
}

/** The keys of a `jwks`, and a text that stands for where they come from. */
export function keysFrom(
  jwks: FileInlineOrRemote,
  site: Site,
  at: Path,
): { readonly keys: KeySet; readonly origin: string } | undefined {
  if ('url' in jwks) return { keys: remote(jwks.url, site), origin: jwks.url }
  const text = 'inline' in jwks ? jwks.inline : site.read(jwks.file)?.toString('utf8')
  if (text === undefined) return undefined // a file that cannot be read has been reported
  const keys = fixedKeys(text)
  if (typeof keys !== 'string') return { keys, origin: text }
  site.problem(at, `${'inline' in jwks ? 'the text' : `the file ${jwks.file}`} ${keys}`)
  return undefined
}

function remote(url: string, site: Site): RemoteKeys {
  const { pools, log } = site
  return site.keep(
    `jwks ${url}`,
    () =>
      new RemoteKeys({
        url,
        // The operator names the address, which may well be private; where it redirects to, it may not.
        fetch: (address, bounds) => fetchDocument(address, { pools, trust: 'operator', ...bounds }),
        warn: (message, fields) => log.warn(message, fields),
      }),
  )
}

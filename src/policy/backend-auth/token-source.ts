// Which token of the caller is given to an authorization server in exchange for one of the upstream's.
import { z } from 'zod'
import { Exchange, type Who } from '../../core/exchange.ts'
import type { Path } from '../../core/module.ts'
import { type Location, locationFor, locationSchema, several } from '../authorization-location.ts'
import type { Site } from '../policy.ts'

export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
export const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token'

/** YAML `{source, tokenType}`. */
export const tokenSpec = (usualType: string) =>
  z.strictObject({ source: locationSchema().nullish(), tokenType: z.string().min(1).default(usualType) })

type Spec = z.output<ReturnType<typeof tokenSpec>>

export interface TokenSource {
  readonly tokenType: string
  /** `undefined`: the caller has none. */
  read(who: Who | undefined): string | undefined
}

/**
 * Without a `source` it is the token that a policy has verified, which is no longer on the request, else the one in
 * `Authorization`. A configured source is read from the request, where there is one.
 */
export function tokenSource(spec: Spec, site: Site, at: Path): TokenSource {
  const { source, tokenType } = spec
  const location = locationFor(source, 'Bearer', site, [...at, 'source'])
  const verified = source === null || source === undefined || isBearer(source)
  return {
    tokenType,
    read: (who) => (verified ? who?.jwt?.raw : undefined) ?? found(location, who),
  }
}

const isBearer = ({ header }: NonNullable<Spec['source']>): boolean => header?.name.toLowerCase() === 'authorization'

function found(location: Location, who: Who | undefined): string | undefined {
  const token = who instanceof Exchange ? location.read(who) : undefined
  return token === several ? undefined : token
}

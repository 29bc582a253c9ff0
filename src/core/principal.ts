// Who a caller is, as one text: what sessions, catalogues and logins at upstreams are kept under.
import type { Who } from './exchange.ts'

/** Equal for all tokens of one subject, different for equal subjects of two issuers. `undefined`: nobody has said who it is. */
export function principalOf({ identity }: Pick<Who, 'identity'>): string | undefined {
  if (identity === undefined) return undefined
  const { via, subject, claims } = identity
  const issuer = claims['iss']
  return typeof issuer === 'string' ? `${via} ${issuer} ${subject}` : `${via} ${subject}`
}

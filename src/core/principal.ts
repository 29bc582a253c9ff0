// Who a caller is, as one text: what sessions, catalogues and logins at upstreams are kept under.
import type { Who } from './exchange.ts'

/** Equal for all tokens of one subject, different for equal subjects of two issuers. `undefined`: nobody has said who it is. */
export function principalOf({ identity }: Pick<Who, 'identity'>): string | undefined {
  if (identity === undefined) return undefined
  const { via, subject, claims } = identity
  const issuer = claims['iss']
  return typeof issuer === 'string' ? `${via} ${unspaced(issuer)} ${unspaced(subject)}` : `${via} ${unspaced(subject)}`
}

/** Subjects are whatever their issuer lets people choose: a space in one must not look like the end of an issuer. */
const unspaced = (text: string): string =>
  text.includes(' ') || text.includes('%') ? text.replaceAll('%', '%25').replaceAll(' ', '%20') : text

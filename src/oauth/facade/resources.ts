// Which resource a request means (RFC 8707): one of ours, in whatever spelling, or the only one there is.
import type { FacadeSettings } from './settings.ts'

/** The resource as it will stand in `aud`; `undefined` when somebody else's is meant, or more than one. */
export function resourceIn(
  asked: readonly string[],
  { resource, aliases }: Pick<FacadeSettings, 'resource' | 'aliases'>,
): string | undefined {
  const [one, ...more] = asked
  if (one === undefined) return resource
  if (more.length > 0) return undefined
  if (aliases.includes(one)) return one
  return canonical(one) === canonical(resource) ? resource : undefined
}

/** Scheme and host in lower case, no default port, no trailing slash; `undefined` with a fragment (RFC 8707 §2) or user information. */
function canonical(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || text.includes('#') || url.username !== '' || url.password !== '') return undefined
  return url.href.replace(/\/$/, '')
}

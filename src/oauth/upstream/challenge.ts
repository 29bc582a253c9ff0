// What an upstream says when it refuses (`WWW-Authenticate: Bearer …`), read with care: every word of it is a stranger's.
import { scopesIn } from '../facade/form.ts'

export interface Asked {
  readonly resourceMetadata: string | undefined
  /** `undefined`: nothing is said about scopes. */
  readonly scopes: readonly string[] | undefined
  readonly error: string | undefined
}

const LONGEST = 8_192

/**
 * The parameters of the Bearer challenge (RFC 6750 §3, RFC 9728 §5.1, RFC 9110 §11.2); `undefined` when there is none. `*` is no
 * scope that anybody has need of.
 */
export function challengeIn(header: string | readonly string[] | undefined): Asked | undefined {
  const text = typeof header === 'string' ? header : (header ?? []).join(', ')
  if (text.length > LONGEST) return undefined
  const start = /(?:^|,)[ \t]*Bearer(?=[ \t,]|$)/i.exec(text)
  if (start === null) return undefined
  const found = new Map<string, string>()
  const parameter = /[ \t,]*([\w-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/y
  parameter.lastIndex = start.index + start[0].length
  for (let match = parameter.exec(text); match !== null; match = parameter.exec(text)) {
    const [, name = '', quoted, plain = ''] = match
    const key = name.toLowerCase()
    if (!found.has(key)) found.set(key, quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1'))
  }
  const scopes = found.has('scope') ? scopesIn(found.get('scope')) : undefined
  return {
    resourceMetadata: found.get('resource_metadata'),
    scopes: scopes?.filter((scope) => scope !== '*'),
    error: found.get('error'),
  }
}

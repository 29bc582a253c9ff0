// What a client is, and what it must say of itself to become one: the same for registrations and documents. Pure.
import { knownSchemes, redirectPlace } from './redirect-uri.ts'
import { hashed, isSame } from './secrets.ts'

export interface Client {
  readonly id: string
  readonly name: string
  readonly kind: 'registered' | 'document'
  readonly redirects: readonly string[]
  readonly auth: 'none' | 'client_secret_basic' | 'client_secret_post'
  /** All of its tokens are bound to a key of its own (RFC 9449 §5.2). */
  readonly dpop?: true
  /** Of a secret that we gave out; only its hash is kept. */
  readonly secretHash: string | undefined
}

/** Why a registration is not taken (RFC 7591 §3.2.2). */
export interface Unfit {
  readonly error: 'invalid_redirect_uri' | 'invalid_client_metadata'
  readonly description: string
}

export type Fields = { readonly [name: string]: unknown }

/**
 * What a client says of itself, when it can be one of ours; the same for registrations and documents. Fields that we do not know
 * are left alone: no address in them is ever asked (reference: security §3.2, row 30).
 */
export function describe(
  wish: Fields,
  schemes: readonly string[],
): Pick<Client, 'name' | 'redirects' | 'auth' | 'dpop'> | Unfit {
  const redirects = textsIn(wish['redirect_uris'], 10)
  if (redirects === undefined || redirects.length === 0)
    return unfit('invalid_redirect_uri', 'redirect_uris must be a list of one to ten addresses')
  const allowed = [...knownSchemes, ...schemes]
  const places = redirects.map((uri) => redirectPlace(uri, allowed))
  if (places.includes(undefined))
    return unfit('invalid_redirect_uri', 'a redirect address is not https, http on this machine, or an allowed scheme')
  const type = wish['application_type']
  if (type === 'web' && places.some((place) => place !== 'site'))
    return unfit('invalid_redirect_uri', 'a web application redirects to https')
  const name = wish['client_name'] ?? ''
  if (typeof name !== 'string' || name.length > 100)
    return unfit('invalid_client_metadata', 'client_name must be a text of at most 100 characters')
  for (const [field, needed] of [
    ['grant_types', 'authorization_code'],
    ['response_types', 'code'],
  ] as const) {
    const values = wish[field] === undefined ? [needed] : textsIn(wish[field], 10)
    if (values?.includes(needed) !== true)
      return unfit('invalid_client_metadata', `${field} must be a list with ${needed} in it`)
  }
  const auth = methods.find((method) => method === (wish['token_endpoint_auth_method'] ?? 'client_secret_basic'))
  if (auth === undefined)
    return unfit('invalid_client_metadata', `token_endpoint_auth_method must be one of ${methods.join(', ')}`)
  const bound = wish['dpop_bound_access_tokens'] ?? false
  if (typeof bound !== 'boolean')
    return unfit('invalid_client_metadata', 'dpop_bound_access_tokens must be true or false')
  return { name, redirects, auth, ...(bound && { dpop: true }) }
}

const methods = ['none', 'client_secret_basic', 'client_secret_post'] as const

const unfit = (error: Unfit['error'], description: string): Unfit => ({ error, description })

function textsIn(value: unknown, most: number): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > most) return undefined
  const texts = value.filter((one) => typeof one === 'string')
  return texts.length === value.length ? texts : undefined
}

/** Whether a secret is the client's. */
export const isSecretOf = (client: Client, secret: string): boolean =>
  client.secretHash !== undefined && isSame(client.secretHash, hashed(secret))

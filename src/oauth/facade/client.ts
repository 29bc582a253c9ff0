// What a client is, and what it must say of itself to become one: the same for registrations and documents. Pure.
import { knownSchemes, redirectPlace } from './redirect-uri.ts'
import { hashed, isSame } from './secrets.ts'

export interface Client {
  readonly id: string
  readonly name: string
  readonly kind: 'registered' | 'document'
  readonly redirects: readonly string[]
  readonly auth: 'none' | 'client_secret_basic' | 'client_secret_post'
  /** It may ask for codes that a person enters elsewhere (RFC 8628). */
  readonly device?: true
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

/** Type of the grant of devices (RFC 8628 §3.4). */
export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

export type Fields = { readonly [name: string]: unknown }

/**
 * What a client says of itself, when it can be one of ours; the same for registrations and documents. Fields that we do not know
 * are left alone: no address in them is ever asked (reference: security §3.2, row 30).
 */
export function describe(
  wish: Fields,
  { schemes, devices }: { readonly schemes: readonly string[]; readonly devices: boolean },
): Pick<Client, 'name' | 'redirects' | 'auth' | 'dpop' | 'device'> | Unfit {
  const grants = textsIn(wish['grant_types'] ?? ['authorization_code'], 10)
  const device = devices && grants?.includes(deviceGrant) === true
  // A device without a browser has nowhere to be sent back to.
  const alone = device && grants?.includes('authorization_code') !== true
  const redirects = alone && wish['redirect_uris'] === undefined ? [] : textsIn(wish['redirect_uris'], 10)
  if (redirects === undefined || (redirects.length === 0 && !alone))
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
  if (grants === undefined || !(device || grants.includes('authorization_code')))
    return unfit('invalid_client_metadata', 'grant_types must be a list with authorization_code in it')
  const responses = textsIn(wish['response_types'] ?? ['code'], 10)
  if (responses === undefined || !(alone || responses.includes('code')))
    return unfit('invalid_client_metadata', 'response_types must be a list with code in it')
  const auth = methods.find((method) => method === (wish['token_endpoint_auth_method'] ?? 'client_secret_basic'))
  if (auth === undefined)
    return unfit('invalid_client_metadata', `token_endpoint_auth_method must be one of ${methods.join(', ')}`)
  const bound = wish['dpop_bound_access_tokens'] ?? false
  if (typeof bound !== 'boolean')
    return unfit('invalid_client_metadata', 'dpop_bound_access_tokens must be true or false')
  return { name, redirects, auth, ...(bound && { dpop: true }), ...(device && { device: true }) }
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

// Authorization and token requests on their way through the gateway to a provider that refuses them as clients send them. Pure.
import { entraScope } from './providers/entra.ts'

export interface ProxiedFacts {
  /** Name of the API that tokens are for: what scopes are spelled with. */
  readonly api: string
  /** What is asked for when a client names nothing of the API. */
  readonly scopes: readonly string[]
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
}

/** An error of RFC 6749 §5.2, in our words. */
export interface Unfit {
  readonly error: 'invalid_request' | 'invalid_client_metadata'
  readonly description: string
}

const unfit = (description: string): Unfit => ({ error: 'invalid_request', description })

/**
 * Where the browser goes instead. `resource` (RFC 8707) is left out: Entra refuses one that is not the scope's (AADSTS9010010).
 * Without PKCE nobody is sent there: the token endpoint below adds the secret, and the verifier is what is left to prove who the
 * code was for.
 */
export function authorizeAddress(endpoint: string, query: string, facts: ProxiedFacts): string | Unfit {
  const parameters = single(query)
  if (parameters === undefined) return unfit('a parameter is there more than once')
  if (parameters.get('code_challenge') === null || parameters.get('code_challenge_method') !== 'S256')
    return unfit('a code_challenge with the method S256 is required')
  parameters.set('scope', entraScope(parameters.get('scope') ?? '', facts.api, facts.scopes))
  const url = new URL(endpoint)
  for (const [name, value] of parameters) url.searchParams.set(name, value)
  return url.href
}

/**
 * The form that the provider gets. The secret of the configured client is added when the request is its and shows no other proof
 * of who the client is, and for codes only together with a verifier.
 */
export function tokenForm(body: string, authenticated: boolean, facts: ProxiedFacts): URLSearchParams | Unfit {
  const form = single(body)
  if (form === undefined) return unfit('a parameter is there more than once')
  const scope = form.get('scope')
  if (scope !== null) form.set('scope', entraScope(scope, facts.api, facts.scopes))
  const { clientId, clientSecret } = facts
  const grant = form.get('grant_type')
  const ours = clientId !== undefined && form.get('client_id') === clientId
  const proven = authenticated || form.has('client_secret') || form.has('client_assertion')
  if (!ours || clientSecret === undefined || proven) return form
  if (grant === 'authorization_code' && (form.get('code_verifier') ?? '') === '')
    return unfit('a code_verifier is required')
  if (grant === 'authorization_code' || grant === 'refresh_token') form.set('client_secret', clientSecret)
  return form
}

/** Parameters without `resource`; `undefined` when one is there twice (RFC 6749 §3.1): two readers would take different ones. */
function single(text: string): URLSearchParams | undefined {
  const all = new URLSearchParams(text)
  all.delete('resource')
  const names = [...all.keys()]
  return new Set(names).size === names.length ? all : undefined
}

// The registration endpoint: clients introduce themselves (RFC 7591).
import { type Answer, type Asked, refused, shared, unstored } from './answer.ts'
import { deviceGrant } from './client.ts'
import type { Clients } from './clients.ts'
import { type Limit, ownerOf } from './limits.ts'
import type { Facts } from './settings.ts'

const MAX_BYTES = 16 * 1024

/** POST with JSON. Rate limited by address, bounded in number; a registration nobody uses is gone after a day. */
export async function register(asked: Asked, facts: Facts, clients: Clients, limit: Limit): Promise<Answer> {
  if (!facts.settings.registration.open) return refused(403, 'access_denied', 'registration is closed here')
  if (asked.method !== 'POST') return refused(405, 'invalid_request', 'registration is a POST', { allow: 'POST' })
  if (!/^application\/json\s*(;|$)/i.test(asked.headers['content-type'] ?? ''))
    return refused(400, 'invalid_client_metadata', 'the body must be application/json')
  if (!limit.admits(ownerOf(asked.address)))
    return refused(429, 'too_many_requests', 'too many registrations from this address', { 'retry-after': '3600' })
  const wish = wishIn(await asked.body(MAX_BYTES))
  if (wish === undefined) return refused(400, 'invalid_client_metadata', 'the body must be a JSON object')
  const registered = await clients.register(wish)
  if (registered === undefined)
    return refused(503, 'temporarily_unavailable', 'there are too many registrations', { 'retry-after': '3600' })
  if ('error' in registered) return refused(400, registered.error, registered.description)
  const { client, secret, issuedAt } = registered
  return {
    kind: 'json',
    status: 201,
    headers: { ...unstored, ...shared },
    value: {
      client_id: client.id,
      client_id_issued_at: issuedAt,
      ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
      ...(client.name !== '' && { client_name: client.name }),
      redirect_uris: client.redirects,
      grant_types: [
        ...(client.redirects.length > 0 ? ['authorization_code'] : []),
        ...(client.device === true ? [deviceGrant] : []),
        'refresh_token',
      ],
      response_types: client.redirects.length > 0 ? ['code'] : [],
      token_endpoint_auth_method: client.auth,
      ...(client.dpop === true && { dpop_bound_access_tokens: true }),
    },
  }
}

function wishIn(body: Buffer): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

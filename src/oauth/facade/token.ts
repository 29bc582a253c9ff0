// The token and revocation endpoints: codes and refresh tokens become access tokens of our own, or end (RFC 6749 §3.2, RFC 7009).
import type { Proofs } from '../dpop.ts'
import { type Answer, type Asked, refused, shared, unstored } from './answer.ts'
import { deviceGrant } from './client.ts'
import { type Came, type ClientParts, clientForm } from './client-form.ts'
import type { Devices } from './devices.ts'
import { type Parameters, scopesIn } from './form.ts'
import type { Grants, Issued, Login } from './grants.ts'
import type { SigningKeys } from './keys.ts'
import { ownerOf } from './limits.ts'
import { NoUser, type Provider, type User } from './provider.ts'
import { resourceIn } from './resources.ts'
import { randomText } from './secrets.ts'
import type { Facts } from './settings.ts'

export interface TokenParts extends ClientParts {
  readonly facts: Facts
  readonly devices: Devices
  readonly grants: Grants
  readonly keys: SigningKeys
  readonly provider: Provider
  readonly proofs: Proofs
  /** Refreshes that are going on: the provider's refresh token may be good for one use only. */
  readonly refreshing: Map<string, Promise<unknown>>
}

/** POST: one grant, one way to say who the client is, nothing in the URL (reference: security §3.2, row 34). */
export async function token(asked: Asked, parts: TokenParts): Promise<Answer> {
  const came = await clientForm(asked, parts)
  if ('kind' in came) return came
  const answer = await proven(came, asked, parts)
  if (answer.kind === 'json' && answer.status === 400 && !waits(answer.value))
    parts.mistakes.admits(ownerOf(asked.address))
  return answer
}

/** POST: ends the login that a token belongs to, the consent it rests on, and the grant at the provider. */
export async function revoke(asked: Asked, parts: TokenParts): Promise<Answer> {
  const came = await clientForm(asked, parts)
  if ('kind' in came) return came
  const { form, client } = came
  const given = form.get('token')
  if (given === undefined) return refused(400, 'invalid_request', 'there is no token')
  const login = given.split('.').length === 3 ? await loginOf(given, parts) : await parts.grants.find(given)
  if (login !== undefined && login.client === client.id) await parts.grants.end(login)
  // The same answer for whatever was not ours (RFC 7009 §2.2).
  return { kind: 'empty', status: 200, headers: { ...unstored, ...shared } }
}

/** A request as it is granted: by whom, and with which key of theirs. */
interface Request extends Came {
  /** Thumbprint of the key that the client has shown to have; absent: none was shown (RFC 9449 §5). */
  readonly jkt: string | undefined
}

async function proven(came: Came, asked: Asked, parts: TokenParts): Promise<Answer> {
  const { settings, url } = parts.facts
  const { dpop } = asked.headers
  if (settings.dpop === 'off') return granted({ ...came, jkt: undefined }, parts)
  if (dpop === undefined) {
    if (settings.dpop === 'require' || came.client.dpop === true) return unproven('a DPoP proof is needed here')
    return granted({ ...came, jkt: undefined }, parts)
  }
  const proof = await parts.proofs.check(String(dpop), { method: 'POST', address: url('token') })
  return proof.kind === 'wrong' ? unproven(proof.why) : granted({ ...came, jkt: proof.jkt }, parts)
}

const unproven = (why: string): Answer => refused(400, 'invalid_dpop_proof', why)

async function granted(request: Request, parts: TokenParts): Promise<Answer> {
  switch (request.form.get('grant_type')) {
    case 'authorization_code':
      return ofCode(request, parts)
    case 'refresh_token':
      return ofRefresh(request, parts)
    case deviceGrant:
      if (parts.facts.settings.devices) return ofDevice(request, parts)
      return unsupported
    case undefined:
      return refused(400, 'invalid_request', 'there is no grant_type')
    default:
      return unsupported
  }
}

const unsupported = refused(400, 'unsupported_grant_type', 'grant_type is none that is granted here')

/** A device that asks again and again does nothing wrong (RFC 8628 §3.5). */
const waits = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'error' in value &&
  (value.error === 'authorization_pending' || value.error === 'slow_down')

async function ofDevice({ form, client, jkt }: Request, parts: TokenParts): Promise<Answer> {
  const code = form.get('device_code')
  if (code === undefined) return refused(400, 'invalid_request', 'there is no device_code')
  const taken = await parts.devices.taken(code, client.id)
  if ('kind' in taken) return taken
  const problem = narrowing(form, taken, parts.facts)
  if (typeof problem !== 'string') return problem
  const issued = await parts.grants.begin(taken, client.auth === 'none' ? jkt : undefined)
  await parts.clients.used(client)
  return tokens(issued, { scopes: issued.login.scopes, jkt }, parts)
}

async function ofCode({ form, client, jkt }: Request, parts: TokenParts): Promise<Answer> {
  const code = form.get('code')
  const verifier = form.get('code_verifier')
  if (code === undefined) return refused(400, 'invalid_request', 'there is no code')
  if (verifier === undefined || !/^[\w.~-]{43,128}$/.test(verifier))
    return refused(400, 'invalid_request', 'code_verifier must be 43 to 128 unreserved characters')
  const issued = await parts.grants.redeem(code, {
    client: client.id,
    redirect: form.get('redirect_uri'),
    verifier,
    jkt,
    binds: client.auth === 'none',
  })
  if (issued === undefined) return refused(400, 'invalid_grant', 'the code is not good, or not any more')
  const problem = narrowing(form, issued.login, parts.facts)
  if (typeof problem !== 'string') return problem
  await parts.clients.used(client)
  return tokens(issued, { scopes: issued.login.scopes, jkt }, parts)
}

async function ofRefresh({ form, client, jkt }: Request, parts: TokenParts): Promise<Answer> {
  const refresh = form.get('refresh_token')
  if (refresh === undefined) return refused(400, 'invalid_request', 'there is no refresh_token')
  const login = await parts.grants.find(refresh)
  if (login === undefined || login.client !== client.id) return gone
  // Of a client without a secret nothing but the key says that the token is still in its hands (RFC 9449 §5).
  if (login.jkt !== undefined && jkt === undefined) return unproven('the refresh token is bound to a key')
  if ((login.jkt ?? jkt) !== jkt) return gone
  const scopes = scopesIn(form.get('scope'))
  if (scopes?.every((scope) => login.scopes.includes(scope)) !== true)
    return refused(400, 'invalid_scope', 'scope is more than what was granted')
  const problem = narrowing(form, login, parts.facts)
  if (typeof problem !== 'string') return problem
  if (parts.refreshing.has(login.id)) return refused(429, 'too_many_requests', 'the token is being refreshed', soon)
  const work = refreshed(refresh, { login, jkt: client.auth === 'none' ? jkt : undefined }, parts)
  parts.refreshing.set(login.id, work)
  try {
    const issued = await work
    if ('kind' in issued) return issued
    return await tokens(issued, { scopes: scopes.length === 0 ? login.scopes : scopes, jkt }, parts)
  } finally {
    parts.refreshing.delete(login.id)
  }
}

const soon = { 'retry-after': '1' } as const
const gone = refused(400, 'invalid_grant', 'the refresh token is not good, or not any more')

/** The provider is asked first: a person who may no longer log in there is not kept here either. */
async function refreshed(
  refresh: string,
  { login, jkt }: { readonly login: Login; readonly jkt: string | undefined },
  parts: TokenParts,
): Promise<Issued | Answer> {
  const { user } = login
  let now: User
  try {
    now = user.refresh === undefined ? user : await parts.provider.again({ ...user, refresh: user.refresh })
  } catch (thrown) {
    if (!(thrown instanceof NoUser)) throw thrown
    parts.facts.tools.warn('a login could not be refreshed at the identity provider', { error: thrown.message })
    if (thrown.kind === 'broken')
      return refused(503, 'temporarily_unavailable', 'the identity provider does not answer', { 'retry-after': '5' })
    await parts.grants.end(login)
    return gone
  }
  return (await parts.grants.rotate(refresh, login, { user: now, jkt })) ?? gone
}

/** A token request may repeat the resource, and nothing else (RFC 8707 §2.2: ours has one). */
function narrowing(form: Parameters, { resource }: Pick<Login, 'resource'>, { settings }: Facts): Answer | 'fine' {
  const asked = form.all('resource')
  if (asked.length === 0 || resourceIn(asked, settings) === resource) return 'fine'
  return refused(400, 'invalid_target', 'resource is not the one that was granted')
}

interface Extent {
  readonly scopes: readonly string[]
  readonly jkt: string | undefined
}

async function tokens(issued: Issued, { scopes, jkt }: Extent, { facts, keys }: TokenParts): Promise<Answer> {
  const { login, refresh } = issued
  const { issuer, settings } = facts
  const now = Math.floor(Date.now() / 1_000)
  const seconds = Math.max(1, Math.min(Math.floor(settings.accessMs / 1_000), Math.floor(login.until / 1_000) - now))
  const access = await keys.sign({
    ...login.user.claims,
    iss: issuer,
    sub: login.user.subject,
    aud: login.resource,
    client_id: login.client,
    sid: login.id,
    jti: randomText(16),
    iat: now,
    exp: now + seconds,
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(jkt !== undefined && { cnf: { jkt } }),
  })
  return {
    kind: 'json',
    status: 200,
    headers: { ...unstored, ...shared },
    value: {
      access_token: access,
      token_type: jkt === undefined ? 'Bearer' : 'DPoP',
      expires_in: seconds,
      refresh_token: refresh,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    },
  }
}

/** The login that one of our access tokens belongs to. */
async function loginOf(access: string, { keys, grants }: TokenParts): Promise<Login | undefined> {
  const id = await keys.loginOf(access)
  return id === undefined ? undefined : grants.byId(id)
}

// What a protected resource says when it refuses: `WWW-Authenticate: Bearer …` or `DPoP …` (RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1),
// and the replies around it.
import type { Reply } from '../core/exchange.ts'
import { confirmationOf, proofAlgorithms } from './confirmation.ts'

export interface Challenge {
  /** Where the resource's metadata is. */
  readonly resourceMetadata: string
  /** What a token needs for this; empty: nothing is said. */
  readonly scopes: readonly string[]
  /** Absent where there was no token: the client did nothing wrong (RFC 6750 §3.1). */
  readonly error?: 'invalid_token' | 'insufficient_scope' | 'invalid_dpop_proof'
  readonly description?: string
}

/** How a token is shown: by whoever has it, or with a proof that its key is there as well. */
export type Scheme = 'Bearer' | 'DPoP'

/**
 * The value of `WWW-Authenticate`. `resource_metadata` comes first, where scripts of the original look for it. `offline_access` is
 * never asked for: it is no right at this resource, and clients would nag for it (MCP authorization, 2026-07-28).
 */
export function challenge(scheme: Scheme, { resourceMetadata, scopes, error, description }: Challenge): string {
  const asked = scopes.filter((scope) => scope !== 'offline_access' && isScope(scope)).join(' ')
  let value = `${scheme} resource_metadata="${inUrl(resourceMetadata)}"`
  if (asked !== '') value += `, scope="${asked}"`
  return value + wrongWith(scheme, error, description)
}

/** A challenge of a place that has no metadata. */
export const bareChallenge = (scheme: Scheme, error?: Challenge['error'], description?: string): string =>
  scheme + wrongWith(scheme, error, description).replace(',', '')

function wrongWith(scheme: Scheme, error: Challenge['error'], description: string | undefined): string {
  let value = error === undefined ? '' : `, error="${error}"`
  if (description !== undefined) value += `, error_description="${inText(description)}"`
  return scheme === 'DPoP' ? `${value}, algs="${proofAlgorithms.join(' ')}"` : value
}

/**
 * 401, with the original's body for every reason (reference: agentgateway §3.7, §11): what was wrong is not told to who has no token.
 * Of several schemes each is a header of its own.
 */
export function unauthorized(of: Challenge, schemes: readonly Scheme[] = ['Bearer']): Reply {
  const values = schemes.map((scheme) => challenge(scheme, of))
  const [only = ''] = values
  return {
    kind: 'bytes',
    status: 401,
    headers: { 'www-authenticate': values.length === 1 ? only : values, 'content-type': 'application/json' },
    body: '{"error":"unauthorized","error_description":"JWT token required"}',
  }
}

/**
 * 403 that asks for a token with more scopes (MCP authorization, step-up; RFC 6750 §3.1). `scopes` are all that the operation
 * needs, those that the token has included: clients ask for exactly these. Nothing may have been sent before. `claims`: of the token.
 */
export function insufficientScope(
  { description, ...of }: Omit<Challenge, 'error'>,
  claims: { readonly [claim: string]: unknown },
): Reply {
  const text = description ?? 'the token does not have the scopes that this needs'
  const bound = confirmationOf(claims)
  const scheme = typeof bound === 'object' && bound.jkt !== undefined ? 'DPoP' : 'Bearer'
  return {
    kind: 'json',
    status: 403,
    headers: { 'www-authenticate': challenge(scheme, { ...of, error: 'insufficient_scope', description: text }) },
    value: { error: 'insufficient_scope', error_description: inText(text) },
  }
}

type Fields = { readonly [claim: string]: unknown }

/** Scopes of a token: `scope` as text or list, or `scp` as some providers call it (RFC 8693 §4.2, RFC 9068 §2.2.3). */
export function scopesOf({ scope, scp }: Fields): ReadonlySet<string> {
  return new Set([...words(scope), ...words(scp)])
}

function words(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter((word) => word !== '')
  return Array.isArray(value) ? value.filter((word): word is string => typeof word === 'string') : []
}

/** RFC 6749 §3.3; anything else would end the quoted string, or the header. */
const isScope = (scope: string): boolean => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)

/** Paths of requests stand in it: what a client wrote must not close the quotes. */
const inUrl = (url: string): string => url.replace(/[^\x21\x23-\x5b\x5d-\x7e]/g, (one) => encodeURIComponent(one))

const inText = (text: string): string => text.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]+/g, ' ')

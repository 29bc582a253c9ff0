// What a token is bound to (RFC 7800): a key whose owner must show that they have it, or nothing; and how it may be shown. Pure.

/** What metadata and challenges announce (RFC 9449 §5.1, §7.1; RFC 9728 §2): asymmetric ones only (§11.6). */
export const proofAlgorithms: readonly string[] = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
]

/** `unknown`: to something that cannot be checked here, so that whoever shows the token proves nothing. */
export type Confirmation =
  | 'unknown'
  | {
      /** Thumbprint of the key that proofs must be signed with (RFC 9449 §6.1). */
      readonly jkt: string | undefined
      /** SHA-256 of the certificate that the client must have shown (RFC 8705 §3.1). */
      readonly certificate: string | undefined
    }

type Claims = { readonly [claim: string]: unknown }

/** What `cnf` of a token says; `undefined`: whoever has the token may use it. */
export function confirmationOf({ cnf }: Claims): Confirmation | undefined {
  if (cnf === undefined) return undefined
  if (typeof cnf !== 'object' || cnf === null || Array.isArray(cnf)) return 'unknown'
  const named = new Map<string, unknown>(Object.entries(cnf))
  const [jkt, certificate] = [named.get('jkt'), named.get('x5t#S256')]
  // Members that are not known are passed over (RFC 7800 §3.1); one that is known, and no digest, would be met by nobody.
  if ((jkt === undefined && certificate === undefined) || !isDigest(jkt) || !isDigest(certificate)) return 'unknown'
  return { jkt, certificate }
}

const isDigest = (value: unknown): value is string | undefined =>
  value === undefined || (typeof value === 'string' && /^[\w-]{43}$/.test(value))

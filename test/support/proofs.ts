// Clients that have a key and show it: proofs of possession (RFC 9449), as they should be and as attackers make them.
import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { seconds } from './tokens.ts'

export interface Holder {
  readonly jwk: JWK
  readonly jkt: string
  readonly privateKey: CryptoKey
  /** A proof for `POST https://gw.example/mcp` at this moment; claims and header fields as they are given stand in for the usual ones. */
  proof(claims?: { readonly [claim: string]: unknown }, header?: { readonly [name: string]: unknown }): Promise<string>
}

export const athOf = (token: string): string => createHash('sha256').update(token).digest('base64url')

/** A client with a fresh key. */
export async function holder(alg = 'ES256'): Promise<Holder> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  return {
    jwk,
    jkt: await calculateJwkThumbprint(jwk),
    privateKey,
    proof: (claims = {}, header = {}) =>
      new SignJWT({ jti: randomUUID(), htm: 'POST', htu: 'https://gw.example/mcp', iat: seconds(), ...claims })
        .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk, ...header })
        .sign(privateKey),
  }
}

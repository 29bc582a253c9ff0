// Keys and tokens of issuers that exist for one test; and a server that publishes keys.
import { createServer } from 'node:http'
import type { TestContext } from 'node:test'
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import { listening } from './serve.ts'

export interface Signer {
  readonly kid: string
  readonly alg: string
  /** Public half, with `kid`, `alg` and `use`. */
  readonly jwk: JWK
  readonly privateKey: CryptoKey
  /** A token that is good for `acme@example.com` and `mcp.example.com` for an hour; claims of `undefined` are left out. */
  sign(claims?: Claims, header?: { readonly [name: string]: unknown }): Promise<string>
}

type Claims = { readonly [claim: string]: unknown }

export const ISSUER = 'acme@example.com'
export const AUDIENCE = 'mcp.example.com'

export const seconds = (): number => Math.floor(Date.now() / 1_000)

/** A fresh key pair. */
export async function signer(kid = 'one', alg = 'ES256'): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }
  return {
    kid,
    alg,
    jwk,
    privateKey,
    sign: (claims = {}, header = {}) => {
      const usual = { iss: ISSUER, aud: AUDIENCE, sub: 'jsmith', iat: seconds(), exp: seconds() + 3_600 }
      const all: JWTPayload = { ...usual, ...claims }
      for (const [name, value] of Object.entries(all)) if (value === undefined) Reflect.deleteProperty(all, name)
      return new SignJWT(all).setProtectedHeader({ kid, alg, typ: 'JWT', ...header }).sign(privateKey)
    },
  }
}

/** The document that publishes the keys of some signers. */
export const keySet = (...signers: readonly Signer[]): string => JSON.stringify({ keys: signers.map(({ jwk }) => jwk) })

/** A part of a token: JSON, or text as it is. */
export const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

interface Publishing {
  readonly url: string
  readonly port: number
  /** How often it has been asked. */
  asked(): number
  /** What it answers from now on: a document, a status, or whatever the function does. */
  answer: string | number | import('node:http').RequestListener
}

/** A server that publishes a key set. */
export async function publisher(t: TestContext, answer: Publishing['answer']): Promise<Publishing> {
  let count = 0
  const port = await listening(
    t,
    createServer((request, response) => {
      count++
      const { answer: now } = publishing
      if (typeof now === 'function') return now(request, response)
      if (typeof now === 'number') response.statusCode = now
      response.end(typeof now === 'number' ? '' : now)
    }),
  )
  const publishing: Publishing = { url: `http://127.0.0.1:${port}/keys`, port, answer, asked: () => count }
  return publishing
}

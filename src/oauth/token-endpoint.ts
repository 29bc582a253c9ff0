// A token endpoint as its client sees it: grants without a browser (RFC 6749 §4.4, RFC 7523, RFC 8693), and who we are to it.
import { createPrivateKey, hash, X509Certificate } from 'node:crypto'
import * as jose from 'jose'
import * as oauth from 'oauth4webapi'

/** How the endpoint is asked. */
export type AskToken = (url: string, form: string, headers: Readonly<Record<string, string>>) => Promise<Told>

interface Told {
  readonly status: number
  readonly contentType: string | undefined
  readonly body: Buffer
}

/** Who we are to the endpoint (RFC 6749 §2.3, RFC 7523 §2.2). */
export type ClientIdentity =
  | { readonly method: 'none' }
  | { readonly method: 'clientSecretBasic'; readonly clientId: string; readonly clientSecret: string }
  | { readonly method: 'clientSecretPost'; readonly clientId: string; readonly clientSecret: string | undefined }
  | {
      readonly method: 'privateKeyJwt'
      readonly clientId: string
      readonly signer: Signer
      /** `aud` of the assertion. */
      readonly audience: string
    }

export interface TokenEndpointOptions {
  readonly url: string
  readonly client: ClientIdentity
  readonly ask: AskToken
}

/** What the endpoint granted. `expiresIn` in seconds. */
export interface Granted {
  readonly accessToken: string
  readonly expiresIn: number | undefined
}

/** The endpoint refuses, or says nothing that can be used. Its message holds nothing secret. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused'
}

const ASSERTION_SECONDS = 60
const BEARER_ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export class TokenEndpoint {
  readonly #server: oauth.AuthorizationServer
  readonly #client: oauth.Client
  readonly #auth: oauth.ClientAuth
  readonly #ask: AskToken

  constructor({ url, client, ask }: TokenEndpointOptions) {
    this.#server = { issuer: new URL(url).origin, token_endpoint: url }
    // The library wants a name; who has none does not send it either.
    this.#client = { client_id: client.method === 'none' ? 'nobody' : client.clientId }
    this.#auth = authOf(client)
    this.#ask = ask
  }

  /** Asks for a token. Rejects with TokenRefused, or with what `ask` rejects with. */
  async grant(grantType: string, parameters: URLSearchParams): Promise<Granted> {
    const options = {
      [oauth.customFetch]: (url: string, sent: oauth.CustomFetchOptions<string, unknown>) => this.#send(url, sent),
      // The address is the operator's, who may have reasons; the guarded client decides what may be asked.
      [oauth.allowInsecureRequests]: true,
    }
    const [server, client] = [this.#server, this.#client]
    const answer = await oauth.genericTokenEndpointRequest(server, client, this.#auth, grantType, parameters, options)
    try {
      const token = await oauth.processGenericTokenEndpointResponse(server, client, answer, {
        recognizedTokenTypes: { n_a: () => {} }, // what an exchange may answer whose token is no access token (RFC 8693 §2.2.1)
      })
      return { accessToken: token.access_token, expiresIn: token.expires_in }
    } catch (thrown) {
      throw refused(thrown)
    }
  }

  async #send(url: string, { headers, body }: oauth.CustomFetchOptions<string, unknown>): Promise<Response> {
    const form = body instanceof URLSearchParams ? body.toString() : ''
    const { status, contentType, body: bytes } = await this.#ask(url, form, headers)
    return new Response(new Uint8Array(bytes), {
      status,
      headers: contentType === undefined ? {} : { 'content-type': contentType },
    })
  }
}

function authOf(client: ClientIdentity): oauth.ClientAuth {
  switch (client.method) {
    case 'none':
      return () => {}
    case 'clientSecretBasic':
      return oauth.ClientSecretBasic(client.clientSecret)
    case 'clientSecretPost':
      return client.clientSecret === undefined ? oauth.None() : oauth.ClientSecretPost(client.clientSecret)
    case 'privateKeyJwt':
      return async (_, { client_id }, body) => {
        const claims = { iss: client_id, sub: client_id, aud: client.audience, jti: crypto.randomUUID() }
        body.set('client_id', client_id)
        body.set('client_assertion_type', BEARER_ASSERTION)
        body.set('client_assertion', await client.signer.sign(claims, ASSERTION_SECONDS))
      }
  }
}

function refused(thrown: unknown): TokenRefused {
  if (thrown instanceof oauth.ResponseBodyError) {
    // Codes are a fixed alphabet (RFC 6749 §5.2); descriptions are whatever somebody wrote.
    const code = /^[\x20-\x7e]{1,100}$/.test(thrown.error) ? thrown.error : 'an error'
    return new TokenRefused(`the token endpoint answered ${thrown.status}: ${code}`, { cause: thrown })
  }
  return new TokenRefused('the token endpoint answered without a token', { cause: thrown })
}

export interface SignerOptions {
  /** PEM: PKCS #8, PKCS #1 or SEC 1. */
  readonly pem: string
  readonly alg: string
  readonly kid?: string | undefined
  /** PEM, leaf first, and how it is named in the header. */
  readonly certificate?: { readonly pem: string; readonly header: 'x5c' | 'x5t#S256' } | undefined
}

/** Signs our own short-lived JWTs. Throws a TypeError when the key is none, or not one for the algorithm. */
export class Signer {
  readonly #key: ReturnType<typeof createPrivateKey>
  readonly #header: jose.JWTHeaderParameters

  constructor({ pem, alg, kid, certificate }: SignerOptions) {
    try {
      this.#key = createPrivateKey(pem)
    } catch (cause) {
      throw new TypeError('is no private key in PEM', { cause })
    }
    const wanted = alg.startsWith('ES') ? 'ec' : 'rsa'
    if (this.#key.asymmetricKeyType !== wanted) throw new TypeError(`is no key for ${alg}`)
    this.#header = { alg, typ: 'JWT', ...(kid !== undefined && { kid }), ...(certificate && named(certificate)) }
  }

  /** Claims, and the times that go with them. */
  sign(claims: { readonly [claim: string]: unknown }, seconds: number): Promise<string> {
    const now = Math.floor(Date.now() / 1_000)
    return new jose.SignJWT({ ...claims })
      .setProtectedHeader(this.#header)
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + seconds)
      .sign(this.#key)
  }
}

function named({ pem, header }: NonNullable<SignerOptions['certificate']>): Partial<jose.JWTHeaderParameters> {
  const chain = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  const raw = chain.map((each) => new X509Certificate(each).raw)
  const [leaf] = raw
  if (leaf === undefined) throw new TypeError('holds no certificate in PEM')
  return header === 'x5c'
    ? { x5c: raw.map((each) => each.toString('base64')) }
    : { 'x5t#S256': hash('sha256', leaf, 'base64url') }
}

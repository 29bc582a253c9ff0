// An identity provider of the test: real sockets and signatures, everybody is logged in at once, and it can be told to misbehave.
import { hash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { listening } from '../../support/serve.ts'

export interface IdentityProvider {
  readonly issuer: string
  /** Who is logged in at the moment, and what is said of them. */
  user: { sub: string; [claim: string]: unknown }
  /** Claims that only its access token has, which is a JWT then. */
  inAccessToken: { [claim: string]: unknown } | undefined
  /** What is laid over the ID token. */
  idToken: { [claim: string]: unknown }
  /** Answers the token endpoint instead. */
  tokenError: { status: number; error: string } | undefined
  /** Requests that came: `POST /token` and so on, with their parameters. */
  readonly asked: { readonly what: string; readonly form: URLSearchParams }[]
  readonly refreshTokens: boolean
  /** Signs with a new key from now on, and publishes that alone. */
  rotate(): Promise<void>
}

const body = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

async function freshKey() {
  const kid = randomBytes(4).toString('hex')
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } }
}

export async function startProvider(
  t: TestContext,
  options: { refreshTokens?: boolean } = {},
): Promise<IdentityProvider> {
  let key = await freshKey()
  const codes = new Map<string, URLSearchParams>()
  const refreshes = new Set<string>()
  const sign = (claims: { [claim: string]: unknown }): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: key.kid }).sign(key.privateKey)

  const tokens = async (nonce: string | null): Promise<object> => {
    const now = Math.floor(Date.now() / 1_000)
    const { sub } = idp.user
    const base = { iss: idp.issuer, aud: 'toolgate', sub, iat: now, exp: now + 300 }
    const refresh = randomBytes(8).toString('hex')
    if (idp.refreshTokens) refreshes.add(refresh)
    return {
      access_token:
        idp.inAccessToken === undefined ? 'opaque' : await sign({ ...base, aud: 'api', ...idp.inAccessToken }),
      token_type: 'Bearer',
      expires_in: 300,
      id_token: await sign({ ...base, ...(nonce !== null && { nonce }), ...idp.idToken }),
      ...(idp.refreshTokens && { refresh_token: refresh }),
    }
  }
  const token = async (form: URLSearchParams): Promise<[number, object]> => {
    if (idp.tokenError !== undefined) return [idp.tokenError.status, { error: idp.tokenError.error }]
    if (form.get('grant_type') === 'refresh_token')
      return refreshes.delete(form.get('refresh_token') ?? '')
        ? [200, await tokens(null)]
        : [400, { error: 'invalid_grant' }]
    const asked = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const challenge = hash('sha256', form.get('code_verifier') ?? '', 'base64url')
    if (asked?.get('code_challenge') !== challenge) return [400, { error: 'invalid_grant' }]
    return [200, await tokens(asked.get('nonce'))]
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', idp.issuer)
    const form = request.method === 'POST' ? new URLSearchParams(await body(request)) : url.searchParams
    idp.asked.push({ what: `${request.method} ${url.pathname}`, form })
    const json = (status: number, value: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    }
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(200, {
          issuer: idp.issuer,
          authorization_endpoint: `${idp.issuer}/authorize`,
          token_endpoint: `${idp.issuer}/token`,
          userinfo_endpoint: `${idp.issuer}/userinfo`,
          revocation_endpoint: `${idp.issuer}/revoke`,
          jwks_uri: `${idp.issuer}/jwks`,
          id_token_signing_alg_values_supported: ['ES256'],
        })
      case '/jwks':
        return json(200, { keys: [key.jwk] })
      case '/authorize': {
        const code = randomBytes(8).toString('hex')
        codes.set(code, url.searchParams)
        const back = new URL(url.searchParams.get('redirect_uri') ?? '')
        back.searchParams.set('code', code)
        back.searchParams.set('state', url.searchParams.get('state') ?? '')
        response.writeHead(302, { location: back.href }).end()
        return undefined
      }
      case '/token':
        return json(...(await token(form)))
      case '/userinfo':
        return json(200, idp.user)
      case '/revoke':
        return json(200, {})
      default:
        return json(404, {})
    }
  }
  const server = createServer((request, response) => void answer(request, response))
  const port = await listening(t, server)
  const idp: IdentityProvider = {
    issuer: `http://127.0.0.1:${port}`,
    user: { sub: 'alice', email: 'alice@example.com', groups: ['supply-chain'] },
    inAccessToken: undefined,
    idToken: {},
    tokenError: undefined,
    asked: [],
    refreshTokens: options.refreshTokens ?? true,
    rotate: async () => void (key = await freshKey()),
  }
  return idp
}

// An authorization server of one process: what all providers have in common. How each of them differs is in the files beside this one.
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { TestContext } from 'node:test'
import { listening } from '../serve.ts'
import { keySet, type Signer, seconds, signer } from '../tokens.ts'

export interface ClientRecord {
  readonly redirects: readonly string[]
  /** Absent: a public client. */
  readonly secret?: string
}

/** What a login is good for. */
interface Grant {
  /** `undefined`: the token is opaque, for the provider's own interfaces only. */
  readonly audience: string | readonly string[] | undefined
  readonly scope: string
  readonly claims?: Fields
}

/** Why there is none: shown to the person, or told to the client by the redirect. */
interface Refusal {
  readonly told: 'person' | 'client'
  readonly status?: number
  readonly error: string
  readonly description: string
}

interface Reply {
  readonly status: number
  readonly body: object
}

type Fields = { readonly [name: string]: unknown }

export interface World {
  readonly origin: string
  readonly issuer: string
  readonly clients: Map<string, ClientRecord>
}

/** How a provider differs. Paths begin with `/`. */
export interface Quirks {
  /** Path of the issuer, as its tokens and its document say it. */
  readonly issuer: string
  readonly metadata: readonly string[]
  readonly keys: string
  readonly authorize: string
  readonly token: string
  readonly registration?: string
  /** Added to the document; `undefined` takes a field out. */
  readonly document?: (world: World) => Fields
  /** `iss` in authorization responses (RFC 9207). */
  readonly saysIssuer?: boolean
  /** Whether a redirect address is the client's: exactly, or with any port on loopback. */
  readonly redirects: 'exact' | 'any loopback port'
  /** Metadata for pages of other origins. */
  readonly cors?: boolean
  consider(request: URLSearchParams, world: World): Grant | Refusal
  register?(wish: Fields, request: IncomingMessage): Reply | undefined
  /** Judges a token request before the code is looked at. */
  redeem?(form: URLSearchParams, request: IncomingMessage, client: ClientRecord): Reply | undefined
  /** The error page, or the JSON of an error. */
  readonly refusal?: (refusal: Pick<Refusal, 'error' | 'description'>) => object
  /** Members of the token response. */
  readonly answer?: Fields
}

export interface Emulator extends World {
  readonly signer: Signer
  /** `METHOD /path?query` of all requests, and the forms that came along. */
  readonly asked: {
    readonly line: string
    readonly form: URLSearchParams
    readonly headers: IncomingMessage['headers']
  }[]
}

interface Code {
  readonly client: string
  readonly redirect: string
  readonly challenge: string
  readonly grant: Grant
  readonly user: string
}

/** Starts a provider on a free port. Anybody may log in under any name. */
export async function emulate(t: TestContext, quirks: Quirks): Promise<Emulator> {
  const running = new Running(quirks, await signer('one', 'RS256'))
  const port = await listening(t, createServer(running.answer))
  return running.at(`http://127.0.0.1:${port}`)
}

export interface Named extends Emulator {
  /** Where it really is: `http://…` for clients that are told, and a port with TLS. */
  readonly plain: string
  readonly secure: number
}

/** A provider that goes by a public name: its documents and tokens say `origin`, whoever asks it over whatever. */
export async function emulateAs(t: TestContext, quirks: Quirks, origin: string, tls: ServerOptions): Promise<Named> {
  const running = new Running(quirks, await signer('one', 'RS256'))
  const plain = await listening(t, createServer(running.answer))
  const secure = await listening(t, createTlsServer(tls, running.answer))
  return { ...running.at(origin), plain: `http://127.0.0.1:${plain}`, secure }
}

class Running {
  readonly #quirks: Quirks
  readonly #signer: Signer
  readonly #codes = new Map<string, Code>()
  readonly #refreshes = new Map<string, Code>()
  #emulator: Emulator

  constructor(quirks: Quirks, one: Signer) {
    this.#quirks = quirks
    this.#signer = one
    this.#emulator = { origin: '', issuer: '', clients: new Map(), signer: one, asked: [] }
  }

  at(origin: string): Emulator {
    this.#emulator = { ...this.#emulator, origin, issuer: origin + this.#quirks.issuer }
    return this.#emulator
  }

  readonly answer = (request: IncomingMessage, response: ServerResponse): void => void this.#answer(request, response)

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('utf8')
    const url = new URL(request.url ?? '/', this.#emulator.origin)
    const line = `${request.method ?? ''} ${request.url ?? ''}`
    this.#emulator.asked.push({ line, form: new URLSearchParams(body), headers: request.headers })
    const { metadata, keys, authorize, token, registration } = this.#quirks
    const { pathname } = url
    if (metadata.includes(pathname)) send(response, 200, this.#document(), this.#quirks.cors === true)
    else if (pathname === keys) response.end(keySet(this.#signer))
    else if (pathname === authorize && request.method === 'GET') this.#authorize(url.searchParams, response)
    else if (pathname === authorize) this.#login(new URLSearchParams(body), response)
    else if (pathname === token) await this.#token(new URLSearchParams(body), request, response)
    else if (pathname === registration) this.#register(body, request, response)
    else response.writeHead(404).end()
  }

  #document(): object {
    const { issuer, origin } = this.#emulator
    const { authorize, token, keys, registration, document } = this.#quirks
    const usual = {
      issuer,
      authorization_endpoint: origin + authorize,
      token_endpoint: origin + token,
      jwks_uri: origin + keys,
      ...(registration !== undefined && { registration_endpoint: origin + registration }),
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256', 'plain'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    }
    return { ...usual, ...document?.(this.#emulator) }
  }

  #authorize(parameters: URLSearchParams, response: ServerResponse): void {
    const client = this.#emulator.clients.get(parameters.get('client_id') ?? '')
    const redirect = parameters.get('redirect_uri') ?? ''
    const shown = (error: string, description: string): void => page(response, 400, `${error}: ${description}`)
    const { refusal } = this.#quirks
    if (client === undefined) {
      const words = { error: 'unauthorized_client', description: 'unknown client' }
      return shown(words.error, String(Object.values(refusal?.(words) ?? words)[1]))
    }
    if (!client.redirects.some((one) => this.#same(one, redirect)))
      return shown('invalid_redirect', 'Callback URL mismatch.')
    const outcome = this.#quirks.consider(parameters, this.#emulator)
    if ('error' in outcome) {
      if (outcome.told === 'person') return page(response, outcome.status ?? 400, outcome.description)
      return this.#back(response, redirect, parameters.get('state'), {
        error: outcome.error,
        error_description: outcome.description,
      })
    }
    if (parameters.get('prompt') === 'none')
      return this.#back(response, redirect, parameters.get('state'), { error: 'login_required' })
    const hidden = [...parameters].map(
      ([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`,
    )
    page(
      response,
      200,
      `<form method="post" action="${this.#quirks.authorize}">${hidden.join('')}<input name="login"></form>`,
    )
  }

  #login(form: URLSearchParams, response: ServerResponse): void {
    const grant = this.#quirks.consider(form, this.#emulator)
    if ('error' in grant) return page(response, 400, grant.description)
    const code = randomBytes(16).toString('base64url')
    const redirect = form.get('redirect_uri') ?? ''
    this.#codes.set(code, {
      client: form.get('client_id') ?? '',
      redirect,
      challenge: form.get('code_challenge') ?? '',
      grant,
      user: form.get('login') ?? '',
    })
    this.#back(response, redirect, form.get('state'), { code })
  }

  #back(response: ServerResponse, redirect: string, state: string | null, fields: Record<string, string>): void {
    const url = new URL(redirect)
    const { issuer } = this.#emulator
    const all = {
      ...fields,
      ...(state !== null && { state }),
      ...(this.#quirks.saysIssuer === true && { iss: issuer }),
    }
    for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value)
    response.writeHead(302, { location: url.href }).end()
  }

  async #token(form: URLSearchParams, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clients, issuer } = this.#emulator
    const id = form.get('client_id') ?? ''
    const client = clients.get(id)
    const deny = (error: string, description: string): void => {
      const words = { error, description }
      send(response, 400, this.#quirks.refusal?.(words) ?? { error, error_description: description }, true)
    }
    if (client === undefined) return deny('invalid_client', 'unknown client')
    const early = this.#quirks.redeem?.(form, request, client)
    if (early !== undefined) return send(response, early.status, early.body, true)
    const fresh = form.get('grant_type') === 'authorization_code'
    const [store, key] = fresh ? [this.#codes, form.get('code')] : [this.#refreshes, form.get('refresh_token')]
    const found = store.get(key ?? '')
    store.delete(key ?? '')
    if (found === undefined || found.client !== id) return deny('invalid_grant', 'the code is not valid')
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (fresh && (found.redirect !== form.get('redirect_uri') || found.challenge !== verifier))
      return deny('invalid_grant', 'the code is not valid')
    const refresh = randomBytes(16).toString('base64url')
    this.#refreshes.set(refresh, found)
    const { audience, scope, claims } = found.grant
    const usual = { iss: issuer, sub: found.user, aud: audience, scope, exp: seconds() + 3_600, ...claims }
    const token = audience === undefined ? randomBytes(24).toString('base64url') : await this.#signer.sign(usual)
    send(
      response,
      200,
      {
        access_token: token,
        token_type: 'Bearer',
        expires_in: 3_600,
        scope,
        refresh_token: refresh,
        ...this.#quirks.answer,
      },
      true,
    )
  }

  #register(body: string, request: IncomingMessage, response: ServerResponse): void {
    const wish: Fields = Object(JSON.parse(body))
    const early = this.#quirks.register?.(wish, request)
    if (early !== undefined) return send(response, early.status, early.body, false)
    const id = `client-${this.#emulator.clients.size + 1}`
    const redirects = Array.isArray(wish['redirect_uris']) ? wish['redirect_uris'].map(String) : []
    this.#emulator.clients.set(id, { redirects })
    send(response, 201, { ...wish, client_id: id, client_id_issued_at: seconds() }, false)
  }

  #same(registered: string, redirect: string): boolean {
    if (registered === redirect) return true
    if (this.#quirks.redirects === 'exact') return false
    const [a, b] = [URL.parse(registered), URL.parse(redirect)]
    if (a === null || b === null || a.hostname !== b.hostname) return false
    return ['127.0.0.1', 'localhost', '[::1]'].includes(a.hostname) && a.pathname === b.pathname
  }
}

function send(response: ServerResponse, status: number, value: object, open: boolean): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(open && { 'access-control-allow-origin': '*' }),
  })
  response.end(JSON.stringify(value))
}

function page(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/html' }).end(`<!doctype html><title>Login</title>${text}`)
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')

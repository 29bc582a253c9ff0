// A person with an MCP client: the OAuth code of either library, and a browser without a window that follows redirects and fills in forms.
import type { TestContext } from 'node:test'
import {
  Client as NewClient,
  StreamableHTTPClientTransport as NewTransport,
  UnauthorizedError as NewUnauthorized,
  type OAuthDiscoveryState,
} from '@modelcontextprotocol/client'
import { type OAuthClientProvider, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'

const CALLBACK = 'http://127.0.0.1:6276/oauth/callback'

export class Person implements OAuthClientProvider {
  readonly redirectUrl = CALLBACK
  readonly clientMetadata = {
    client_name: 'Journey',
    redirect_uris: [CALLBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }
  readonly #name: string
  #link: URL | undefined
  #client: OAuthClientInformationMixed | undefined
  #tokens: OAuthTokens | undefined
  #verifier = ''
  #discovered: OAuthDiscoveryState | undefined

  /** The address of a document about this client: what it is called where such documents are taken, instead of registering. */
  clientMetadataUrl?: string
  readonly #places: Readonly<Record<string, string>>
  readonly #password: string
  readonly #cookies = new Map<string, string>()

  /** `places`: origins that are somewhere else than their names say. */
  constructor(name: string, places: Readonly<Record<string, string>> = {}, password = '') {
    this.#name = name
    this.#places = places
    this.#password = password
  }

  readonly #fetch = (input: string | URL, init?: RequestInit): Promise<Response> => {
    const url = new URL(input)
    return fetch((this.#places[url.origin] ?? url.origin) + url.pathname + url.search, init)
  }

  state = (): string => 'a state'
  clientInformation = (): OAuthClientInformationMixed | undefined => this.#client
  saveClientInformation = (client: OAuthClientInformationMixed): void => void (this.#client = client)
  tokens = (): OAuthTokens | undefined => this.#tokens
  saveTokens = (tokens: OAuthTokens): void => void (this.#tokens = tokens)
  redirectToAuthorization = (link: URL): void => void (this.#link = link)
  saveCodeVerifier = (verifier: string): void => void (this.#verifier = verifier)
  codeVerifier = (): string => this.#verifier
  saveDiscoveryState = (state: OAuthDiscoveryState): void => void (this.#discovered = state)
  discoveryState = (): OAuthDiscoveryState | undefined => this.#discovered

  /** The access token is no good any more; the refresh token is. */
  expire(): void {
    if (this.#tokens !== undefined) this.#tokens = { ...this.#tokens, access_token: 'expired' }
  }

  /** Connects to a server, and logs in where it wants that. */
  async connect(t: TestContext, url: string): Promise<Client> {
    const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: this, fetch: this.#fetch })
    try {
      return await this.#connected(t, transport)
    } catch (thrown) {
      if (!(thrown instanceof UnauthorizedError) || this.#link === undefined) throw thrown
      const back = await this.#browse(this.#link.href)
      const { code, state } = Object.fromEntries(back.searchParams)
      if (code === undefined || state !== 'a state') throw new Error(`the login ended with ${back.search}`)
      await transport.finishAuth(code)
      return this.#connected(
        t,
        new StreamableHTTPClientTransport(new URL(url), { authProvider: this, fetch: this.#fetch }),
      )
    }
  }

  /** As `connect`, with the library of the second generation, which compares issuers wherever it sees one (RFC 8414 §3.3, RFC 9207). */
  async connectStrictly(t: TestContext, url: string): Promise<NewClient> {
    const made = async (transport: NewTransport): Promise<NewClient> => {
      const client = new NewClient({ name: 'journey', version: '2' })
      await client.connect(transport)
      t.after(() => client.close())
      return client
    }
    const transport = new NewTransport(new URL(url), { authProvider: this, fetch: this.#fetch })
    try {
      return await made(transport)
    } catch (thrown) {
      if (!(thrown instanceof NewUnauthorized) || this.#link === undefined) throw thrown
      await transport.finishAuth((await this.#browse(this.#link.href)).searchParams)
      return made(new NewTransport(new URL(url), { authProvider: this, fetch: this.#fetch }))
    }
  }

  async #connected(t: TestContext, transport: StreamableHTTPClientTransport): Promise<Client> {
    const client = new Client({ name: 'journey', version: '1' })
    await client.connect(transport)
    t.after(() => client.close())
    return client
  }

  /** Opens a link and goes on until it leads back to the client; that address. */
  async #browse(link: string): Promise<URL> {
    let [next, form]: [string, URLSearchParams | undefined] = [link, undefined]
    let passwords = 0
    for (let step = 0; step < 15; step++) {
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await this.#fetch(next, {
        redirect: 'manual',
        headers: { cookie },
        ...(form !== undefined && { method: 'POST', body: form }),
      })
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        this.#cookies.set(name, value)
      }
      const location = answer.headers.get('location')
      const text = await answer.text()
      form = undefined
      const onward = location ?? /http-equiv="refresh" content="0;url=([^"]+)"/.exec(text)?.[1]
      if (onward !== undefined) next = new URL(plain(onward), next).href
      else {
        const action = /<form[^>]*action="([^"]+)"/.exec(text)?.[1]
        if (action === undefined) throw new Error(`${answer.status} ${next}\n${text}`)
        const hidden = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
        form = new URLSearchParams(hidden.map(([, name = '', value = '']) => [name, plain(value)]))
        if (/type="password"/.test(text) && passwords++ > 0) throw new Error(`${next} does not take the password`)
        // Whatever the page asks for: a name, a password, consent.
        for (const field of ['login', 'username']) form.set(field, this.#name)
        form.set('password', this.#password)
        if (text.includes('name="accept"')) form.set('accept', 'Yes')
        if (text.includes('name="decision"')) form.set('decision', 'approve')
        next = new URL(plain(action), next).href
      }
      if (next.startsWith(CALLBACK)) return new URL(next)
    }
    throw new Error(`no end in sight at ${next}`)
  }
}

const plain = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&')

// An identity provider that nobody here wrote, and a browser without a window: cookies, redirects, forms.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { TestContext } from 'node:test'
import { Provider } from 'oidc-provider'

export interface IdentityProvider {
  readonly issuer: string
  /** Requests so far, as `GET /auth`. */
  readonly asked: readonly string[]
}

export const CLIENT = { id: 'toolgate', secret: 'a secret of the client' }
/** Where browsers know the gateway. */
export const APP = 'http://app.example'
export const CALLBACK = `${APP}/oauth/callback`

/** A provider on a port of its own; the passwords of its users are not looked at. */
export async function identityProvider(t: TestContext, method = 'client_secret_basic'): Promise<IdentityProvider> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  const client = {
    client_id: CLIENT.id,
    client_secret: CLIENT.secret,
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: method,
  }
  const provider = new Provider(issuer, {
    clients: [client],
    clientAuthMethods: [method],
    cookies: { keys: ['of the test'] },
    features: { devInteractions: { enabled: true } },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
  })
  const asked: string[] = []
  const answer = provider.callback()
  server.on('request', (request, response) => {
    asked.push(`${request.method} ${(request.url ?? '').split('?', 1)[0]}`)
    answer(request, response)
  })
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { issuer, asked }
}

export interface Page {
  readonly url: string
  readonly status: number
  readonly location: string | undefined
  readonly cookies: readonly string[]
  readonly text: string
}

/** One person's browser. What is at `APP` is at this port. */
export class Browser {
  readonly jar = new Map<string, Map<string, string>>()
  readonly #port: number

  constructor(port: number) {
    this.#port = port
  }

  cookiesFor(url: string): Map<string, string> {
    const { host } = new URL(url)
    const there = this.jar.get(host) ?? new Map<string, string>()
    this.jar.set(host, there)
    return there
  }

  /** One request, no redirect followed. */
  async open(url: string, form?: Record<string, string>, headers: Record<string, string> = {}): Promise<Page> {
    const cookies = this.cookiesFor(url)
    const { host, pathname, search } = new URL(url)
    const to = url.startsWith(APP) ? `http://127.0.0.1:${this.#port}${url.slice(APP.length) || pathname + search}` : url
    const { status, fields, text } = await send(
      to,
      {
        host,
        ...headers,
        ...(cookies.size > 0 && { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
        ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      form,
    )
    const set = fields['set-cookie'] ?? []
    for (const line of set) {
      const [pair = ''] = line.split(';')
      const name = pair.slice(0, pair.indexOf('='))
      const gone = /max-age=0|expires=thu, 01 jan 1970/i.test(line)
      if (gone) cookies.delete(name)
      else cookies.set(name, pair.slice(pair.indexOf('=') + 1))
    }
    const location = fields.location === undefined ? undefined : new URL(fields.location, url).href
    return { url, status, location, cookies: set, text }
  }

  /** Follows redirects until a page comes, or `stop` is next. */
  async follow(url: string, stop = ''): Promise<Page> {
    let page = await this.open(url)
    for (let i = 0; page.location !== undefined && i < 10; i++) {
      if (stop !== '' && page.location.startsWith(stop)) return page
      page = await this.open(page.location)
    }
    return page
  }

  /** From the provider's address to the address it sends the browser back to: logs in, and consents. */
  async logIn(address: string, user: string): Promise<string> {
    let page = await this.follow(address, CALLBACK)
    for (let step = 0; step < 4 && page.location === undefined; step++) {
      const prompt = /name="prompt" value="(\w+)"/.exec(page.text)?.[1] ?? 'login'
      const action = /action="([^"]+)"/.exec(page.text)?.[1] ?? ''
      const sent = await this.open(new URL(action, page.url).href, { prompt, login: user, password: 'x' })
      page = await this.follow(sent.location ?? '', CALLBACK)
    }
    return page.location ?? ''
  }
}

interface Sent {
  readonly status: number
  readonly fields: import('node:http').IncomingHttpHeaders
  readonly text: string
}

async function send(url: string, headers: Record<string, string>, form?: Record<string, string>): Promise<Sent> {
  const { request } = await import('node:http')
  return new Promise((resolve, reject) => {
    const call = request(url, { method: form === undefined ? 'GET' : 'POST', headers, agent: false }, (response) => {
      let text = ''
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => (text += chunk))
        .on('end', () => resolve({ status: response.statusCode ?? 0, fields: response.headers, text }))
    })
    call.once('error', reject).end(form === undefined ? undefined : new URLSearchParams(form).toString())
  })
}

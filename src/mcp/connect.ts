// The moment when a person has to connect an account: the link that their client is given, and the pages that it opens.
import { type RawJson, rawJson } from '../core/brand.ts'
import type { Exchange, Reply } from '../core/exchange.ts'
import { principalOf } from '../core/principal.ts'
import { connectPaths } from '../oauth/upstream/document.ts'
import type { UpstreamLogin } from '../oauth/upstream/login.ts'
import type { LoginNeeded } from '../oauth/upstream/needed.ts'
import { LoginPages } from '../oauth/upstream/pages.ts'
import { openDesk } from '../policy/backend-auth/login-desk.ts'
import { loginTools } from '../policy/backend-auth/oauth-login.ts'
import { askedIn, noPages, replyOf } from '../policy/pages.ts'
import type { BackendSite, BoundCredentials, Pages } from '../policy/policy.ts'
import { type Asked, refusal } from './asked.ts'
import type { Answer, Client } from './conversation.ts'
import { codes, errorObject } from './wire.ts'

/** Clients that have been told of a link; kept over reloads. */
class Told implements AsyncDisposable {
  readonly #clients = new Map<string, Client>()

  add(elicitation: string, client: Client): void {
    this.#clients.set(elicitation, client)
    const [oldest] = this.#clients.keys()
    if (this.#clients.size > MOST && oldest !== undefined) this.#clients.delete(oldest)
  }

  /** The person has done what the link was for (MCP 2025-11-25, elicitation). */
  completed(elicitation: string): void {
    const client = this.#clients.get(elicitation)
    this.#clients.delete(elicitation)
    const params = rawJson(JSON.stringify({ elicitationId: elicitation }))
    client?.notification('notifications/elicitation/complete', params)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#clients.clear()
  }
}

const MOST = 1_000

export class Connect {
  readonly #bound: readonly BoundCredentials[]
  /** Address of the pages, where targets name none of their own. */
  readonly #base: string | undefined
  /** Paths of pages → their address. */
  readonly #paths: ReadonlyMap<string, string>
  readonly #pages: LoginPages
  readonly #look: Pages
  readonly #told: Told

  /** `bound`: credentials of all targets that people log in for. */
  constructor(bound: readonly BoundCredentials[], site: BackendSite) {
    const { connect } = site.program.plan
    const bases = [...(connect === undefined ? [] : [connect]), ...bound.flatMap((one) => one.connect ?? [])]
    for (const base of bases) openDesk(base, site)
    this.#bound = bound
    this.#base = connect
    this.#paths = new Map(bases.flatMap((base) => connectPaths(base).map((path) => [path, base] as const)))
    this.#look = site.pages ?? noPages
    this.#told = site.keep('told of links', () => new Told())
    this.#pages = new LoginPages({
      logins: bound.map(({ login }) => login),
      tools: loginTools(site),
      completed: (elicitation) => this.#told.completed(elicitation),
    })
  }

  /** The answer to a request for one of the pages; `undefined`: it is for somebody else. */
  page(x: Exchange): Promise<Reply> | undefined {
    const base = this.#paths.get(x.path)
    return base === undefined ? undefined : this.#shown(x, base)
  }

  /** What a request is answered for which an account must be connected first (reference: mcp §7.4). */
  async ask({ login }: LoginNeeded, asked: Asked): Promise<Answer> {
    const { x, client, incoming } = asked
    const principal = principalOf(x)
    const base = this.#bound.find((one) => one.login === login)?.connect ?? this.#base
    if (principal === undefined || base === undefined)
      return refusal(
        codes.internal,
        `${login.target} wants a login, and this gateway has no page for it: set \`connect\``,
      )
    const logins = [login, ...(await this.#others(login, principal))]
    const link = await this.#pages.link(principal, logins, base)
    if (link === undefined)
      return refusal(codes.internal, 'there are too many links that have not been opened: open one of them, or wait')
    const names = logins.map(({ target }) => target)
    const message = `Connect your account at ${listed(names)} to go on.`
    if (opensLinks(client)) {
      this.#told.add(link.elicitation, client)
      const elicitation = { mode: 'url', elicitationId: link.elicitation, url: link.url, message }
      return {
        kind: 'error',
        raw: errorObject(codes.urlElicitationRequired, message, { elicitations: [elicitation] }),
      }
    }
    const text = `${message} Open this link in a browser, log in there, then try again: ${link.url} (for this user only; it opens once, within ten minutes)`
    if (incoming.method !== 'tools/call') return refusal(codes.internal, text)
    return { kind: 'result', raw: toolError(text) }
  }

  /** One ask for all: accounts at other targets that will be wanted sooner or later. */
  async #others(login: UpstreamLogin, principal: string): Promise<readonly UpstreamLogin[]> {
    const others = this.#bound.map((one) => one.login).filter((one) => one !== login)
    const known = await Promise.all(others.map((one) => one.connected(principal)))
    return others.filter((_, index) => known[index] === false)
  }

  async #shown(x: Exchange, base: string): Promise<Reply> {
    const visitor = { asked: askedIn(x), path: x.path, principal: principalOf(x), base }
    return replyOf(await this.#pages.answer(visitor), this.#look)
  }
}

/** Links are understood since 2025-11-25, by clients that say so. */
function opensLinks({ revision, capabilities }: Client): boolean {
  const { elicitation } = capabilities
  return (
    revision >= '2025-11-25' &&
    typeof elicitation === 'object' &&
    elicitation !== null &&
    'url' in elicitation &&
    typeof elicitation.url === 'object'
  )
}

const toolError = (text: string): RawJson =>
  rawJson(JSON.stringify({ content: [{ type: 'text', text }], isError: true }))

function listed(names: readonly string[]): string {
  const [last = '', ...others] = names.toReversed()
  return others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`
}

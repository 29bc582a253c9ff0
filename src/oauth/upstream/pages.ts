// Links for people, and the pages behind them: which accounts to connect, the way to each of them, and back. Every step belongs to one
// person; whoever opens somebody else's link gets no further than a sentence that says so.
import { type Answer, type Asked, failed } from '../facade/answer.ts'
import { Parameters } from '../facade/form.ts'
import { Limit, ownerOf } from '../facade/limits.ts'
import { hashed, randomText } from '../facade/secrets.ts'
import { clientDocument, documentPath, redirectOf } from './document.ts'
import { type Begun, begunKey, type UpstreamLogin } from './login.ts'
import { LoginBroken } from './needed.ts'
import type { LoginTools } from './settings.ts'

/** What a link, and the page that it opens, are about. */
interface Visit {
  readonly logins: readonly string[]
  /** Under which the client has been told of the link (MCP 2025-11-25, elicitation in URL mode). */
  readonly elicitation: string
  readonly problem?: string
}

export interface Link {
  readonly url: string
  readonly elicitation: string
}

export interface Visitor {
  readonly asked: Asked
  readonly path: string
  /** Who the browser's user is, as the policies of the route have found out. */
  readonly principal: string | undefined
  /** Public address of the pages. */
  readonly base: string
}

export interface PagesOptions {
  readonly logins: readonly UpstreamLogin[]
  readonly tools: LoginTools
  /** Told of links that have served their purpose. */
  readonly completed: (elicitation: string) => void
}

const LINK_MS = 10 * 60_000
const PAGE_MS = 15 * 60_000
const BEGUN_MS = 10 * 60_000
/** Links of one person that wait to be opened: a model may call in a loop. */
const LINKS = 100
const PER_MINUTE = 120
const MAX_FORM = 4_096

export class LoginPages {
  readonly #logins: ReadonlyMap<string, UpstreamLogin>
  readonly #options: PagesOptions
  readonly #limit = new Limit({ most: PER_MINUTE, windowMs: 60_000 })

  constructor(options: PagesOptions) {
    this.#options = options
    this.#logins = new Map(options.logins.map((login) => [login.key, login]))
  }

  /**
   * A link for one person. It holds a random name and nothing else, is good for ten minutes, and opens once. `undefined`: too many
   * of them wait to be opened.
   */
  async link(principal: string, logins: readonly UpstreamLogin[], base: string): Promise<Link | undefined> {
    const store = await this.#options.tools.store()
    if ((await store.count(['login', 'link', principal], LINKS)) >= LINKS) return undefined
    const [id, elicitation] = [randomText(), randomText(16)]
    const visit: Visit = { logins: logins.map(({ key }) => key), elicitation }
    await store.put(['login', 'link', principal, hashed(id)], JSON.stringify(visit), { ttlMs: LINK_MS })
    return { url: `${base}?link=${id}`, elicitation }
  }

  async answer({ asked, path, principal, base }: Visitor): Promise<Answer> {
    if (path === pathOf(documentPath(base))) return documentOf(asked, base)
    if (!this.#limit.admits(ownerOf(asked.address)))
      return failed(429, 'That was too often', 'Wait a minute, then open the link again.', { 'retry-after': '60' })
    if (principal === undefined) return nobody
    try {
      if (path === pathOf(redirectOf(base))) return await this.#returned(asked, principal)
      if (asked.method === 'POST') return await this.#departs(asked, principal, base)
      if (asked.method !== 'GET') return failed(405, 'This page is opened by a link', AGAIN, { allow: 'GET, POST' })
      const parameters = new Parameters(asked.query)
      const link = parameters.get('link')
      return link === undefined
        ? await this.#shown(parameters.get('page'), principal, base)
        : await this.#opened(link, principal, base)
    } catch (thrown) {
      if (!(thrown instanceof LoginBroken)) throw thrown
      return failed(502, 'The account could not be connected', said(thrown))
    }
  }

  /** A link is exchanged for a page: what stands in histories and logs afterwards opens nothing. */
  async #opened(link: string, principal: string, base: string): Promise<Answer> {
    const store = await this.#options.tools.store()
    const taken = await store.take(['login', 'link', principal, hashed(link)])
    if (taken === undefined) return notYours
    const page = randomText()
    await store.put(pageKey(principal, page), taken, { ttlMs: PAGE_MS })
    return onward(`${base}?page=${page}`)
  }

  async #shown(page: string | undefined, principal: string, base: string): Promise<Answer> {
    const visit = await this.#visit(principal, page)
    if (visit === undefined || page === undefined) return notYours
    const upstreams = await Promise.all(
      this.#of(visit).map(async (login) => ({
        key: login.key,
        name: login.target,
        connected: await login.settled(principal),
      })),
    )
    const { pathname: action } = new URL(base)
    const { problem } = visit
    return {
      kind: 'page',
      status: 200,
      headers: {},
      page: { kind: 'connect', upstreams, problem, action, page },
    }
  }

  /** The person has pressed a button. A form of ours knows the page's name; another site's does not (and gets no cookie). */
  async #departs(asked: Asked, principal: string, base: string): Promise<Answer> {
    const site = asked.headers['sec-fetch-site']
    const { origin } = asked.headers
    if ((site !== undefined && site !== 'same-origin') || (origin !== undefined && origin !== new URL(base).origin))
      return failed(403, 'The form was sent by a page of somebody else', AGAIN)
    const form = new Parameters((await asked.body(MAX_FORM)).toString('utf8'))
    const page = form.get('page')
    const visit = await this.#visit(principal, page)
    const login = this.#of(visit).find(({ key }) => key === form.get('upstream'))
    if (visit === undefined || login === undefined || page === undefined || form.broken) return notYours
    const { address, shown, state, begun } = await login.begin(principal, base, page)
    const store = await this.#options.tools.store()
    await store.put(begunKey(state), JSON.stringify(begun), { ttlMs: BEGUN_MS })
    return { kind: 'page', status: 200, headers: {}, page: { kind: 'onward', to: address, shown } }
  }

  /** The browser is back: the one of the person who was sent, with the state that they were given, and once. */
  async #returned(asked: Asked, principal: string): Promise<Answer> {
    if (asked.method !== 'GET') return failed(405, 'This page is opened by a redirect', AGAIN, { allow: 'GET' })
    const parameters = new Parameters(asked.query)
    const state = parameters.get('state')
    if (state === undefined || parameters.broken) return stranded
    const store = await this.#options.tools.store()
    const waiting = await store.get(begunKey(state))
    const begun: Begun | undefined = waiting && JSON.parse(waiting.value)
    const login = begun && this.#logins.get(begun.login)
    // Left where it is: the right person may still come.
    if (begun === undefined || login === undefined || begun.principal !== principal) return stranded
    if ((await store.take(begunKey(state))) === undefined) return stranded
    const visit = await this.#visit(principal, begun.page)
    try {
      await login.finish(begun, state, asked.query)
    } catch (thrown) {
      if (!(thrown instanceof LoginBroken) || visit === undefined) throw thrown
      const told: Visit = { ...visit, problem: said(thrown) }
      await store.put(pageKey(principal, begun.page), JSON.stringify(told), { ttlMs: PAGE_MS })
      return onward(`${begun.base}?page=${begun.page}`)
    }
    if (visit === undefined)
      return failed(200, 'You are connected', 'Go back to your application: what you asked for works now.')
    const { problem: _, ...rest } = visit
    await store.put(pageKey(principal, begun.page), JSON.stringify(rest), { ttlMs: PAGE_MS })
    if (visit.logins[0] === login.key) this.#options.completed(visit.elicitation)
    return onward(`${begun.base}?page=${begun.page}`)
  }

  async #visit(principal: string, page: string | undefined): Promise<Visit | undefined> {
    if (page === undefined) return undefined
    const entry = await (await this.#options.tools.store()).get(pageKey(principal, page))
    return entry && JSON.parse(entry.value)
  }

  #of(visit: Visit | undefined): readonly UpstreamLogin[] {
    return (visit?.logins ?? []).flatMap((key) => this.#logins.get(key) ?? [])
  }
}

const AGAIN = 'Start again from your application.'

const pageKey = (principal: string, page: string): readonly string[] => ['login', 'page', principal, hashed(page)]

const pathOf = (url: string): string => new URL(url).pathname

const onward = (location: string): Answer => ({ kind: 'redirect', location, headers: {} })

function documentOf({ method }: Asked, base: string): Answer {
  if (method !== 'GET' && method !== 'HEAD') return failed(405, 'This is a document', AGAIN, { allow: 'GET, HEAD' })
  return {
    kind: 'json',
    status: 200,
    headers: { 'cache-control': 'public, max-age=3600' },
    value: clientDocument(base),
  }
}

/** Words for a person; what an authorization server has written stays out of them (reference: security §3.3, row 58). */
function said({ kind, message }: LoginBroken): string {
  switch (kind) {
    case 'operator':
      return `Only whoever runs this gateway can mend this: ${message}.`
    case 'refused':
      return 'The login was refused, or you have cancelled it. You can try again.'
    case 'broken':
      return `The login does not work at the moment: ${message}.`
    default:
      return kind satisfies never
  }
}

const nobody = failed(
  401,
  'Nobody is logged in here',
  'Links of this gateway are for one person each, and this browser has not shown who is using it.',
)

const notYours = failed(
  403,
  'This link is not for you, or not any more',
  'A link connects an account for the person whose application has asked for it, and for nobody else, even when it is passed on. It opens once, within ten minutes. If somebody has sent it to you: close this page. If it is yours: start again from your application, with the same login as there.',
)

const stranded = failed(
  400,
  'This login cannot go on',
  'It was begun by somebody else, it took too long, or it is over already. Start it again from your application.',
)

// People who look at pages of the gateway: who they are, by the same login that clients send them through. No client is involved, so
// nobody's consent is asked; and nothing is handed out but a cookie.
import { type Answer, type Asked, failed } from './answer.ts'
import type { Browser, Browsers } from './browser.ts'
import type { User } from './provider.ts'
import { hashed, type Secrets } from './secrets.ts'
import type { Facts } from './settings.ts'

export interface Person {
  readonly subject: string
  readonly claims: { readonly [claim: string]: unknown }
}

/** Time to do what the page is for. */
const PERSON_MS = 15 * 60_000
/** Browsers drop larger cookies without a word. */
const MAX_COOKIE = 3_800
const MAX_TARGET = 2_048
const PURPOSE = 'person'

export interface PersonParts {
  readonly facts: Facts
  readonly secrets: Secrets
  readonly browsers: Browsers
  /** Sends a browser to the provider, which brings it back to `target`. */
  readonly enter: (browser: Browser, target: string) => Promise<string>
}

export class Persons {
  readonly #parts: PersonParts
  readonly #name: string

  constructor(parts: PersonParts) {
    this.#parts = parts
    const { secure, issuer } = parts.facts
    this.#name = `${secure ? '__Host-' : ''}toolgate-person-${hashed(issuer).slice(0, 8)}`
  }

  /** Who uses the browser, when they have logged in a moment ago. */
  async known({ headers }: Asked): Promise<Person | undefined> {
    const browser = await this.#parts.browsers.known(headers)
    const [cookie, other] = (headers.cookie ?? '')
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part.startsWith(`${this.#name}=`))
    if (browser === undefined || cookie === undefined || other !== undefined) return undefined
    const sealed = cookie.slice(this.#name.length + 1)
    const content = await this.#parts.secrets.open(`${PURPOSE} ${browser.hash}`, sealed)
    return isPerson(content) ? content : undefined
  }

  /** The way to the login, from a page that wants to know who is there. */
  async login(asked: Asked, path: string): Promise<Answer> {
    const { browsers, enter } = this.#parts
    const mode = asked.headers['sec-fetch-mode']
    if (mode !== undefined && mode !== 'navigate')
      return failed(401, 'Nobody is logged in here', 'Open this page in a window of its own.')
    const browser = (await browsers.known(asked.headers)) ?? browsers.make()
    const query = asked.method === 'GET' && asked.query !== '' ? `?${asked.query}` : ''
    const location = await enter(browser, targetOf(path + query))
    return { kind: 'redirect', location, headers: { 'set-cookie': await browsers.cookie(browser) } }
  }

  /** They have logged in: on to the page, with a cookie that says who they are. */
  async welcome(browser: Browser, { subject, claims }: User, target: string): Promise<Answer> {
    const sealed = await this.#sealed(browser, { subject, claims })
    // Claims that do not fit are left out: whoever needs them to let somebody in does not let them in.
    const value = sealed.length <= MAX_COOKIE ? sealed : await this.#sealed(browser, { subject, claims: {} })
    const age = Math.floor(PERSON_MS / 1_000)
    const cookie = `${this.#name}=${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${this.#parts.facts.secure ? '; Secure' : ''}`
    return { kind: 'redirect', location: this.#parts.facts.origin + target, headers: { 'set-cookie': cookie } }
  }

  #sealed(browser: Browser, { subject, claims }: Person): Promise<string> {
    return this.#parts.secrets.seal(`${PURPOSE} ${browser.hash}`, { subject, claims }, PERSON_MS)
  }
}

/** A path of ours, whatever it looks like: `//host` and `/\host` are other servers to browsers. */
const targetOf = (target: string): string =>
  target.length <= MAX_TARGET && /^\/(?!\/|\\|%2f|%5c)[\x21-\x5b\x5d-\x7e]*$/i.test(target) ? target : '/'

const isPerson = (value: unknown): value is Person =>
  typeof value === 'object' &&
  value !== null &&
  'subject' in value &&
  typeof value.subject === 'string' &&
  'claims' in value &&
  typeof value.claims === 'object' &&
  value.claims !== null

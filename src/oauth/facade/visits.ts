// Visits of browsers at the identity provider: begun after consent, ended by the callback, each once and in the same browser.
import { type Answer, type Asked, failed } from './answer.ts'
import type { Browser, Browsers } from './browser.ts'
import type { Consents, Wish } from './consents.ts'
import type { Devices } from './devices.ts'
import { Parameters } from './form.ts'
import type { Grants } from './grants.ts'
import type { Persons } from './persons.ts'
import { NoUser, type Provider, type Visit } from './provider.ts'
import { responseUrl } from './response.ts'
import { hashed } from './secrets.ts'
import type { Facts } from './settings.ts'

/** Time to log in. */
const VISIT_MS = 10 * 60_000
/** Visits that are going on at the same time; each is a row of the store. */
const MOST = 10_000

interface Kept {
  readonly wish: Wish
  readonly visit: Visit
  readonly browser: string
  readonly consent: string
  /** Whose remembered consent the page was left out for. */
  readonly agreed: string | undefined
}

/** A visit of somebody who wants to look at a page of ours. */
interface KeptPerson {
  readonly target: string
  readonly visit: Visit
  readonly browser: string
}

/** A visit of somebody who has entered the code of a device. */
interface KeptDevice {
  readonly device: string
  readonly visit: Visit
  readonly browser: string
}

/** Whom visits are for that end without a code. */
export interface Others {
  readonly persons: Persons
  readonly devices: Devices
}

export interface VisitParts {
  readonly facts: Facts
  readonly provider: Provider
  readonly browsers: Browsers
  readonly consents: Consents
  readonly grants: Grants
}

export class Visits {
  readonly #parts: VisitParts

  constructor(parts: VisitParts) {
    this.#parts = parts
  }

  /** The provider's address for a browser whose user has agreed. Rejects with NoUser when the provider cannot be reached. */
  async begin(browser: Browser, wish: Wish, agreed: string | undefined): Promise<string> {
    const { facts, provider, consents } = this.#parts
    const { store } = facts.tools
    await this.#room()
    const visit = provider.visit()
    const address = await provider.address(visit)
    const consent = consents.nameOf(browser, wish)
    const kept: Kept = { wish, visit, browser: browser.hash, consent, agreed }
    await store.put(facts.key('visit', hashed(visit.state)), JSON.stringify(kept), { ttlMs: VISIT_MS })
    return address
  }

  /** The provider's address for a browser whose user wants to go on to a page of ours, or has agreed for a device. */
  async enter(browser: Browser, to: { readonly target: string } | { readonly device: string }): Promise<string> {
    const { facts, provider } = this.#parts
    await this.#room()
    const visit = provider.visit()
    const address = await provider.address(visit)
    const kept: KeptPerson | KeptDevice = { ...to, visit, browser: browser.hash }
    await facts.tools.store.put(facts.key('visit', hashed(visit.state)), JSON.stringify(kept), { ttlMs: VISIT_MS })
    return address
  }

  /** GET of the provider's redirect: who came back, and a code for the client. */
  async callback(asked: Asked, others: Others): Promise<Answer> {
    const { facts, provider, browsers, consents, grants } = this.#parts
    if (asked.method !== 'GET')
      return failed(405, 'This page is opened by a redirect', 'Start the login again.', { allow: 'GET' })
    const parameters = new Parameters(asked.query)
    const state = parameters.get('state')
    if (parameters.broken || state === undefined) return stranded
    const taken = await facts.tools.store.take(facts.key('visit', hashed(state)))
    if (taken === undefined) return stranded
    const kept: Kept | KeptPerson | KeptDevice = JSON.parse(taken)
    const known = await browsers.known(asked.headers)
    // Whoever lets another browser finish a login that they began logs its user in as themselves, or gets that user's code.
    if (known?.hash !== kept.browser) return stranded
    if (!('wish' in kept)) return this.#entered(asked, known, kept, others)
    const { wish, visit, consent, agreed } = kept
    const user = await provider.user(asked.query, visit).catch((thrown: unknown) => this.#denied(thrown))
    if ('error' in user) return back(wish, user, facts)
    if (agreed !== undefined && agreed !== user.subject) {
      // Another person at the same browser: what the first one agreed to is not theirs.
      await consents.forget(consent)
      return { kind: 'redirect', location: againUrl(wish, facts), headers: {} }
    }
    await consents.keep(consent, user.subject)
    return back(wish, { code: await grants.code(wish, user, consent) }, facts)
  }

  async #entered(
    asked: Asked,
    browser: Browser,
    kept: KeptPerson | KeptDevice,
    { persons, devices }: Others,
  ): Promise<Answer> {
    const user = await this.#parts.provider
      .user(asked.query, kept.visit)
      .catch((thrown: unknown) => this.#denied(thrown))
    if ('error' in user)
      return failed(403, 'You are not logged in', 'The login was refused, or could not be completed.')
    return 'device' in kept ? devices.granted(kept.device, user) : persons.welcome(browser, user, kept.target)
  }

  /** Rejects with NoUser when too many visits are going on. */
  async #room(): Promise<void> {
    const { facts } = this.#parts
    if ((await facts.tools.store.count(facts.key('visit'), MOST)) >= MOST)
      throw new NoUser('broken', 'too many logins are going on')
  }

  #denied(thrown: unknown): { readonly error: string; readonly error_description: string } {
    if (!(thrown instanceof NoUser)) throw thrown
    this.#parts.facts.tools.warn('a login at the identity provider has failed', { error: thrown.message })
    return thrown.kind === 'denied'
      ? { error: 'access_denied', error_description: 'the login was refused' }
      : { error: 'server_error', error_description: 'the login could not be completed' }
  }
}

const stranded = failed(
  400,
  'This login cannot go on',
  'It was begun in another browser, it took too long, or it is over already. Start it again from your application.',
)

const back = (wish: Wish, answer: Readonly<Record<string, string>>, facts: Facts): Answer => ({
  kind: 'redirect',
  location: responseUrl(wish, answer, facts),
  headers: {},
})

/** The request from its beginning, so that the page is shown. */
function againUrl(wish: Wish, facts: Facts): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: wish.client,
    redirect_uri: wish.redirect,
    code_challenge: wish.challenge,
    code_challenge_method: 'S256',
    resource: wish.resource,
    ...(wish.scopes.length > 0 && { scope: wish.scopes.join(' ') }),
    ...(wish.state !== undefined && { state: wish.state }),
    ...(wish.jkt !== undefined && { dpop_jkt: wish.jkt }),
  })
  return `${facts.url('authorize')}?${query.toString()}`
}

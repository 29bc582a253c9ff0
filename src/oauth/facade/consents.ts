// What a browser's user has agreed to: this client, this redirect address, these scopes, this resource, and nothing else.
import type { Browser } from './browser.ts'
import { hashed } from './secrets.ts'
import type { Facts } from './settings.ts'

/** What a client asks for, once it has been checked. */
export interface Wish {
  readonly client: string
  readonly redirect: string
  /** As the client gave it; goes back to it unchanged. */
  readonly state: string | undefined
  readonly challenge: string
  readonly scopes: readonly string[]
  readonly resource: string
  /** Key that the code is for (RFC 9449 §10); absent: whoever has the verifier. */
  readonly jkt?: string
}

export class Consents {
  readonly #facts: Facts

  constructor(facts: Facts) {
    this.#facts = facts
  }

  /** The name under which an agreement is kept: it covers all that was shown on the page (reference: security §3.2, row 20). */
  nameOf(browser: Browser, { client, redirect, scopes, resource }: Wish): string {
    return `${browser.hash}.${hashed(JSON.stringify([client, redirect, scopes.toSorted(), resource]))}`
  }

  /**
   * Who has agreed before in this browser, so that the page may be left out: a subject that the login must then be of. Only for
   * redirects to a site: another program on the same machine can take the place of one that is not running, and nobody but the
   * person is there to notice (RFC 8252 §8.6).
   */
  async given(browser: Browser, wish: Wish): Promise<string | undefined> {
    const { settings, tools, key } = this.#facts
    if (settings.consentMs === 0 || !wish.redirect.startsWith('https:')) return undefined
    return (await tools.store.get(key('consent', this.nameOf(browser, wish))))?.value
  }

  /** Remembers an agreement, once it is known who has given it. */
  async keep(name: string, subject: string): Promise<void> {
    const { settings, tools, key } = this.#facts
    if (settings.consentMs > 0) await tools.store.put(key('consent', name), subject, { ttlMs: settings.consentMs })
  }

  async forget(name: string): Promise<void> {
    const { tools, key } = this.#facts
    await tools.store.delete(key('consent', name))
  }
}

// Which browser this is: one signed cookie, that only our own pages get back.
import type { IncomingHttpHeaders } from 'node:http'
import { hashed, isSame, randomText, type Secrets } from './secrets.ts'
import type { Facts } from './settings.ts'

/** A browser as we know it again. What is stored of it is the hash. */
export interface Browser {
  readonly id: string
  readonly hash: string
}

/** Time to read a page and to log in; longer when consent is to be remembered. */
const SHORT_MS = 15 * 60_000

export class Browsers {
  readonly #facts: Facts
  readonly #secrets: Secrets
  readonly #name: string

  constructor(facts: Facts, secrets: Secrets) {
    this.#facts = facts
    this.#secrets = secrets
    // `__Host-`: set by this very host over TLS and for all of its paths, so that no sibling domain can toss one in (RFC 6265bis
    // §4.1.3). Facades of one host are told apart by their names. Over http, which is for this machine only, browsers refuse it.
    this.#name = `${facts.secure ? '__Host-' : ''}toolgate-${hashed(facts.issuer).slice(0, 8)}`
  }

  /** The browser whose cookie came along; `undefined` when there is none that we made, or more than one. */
  async known(headers: IncomingHttpHeaders): Promise<Browser | undefined> {
    const found = (headers.cookie ?? '')
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part.startsWith(`${this.#name}=`))
    const [only] = found
    if (only === undefined || found.length > 1) return undefined
    const [id = '', signature = ''] = only.slice(this.#name.length + 1).split('.')
    const right = isSame(signature, await this.#secrets.sign('browser', id))
    return right ? { id, hash: hashed(id) } : undefined
  }

  make(): Browser {
    const id = randomText()
    return { id, hash: hashed(id) }
  }

  /** `set-cookie` for a browser. */
  async cookie({ id }: Browser): Promise<string> {
    const age = Math.floor(Math.max(SHORT_MS, this.#facts.settings.consentMs) / 1_000)
    const value = `${id}.${await this.#secrets.sign('browser', id)}`
    return `${this.#name}=${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${this.#facts.secure ? '; Secure' : ''}`
  }
}

// Client id metadata documents: the client's id is the address of what it says of itself (draft-ietf-oauth-client-id-metadata-document).
import { asFailure } from '../../core/failure.ts'
import { type Client, describe } from './client.ts'
import { Limit } from './limits.ts'
import type { Facts, Fetched } from './settings.ts'

const MAX_BYTES = 64 * 1024
const TIMEOUT_MS = 5_000
const MINUTE = 60_000
/** How long a document is believed, whatever its server says. */
const FRESH_MS = { least: MINUTE, usual: 60 * MINUTE, most: 24 * 60 * MINUTE }
/** What was wrong is not asked again for so long: a stranger must not make us knock at somebody's door. */
const WRONG_MS = 30_000
const MOST = 500
const PER_HOST = { most: 30, windowMs: MINUTE }

interface Kept {
  readonly answer: Promise<Client | string>
  until: number
}

/** Whether a client id is meant as an address; if it is a good one is another question. */
export const isDocumentId = (id: string): boolean => /^https?:/i.test(id)

/**
 * Whether a client id can be the address of a document: https, a path, one canonical spelling without user information, fragment
 * or dot segments (draft §3). The text is compared, so another spelling would be another client.
 */
export function isDocumentUrl(id: string): boolean {
  if (id.length > 2_048 || !/^[\x21-\x7e]+$/.test(id) || /[\\#]|\/\.{1,2}(\/|$|\?)|%(2e|2f|5c|00)/i.test(id))
    return false
  const url = URL.parse(id)
  return (
    url !== null &&
    url.href === id &&
    url.protocol === 'https:' &&
    url.pathname.length > 1 &&
    url.username === '' &&
    url.password === ''
  )
}

export class Documents {
  readonly #facts: Facts
  readonly #kept = new Map<string, Kept>()
  readonly #hosts = new Limit(PER_HOST)

  constructor(facts: Facts) {
    this.#facts = facts
  }

  /** The client that a document describes, or why there is none. Asked once for everybody who waits. */
  client(id: string): Promise<Client | string> {
    const { documents } = this.#facts.settings
    if (documents === 'none') return Promise.resolve('Clients that are known by an address are not taken here.')
    if (!isDocumentUrl(id))
      return Promise.resolve('The address that stands for the client is not a usual https address.')
    const { hostname } = new URL(id)
    if (documents !== 'any' && !documents.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`)))
      return Promise.resolve(`Clients of ${hostname} are not taken here.`)
    const kept = this.#kept.get(id)
    if (kept !== undefined && kept.until > Date.now()) return kept.answer
    if (!this.#hosts.admits(hostname))
      return Promise.resolve('Too many clients of this domain were asked for just now.')
    return this.#ask(id)
  }

  #ask(id: string): Promise<Client | string> {
    const fresh: Kept = {
      until: Date.now() + TIMEOUT_MS * 2,
      answer: this.#read(id, (ms) => (fresh.until = Date.now() + ms)),
    }
    this.#kept.delete(id)
    this.#kept.set(id, fresh)
    if (this.#kept.size > MOST) {
      const [oldest] = this.#kept.keys()
      if (oldest !== undefined) this.#kept.delete(oldest)
    }
    return fresh.answer
  }

  async #read(id: string, keep: (ms: number) => void): Promise<Client | string> {
    const wrong = (why: string): string => {
      keep(WRONG_MS)
      return why
    }
    let fetched: Fetched
    try {
      fetched = await this.#facts.tools.read(id, { maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS })
    } catch (thrown) {
      const { code, message } = asFailure(thrown)
      this.#facts.tools.warn('a client document could not be read', { client: id, code, error: message })
      return wrong('The document of the client could not be read.')
    }
    const type = fetched.headers['content-type'] ?? ''
    if (fetched.status !== 200 || !/^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(type))
      return wrong('There is no document in JSON at the address of the client.')
    const document = jsonIn(fetched.body)
    if (document === undefined) return wrong('The document of the client is not JSON.')
    if (document['client_id'] !== id) return wrong('The document of the client belongs to another client.')
    if ('client_secret' in document)
      return wrong('The document of the client holds a secret, and everybody can read it.')
    const described = describe({ token_endpoint_auth_method: 'none', ...document }, this.#facts.settings)
    if ('error' in described) return wrong(`The document of the client cannot be used: ${described.description}.`)
    if (described.auth !== 'none') return wrong('The document of the client asks for a secret, and there is none.')
    keep(freshness(fetched.headers['cache-control']))
    return { ...described, id, kind: 'document', secretHash: undefined }
  }
}

/** How long the server lets its document be used (RFC 9111 §5.2.2), within our bounds. */
function freshness(control: string | undefined): number {
  if (control === undefined) return FRESH_MS.usual
  if (/\bno-(store|cache)\b/i.test(control)) return FRESH_MS.least
  const age = /\bmax-age\s*=\s*"?(\d{1,9})/i.exec(control)?.[1]
  return age === undefined ? FRESH_MS.usual : Math.min(Math.max(Number(age) * 1_000, FRESH_MS.least), FRESH_MS.most)
}

function jsonIn(body: Buffer): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

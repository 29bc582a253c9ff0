// Cookies of browser logins: names, attributes, and sealed contents that only this policy of this gateway can read.
import { hash } from 'node:crypto'
import { Seal } from '../store/seal.ts'

/** All of ours begin so, and none goes to an upstream (`http/headers.ts`): whoever has one could show it to us. */
const PREFIX = 'agw_oidc_'
/** Browsers drop larger cookies without a word (reference: agentgateway §7.4). */
const MAX_VALUE = 3_800

/** Cookies of one policy; `name` tells policies apart. */
export class LoginCookies {
  readonly session: string
  readonly #transaction: string
  readonly #attributes: string
  readonly #seal: Seal
  readonly #place: string

  constructor(name: string, key: Buffer, secure: boolean) {
    const mark = hash('sha256', name).slice(0, 16)
    this.session = `${PREFIX}s_${mark}`
    this.#transaction = `${PREFIX}t_${mark}.`
    this.#attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
    this.#seal = new Seal([key])
    this.#place = `oidc ${name}`
  }

  transaction(id: string): string {
    return this.#transaction + id
  }

  /** Names of the logins that were begun and not finished. */
  begun(header: string | undefined): readonly string[] {
    return pairs(header).flatMap(([name]) => (name.startsWith(this.#transaction) ? [name] : []))
  }

  /** What a cookie of ours holds; `undefined` when it is not there, there twice, changed, or meant for another name. */
  read(header: string | undefined, cookie: string): unknown {
    const found = pairs(header).filter(([name]) => name === cookie)
    const [only] = found
    // A neighbour domain can add a second one, and browsers do not say which is whose.
    if (only === undefined || found.length > 1) return undefined
    const text = this.#seal.open(`${this.#place} ${cookie}`, Buffer.from(only[1], 'base64url'))
    return text === undefined ? undefined : JSON.parse(text) // nobody but us could have written it
  }

  /** A `set-cookie`; `undefined`: it would be too large. */
  write(cookie: string, content: object, seconds: number): string | undefined {
    const value = this.#seal.close(`${this.#place} ${cookie}`, JSON.stringify(content)).toString('base64url')
    return value.length > MAX_VALUE ? undefined : `${cookie}=${value}; Max-Age=${seconds}; ${this.#attributes}`
  }

  clear(cookie: string): string {
    return `${cookie}=; Max-Age=0; ${this.#attributes}`
  }
}

function pairs(header: string | undefined): readonly (readonly [name: string, value: string])[] {
  if (header === undefined || !header.includes(PREFIX)) return []
  return header.split(';').map((pair) => {
    const text = pair.trim()
    const equals = text.indexOf('=')
    return equals < 0 ? ([text, ''] as const) : ([text.slice(0, equals), text.slice(equals + 1)] as const)
  })
}

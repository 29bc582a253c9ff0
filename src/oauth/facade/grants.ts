// Codes and logins: what was granted to whom, kept in the store under hashes. Every step is one atomic change of one value.
import type { StoreEntry } from '../../core/store.ts'
import type { Wish } from './consents.ts'
import type { User } from './provider.ts'
import { hashed, isSame, randomText } from './secrets.ts'
import type { Facts } from './settings.ts'

/** What a person has granted to a client. */
export interface Grant {
  readonly client: string
  readonly scopes: readonly string[]
  readonly resource: string
  readonly user: User
  /** The consent that it rests on; revocation takes it back as well. */
  readonly consent: string
  /** When the login ends, however often it is refreshed. */
  readonly until: number
  /** Key without which its refresh token is good for nothing (RFC 9449 §5); absent: whoever has it. */
  readonly jkt?: string
}

interface Code extends Grant {
  readonly redirect: string
  readonly challenge: string
  /** Id of the login that was made of it, once the code has been used. */
  readonly login: string | undefined
}

/** A login while it lasts. */
export interface Login extends Grant {
  readonly id: string
  readonly version: number
}

interface Kept extends Grant {
  /** Hash of the refresh token that is good now. */
  readonly current: string
}

const CODE_MS = 60_000
/** A used code is remembered, so that using it again is noticed. */
export const USED_MS = 60 * 60_000
const DAY = 86_400_000

/** What a code must be shown with to be good. */
export interface Redemption {
  readonly client: string
  readonly redirect: string | undefined
  readonly verifier: string
  /** Key that the client has shown to have; and whether its refresh token will be for that key only. */
  readonly jkt: string | undefined
  readonly binds: boolean
}

/** What is new of a login with a new refresh token. */
export interface Renewal {
  /** As the provider knows them now. */
  readonly user: User
  readonly jkt: string | undefined
}

export interface Issued {
  readonly login: Login
  readonly refresh: string
}

export class Grants {
  readonly #facts: Facts
  readonly #ended: (grant: Grant) => Promise<void>

  /** `ended` is told of every login that ends before its time. */
  constructor(facts: Facts, ended: (grant: Grant) => Promise<void>) {
    this.#facts = facts
    this.#ended = ended
  }

  /** A code of 256 bits for a minute; only its hash is kept (reference: security §3.2, row 28). */
  async code(wish: Wish, user: User, consent: string): Promise<string> {
    const { tools, key } = this.#facts
    const code = randomText()
    const { client, scopes, resource, redirect, challenge, jkt } = wish
    const kept: Code = {
      client,
      scopes,
      resource,
      redirect,
      challenge,
      user,
      consent,
      until: this.#until(user),
      login: undefined,
      ...(jkt !== undefined && { jkt }),
    }
    await tools.store.put(key('code', hashed(code)), JSON.stringify(kept), { ttlMs: CODE_MS })
    return code
  }

  /**
   * Makes a login of a code. Whatever comes of it, the code is used up; one that is shown again ends what came of it, because
   * then two have it and one of them is a thief (RFC 6749 §4.1.2).
   */
  async redeem(code: string, { client, redirect, verifier, jkt, binds }: Redemption): Promise<Issued | undefined> {
    const { tools, key } = this.#facts
    const place = key('code', hashed(code))
    const entry = await tools.store.get(place)
    if (entry === undefined) return undefined
    const kept: Code = JSON.parse(entry.value)
    if (kept.login !== undefined) {
      await this.#end(kept.login)
      return undefined
    }
    const family = randomText(16)
    const used: Code = { ...kept, login: idOf(family) }
    const first = await tools.store.put(place, JSON.stringify(used), { ttlMs: USED_MS, when: entry.version })
    if (first === undefined) return undefined // somebody was faster by a moment
    const fits =
      kept.client === client &&
      (redirect ?? kept.redirect) === kept.redirect &&
      (kept.jkt ?? jkt) === jkt &&
      isSame(challengeOf(verifier), kept.challenge)
    return fits ? this.#begin(kept, family, binds ? jkt : undefined) : undefined
  }

  /** A login without a code: what was granted to a device. */
  async begin(granted: Omit<Grant, 'until' | 'jkt'>, jkt: string | undefined): Promise<Issued> {
    const issued = await this.#begin({ ...granted, until: this.#until(granted.user) }, randomText(16), jkt)
    if (issued === undefined) throw new Error('a random name is taken')
    return issued
  }

  /** The login that a refresh token belongs to. A token that is no longer the current one ends the login: somebody has a copy. */
  async find(refresh: string): Promise<Login | undefined> {
    const [family = '', secret = '', ...more] = refresh.split('.')
    if (more.length > 0 || refresh.length > 200) return undefined
    const id = idOf(family)
    const entry = await this.#facts.tools.store.get(this.#facts.key('login', id))
    const kept = keptIn(entry)
    if (kept === undefined || entry === undefined) return undefined
    if (!isSame(kept.current, hashed(secret))) {
      await this.#end(id)
      this.#facts.tools.warn('a refresh token was used again: the login is ended', { client: kept.client })
      return undefined
    }
    return { ...kept, id, version: entry.version }
  }

  /** Exchanges the refresh token; `undefined`: somebody was faster. */
  async rotate(refresh: string, login: Login, { user, jkt }: Renewal): Promise<Issued | undefined> {
    const { tools, key } = this.#facts
    const [family = ''] = refresh.split('.')
    const secret = randomText()
    const { id, version, ...grant } = login
    const bound = { ...grant, user, ...(jkt !== undefined && { jkt }) }
    const kept: Kept = { ...bound, current: hashed(secret) }
    const ttlMs = login.until - Date.now()
    if (ttlMs <= 0) return undefined
    const next = await tools.store.put(key('login', id), JSON.stringify(kept), { ttlMs, when: version })
    if (next === undefined) return undefined
    return { login: { ...bound, id, version: next }, refresh: `${family}.${secret}` }
  }

  /** A login by its id, as access tokens name it. */
  async byId(id: string): Promise<Login | undefined> {
    const entry = await this.#facts.tools.store.get(this.#facts.key('login', id))
    const kept = keptIn(entry)
    return kept === undefined || entry === undefined ? undefined : { ...kept, id, version: entry.version }
  }

  end(login: Login): Promise<void> {
    return this.#end(login.id)
  }

  /** Without a refresh token of the provider nobody tells us that somebody has left: then a login is over in a day. */
  #until({ refresh }: User): number {
    const { loginMs } = this.#facts.settings
    return Date.now() + (refresh === undefined ? Math.min(loginMs, DAY) : loginMs)
  }

  async #begin(code: Omit<Grant, 'jkt'>, family: string, jkt: string | undefined): Promise<Issued | undefined> {
    const { tools, key } = this.#facts
    const secret = randomText()
    const id = idOf(family)
    const { client, scopes, resource, user, consent, until } = code
    const grant: Grant = { client, scopes, resource, user, consent, until, ...(jkt !== undefined && { jkt }) }
    const kept: Kept = { ...grant, current: hashed(secret) }
    // Absent: somebody who showed the code again meanwhile has put the end of the login here, and then there is none.
    const options = { ttlMs: until - Date.now(), when: 'absent' } as const
    const version = await tools.store.put(key('login', id), JSON.stringify(kept), options)
    if (version === undefined) return undefined
    return { login: { ...grant, id, version }, refresh: `${family}.${secret}` }
  }

  /** Writes an end where a login is or would be. */
  async #end(id: string): Promise<void> {
    const { tools, key } = this.#facts
    const kept = keptIn(await tools.store.get(key('login', id)))
    await tools.store.put(key('login', id), ENDED, { ttlMs: USED_MS })
    if (kept !== undefined) await this.#ended(kept)
  }
}

/** What stands in the place of a login that was ended: whoever shows its tokens later is noticed. */
export const ENDED = 'ended'

/** What a login is called outside of its refresh token: knowing it gives nothing. */
const idOf = (family: string): string => hashed(`login ${family}`)

/** PKCE S256 (RFC 7636 §4.2). */
const challengeOf = (verifier: string): string => hashed(verifier)

function keptIn(entry: StoreEntry | undefined): Kept | undefined {
  if (entry === undefined || entry.value === ENDED) return undefined
  const kept: Kept = JSON.parse(entry.value)
  return kept
}

// YAML `basicAuth`: user names and passwords (RFC 7617) from an htpasswd file.
import { createHmac, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { fileOrInline } from '../config/value.ts'
import type { Exchange, Identity, Maybe, Reply } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import { type Remembered, VerifyCache } from '../oauth/verify-cache.ts'
import { type Location, locationFor, locationSchema, several } from './authorization-location.ts'
import { Bcrypt } from './bcrypt.ts'
import { type Entry, readUsers } from './htpasswd.ts'
import { identifying, type Policy, type Site } from './policy.ts'

const schema = z.strictObject({
  htpasswd: fileOrInline(),
  realm: z
    .string()
    .regex(/^[ -~]*$/, 'must be one line of ASCII')
    .nullish(),
  mode: z.enum(['strict', 'optional']).default('optional'),
  authorizationLocation: locationSchema().nullish(),
})

/** Long passwords cost whoever hashes them (reference: agentgateway §7.2 has no bound). */
const MAX_PASSWORD = 256
const REMEMBER_MS = 300_000

/**
 * `strict`: no request without a user of the file. `optional`: none with a wrong password (reference: agentgateway §7.2). Where
 * proxies look for theirs, refusals are 407.
 */
export const basicAuth = define({
  key: 'basicAuth',
  schema,
  compile({ htpasswd, realm, mode, authorizationLocation }, site: Site): Policy {
    const location = locationFor(authorizationLocation, 'Basic', site, ['authorizationLocation'])
    const text = 'inline' in htpasswd ? htpasswd.inline : site.read(htpasswd.file)?.toString('utf8')
    if (text === undefined) return {} // a file that cannot be read has been reported
    const { entries, wrong } = readUsers(
      text,
      site.keep('bcrypt', () => new Bcrypt()),
    )
    for (const { line, why } of wrong) site.problem(['htpasswd'], `line ${line} ${why}`)
    const quoted = (realm ?? 'Restricted').replace(/["\\]/g, '\\$&')
    return new BasicAuth(entries, location, { strict: mode === 'strict', challenge: `Basic realm="${quoted}"` })
  },
})

interface Manner {
  readonly strict: boolean
  readonly challenge: string
}

class BasicAuth implements Policy {
  readonly plan = identifying
  readonly #entries: ReadonlyMap<string, Entry>
  readonly #location: Location
  readonly #manner: Manner
  /** Whom a password is tried for that belongs to nobody: unknown users must take as long as known ones. */
  readonly #nobody: Entry | undefined
  /** Right passwords that are slow to check, under a key of our own: the memory of a process must not be a list to guess from. */
  readonly #known = new VerifyCache<Remembered>(1_000)
  readonly #pepper = randomBytes(32)

  constructor(entries: ReadonlyMap<string, Entry>, location: Location, manner: Manner) {
    this.#entries = entries
    this.#location = location
    this.#manner = manner
    this.#nobody = [...entries.values()].find(({ slow }) => slow)
  }

  onRequest(x: Exchange): Maybe<Reply | undefined> {
    const found = this.#location.read(x)
    if (found === undefined)
      return this.#manner.strict ? this.#refuse(x, 'no basic authentication credentials found') : undefined
    this.#location.remove(x)
    const pair = found === several ? undefined : credentials(found)
    if (pair === undefined) return this.#refuse(x, 'invalid credentials')
    const right = this.#verified(pair)
    if (typeof right === 'boolean') return this.#judged(x, pair, right)
    return right.then((known) => this.#judged(x, pair, known))
  }

  #judged(x: Exchange, { username }: Pair, right: boolean): Reply | undefined {
    if (!right) return this.#refuse(x, 'invalid credentials')
    x.basicAuth = { username }
    x.identity = { via: 'basic', subject: username, claims: {} } satisfies Identity
    return undefined
  }

  #verified({ username, password }: Pair): Maybe<boolean> {
    if (password.length > MAX_PASSWORD) return false
    const entry = this.#entries.get(username)
    if (entry?.slow === false) return entry.verify(password)
    const digest = createHmac('sha256', this.#pepper).update(`${username}:`).update(password).digest('base64url')
    const now = Date.now()
    if (entry !== undefined && this.#known.get(digest, now) !== undefined) return true
    const known = (right: boolean | undefined): boolean => {
      if (right !== true || entry === undefined) return false
      this.#known.set(digest, { until: now + REMEMBER_MS, size: 1 })
      return true
    }
    const right = (entry ?? this.#nobody)?.verify(password)
    return right instanceof Promise ? right.then(known) : known(right)
  }

  #refuse(x: Exchange, why: string): Reply {
    const message = `basic authentication failure: ${why}`
    const { forProxies } = this.#location
    x.reason = 'BasicAuth'
    x.error = message
    return {
      kind: 'bytes',
      status: forProxies === true ? 407 : 401,
      headers: {
        'content-type': 'text/plain',
        [forProxies === true ? 'proxy-authenticate' : 'www-authenticate']: this.#manner.challenge,
      },
      body: message,
    }
  }
}

interface Pair {
  readonly username: string
  readonly password: Buffer
}

/** RFC 7617 §2: the first colon ends the name. */
function credentials(encoded: string): Pair | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined
  const bytes = Buffer.from(encoded, 'base64')
  const colon = bytes.indexOf(58)
  if (colon < 0) return undefined
  const name = bytes.subarray(0, colon)
  const username = name.toString('utf8')
  // Two spellings of bytes that are no text would read as one name.
  return Buffer.from(username).equals(name) ? { username, password: bytes.subarray(colon + 1) } : undefined
}

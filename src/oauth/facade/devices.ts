// Devices without a browser (RFC 8628): they show a code, a person enters it in a browser elsewhere, agrees and logs in; the device asks
// until that is done.
import { randomInt } from 'node:crypto'
import { type Answer, type Asked, failed, refused, shared, unstored } from './answer.ts'
import { clientShown, isForeign, onward, PURPOSE, scopesShown } from './authorize.ts'
import type { Browser, Browsers } from './browser.ts'
import { type Came, type ClientParts, clientForm } from './client-form.ts'
import { Parameters, scopesIn } from './form.ts'
import type { Grant } from './grants.ts'
import { Limit, ownerOf } from './limits.ts'
import type { User } from './provider.ts'
import { resourceIn } from './resources.ts'
import { hashed, randomText, type Secrets } from './secrets.ts'
import type { Facts } from './settings.ts'
import type { Visits } from './visits.ts'

/** Letters that are neither vowels, so that they make no words, nor like others (RFC 8628 §6.1): 20 to the eighth of them. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
const LENGTH = 8
const LIFE_MS = 10 * 60_000
const INTERVAL_SECONDS = 5
const PAGE_MS = 10 * 60_000
const MAX_FORM = 4_096
/** Devices that wait at the same time; each is a row of the store. */
const MOST = 10_000
/**
 * Codes that may be entered, right or wrong (RFC 8628 §5.1): from one address, and from all of them. Of 2.6 × 10¹⁰ codes a thousand
 * guesses every ten minutes find one of ten thousand that wait once in about five years.
 */
const GUESSES = { most: 20, windowMs: 10 * 60_000 }
const ALL_GUESSES = { most: 1_000, windowMs: 10 * 60_000 }

interface Waiting {
  readonly client: string
  readonly scopes: readonly string[]
  readonly resource: string
  readonly code: string
  /** `asked`: a person has agreed, and is on their way to log in. */
  readonly state: 'waiting' | 'asked' | 'denied' | 'granted'
  readonly user?: User
}

export interface DeviceParts extends ClientParts {
  readonly facts: Facts
  readonly secrets: Secrets
  readonly browsers: Browsers
  readonly visits: Visits
}

export class Devices {
  readonly #parts: DeviceParts
  readonly #guesses = new Limit(GUESSES)
  readonly #allGuesses = new Limit(ALL_GUESSES)
  readonly #polls = new Limit({ most: 1, windowMs: (INTERVAL_SECONDS - 1) * 1_000 })

  constructor(parts: DeviceParts) {
    this.#parts = parts
  }

  /** POST of a device (RFC 8628 §3.1): two codes, one for itself and one to be entered. */
  async authorization(asked: Asked): Promise<Answer> {
    const came = await clientForm(asked, this.#parts)
    if ('kind' in came) return came
    const wish = this.#wish(came)
    if ('kind' in wish) return wish
    const { facts } = this.#parts
    const { store } = facts.tools
    if ((await store.count(facts.key('device'), MOST)) >= MOST)
      return refused(503, 'temporarily_unavailable', 'too many devices wait for a person', { 'retry-after': '60' })
    const [secret, code] = [randomText(), userCode()]
    const waiting: Waiting = { ...wish, code, state: 'waiting' }
    const options = { ttlMs: LIFE_MS, when: 'absent' } as const
    if ((await store.put(facts.key('device-code', hashed(code)), hashed(secret), options)) === undefined)
      return refused(503, 'temporarily_unavailable', 'try again', { 'retry-after': '1' })
    await store.put(facts.key('device', hashed(secret)), JSON.stringify(waiting), options)
    const uri = facts.url('device')
    return {
      kind: 'json',
      status: 200,
      headers: { ...unstored, ...shared },
      value: {
        device_code: secret,
        user_code: code,
        verification_uri: uri,
        verification_uri_complete: `${uri}?user_code=${code}`,
        expires_in: LIFE_MS / 1_000,
        interval: INTERVAL_SECONDS,
      },
    }
  }

  /** GET: a form for the code. POST of it: the consent page of the device's client. */
  async page(asked: Asked): Promise<Answer> {
    const { facts, browsers } = this.#parts
    if (asked.method === 'GET') {
      const browser = (await browsers.known(asked.headers)) ?? browsers.make()
      return this.#form(browser, normal(new Parameters(asked.query).get('user_code')) ?? '', undefined)
    }
    if (asked.method !== 'POST') return failed(405, 'This page takes a form', 'Open it again.', { allow: 'GET, POST' })
    if (isForeign(asked, facts.origin)) return notHere('The form was sent by a page of somebody else.')
    if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(asked.headers['content-type'] ?? ''))
      return notHere('The form is not in the usual form.')
    const form = new Parameters((await asked.body(MAX_FORM)).toString('utf8'))
    const browser = await browsers.known(asked.headers)
    const ours = browser && (await this.#parts.secrets.open(`device ${browser.hash}`, form.get('request') ?? ''))
    if (browser === undefined || ours === undefined || form.broken)
      return notHere('The page was open for too long, or belongs to another browser.')
    // Counted before the look: of a hundred who guess at once none is left out.
    if (!this.#guesses.admits(ownerOf(asked.address)) || !this.#allGuesses.admits('all'))
      return failed(429, 'Too many codes were entered', 'Wait ten minutes, then try again.', { 'retry-after': '600' })
    return this.#entered(browser, normal(form.get('user_code')))
  }

  /** What a person has decided on the consent page for a device. */
  async decided(browser: Browser, device: string, decision: string | undefined): Promise<Answer> {
    if (decision !== 'approve' && decision !== 'deny') return notHere('The form holds no decision.')
    const state = decision === 'approve' ? 'asked' : 'denied'
    if (!(await this.#change(device, 'waiting', (waiting) => ({ ...waiting, state })))) return over
    if (decision === 'approve') return onward(await this.#parts.visits.enter(browser, { device }))
    return failed(200, 'Nothing is allowed', 'The device has been told so. You may close this page.')
  }

  /** The person has logged in. */
  async granted(device: string, user: User): Promise<Answer> {
    if (!(await this.#change(device, 'asked', (waiting) => ({ ...waiting, state: 'granted', user })))) return over
    return failed(200, 'You are logged in', 'Go back to your device: it goes on by itself in a moment.')
  }

  /** What was granted to a device, once; or what it is told until then (RFC 8628 §3.5). */
  async taken(secret: string, client: string): Promise<Omit<Grant, 'until' | 'jkt'> | Answer> {
    const { facts } = this.#parts
    const device = hashed(secret)
    const place = facts.key('device', device)
    const entry = await facts.tools.store.get(place)
    const waiting = entry && waitingIn(entry.value)
    if (waiting === undefined || waiting.client !== client)
      return refused(400, 'expired_token', 'the device code is not good, or not any more')
    if (!this.#polls.admits(device)) return refused(400, 'slow_down', `ask every ${INTERVAL_SECONDS} seconds`)
    if (waiting.state === 'waiting' || waiting.state === 'asked')
      return refused(400, 'authorization_pending', 'nobody has entered the code and logged in yet')
    // Of a hundred who ask at once one gets it.
    const taken = waitingIn((await facts.tools.store.take(place)) ?? 'null')
    if (taken === undefined) return refused(400, 'expired_token', 'the device code is not good, or not any more')
    const { scopes, resource, user } = taken
    if (taken.state !== 'granted' || user === undefined) return refused(400, 'access_denied', 'the person has refused')
    return { client, scopes, resource, user, consent: `device ${device}` }
  }

  #wish({ form, client }: Came): Pick<Waiting, 'client' | 'scopes' | 'resource'> | Answer {
    if (client.device !== true)
      return refused(400, 'unauthorized_client', 'the client has not registered for device codes')
    const { settings } = this.#parts.facts
    const scopes = scopesIn(form.get('scope'))
    if (scopes === undefined) return refused(400, 'invalid_scope', 'scope is not a list of scopes')
    const resource = resourceIn(form.all('resource'), settings)
    if (resource === undefined) return refused(400, 'invalid_target', 'resource must name this server')
    const wanted = scopes.length === 0 ? settings.scopes : settings.scopes.filter((scope) => scopes.includes(scope))
    return { client: client.id, scopes: wanted, resource }
  }

  async #form(browser: Browser, code: string, problem: string | undefined): Promise<Answer> {
    const { facts, secrets, browsers } = this.#parts
    const request = await secrets.seal(`device ${browser.hash}`, { page: true }, PAGE_MS)
    return {
      kind: 'page',
      status: 200,
      headers: { 'set-cookie': await browsers.cookie(browser) },
      page: { kind: 'device', code, problem, action: facts.paths.device, request },
    }
  }

  async #entered(browser: Browser, code: string | undefined): Promise<Answer> {
    const { facts, secrets, clients } = this.#parts
    const { store } = facts.tools
    const device = code && (await store.get(facts.key('device-code', hashed(code))))?.value
    const waiting = device && waitingIn((await store.get(facts.key('device', device)))?.value ?? 'null')
    const client = waiting ? await clients.find(waiting.client) : ''
    if (!waiting || waiting.state !== 'waiting' || typeof client === 'string')
      return this.#form(browser, '', 'No device waits for that code. Codes are good for ten minutes.')
    return {
      kind: 'page',
      status: 200,
      headers: {},
      page: {
        kind: 'consent',
        client: clientShown(client),
        redirect: { shown: waiting.code, place: 'device' },
        resource: waiting.resource,
        scopes: scopesShown(waiting.scopes, facts),
        action: facts.paths.consent,
        request: await secrets.seal(`${PURPOSE} ${browser.hash}`, { device }, PAGE_MS),
      },
    }
  }

  /** One step of a device that waits; false: somebody has taken it, or its time is over. */
  async #change(device: string, from: Waiting['state'], change: (waiting: Waiting) => Waiting): Promise<boolean> {
    const { facts } = this.#parts
    const place = facts.key('device', device)
    const entry = await facts.tools.store.get(place)
    const waiting = entry && waitingIn(entry.value)
    if (entry === undefined || waiting?.state !== from) return false
    const changed = JSON.stringify(change(waiting))
    return (await facts.tools.store.put(place, changed, { ttlMs: LIFE_MS, when: entry.version })) !== undefined
  }
}

const notHere = (detail: string): Answer => failed(400, 'This login cannot go on', detail)

const over = notHere('The device has waited for too long, or somebody has decided already. Start again on the device.')

/** A row as we have written it ourselves. */
function waitingIn(text: string): Waiting | undefined {
  const waiting: Waiting | null = JSON.parse(text)
  return waiting ?? undefined
}

function userCode(): string {
  const letters = Array.from({ length: LENGTH }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('')
  return `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}`
}

/** A code as people type it: in any case, with or without what stands between the letters. */
function normal(typed: string | undefined): string | undefined {
  const letters = (typed ?? '')
    .slice(0, 40)
    .toUpperCase()
    .replace(/[\s\-_.]/g, '')
  const whole = letters.length === LENGTH && Array.from(letters).every((letter) => LETTERS.includes(letter))
  return whole ? `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}` : undefined
}

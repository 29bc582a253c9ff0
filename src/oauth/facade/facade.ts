// The facade: an OAuth 2.1 authorization server for one protected resource, in front of an identity provider that cannot be one
// for clients it has never seen. Pure protocol: what is asked is data, what is answered is data.
import type { Maybe } from '../../core/exchange.ts'
import { asFailure } from '../../core/failure.ts'
import { Proofs } from '../dpop.ts'
import type { KeySet } from '../jwks.ts'
import { type Answer, type Asked, failed, refused, shared } from './answer.ts'
import { type AuthorizeParts, authorize, consent } from './authorize.ts'
import { Browsers } from './browser.ts'
import { Clients } from './clients.ts'
import { Consents } from './consents.ts'
import { Devices } from './devices.ts'
import { Grants } from './grants.ts'
import { SigningKeys } from './keys.ts'
import { Limit, ownerOf } from './limits.ts'
import { metadata, openidMetadata } from './metadata.ts'
import { type Person, Persons } from './persons.ts'
import { NoUser, Provider } from './provider.ts'
import { register } from './registration.ts'
import { Secrets } from './secrets.ts'
import { type FacadeSettings, type FacadeTools, type Facts, factsOf, metadataPaths } from './settings.ts'
import { revoke, type TokenParts, token } from './token.ts'
import { Visits } from './visits.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Something at one path: how often an address may ask for it, and what it says. */
interface Endpoint {
  readonly limit: Limit | undefined
  /** For people: what goes wrong becomes a page. */
  readonly page: boolean
  /** Pages of other origins may call it: browsers ask first. */
  readonly cors: boolean
  readonly answer: (asked: Asked) => Promise<Answer>
}

export class Facade implements AsyncDisposable {
  /** What stands in `iss` of tokens and in `authorization_servers` of the resource. */
  readonly issuer: string
  /** Verifies our tokens without a request to ourselves. */
  readonly keys: KeySet
  readonly #facts: Facts
  readonly #endpoints: ReadonlyMap<string, Endpoint>
  readonly #persons: Persons
  readonly #visitors: Limit

  constructor(settings: FacadeSettings, tools: FacadeTools) {
    const facts = factsOf(settings, tools)
    const keys = new SigningKeys(facts)
    this.#facts = facts
    this.issuer = facts.issuer
    this.keys = keys
    const { table, persons } = endpoints(facts, keys)
    this.#endpoints = table
    this.#persons = persons
    this.#visitors = new Limit({ most: settings.perMinute, windowMs: MINUTE })
  }

  /** Whether a path is the facade's. One look into a map: it is asked for every request of the route. */
  owns(path: string): boolean {
    return this.#endpoints.has(path)
  }

  /** Answers a request to one of its paths. Rejects only with Failures of the request's own body. */
  async answer(path: string, asked: Asked): Promise<Answer> {
    const endpoint = this.#endpoints.get(path)
    if (endpoint === undefined) return refused(404, 'not_found', 'there is nothing at this path')
    if (asked.method === 'OPTIONS' && endpoint.cors) return preflight
    if (endpoint.limit?.admits(ownerOf(asked.address)) === false) return tooMany(endpoint)
    try {
      return await endpoint.answer(asked)
    } catch (thrown) {
      return this.#broken(thrown, endpoint)
    }
  }

  /** Who is at the browser that opens a page of ours; or what it is answered first: the way to the login. */
  async visitor(path: string, asked: Asked): Promise<{ readonly person: Person } | Answer> {
    const shown = { page: true }
    try {
      const person = await this.#persons.known(asked)
      if (person !== undefined) return { person }
      if (!this.#visitors.admits(ownerOf(asked.address))) return tooMany(shown)
      return await this.#persons.login(asked, path)
    } catch (thrown) {
      return this.#broken(thrown, shown)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #broken(thrown: unknown, { page }: Pick<Endpoint, 'page'>): Answer {
    const { code, message } = asFailure(thrown)
    if (code.startsWith('request.')) throw thrown
    // What NoUser says of the provider is for the log; a stranger learns that it does not work.
    this.#facts.tools.warn('the facade could not answer', { error: message })
    const status = thrown instanceof NoUser || code === 'store.unreachable' ? 503 : 500
    return page
      ? failed(
          status,
          'The login does not work at the moment',
          'Try again in a moment. If it goes on, tell whoever runs this server.',
        )
      : refused(status, 'server_error', 'the request could not be answered')
  }
}

/** What endpoints are made of. */
interface Parts {
  readonly front: AuthorizeParts
  readonly back: TokenParts
  readonly persons: Persons
}

function partsOf(facts: Facts, keys: SigningKeys): Parts {
  const secrets = new Secrets(facts)
  const browsers = new Browsers(facts, secrets)
  const clients = new Clients(facts)
  const consents = new Consents(facts)
  const provider = new Provider(facts)
  const grants = new Grants(facts, async ({ consent: name, user }) => {
    await consents.forget(name)
    // Nobody waits for the provider: the login has ended here already.
    if (user.refresh !== undefined) void provider.forget(user.refresh)
  })
  const visits = new Visits({ facts, provider, browsers, consents, grants })
  const persons = new Persons({
    facts,
    secrets,
    browsers,
    enter: (browser, target) => visits.enter(browser, { target }),
  })
  const callers = {
    clients,
    mistakes: new Limit({ most: 30, windowMs: 10 * MINUTE }),
    asks: new Limit({ most: 600, windowMs: MINUTE }),
  }
  const devices = new Devices({ ...callers, facts, secrets, browsers, visits })
  // Other processes that share the store are asked for tokens as well.
  const proofs = new Proofs({
    remember: async (name, ttlMs) =>
      (await facts.tools.store.put(facts.key('proof', name), '', { ttlMs, when: 'absent' })) !== undefined,
  })
  return {
    front: { facts, secrets, browsers, clients, consents, visits, devices },
    back: { ...callers, facts, devices, grants, keys, provider, proofs, refreshing: new Map() },
    persons,
  }
}

function endpoints(
  facts: Facts,
  keys: SigningKeys,
): { readonly table: ReadonlyMap<string, Endpoint>; readonly persons: Persons } {
  const { settings, paths } = facts
  const { front, back, persons } = partsOf(facts, keys)
  const { clients, devices, visits } = front
  const registrations = new Limit({ most: settings.registration.perHour, windowMs: HOUR })
  const rate = (most: number): Limit => new Limit({ most, windowMs: MINUTE })
  const page = (answer: Endpoint['answer']): Endpoint => ({
    limit: rate(settings.perMinute),
    page: true,
    cors: false,
    answer,
  })
  const call = (answer: Endpoint['answer'], limit?: Limit): Endpoint => ({ limit, page: false, cors: true, answer })
  const { oauth, openid } = metadataPaths(settings.resource)
  const table = new Map([
    [paths.authorize, page((asked) => authorize(asked, front))],
    [paths.consent, page((asked) => consent(asked, front))],
    [paths.callback, page((asked) => visits.callback(asked, { persons, devices }))],
    [paths.token, call((asked) => token(asked, back), rate(settings.perMinute * 5))],
    [paths.revoke, call((asked) => revoke(asked, back), rate(settings.perMinute * 5))],
    [paths['client-registration'], call((asked) => register(asked, facts, clients, registrations))],
    [paths.jwks, call(document(() => keys.published()))],
    ...oauth.map((path) => [path, call(document(() => metadata(facts)))] as const),
    ...openid.map((path) => [path, call(document(() => openidMetadata(facts)))] as const),
  ])
  if (settings.devices) {
    const limit = rate(settings.perMinute)
    table.set(
      paths.device,
      page((asked) => devices.page(asked)),
    )
    table.set(
      paths['device-authorization'],
      call((asked) => devices.authorization(asked), limit),
    )
  }
  return { table, persons }
}

const document =
  (value: () => Maybe<object>) =>
  async (asked: Asked): Promise<Answer> =>
    asked.method === 'GET' || asked.method === 'HEAD'
      ? {
          kind: 'json',
          status: 200,
          headers: { ...shared, 'cache-control': 'public, max-age=300' },
          value: await value(),
        }
      : refused(405, 'invalid_request', 'this is a GET', { allow: 'GET, HEAD' })

const preflight: Answer = {
  kind: 'empty',
  status: 204,
  headers: {
    ...shared,
    'access-control-allow-methods': 'GET, POST, OPTIONS',
    'access-control-allow-headers': 'content-type, authorization, dpop, mcp-protocol-version',
    'access-control-max-age': '600',
  },
}

const tooMany = ({ page }: Pick<Endpoint, 'page'>): Answer =>
  page
    ? failed(429, 'Too many logins were begun just now', 'Wait a minute, then start again.', { 'retry-after': '60' })
    : refused(429, 'too_many_requests', 'too many requests from this address', { 'retry-after': '60' })

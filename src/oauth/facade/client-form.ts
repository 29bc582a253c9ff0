// A form of a client that says who it is, in one way (RFC 6749 §2.3): for every endpoint that clients call themselves.
import { type Answer, type Asked, refused } from './answer.ts'
import { type Client, isSecretOf } from './client.ts'
import type { Clients } from './clients.ts'
import { Parameters } from './form.ts'
import { type Limit, ownerOf } from './limits.ts'

export interface ClientParts {
  readonly clients: Clients
  /** By address, how often it was wrong; by client, how often it asked. */
  readonly mistakes: Limit
  readonly asks: Limit
}

const MAX_FORM = 16 * 1024

export interface Came {
  readonly form: Parameters
  readonly client: Client
}

/** The form and who sent it, or the answer to what is no such thing. */
export async function clientForm(asked: Asked, parts: ClientParts): Promise<Came | Answer> {
  if (asked.method !== 'POST') return refused(405, 'invalid_request', 'this is a POST', { allow: 'POST' })
  if (!parts.mistakes.open(ownerOf(asked.address)))
    return refused(429, 'too_many_requests', 'too many requests of this address were wrong', { 'retry-after': '60' })
  if (asked.query !== '') return refused(400, 'invalid_request', 'parameters belong into the body')
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(asked.headers['content-type'] ?? ''))
    return refused(400, 'invalid_request', 'the body must be a form')
  const form = new Parameters((await asked.body(MAX_FORM)).toString('utf8'))
  if (form.broken) return refused(400, 'invalid_request', 'a parameter is there more than once')
  const said = credentialsIn(asked.headers.authorization, form)
  if (said === undefined) return refused(400, 'invalid_request', 'the client must say who it is, in one way')
  const client = await parts.clients.find(said.id)
  const right =
    typeof client !== 'string' &&
    client.auth === said.method &&
    (said.method === 'none' || isSecretOf(client, said.secret))
  if (!right) {
    parts.mistakes.admits(ownerOf(asked.address))
    const challenge = said.method === 'client_secret_basic' ? { 'www-authenticate': 'Basic realm="token"' } : {}
    return refused(401, 'invalid_client', 'the client is not known, or not that way', challenge)
  }
  if (!parts.asks.admits(client.id))
    return refused(429, 'too_many_requests', 'too many requests of this client', { 'retry-after': '60' })
  return { form, client }
}

interface Credentials {
  readonly id: string
  readonly secret: string
  readonly method: Client['auth']
}

/** Who a client says it is: `none` with its id, or a secret in the header or in the form, never in both (RFC 6749 §2.3). */
function credentialsIn(header: string | undefined, form: Parameters): Credentials | undefined {
  const id = form.get('client_id')
  const secret = form.get('client_secret')
  if (form.get('client_assertion') !== undefined) return undefined
  if (header === undefined) {
    if (id === undefined) return undefined
    return { id, secret: secret ?? '', method: secret === undefined ? 'none' : 'client_secret_post' }
  }
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1]
  if (encoded === undefined || secret !== undefined) return undefined
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  const [name, password] = [decoded(pair.slice(0, colon)), decoded(pair.slice(colon + 1))]
  if (colon < 0 || name === undefined || password === undefined || (id !== undefined && id !== name)) return undefined
  return { id: name, secret: password, method: 'client_secret_basic' }
}

/** As in a form (RFC 6749 §2.3.1). */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

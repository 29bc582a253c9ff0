// The second half of a client's way: what the authorization server says of itself, and what it does with this client's requests.
import { createHash, randomBytes } from 'node:crypto'
import type { Fetched } from '../http/fetch.ts'
import { parsed } from '../oauth/metadata.ts'
import type { Topic } from '../oauth/providers/provider.ts'
import { withoutSlash } from '../oauth/providers/provider.ts'
import { firstDocument, isAtGateway, reasonOf, serverOf, type Walk } from './oauth-walk.ts'
import { textOf, textsOf } from './values.ts'

/** Step 3: the authorization server's metadata, looked for in the order of MCP, and who it says it is (RFC 8414 §3.3). */
export async function issuer(walk: Walk): Promise<boolean> {
  const asked = serverOf(walk)
  const { origin, pathname } = new URL(asked)
  const path = withoutSlash(pathname)
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    ...(path === '' ? [] : [`${origin}${path}/.well-known/openid-configuration`]),
  ]
  const found = await firstDocument(walk, places)
  if (typeof found === 'string') {
    const clause = 'RFC 8414 §3; OpenID Connect Discovery §4'
    if (!isAtGateway(walk)) return walk.no('issuer', found, { clause, topic: 'metadata' })
    const change = /\b50[234] at /.test(found)
      ? '`mcpAuthentication.issuer`, and whether the gateway reaches it: what the provider answers there is in its log'
      : 'let the route match `/.well-known/oauth-authorization-server` with the path behind it'
    return walk.no('issuer', found, { clause, change })
  }
  walk.server = found.document
  const says = textOf(found.document['issuer'])
  walk.saw(says)
  walk.saw(textOf(found.document['authorization_endpoint']))
  for (const name of ['authorization_endpoint', 'token_endpoint'])
    if (!isSafe(textOf(found.document[name])))
      return walk.no('issuer', `${name} is ${textOf(found.document[name]) || 'missing'}`, {
        clause: 'RFC 8414 §2; OAuth 2.1 §1.5 (https, but for loopback)',
        topic: 'metadata',
      })
  if (says === asked) return walk.yes('issuer', `${says} (${found.at})`)
  const words = `it calls itself ${says || 'nothing'}, and was asked as ${asked}`
  const change = '`mcpAuthentication.issuer`: letter for letter as its own document and its tokens spell it'
  const more = { clause: 'RFC 8414 §3.3', ...(isAtGateway(walk) ? ({ topic: 'issuer' } as const) : { change }) }
  // Clients are patient about a slash at the end. What they bring is then refused: tokens are compared with the configuration.
  const isSlash = withoutSlash(says) === withoutSlash(asked)
  if (walk.options.profile.strictIssuer && !isSlash) return walk.no('issuer', words, more)
  walk.note(
    'issuer',
    isSlash ? `${words}; its tokens will not be accepted` : `${words}; strict clients stop here`,
    more,
  )
  return true
}

function isSafe(address: string): boolean {
  const url = URL.parse(address)
  if (url === null) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
}

const isLoopback = ({ hostname }: URL): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(hostname)

/** Step 4: clients refuse servers that do not say they check PKCE. */
export function pkce(walk: Walk): boolean {
  const methods = textsOf(walk.server['code_challenge_methods_supported'])
  if (methods.includes('S256')) return walk.yes('PKCE', 'S256')
  const says = methods.length === 0 ? '`code_challenge_methods_supported` is missing' : `only ${methods.join(', ')}`
  return walk.no('PKCE', says, {
    clause: 'MCP authorization, authorization code protection; RFC 7636 §4.3',
    topic: 'pkce',
  })
}

/** Step 5: how the client becomes known: given, by its document, or by registering. */
export async function registration(walk: Walk): Promise<boolean> {
  const { profile, clientId } = walk.options
  if (clientId !== undefined) {
    walk.client = { id: clientId, how: 'given' }
    return walk.yes('registration', `not needed: ${clientId} was given`)
  }
  if (
    walk.server['client_id_metadata_document_supported'] === true &&
    'document' in profile &&
    profile.document !== undefined
  ) {
    walk.client = { id: profile.document, how: 'document' }
    return walk.yes('registration', `not needed: ${profile.document}`)
  }
  const endpoint = textOf(walk.server['registration_endpoint'])
  if (endpoint === '')
    return walk.no(
      'registration',
      'the server registers nobody, and takes no client id metadata documents of this client',
      {
        clause: 'MCP authorization, client registration',
        topic: 'registration',
      },
    )
  return register(walk, endpoint)
}

async function register(walk: Walk, endpoint: string): Promise<boolean> {
  const { profile, ask } = walk.options
  const scope = scopeOf(walk)
  const answer = await ask(endpoint, {
    method: 'POST',
    accept: 'application/json',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: `${profile.title} (toolgate doctor)`,
      redirect_uris: profile.redirects,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...(scope !== '' && { scope }),
    }),
  })
  const clause = 'RFC 7591 §3.2'
  if (answer.status !== 201 && answer.status !== 200)
    return walk.no('registration', `${answer.status} ${reasonOf(answer)}`, { clause, topic: 'registration' })
  const made = parsed(answer.body) ?? {}
  const id = textOf(made['client_id'])
  if (id === '') return walk.no('registration', `${answer.status}, but no client_id`, { clause, topic: 'registration' })
  takeBack(walk, textOf(made['registration_client_uri']), textOf(made['registration_access_token']))
  const [redirect] = profile.redirects
  if (made['redirect_uris'] !== undefined && !textsOf(made['redirect_uris']).includes(redirect))
    return walk.no('registration', `the redirect address ${redirect} was not taken`, { clause, topic: 'redirect' })
  walk.client = { id, how: 'registered' }
  return walk.yes('registration', `registered as ${id}`)
}

/** A client of the doctor's is not left behind where it can be taken back (RFC 7592 §2.3). */
function takeBack(walk: Walk, address: string, token: string): void {
  if (!isSafe(address) || token === '') return
  walk.forget = async () => {
    await walk.options.ask(address, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } })
  }
}

/**
 * Step 6: what a browser would be shown first; whether the server is as patient about ports as the client needs; and under which name
 * it answers.
 */
export async function authorize(walk: Walk): Promise<boolean> {
  const { profile } = walk.options
  const [redirect] = profile.redirects
  const refused = await opened(walk, redirect)
  if (refused !== undefined) {
    const unread = refused.topic === 'registration' && walk.client?.how === 'document'
    const topic = unread ? 'client-id-document' : refused.topic
    return walk.no('authorize', refused.says, { clause: refused.clause, topic })
  }
  const moves = profile.portMoves === 'always' || walk.client?.how !== 'registered'
  if (moves) {
    const other = new URL(redirect)
    other.port = '49152'
    if ((await opened(walk, other.href)) !== undefined)
      walk.note(
        'authorize',
        `only ${redirect}: with another port, which ${profile.title} uses when that one is taken, it is refused`,
        { clause: 'RFC 8252 §7.3', topic: 'redirect' },
      )
  }
  if (!(await answersAsItself(walk, redirect))) return false
  return walk.yes('authorize', 'a person would be asked to log in')
}

/**
 * A server that is asked not to bother anybody (OpenID Connect Core §3.1.2.1, `prompt=none`) answers at once, and under the name that
 * all of its answers have: another one than its metadata's is refused by clients that compare.
 */
async function answersAsItself(walk: Walk, redirect: string): Promise<boolean> {
  const url = new URL(authorizationUrl(walk, redirect))
  url.searchParams.set('prompt', 'none')
  const { back } = await followed(walk, url.href, redirect)
  const says = back?.get('iss') ?? undefined
  const own = textOf(walk.server['issuer'])
  if (says === undefined || says === own) return true
  const words = `it answers as ${says}, and its metadata says ${own}`
  const more = { clause: 'RFC 9207 §2.4', topic: 'issuer' } as const
  if (walk.options.profile.strictAnswer) return walk.no('authorize', words, more)
  walk.note('authorize', `${words}; strict clients refuse the answer`, more)
  return true
}

interface Refused {
  readonly says: string
  readonly clause: string
  readonly topic: Topic
}

async function opened(walk: Walk, redirect: string): Promise<Refused | undefined> {
  const { back, page } = await followed(walk, authorizationUrl(walk, redirect), redirect)
  if (page !== undefined) return judged(page)
  if (back === undefined) return { says: 'redirects without an end', clause: 'RFC 6749 §4.1.1', topic: 'metadata' }
  const error = back.get('error')
  return error === null ? undefined : refusal([error, back.get('error_description') ?? ''].filter(Boolean).join(': '))
}

/** Where a browser ends up: back at the client, on a page, or nowhere. */
async function followed(
  walk: Walk,
  link: string,
  redirect: string,
): Promise<{ readonly back?: URLSearchParams; readonly page?: Fetched }> {
  let next = link
  for (let hop = 0; hop < 6; hop++) {
    walk.saw(next)
    const answer = await walk.options.ask(next, { accept: 'text/html' })
    const { location } = answer.headers
    const to = location === undefined ? undefined : URL.parse(location, next)?.href
    if (to === undefined) return { page: answer }
    if (to.startsWith(redirect)) return { back: new URL(to).searchParams }
    next = to
  }
  return {}
}

function judged(answer: Fetched): Refused | undefined {
  const reason = reasonOf(answer)
  // Some show their errors on pages that say 200.
  if (answer.status < 400 && !reason.startsWith('AADSTS')) return undefined
  return refusal(answer.status < 400 ? reason : `${answer.status} ${reason}`)
}

const kinds: readonly (readonly [pattern: RegExp, topic: Topic, clause: string])[] = [
  [/redirect|callback|AADSTS50011/i, 'redirect', 'OAuth 2.1 §2.3.1'],
  [
    /invalid_target|resource param|resource parameter|service not found|audience|AADSTS9010010|AADSTS901002/i,
    'audience',
    'RFC 8707 §2',
  ],
  [/scope|AADSTS900144|AADSTS650053|AADSTS70011/i, 'scope', 'RFC 6749 §3.3'],
  [/client|AADSTS700016|AADSTS70/i, 'registration', 'RFC 6749 §4.1.2.1'],
]

function refusal(says: string): Refused {
  const [, topic, clause] = kinds.find(([pattern]) => pattern.test(says)) ?? [/x/, 'metadata', 'RFC 6749 §4.1.2.1']
  return { says, topic, clause }
}

/** What a client asks for: the challenge's scopes, else all that the resource names. */
const scopeOf = (walk: Walk): string => walk.scope ?? textsOf(walk.resource['scopes_supported']).join(' ')

function authorizationUrl(walk: Walk, redirect: string): string {
  const url = new URL(textOf(walk.server['authorization_endpoint']))
  const scope = scopeOf(walk)
  const fields = {
    response_type: 'code',
    client_id: walk.client?.id ?? '',
    redirect_uri: redirect,
    state: randomBytes(12).toString('base64url'),
    code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
    code_challenge_method: 'S256',
    resource: textOf(walk.resource['resource']),
    ...(scope !== '' && { scope }),
  }
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value)
  return url.href
}

/** Step 7: a code that never was must be refused as a code: then everything before it was accepted (RFC 6749 §5.2). */
export async function token(walk: Walk): Promise<boolean> {
  const { profile, ask } = walk.options
  const answer = await ask(textOf(walk.server['token_endpoint']), {
    method: 'POST',
    accept: 'application/json',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: `never-${randomBytes(12).toString('base64url')}`,
      redirect_uri: profile.redirects[0],
      client_id: walk.client?.id ?? '',
      code_verifier: randomBytes(32).toString('base64url'),
      resource: textOf(walk.resource['resource']),
    }).toString(),
  })
  const error = textOf(parsed(answer.body)?.['error'])
  if (error === 'invalid_grant') return walk.yes('token', 'a wrong code is refused as one')
  const clause = 'RFC 6749 §5.2; OAuth 2.1 §2.4 (public clients)'
  const topic = error === 'invalid_client' ? 'registration' : refusal(reasonOf(answer)).topic
  return walk.no('token', `${answer.status} ${reasonOf(answer)}`, { clause, topic })
}

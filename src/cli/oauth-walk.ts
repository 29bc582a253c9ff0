// The way of an MCP client from its first request to a token, step by step, up to where a person would be asked.
import type { Fetched, FetchOptions } from '../http/fetch.ts'
import { parsed } from '../oauth/metadata.ts'
import { generic } from '../oauth/providers/generic.ts'
import { providers } from '../oauth/providers/index.ts'
import type { Provider, Topic } from '../oauth/providers/provider.ts'
import type { ClientProfile } from './oauth-clients.ts'
import { textOf, textsOf } from './values.ts'

export const stepNames = [
  'challenge',
  'resource metadata',
  'issuer',
  'PKCE',
  'registration',
  'authorize',
  'token',
  'call',
] as const

export type StepName = (typeof stepNames)[number]

export interface Finding {
  readonly step: StepName
  /** `note`: works, or works for most; `no`: the client stops here. */
  readonly verdict: 'yes' | 'no' | 'note' | 'skipped'
  readonly says: string
  /** Which document asks for it. */
  readonly clause?: string
  /** What to change, and where. */
  readonly change?: string
}

type Asking = Partial<Pick<FetchOptions, 'method' | 'headers' | 'body' | 'accept'>>

export interface WalkOptions {
  readonly url: URL
  readonly profile: ClientProfile
  /** Fails only for addresses that do not answer at all. */
  readonly ask: (url: string, asking?: Asking) => Promise<Fetched>
  /** Whose console is meant; `undefined`: found out on the way. */
  readonly provider: Provider | undefined
  readonly clientId: string | undefined
  readonly token: string | undefined
}

export type Document = { readonly [name: string]: unknown }

/** What has been found out so far. Steps add to it; a `no` ends the way. */
export class Walk {
  readonly options: WalkOptions
  readonly findings: Finding[] = []
  /** Of the challenge: where the metadata is, and what is asked for. */
  metadataUrl: string | undefined = undefined
  scope: string | undefined = undefined
  resource: Document = {}
  server: Document = {}
  client: { readonly id: string; readonly how: 'given' | 'document' | 'registered' } | undefined = undefined
  /** Takes the registration back. */
  forget: (() => Promise<void>) | undefined = undefined
  #provider: Provider | undefined

  constructor(options: WalkOptions) {
    this.options = options
    this.#provider = options.provider
  }

  get provider(): Provider {
    return this.#provider ?? generic
  }

  /** An address on the way may tell whose it is. */
  saw(address: string): void {
    const url = URL.parse(address)
    if (this.#provider !== undefined || url === null) return
    const realm = URL.parse(address.replace(/\/protocol\/.*$/s, ''))
    this.#provider = providers.find((one) => one.recognises(url) || (realm !== null && one.recognises(realm)))
  }

  yes(step: StepName, says: string): true {
    this.findings.push({ step, verdict: 'yes', says })
    return true
  }

  note(
    step: StepName,
    says: string,
    more: { readonly clause?: string; readonly topic?: Topic; readonly change?: string },
  ): void {
    this.#add('note', step, says, more)
  }

  no(
    step: StepName,
    says: string,
    more: { readonly clause?: string; readonly topic?: Topic; readonly change?: string },
  ): false {
    this.#add('no', step, says, more)
    return false
  }

  #add(
    verdict: 'no' | 'note',
    step: StepName,
    says: string,
    { clause, topic, change }: { readonly clause?: string; readonly topic?: Topic; readonly change?: string },
  ): void {
    const { title, console } = this.provider
    const advice = topic === undefined ? undefined : (console[topic] ?? generic.console[topic])
    const told = change ?? (advice === undefined ? undefined : `${title}: ${advice}`)
    this.findings.push({
      step,
      verdict,
      says,
      ...(clause !== undefined && { clause }),
      ...(told !== undefined && { change: told }),
    })
  }
}

const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'toolgate-doctor', version: '1' } },
})

/** The first message of a client. */
export const initialize = ({ options }: Walk, token?: string): Promise<Fetched> =>
  options.ask(options.url.href, {
    method: 'POST',
    accept: 'application/json, text/event-stream',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: INITIALIZE,
  })

/** Step 1: the server asks for a token, and says where its metadata is (RFC 9728 §5.1). */
export async function challenge(walk: Walk): Promise<boolean> {
  const { status, headers } = await initialize(walk)
  const clause = 'MCP authorization, protected resource metadata discovery'
  if (status >= 200 && status < 300)
    return walk.no('challenge', `${status}: nobody is asked to log in`, {
      clause,
      change: '`mcpAuthentication.mode: strict`; `optional` and `permissive` never ask',
    })
  if (status !== 401)
    return walk.no('challenge', `${status} instead of 401`, {
      clause,
      change:
        status === 404
          ? 'the path of the address: it is no MCP endpoint'
          : 'what refuses the request before it is asked for a token',
    })
  const header = headers['www-authenticate']
  const fields = challengeFields(Array.isArray(header) ? header.join(', ') : (header ?? ''))
  walk.scope = fields.get('scope')
  walk.metadataUrl = fields.get('resource_metadata')
  if (walk.metadataUrl !== undefined) return walk.yes('challenge', `401, metadata at ${walk.metadataUrl}`)
  walk.note('challenge', '401 does not say where the metadata is; clients guess', {
    clause: 'RFC 9728 §5.1',
    change: 'use `mcpAuthentication` on the route: `jwtAuth` asks for tokens, but not in words that clients follow',
  })
  return true
}

/** Parameters of a challenge for tokens (RFC 9110 §11.6.1), bound ones (RFC 9449 §7.1) or any. */
function challengeFields(header: string): ReadonlyMap<string, string> {
  const bearer = /\b(?:Bearer|DPoP)\b(.*)$/is.exec(header)?.[1] ?? ''
  const found = bearer.matchAll(/([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi)
  return new Map([...found].map(([, name = '', quoted, plain]) => [name.toLowerCase(), quoted ?? plain ?? '']))
}

/** Step 2: the resource says who it is, and who gives tokens for it (RFC 9728 §3). */
export async function resourceMetadata(walk: Walk): Promise<boolean> {
  const { url, profile } = walk.options
  const forms = [`${url.origin}/.well-known/oauth-protected-resource${url.pathname === '/' ? '' : url.pathname}`]
  const root = `${url.origin}/.well-known/oauth-protected-resource`
  const places = walk.metadataUrl === undefined ? [...forms, root] : [walk.metadataUrl]
  const found = await firstDocument(walk, places)
  if (typeof found === 'string')
    return walk.no('resource metadata', found, {
      clause: 'RFC 9728 §3.1',
      change: 'let the route match `/.well-known/oauth-protected-resource` with the path behind it',
    })
  walk.resource = found.document
  if (!checkResource(walk)) return false
  if (profile.looksAtRoot && typeof (await firstDocument(walk, [root])) === 'string')
    walk.note('resource metadata', `older versions of ${profile.title} look at ${root}, where it is not`, {
      clause: 'RFC 9728 §3.1',
      change: 'let a route match `/.well-known/oauth-protected-resource` as well',
    })
  return walk.yes('resource metadata', `${textOf(walk.resource['resource'])}, tokens from ${serverOf(walk)}`)
}

export const serverOf = ({ resource }: Walk): string => textsOf(resource['authorization_servers'])[0] ?? ''

/** Whether the gateway is the authorization server that clients see: then its configuration decides, not a provider's document. */
export const isAtGateway = (walk: Walk): boolean => URL.parse(serverOf(walk))?.origin === walk.options.url.origin

function checkResource(walk: Walk): boolean {
  const { url } = walk.options
  const named = URL.parse(textOf(walk.resource['resource']))
  const covers = named !== null && named.origin === url.origin && under(url.pathname, named.pathname)
  if (!covers)
    return walk.no(
      'resource metadata',
      `it is about ${textOf(walk.resource['resource']) || 'nothing'}, not about ${url.href}`,
      {
        clause: 'RFC 9728 §3.3',
        change: '`resourceMetadata.resource`: the address that clients are given, letter for letter',
      },
    )
  if (URL.parse(serverOf(walk)) === null)
    return walk.no('resource metadata', 'it names no authorization server', {
      clause: 'RFC 9728 §2; MCP authorization',
      change: '`resourceMetadata.authorizationServers`, or leave it out',
    })
  walk.saw(serverOf(walk))
  if (walk.resource['dpop_bound_access_tokens_required'] === true)
    return walk.no(
      'resource metadata',
      `it takes bound tokens only, and ${walk.options.profile.title} shows no proofs`,
      {
        clause: 'RFC 9449 §7; RFC 9728 §2',
        change: '`dpop: accept`: bound tokens need their proof, and others are taken as well',
      },
    )
  if (textsOf(walk.resource['scopes_supported']).includes('offline_access'))
    walk.note('resource metadata', '`offline_access` is among the scopes: it is no right at this resource', {
      clause: 'MCP authorization, scope selection',
      change: 'take it out of `resourceMetadata.scopesSupported`',
    })
  return true
}

const under = (path: string, above: string): boolean => {
  const stem = above.endsWith('/') ? above : `${above}/`
  return path === above || `${path}/`.startsWith(stem)
}

interface Found {
  readonly document: Document
  readonly at: string
}

/** The first of these addresses that has a document; a text says what all of them did. */
export async function firstDocument({ options }: Walk, places: readonly string[]): Promise<Found | string> {
  const said: string[] = []
  let why = ''
  for (const at of places) {
    const answer = await options.ask(at, {
      accept: 'application/json',
      headers: { 'mcp-protocol-version': '2025-11-25' },
    })
    const document = answer.status === 200 ? parsed(answer.body) : undefined
    if (document !== undefined) return { document, at }
    said.push(`${answer.status === 200 ? 'no JSON object' : String(answer.status)} at ${at}`)
    if (answer.status >= 500) why = reasonOf(answer)
  }
  return `${said.join(', ')}${why === '' ? '' : ` (${why})`}`
}

/** Why a request was refused, in the server's words: of JSON, of numbered errors, or of a page. */
export function reasonOf({ body }: Fetched): string {
  const document = parsed(body)
  if (document !== undefined) {
    const words = ['error', 'error_description', 'message', 'errorSummary'].map((name) => textOf(document[name]))
    return [...new Set(words.filter((word) => word !== ''))].join(': ')
  }
  const text = body.toString('utf8')
  const numbered = /AADSTS\d+:[^<\n]{0,200}/.exec(text)?.[0]
  return (
    numbered ??
    text
      .replace(/<(style|script|title)\b.*?<\/\1>/gis, ' ')
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 200)
  )
}

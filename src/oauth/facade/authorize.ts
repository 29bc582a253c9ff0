// The authorization endpoint, and the form of its consent page: who asks for what, and whether a person agrees. Nothing has been
// said to the identity provider before they have.
import { type Answer, type Asked, type ConsentPage, failed } from './answer.ts'
import type { Browser, Browsers } from './browser.ts'
import type { Client } from './client.ts'
import type { Clients } from './clients.ts'
import type { Consents, Wish } from './consents.ts'
import type { Devices } from './devices.ts'
import { Parameters, scopesIn } from './form.ts'
import { shown } from './names.ts'
import { isSameRedirect, knownSchemes, redirectPlace, shownRedirect } from './redirect-uri.ts'
import { resourceIn } from './resources.ts'
import { responseUrl } from './response.ts'
import type { Secrets } from './secrets.ts'
import type { Facts } from './settings.ts'
import type { Visits } from './visits.ts'

export interface AuthorizeParts {
  readonly facts: Facts
  readonly secrets: Secrets
  readonly browsers: Browsers
  readonly clients: Clients
  readonly consents: Consents
  readonly visits: Visits
  readonly devices: Devices
}

/** Time to read the page. */
const PAGE_MS = 10 * 60_000
const MAX_FORM = 16 * 1024
export const PURPOSE = 'consent'

/** GET: checks the request and shows the consent page; or goes on to the provider when this browser has agreed to it before. */
export async function authorize(asked: Asked, parts: AuthorizeParts): Promise<Answer> {
  if (asked.method !== 'GET')
    return failed(405, 'This page is opened by a link', 'Start the login again.', { allow: 'GET' })
  const parameters = new Parameters(asked.query)
  if (parameters.broken) return notHere('A parameter is there more than once.')
  // Before these two are known to be good, nothing is sent anywhere: an error that is redirected to whatever a stranger wrote
  // would make us an open redirect (RFC 6749 §4.1.2.1; reference: security §3.2, row 25).
  const id = parameters.get('client_id')
  const redirect = parameters.get('redirect_uri')
  if (id === undefined) return notHere('The request names no client.')
  const client = await parts.clients.find(id)
  if (typeof client === 'string') return notHere(client)
  if (redirect === undefined) return notHere('The request names no address to return to.')
  if (!client.redirects.some((registered) => isSameRedirect(registered, redirect)))
    return notHere('The address to return to is not one that the client has registered.')

  const wish = wishIn(parameters, { client: client.id, redirect }, parts.facts)
  if ('error' in wish) return refusal(wish, parts.facts)
  const known = await parts.browsers.known(asked.headers)
  const browser = known ?? parts.browsers.make()
  const cookie = { 'set-cookie': await parts.browsers.cookie(browser) }
  const before = known === undefined ? undefined : await parts.consents.given(known, wish)
  if (before !== undefined)
    return { kind: 'redirect', location: await parts.visits.begin(browser, wish, before), headers: cookie }
  return consentPage(client, wish, browser, parts)
}

/** POST of the consent page's form: goes to the provider, or back to the client with a refusal. */
export async function consent(asked: Asked, parts: AuthorizeParts): Promise<Answer> {
  const { facts } = parts
  if (asked.method !== 'POST') return failed(405, 'This page takes a form', 'Start the login again.', { allow: 'POST' })
  if (isForeign(asked, facts.origin)) return notHere('The form was sent by a page of somebody else.')
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(asked.headers['content-type'] ?? ''))
    return notHere('The form is not in the usual form.')
  const form = new Parameters((await asked.body(MAX_FORM)).toString('utf8'))
  const browser = await parts.browsers.known(asked.headers)
  if (browser === undefined) return notHere('This browser has not kept our cookie, or too long ago.')
  // Sealed by us for this browser: what makes the form ours (CSRF), and keeps everything in it as it was shown.
  const sealed = await parts.secrets.open(`${PURPOSE} ${browser.hash}`, form.get('request') ?? '')
  if (isDevice(sealed) && !form.broken) return parts.devices.decided(browser, sealed.device, form.get('decision'))
  if (!isWish(sealed) || form.broken) return notHere('The page was open for too long, or belongs to another browser.')
  const decision = form.get('decision')
  if (decision === 'approve') return onward(await parts.visits.begin(browser, sealed, undefined))
  if (decision === 'deny') return onward(responseUrl(sealed, { error: 'access_denied' }, facts))
  return notHere('The form holds no decision.')
}

const isDevice = (value: unknown): value is { readonly device: string } =>
  typeof value === 'object' && value !== null && 'device' in value && typeof value.device === 'string'

const notHere = (detail: string): Answer => failed(400, 'This login cannot go on', detail)

/** A page that sends the browser on: browsers hold redirects of a form's answer against `form-action` (CSP 3 §6.4.1). */
export const onward = (to: string): Answer => ({
  kind: 'page',
  status: 200,
  headers: {},
  page: { kind: 'onward', to, shown: shownRedirect(to) },
})

interface Mistake {
  readonly redirect: string
  readonly state: string | undefined
  readonly error: string
  readonly description: string
}

const refusal = (mistake: Mistake, facts: Facts): Answer => ({
  kind: 'redirect',
  location: responseUrl(mistake, { error: mistake.error, error_description: mistake.description }, facts),
  headers: {},
})

/** What the rest of the request asks for, once it is known where errors may go. */
function wishIn(
  parameters: Parameters,
  { client, redirect }: { readonly client: string; readonly redirect: string },
  facts: Facts,
): Wish | Mistake {
  const state = parameters.get('state')
  const mistake = (error: string, description: string): Mistake => ({ redirect, state, error, description })
  if (parameters.get('request') !== undefined || parameters.get('request_uri') !== undefined)
    return mistake('request_not_supported', 'request objects are not taken')
  if (parameters.get('response_type') !== 'code')
    return mistake('unsupported_response_type', 'response_type must be code')
  if ((parameters.get('response_mode') ?? 'query') !== 'query')
    return mistake('invalid_request', 'response_mode must be query')
  const challenge = parameters.get('code_challenge')
  // Without a method RFC 7636 means `plain`: leaving it out is how a downgrade looks.
  if (challenge === undefined || parameters.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(challenge))
    return mistake('invalid_request', 'PKCE with S256 is required')
  const scopes = scopesIn(parameters.get('scope'))
  if (scopes === undefined) return mistake('invalid_scope', 'scope is not a list of scopes')
  const resource = resourceIn(parameters.all('resource'), facts.settings)
  if (resource === undefined) return mistake('invalid_target', 'resource must name this server')
  const jkt = facts.settings.dpop === 'off' ? undefined : parameters.get('dpop_jkt')
  if (jkt !== undefined && !/^[\w-]{43}$/.test(jkt)) return mistake('invalid_request', 'dpop_jkt is no thumbprint')
  const { scopes: granted } = facts.settings
  // Scopes of others (`openid`, `offline_access`) are left out, not refused: clients ask for them by habit (RFC 6749 §3.3).
  const wanted = scopes.length === 0 ? granted : granted.filter((scope) => scopes.includes(scope))
  return { client, redirect, state, challenge, scopes: wanted, resource, ...(jkt !== undefined && { jkt }) }
}

async function consentPage(client: Client, wish: Wish, browser: Browser, parts: AuthorizeParts): Promise<Answer> {
  const { facts, secrets, browsers } = parts
  const request = await secrets.seal(`${PURPOSE} ${browser.hash}`, { ...wish }, PAGE_MS)
  const schemes = [...knownSchemes, ...facts.settings.schemes]
  return {
    kind: 'page',
    status: 200,
    headers: { 'set-cookie': await browsers.cookie(browser) },
    page: {
      kind: 'consent',
      client: clientShown(client),
      redirect: {
        shown: shownRedirect(wish.redirect),
        place: redirectPlace(wish.redirect, schemes) ?? 'application',
      },
      resource: wish.resource,
      scopes: scopesShown(wish.scopes, facts),
      action: facts.paths.consent,
      request,
    },
  }
}

/** A client as the page of its consent names it. */
export const clientShown = ({ id, kind, name }: Client): ConsentPage['client'] => ({
  name: shown(name),
  origin: kind === 'document' ? { kind: 'document', host: new URL(id).host } : { kind: 'registered' },
})

/** Scopes with the words that the configuration has for them. */
export const scopesShown = (scopes: readonly string[], { settings: { words } }: Facts): ConsentPage['scopes'] =>
  scopes.map((scope) => ({ name: shown(scope), words: Object.hasOwn(words, scope) ? words[scope] : undefined }))

/**
 * Whether another site's page sent the form. With `Referrer-Policy: no-referrer`, which our pages have, browsers send `Origin: null`
 * for a form of ours (Fetch §3.2): that one says nothing, `Sec-Fetch-Site` does.
 */
export function isForeign({ headers }: Asked, own: string): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') return true
  const { origin } = headers
  return origin !== undefined && origin !== 'null' && origin !== own
}

/** Only we can have sealed it: told apart from what is sealed for other purposes by the seal itself. */
const isWish = (value: unknown): value is Wish =>
  typeof value === 'object' && value !== null && 'redirect' in value && 'challenge' in value

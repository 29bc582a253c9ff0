// The last step of a client's way: whether the gateway takes a token, and why not. Tokens are shown by what they say, never themselves.
import { randomBytes } from 'node:crypto'
import type { Fetched } from '../http/fetch.ts'
import { parsed } from '../oauth/metadata.ts'
import { initialize, isAtGateway, reasonOf, serverOf, type Walk } from './oauth-walk.ts'
import { textOf } from './values.ts'

const KEYS =
  "`mcpAuthentication.jwks.url`: the address of the issuer's keys (`jwks_uri` of its metadata); the gateway's log says what it answers"

/** Step 8: with a token that the user has, whether it is accepted; without, whether the gateway could tell. */
export async function call(walk: Walk): Promise<boolean> {
  const { token: given } = walk.options
  if (given === undefined) return await withoutToken(walk)
  const answer = await initialize(walk, given)
  if (answer.status >= 200 && answer.status < 300) return walk.yes('call', 'the token is accepted')
  const claims = claimsOf(given)
  const says = `${answer.status} for a token ${wordsFor(claims)}`
  if (answer.status === 403)
    return walk.no('call', says, { clause: 'RFC 6750 §3.1 (insufficient_scope)', topic: 'scope' })
  if (answer.status >= 500) return walk.no('call', `${says}: ${reasonOf(answer)}`, { change: changeFor(answer) })
  if (claims === undefined) return walk.no('call', says, { clause: 'RFC 9068 §2', topic: 'audience' })
  const { exp, iss, aud } = claims
  if (typeof exp === 'number' && exp * 1_000 < Date.now())
    return walk.no('call', says, { clause: 'RFC 7519 §4.1.4', change: 'a new token: this one has expired' })
  if (!isAtGateway(walk) && iss !== serverOf(walk))
    return walk.no('call', says, {
      clause: 'RFC 7519 §4.1.1',
      change: `\`mcpAuthentication.issuer\`: ${textOf(iss)}, letter for letter, instead of ${serverOf(walk)}`,
    })
  const meant = [aud].flat().includes(textOf(walk.resource['resource']))
  return walk.no('call', says, { clause: 'RFC 9068 §4; RFC 8707 §2', topic: meant ? 'issuer' : 'audience' })
}

/** A gateway without the keys of an issuer says so of any token of it: what the login leads to would not be accepted. */
async function withoutToken(walk: Walk): Promise<boolean> {
  if (!isAtGateway(walk)) {
    const answer = await initialize(walk, madeUp(serverOf(walk)))
    if (answer.status >= 500)
      return walk.no('call', `${answer.status} for any token: ${reasonOf(answer)}`, { change: changeFor(answer) })
  }
  walk.findings.push({ step: 'call', verdict: 'skipped', says: 'no token was given (--token)' })
  return true
}

const changeFor = ({ status }: Fetched): string =>
  status === 503 ? KEYS : "what is behind the gateway; the gateway's log names it"

/** Of this issuer, and signed by nobody. */
function madeUp(iss: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(Date.now() / 1_000) + 60
  return `${part({ alg: 'RS256', kid: 'toolgate-doctor' })}.${part({ iss, exp })}.${randomBytes(256).toString('base64url')}`
}

function wordsFor(claims: Claims | undefined): string {
  if (claims === undefined) return 'that is no JWT'
  const facts = ['iss', 'aud', 'exp', 'scope', 'scp'].flatMap((name) =>
    claims[name] === undefined ? [] : `${name}: ${JSON.stringify(claims[name])}`,
  )
  return `with ${facts.join(', ') || 'nothing that matters here'}`
}

interface Claims {
  readonly [name: string]: unknown
}

/** What a token says; nobody has verified it, and it is only shown. */
const claimsOf = (given: string): Claims | undefined => parsed(Buffer.from(given.split('.')[1] ?? '', 'base64url'))

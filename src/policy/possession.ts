// YAML `dpop` of `jwtAuth` and `mcpAuthentication`: whether whoever shows a token that is bound to a key or a certificate has it as well.
import { hash } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import { z } from 'zod'
import type { Exchange, Maybe, VerifiedToken } from '../core/exchange.ts'
import type { Path } from '../core/module.ts'
import type { Scheme } from '../oauth/challenge.ts'
import { confirmationOf } from '../oauth/confirmation.ts'
import { defaultBounds, Proofs } from '../oauth/dpop.ts'
import { type Location, locationFor, type locationSchema } from './authorization-location.ts'
import type { Site } from './policy.ts'

const modes = ['off', 'accept', 'require'] as const

/**
 * `accept`: a bound token is good only with its proof, any other as before. `require`: no other is good. `off`: whoever has a token
 * may use it, as the original does it. Absent: as `accept`, only that nobody is told. `origin`: the public one, where clients see
 * another than we do. `replayCache: shared`: a proof is good once for all processes that share the store. `proofs`, `proofsPerKey`:
 * how many of two minutes are remembered; above that the next one is refused.
 */
export const dpopSchema = () =>
  z
    .union([
      z.enum(modes),
      z.strictObject({
        mode: z.enum(modes),
        origin: z.string().nullish(),
        replayCache: z.enum(['memory', 'shared']).default('memory'),
        proofs: z.int().positive().default(defaultBounds.most),
        proofsPerKey: z.int().positive().default(defaultBounds.ofOneKey),
      }),
    ])
    .nullish()

type Config = z.output<ReturnType<typeof dpopSchema>>
type LocationConfig = z.output<ReturnType<typeof locationSchema>> | null | undefined

/** Why a token is worth nothing in these hands. */
export interface Unproven {
  readonly error: 'invalid_token' | 'invalid_dpop_proof'
  readonly why: string
}

export interface Possession {
  readonly mode: 'off' | 'accept' | 'require'
  /** Whether documents and challenges speak of it. */
  readonly announced: boolean
  /** How tokens may be shown, as far as it is told. */
  readonly schemes: readonly Scheme[]
  /** Where the token is, whichever scheme it is shown with. */
  readonly location: Location
  /** Once a token is known to be good: is it good in these hands? `undefined`: yes. At once for tokens that are bound to nothing. */
  check(x: Exchange, token: VerifiedToken): Maybe<Unproven | undefined>
}

/** `origin`: where clients know this place; `undefined`: where their request says. */
export function possessionOf(
  config: Config,
  {
    location,
    at,
    origin,
  }: { readonly location: LocationConfig; readonly at: Path; readonly origin: string | undefined },
  site: Site,
): Possession {
  const mode = typeof config === 'string' ? config : config?.mode
  const bearer = locationFor(location, 'Bearer', site, at)
  if (mode === 'off') return { mode, announced: false, schemes: ['Bearer'], location: bearer, check: () => undefined }
  const place = originOf(ownOrigin(config) ?? origin, mode, site)
  const proofs = proofsOf(config, site)
  return new Bound({ mode, origin: place, proofs, bearer, usual: isUsual(location), site })
}

/** Policies that remember as many share what they remember. */
function proofsOf(config: Config, site: Site): Proofs {
  const { store } = site
  const asked = typeof config === 'string' ? undefined : config
  const bounds = { most: asked?.proofs ?? defaultBounds.most, ofOneKey: asked?.proofsPerKey ?? defaultBounds.ofOneKey }
  const shared = asked?.replayCache === 'shared' && store !== undefined
  const remember = async (name: string, ttlMs: number): Promise<boolean> =>
    (await (await store?.())?.put(['dpop', name], '', { ttlMs, when: 'absent' })) !== undefined
  const key = `dpop proofs ${bounds.most} ${bounds.ofOneKey}${shared ? ' shared' : ''}`
  return site.keep(key, () => new Proofs({ bounds, ...(shared && { remember }) }))
}

const ownOrigin = (config: Config): string | null | undefined =>
  typeof config === 'string' ? undefined : config?.origin

/** The header where both schemes are known. */
const isUsual = (location: LocationConfig): boolean =>
  !location ||
  (location.header?.name.toLowerCase() === 'authorization' && /^bearer /i.test(location.header.prefix ?? ''))

function originOf(text: string | undefined | null, mode: string | undefined, site: Site): string | undefined {
  if (typeof text !== 'string') {
    if (mode !== undefined)
      site.warning(
        ['dpop'],
        'has no public address: proofs are then compared with the Host that the client writes',
        'give the public origin, such as `dpop: {mode: accept, origin: https://gateway.example}`',
      )
    return undefined
  }
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol)) return url.origin
  site.problem(['dpop', 'origin'], 'must be an address, such as https://gateway.example')
  return undefined
}

interface Facts {
  readonly mode: 'accept' | 'require' | undefined
  readonly origin: string | undefined
  readonly proofs: Proofs
  readonly bearer: Location
  /** The token stands in `Authorization`, where its scheme says how it is meant. */
  readonly usual: boolean
  readonly site: Site
}

/** What a policy of the listener has proven need not be proven again for the route: a proof is good once. */
const proven = new WeakMap<Exchange, string>()
const asDpop = new WeakSet<Exchange>()

class Bound implements Possession {
  readonly mode: 'accept' | 'require'
  readonly announced: boolean
  readonly schemes: readonly Scheme[]
  readonly location: Location
  readonly #facts: Facts
  readonly #required: boolean

  constructor(facts: Facts) {
    const { mode, bearer, usual, site } = facts
    this.#facts = facts
    this.mode = mode ?? 'accept'
    this.#required = mode === 'require'
    this.announced = mode !== undefined
    this.schemes = this.#required ? ['DPoP'] : this.announced ? ['Bearer', 'DPoP'] : ['Bearer']
    this.location = usual ? eitherScheme(bearer, locationFor(undefined, 'DPoP', site, [])) : bearer
  }

  check(x: Exchange, token: VerifiedToken): Maybe<Unproven | undefined> {
    const bound = confirmationOf(token.claims)
    if (bound === undefined) {
      if (this.#required) return { error: 'invalid_token', why: 'the token is bound to no key' }
      return asDpop.has(x)
        ? { error: 'invalid_token', why: 'the token is bound to no key, and is shown as if it were' }
        : undefined
    }
    if (proven.get(x) === token.raw) return undefined
    if (bound === 'unknown')
      return { error: 'invalid_token', why: 'the token is bound to something that cannot be checked' }
    if (bound.certificate !== undefined && bound.certificate !== certificateOf(x))
      return { error: 'invalid_token', why: 'the token is bound to a certificate that the client has not shown' }
    if (bound.jkt !== undefined) return this.#proof(x, token.raw, bound.jkt)
    if (this.#required) return { error: 'invalid_token', why: 'the token is bound to no key' }
    if (asDpop.has(x))
      return { error: 'invalid_token', why: 'the token is bound to a certificate, and is shown with a proof' }
    proven.set(x, token.raw)
    return undefined
  }

  async #proof(x: Exchange, token: string, jkt: string): Promise<Unproven | undefined> {
    const { origin, proofs, usual } = this.#facts
    const { dpop } = x.headers
    x.headers['dpop'] = undefined
    // Shown as a bearer token it is somebody's who has taken it from its owner (RFC 9449 §7.2).
    if (usual && !asDpop.has(x))
      return { error: 'invalid_token', why: 'the token is bound to a key, and is shown without its proof' }
    if (typeof dpop !== 'string') return { error: 'invalid_dpop_proof', why: 'there is no DPoP proof' }
    const { method = '', url = '' } = x.request
    const here = origin ?? `${x.entrance.scheme}://${x.request.headers.host ?? ''}`
    const proof = await proofs.check(dpop, { method, address: here + (url.split('?', 1)[0] ?? ''), token })
    if (proof.kind === 'wrong') return { error: 'invalid_dpop_proof', why: proof.why }
    if (proof.jkt !== jkt) return { error: 'invalid_token', why: 'the DPoP proof is of another key than the token' }
    proven.set(x, token)
    return undefined
  }
}

/** `Authorization: Bearer …` or `DPoP …`; which of them it was is remembered for as long as the exchange lives. */
const eitherScheme = (bearer: Location, dpop: Location): Location => ({
  read(x) {
    const shown = bearer.read(x)
    if (shown !== undefined) return shown
    const bound = dpop.read(x)
    if (bound !== undefined) asDpop.add(x)
    return bound
  },
  remove: (x) => bearer.remove(x),
})

/** Digest of the certificate that the client has proven to have in the handshake (RFC 8705 §3.1), where the listener asks for one. */
function certificateOf({ request: { socket } }: Exchange): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined
  const { raw } = socket.getPeerCertificate()
  return raw === undefined ? undefined : hash('sha256', raw, 'base64url')
}

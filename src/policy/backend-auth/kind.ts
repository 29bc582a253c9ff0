// What a kind of `backendAuth` is, and where its credential goes.
import type { z } from 'zod'
import { Failure } from '../../core/failure.ts'
import type { Module } from '../../core/module.ts'
import { type Outbound, setHeader } from '../../http/outbound.ts'
import type { TlsOptions } from '../../http/pools.ts'
import type { UpstreamServer } from '../../oauth/upstream/settings.ts'
import type { locationSchema } from '../authorization-location.ts'
import type { BoundCredentials, Credentials, Site } from '../policy.ts'

/** One way of proving who asks, before it is known where and for whom. */
export interface Proof extends Pick<Credentials, 'personal' | 'apply' | 'refused'> {
  /** See Credentials. */
  bind?(server: UpstreamServer, tls?: TlsOptions): BoundProof
}

/** A proof for one server. */
export type BoundProof = Proof & Pick<BoundCredentials, 'login' | 'connect' | 'shared'>

/** `undefined`: the configuration is wrong, and the site knows why. */
export type KindModule = Module<z.ZodType, Proof | undefined, Site>

/** Puts a credential on a request. */
export type Insert = (request: Outbound, credential: string) => void

type Location = z.output<ReturnType<typeof locationSchema>>

/** `Authorization: Bearer …`, unless the configuration names another place. Expressions can only read. */
export function insertion(location: Location | null | undefined, site: Site, at: readonly string[]): Insert {
  if (location === null || location === undefined) return inHeader('authorization', 'Bearer ')
  if (location.header !== undefined) return inHeader(location.header.name.toLowerCase(), location.header.prefix ?? '')
  if (location.queryParameter !== undefined) return inQuery(location.queryParameter.name)
  if (location.cookie !== undefined) return inCookie(location.cookie.name)
  site.problem([...at, 'expression'], 'an expression says where a credential is read, not where one is written')
  return () => {}
}

/** There is nothing to show. */
export const noCredential = (why: string, cause?: unknown): Failure =>
  new Failure('upstream.credentials', why, { cause })

const inHeader =
  (name: string, prefix: string): Insert =>
  (request, credential) =>
    setHeader(request, name, prefix + sendable(credential))

const inQuery =
  (name: string): Insert =>
  (request, credential) => {
    const mark = request.path.indexOf('?')
    const path = mark < 0 ? request.path : request.path.slice(0, mark)
    const query = new URLSearchParams(mark < 0 ? '' : request.path.slice(mark))
    query.set(name, credential)
    request.path = `${path}?${query.toString()}`
  }

const inCookie =
  (name: string): Insert =>
  (request, credential) => {
    const { headers } = request
    const at = headers.findIndex((each, i) => i % 2 === 0 && each === 'cookie')
    const others = at < 0 ? [] : (headers[at + 1] ?? '').split('; ').filter((pair) => !pair.startsWith(`${name}=`))
    setHeader(request, 'cookie', [...others, `${name}=${sendable(credential)}`].join('; '))
  }

/** What a client sent as its token must not become two headers (CWE-113). */
function sendable(credential: string): string {
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(credential))
    throw noCredential('the credential has characters that no header may have')
  return credential
}

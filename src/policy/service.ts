// A server that a policy itself speaks to: `host` (or `backend`), and the policies of that connection.
import { z } from 'zod'
import type { TlsOptions } from '../http/pools.ts'
import { backendTLS } from './backend-tls.ts'
import type { Site } from './policy.ts'

/** `host: name:port`, or an address with its scheme (reference: agentgateway §1.6.3). */
export const serviceFields = () => ({
  host: z.string().min(1).nullish(),
  backend: z.string().min(1).nullish(),
  policies: z.strictObject({ backendTLS: backendTLS.schema.nullish() }).nullish(),
})

const schema = z.strictObject(serviceFields())
type Config = Pick<z.output<typeof schema>, 'host' | 'backend' | 'policies'>

export interface Service {
  /** `http://host:port` or `https://host:port`. */
  readonly origin: string
  readonly tls: TlsOptions | undefined
}

/** Where it is; `undefined`: the configuration does not say, and that has been reported. */
export function serviceOf({ host, backend, policies }: Config, site: Site): Service | undefined {
  if (backend !== null && backend !== undefined) {
    const named = site.backend(backend)
    if (named === undefined) site.problem(['backend'], `there is no backend named \`${backend}\``)
    return named
  }
  if (host === null || host === undefined) {
    site.problem([], 'does not say where the server is', 'write `host: name:port`')
    return undefined
  }
  const own = policies?.backendTLS
  const compiled = own === null || own === undefined ? undefined : backendTLS.compile(own, site)
  const tls = compiled instanceof Promise ? undefined : compiled?.plan?.tls
  const origin = originOf(host, tls !== undefined)
  if (origin === undefined) site.problem(['host'], 'must be `name:port`, or an address that begins with `http`')
  return origin === undefined ? undefined : { origin, tls }
}

function originOf(host: string, secure: boolean): string | undefined {
  if (/^https?:\/\//i.test(host)) {
    const url = URL.parse(host)
    return url === null || url.pathname !== '/' || url.search !== '' || url.username !== '' ? undefined : url.origin
  }
  if (!/^(?:\[[0-9a-f:.]+\]|[^\s/:@?#[\]]+):\d{1,5}$/i.test(host)) return undefined
  return URL.parse(`${secure ? 'https' : 'http'}://${host}`)?.origin
}

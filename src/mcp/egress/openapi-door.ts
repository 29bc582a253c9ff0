// How parts of documents are fetched: by the guarded client, as the operator's for origins that the configuration names.
import { type FetchOptions, fetchDocument } from '../../http/fetch.ts'
import type { TlsOptions } from '../../http/pools.ts'
import { limits } from '../../openapi/limits.ts'
import type { Answered, Asked } from '../../openapi/load.ts'
import type { TargetSite } from './site.ts'

interface DoorOptions {
  readonly site: Pick<TargetSite, 'pools'>
  /** Origins that the configuration itself names; all others are a stranger's. */
  readonly named: readonly string[]
  /** TLS of one of them. */
  readonly secure: { readonly origin: string; readonly tls: TlsOptions } | undefined
  readonly redirects?: number
  readonly signal?: AbortSignal
  /** Told of every body. */
  readonly seen?: (text: string) => void
}

/** Nothing of ours goes along: no credentials, no cookies (reference: openapi §13). */
export function fetchDoor(options: DoorOptions): (url: string, asked: Asked) => Promise<Answered> {
  const { site, named, secure, signal, seen, redirects = limits.redirects } = options
  return async (url, { accept, maxBytes, timeoutMs, headers }) => {
    const { origin } = new URL(url)
    const fetching: FetchOptions = {
      pools: site.pools,
      trust: named.includes(origin) ? 'operator' : 'stranger',
      maxBytes,
      timeoutMs,
      accept,
      headers,
      maxRedirects: redirects,
      ...(secure?.origin === origin && { tls: secure.tls }),
      ...(signal && { signal }),
    }
    const answer = await fetchDocument(url, fetching)
    seen?.(`${url} ${answer.body.toString('latin1')}`)
    return answer
  }
}

// Listeners: protocol, certificates, names and gateway-phase policies.
import type { Path } from '../../core/module.ts'
import type { ListenerShape, TlsShape } from '../shape.ts'
import { bodiesOf, type Notes } from './policies.ts'

interface WrittenTls {
  readonly cert?: string | null | undefined
  readonly key?: string | null | undefined
  readonly root?: string | null | undefined
  readonly cipherSuites?: readonly string[] | null | undefined
  readonly minTLSVersion?: string | null | undefined
  readonly minTlsVersion?: string | null | undefined
  readonly maxTLSVersion?: string | null | undefined
  readonly maxTlsVersion?: string | null | undefined
}

interface WrittenListener {
  readonly name?: string | null | undefined
  readonly hostname?: string | null | undefined
  readonly protocol?: string | null | undefined
  readonly tls?: WrittenTls | null | undefined
}

export interface Written {
  readonly listener: WrittenListener
  readonly path: Path
  readonly index: number
  readonly gateway: string
}

/** A listener without its routes. `policies` may carry other keys of the listener beside its policies. */
export function listenersOf(
  { listener, path, index, gateway }: Written,
  policies: { readonly [key: string]: unknown },
  at: Path,
  notes: Notes,
): Omit<ListenerShape, 'routes'> {
  const { name, hostname, protocol, tls } = listener
  // A listener with certificates and no protocol can only mean HTTPS.
  const secure = protocol === 'HTTPS' || ((protocol ?? undefined) === undefined && (tls ?? undefined) !== undefined)
  if (secure && (tls ?? undefined) === undefined)
    notes.error('config.missing-key', path, 'a listener for HTTPS needs `tls` with `cert` and `key`')
  if (!secure && (tls ?? undefined) !== undefined)
    notes.warning('config.ignored', [...path, 'tls'], '`tls` is ignored: the protocol of this listener is HTTP')
  const { name: _n, hostname: _h, protocol: _p, tls: _t, ...rest } = policies
  return {
    name: name ?? `listener${index}`,
    gateway,
    protocol: secure ? 'HTTPS' : 'HTTP',
    hostname:
      hostname === null || hostname === undefined || hostname === '' || hostname === '*'
        ? undefined
        : hostname.toLowerCase(),
    tls: secure && tls ? tlsShape(tls, [...path, 'tls'], notes) : undefined,
    policies: bodiesOf(rest, at),
    path,
  }
}

function tlsShape(tls: WrittenTls, path: Path, notes: Notes): TlsShape | undefined {
  const { cert, key } = tls
  if (Object.hasOwn(tls, 'spiffe')) return undefined // has had its own answer
  if (cert === null || cert === undefined || key === null || key === undefined) {
    const absent = [cert ?? '`cert`', key ?? '`key`'].filter((one) => one === '`cert`' || one === '`key`')
    const are = absent.length === 1 ? 'is' : 'are'
    notes.error('config.missing-key', path, `${absent.join(' and ')} ${are} missing from \`tls\``)
    return undefined
  }
  const minimum = tls.minTLSVersion ?? tls.minTlsVersion
  const maximum = tls.maxTLSVersion ?? tls.maxTlsVersion
  const range = versions(minimum, maximum, path, notes)
  return { cert, key, root: tls.root ?? undefined, ...range, cipherSuites: tls.cipherSuites ?? [], path }
}

/** The TLS versions that are offered, of those that are written. */
export function versions(
  minimum: string | null | undefined,
  maximum: string | null | undefined,
  path: Path,
  notes: Notes,
): Pick<TlsShape, 'minVersion' | 'maxVersion'> {
  if (isOld(minimum))
    notes.warning('config.ignored', path, 'TLS below 1.2 is not offered: the minimum is raised to TLS 1.2')
  if (isOld(maximum))
    notes.error('config.refused', path, 'TLS below 1.2 is not offered: raise the maximum to TLS_V1_2 or more')
  if (minimum === 'TLS_V1_3' && maximum === 'TLS_V1_2')
    notes.error('config.wrong-value', path, 'the minimum TLS version is above the maximum')
  return {
    minVersion: minimum === null || minimum === undefined ? undefined : minimum === 'TLS_V1_3' ? 'TLSv1.3' : 'TLSv1.2',
    maxVersion: maximum === 'TLS_V1_3' ? 'TLSv1.3' : maximum === 'TLS_V1_2' ? 'TLSv1.2' : undefined,
  }
}

const isOld = (version: string | null | undefined): boolean => version === 'TLS_V1_0' || version === 'TLS_V1_1'

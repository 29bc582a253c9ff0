// What the listeners of one port ask of TLS: OpenSSL settles versions and ciphers before the name of the listener counts.
import { createSecureContext, type SecureContext, type SecureContextOptions, type TLSSocket } from 'node:tls'
import type { FrontendShape, TlsShape } from '../config/shape.ts'

type Version = 'TLSv1.2' | 'TLSv1.3'

/** One listener's side of a handshake. */
export interface Tls {
  readonly context: SecureContext
  /** For clients that name no host: a server has one certificate that needs no name. */
  readonly pem: Pick<SecureContextOptions, 'cert' | 'key' | 'ca'>
  readonly minVersion: Version
  readonly maxVersion: Version
  /** In OpenSSL's names; none: the usual ones. */
  readonly ciphers: readonly string[]
  readonly groups: readonly string[]
}

/** Throws what OpenSSL says of a certificate, key or name that it cannot use. */
export function tlsOf(shape: TlsShape, pem: Tls['pem'], common: FrontendShape['tls']): Tls {
  const minVersion = shape.minVersion ?? common.minVersion ?? 'TLSv1.2'
  const maxVersion = shape.maxVersion ?? common.maxVersion ?? 'TLSv1.3'
  const ciphers = (shape.cipherSuites.length > 0 ? shape.cipherSuites : common.cipherSuites).map(openSslName)
  const terms = { minVersion, maxVersion, ciphers, groups: common.keyExchangeGroups.map(groupName) }
  return { ...terms, pem, context: createSecureContext({ ...pem, ...contextOptions(terms) }) }
}

/**
 * What the port itself has to offer so that each of its listeners gets what it asks for. A certificate chosen by name brings
 * its chain and nothing else: versions and ciphers stay those of the port, whatever the listener's own context says.
 */
export function portTerms(all: readonly Tls[], nameless: Tls | undefined): SecureContextOptions {
  const usual = all.some(({ ciphers }) => ciphers.length === 0)
  return {
    ...nameless?.pem,
    ...contextOptions({
      minVersion: all.some(({ minVersion }) => minVersion === 'TLSv1.2') ? 'TLSv1.2' : 'TLSv1.3',
      maxVersion: all.some(({ maxVersion }) => maxVersion === 'TLSv1.3') ? 'TLSv1.3' : 'TLSv1.2',
      ciphers: usual ? [] : [...new Set(all.flatMap(({ ciphers }) => ciphers))],
      groups: all[0]?.groups ?? [],
    }),
  }
}

/** Whether what was negotiated with the port is what the listener allows. */
export function meets(socket: TLSSocket, { minVersion, maxVersion, ciphers }: Tls): boolean {
  const version = socket.getProtocol() ?? ''
  if (version < minVersion || version > maxVersion) return false
  return ciphers.length === 0 || ciphers.includes(socket.getCipher().name)
}

function contextOptions({
  minVersion,
  maxVersion,
  ciphers,
  groups,
}: Omit<Tls, 'context' | 'pem'>): SecureContextOptions {
  return {
    minVersion,
    maxVersion,
    ...(ciphers.length > 0 && { ciphers: ciphers.join(':') }),
    ...(groups.length > 0 && { ecdhCurve: groups.join(':') }),
  }
}

/** `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` is `ECDHE-RSA-AES128-GCM-SHA256` there; names of TLS 1.3 are the same everywhere. */
function openSslName(suite: string): string {
  const [, exchange, cipher] = /^TLS_(\w+)_WITH_(\w+)$/.exec(suite) ?? []
  if (exchange === undefined || cipher === undefined) return suite.replace(/^TLS13_/, 'TLS_')
  const bulk = cipher.replace(/^AES_(\d+)/, 'AES$1').replace(/^(CHACHA20_POLY1305)_SHA256$/, '$1')
  return `${exchange}_${bulk}`.replaceAll('_', '-')
}

const groupName = (group: string): string => group.replace('X25519_MLKEM768', 'X25519MLKEM768')

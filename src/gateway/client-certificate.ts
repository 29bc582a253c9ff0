// Certificates of clients (mutual TLS): whether a connection may be used at all, and who is at its other end.
import { constants } from 'node:crypto'
import type { ServerOptions } from 'node:https'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Identity } from '../core/exchange.ts'
import { SourceView } from '../policy/context-place.ts'
import type { Listener } from './snapshot.ts'

/**
 * For a port with a listener that asks for certificates. All clients of the port are asked, because the name of the listener
 * comes later; those of other listeners need not have one. No sessions are resumed: a ticket carries what was verified for the
 * listener that gave it, and must not be shown to another one with other roots.
 */
export const askingClients: ServerOptions = {
  requestCert: true,
  rejectUnauthorized: false,
  secureOptions: constants.SSL_OP_NO_TICKET,
}

/** Settles what a finished handshake is worth to the listener it was for. False: the connection must end. */
export function settled(socket: TLSSocket, listener: Listener | undefined): boolean {
  if (listener?.clientCertificates === true) return socket.authorized
  socket.authorized = false // checked against roots that nobody chose: none of it may be believed
  return true
}

/** A connection may be older than the configuration that asks for certificates. */
export const suits = (socket: Socket, listener: Listener | undefined): boolean =>
  listener?.clientCertificates !== true || (socket instanceof TLSSocket && socket.authorized)

const known = new WeakMap<Socket, Identity>()

/**
 * Who a verified certificate says is calling: its SPIFFE id, else its subject. `iss` is the authority at the end of its chain: two that
 * both know an alice know two people, whatever they call themselves. The same object for all requests of a connection.
 */
export function identityOf(socket: Socket): Identity | undefined {
  const there = known.get(socket)
  if (there !== undefined) return there
  const source = new SourceView(socket)
  const subject = source.get('spiffeId') ?? source.get('subject')
  if (typeof subject !== 'string') return undefined
  const names = ['subject', 'subjectCn', 'subjectAltNames', 'issuer', 'spiffeId'] as const
  const identity: Identity = {
    via: 'mtls',
    subject,
    claims: Object.fromEntries(
      [['iss', authorityOf(socket)] as const, ...names.map((name) => [name, source.get(name)] as const)].filter(
        ([, value]) => value !== undefined,
      ),
    ),
  }
  known.set(socket, identity)
  return identity
}

/** Fingerprint of the root that a verified chain ends at. */
function authorityOf(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  let certificate = socket.getPeerCertificate(true)
  // A root is its own issuer; a chain is as long as the handshake has let it be.
  while (certificate.issuerCertificate !== undefined && certificate.issuerCertificate !== certificate)
    certificate = certificate.issuerCertificate
  return certificate.fingerprint256 === undefined
    ? undefined
    : `sha256:${certificate.fingerprint256.replaceAll(':', '').toLowerCase()}`
}

// `source`, `destination`, `backend` and `proxy` as expressions see them: where a request came from, and where it went.
import type { Socket } from 'node:net'
import { type PeerCertificate, TLSSocket } from 'node:tls'
import { Duration, HostObject, type PlainObject, type Value } from '../cel/value.ts'
import type { Exchange } from '../core/exchange.ts'

/** Host objects whose fields are known by name: all of them together are their map. */
abstract class Fields extends HostObject {
  abstract readonly names: readonly string[]

  plain(): PlainObject {
    const fields: { [name: string]: Value } = {}
    for (const name of this.names) {
      const value = this.get(name)
      if (value !== undefined) fields[name] = value
    }
    return fields
  }
}

const unmapped = (address: string | undefined): string | undefined =>
  address?.startsWith('::ffff:') === true ? address.slice(7) : address

const sourceNames = ['address', 'port', 'rawAddress', 'rawPort'] as const
const certificateNames = [
  'identity',
  'spiffeId',
  'subjectAltNames',
  'issuer',
  'subject',
  'subjectCn',
  'certificate',
] as const

/** The other end of the client's connection; of its certificate only what has been verified. */
export class SourceView extends Fields {
  readonly names = [...sourceNames, ...certificateNames]
  readonly #socket: Socket

  constructor(socket: Socket) {
    super()
    this.#socket = socket
  }

  get(field: string): Value | undefined {
    switch (field) {
      case 'address':
      case 'rawAddress':
        return unmapped(this.#socket.remoteAddress)
      case 'port':
      case 'rawPort':
        return this.#socket.remotePort
      default:
        return certificateNames.some((name) => name === field) ? this.#ofCertificate(field) : undefined
    }
  }

  #ofCertificate(field: string): Value | undefined {
    const socket = this.#socket
    if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined
    const certificate = socket.getPeerCertificate()
    // Node answers an empty object when the client showed none.
    if (certificate.raw === undefined) return undefined
    const names = alternatives(certificate)
    switch (field) {
      case 'subjectAltNames':
        return names
      case 'issuer':
        return distinguished(certificate.issuer)
      case 'subject':
        return distinguished(certificate.subject)
      case 'subjectCn':
        return commonName(certificate)
      case 'certificate':
        return pem(certificate.raw)
      case 'spiffeId':
        return names.find((name) => name.startsWith('spiffe://'))
      default:
        return workload(names.find((name) => name.startsWith('spiffe://')))
    }
  }
}

/** `URI:spiffe://…, DNS:a.example` as node spells them: without their kinds. A comma inside a name is quoted there. */
function alternatives({ subjectaltname = '' }: PeerCertificate): string[] {
  const found = subjectaltname.matchAll(/(?:^|, )[A-Za-z ]+:("(?:[^"\\]|\\.)*"|[^,]*)/g)
  return Array.from(found, ([, name = '']) => (name.startsWith('"') ? String(JSON.parse(name)) : name))
}

function commonName({ subject }: PeerCertificate): string | undefined {
  const { CN } = subject
  return Array.isArray(CN) ? CN[0] : CN
}

/** `C=US, O=Example, CN=a`: in the order of the certificate. */
function distinguished(name: PeerCertificate['subject']): string {
  return Object.entries(name)
    .flatMap(([key, value]) => [value ?? []].flat().map((one) => `${key}=${one}`))
    .join(', ')
}

const pem = (raw: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${raw.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`

/** `spiffe://domain/ns/namespace/sa/account` in parts. */
function workload(id: string | undefined): PlainObject | undefined {
  const parts = /^spiffe:\/\/([^/]+)\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(id ?? '')
  if (parts === null) return undefined
  const [, trustDomain = '', namespace = '', serviceAccount = ''] = parts
  return { trustDomain, namespace, serviceAccount }
}

/** Our own end of the client's connection. */
export class DestinationView extends Fields {
  readonly names = ['address', 'port', 'hostname'] as const
  readonly #socket: Socket

  constructor(socket: Socket) {
    super()
    this.#socket = socket
  }

  get(field: string): Value | undefined {
    const socket = this.#socket
    if (field === 'address') return unmapped(socket.localAddress)
    if (field === 'port') return socket.localPort
    if (field !== 'hostname' || !(socket instanceof TLSSocket)) return undefined
    const { servername } = socket as TLSSocket & { servername?: string | false } // not in node's types
    return typeof servername === 'string' ? servername : undefined
  }
}

/** The backend that a request was sent to, once it is known. */
export class BackendView extends Fields {
  readonly names = ['name', 'type', 'protocol'] as const
  readonly #x: Exchange

  constructor(x: Exchange) {
    super()
    this.#x = x
  }

  get(field: string): Value | undefined {
    const { backend, protocol } = this.#x
    if (field === 'name') return backend
    if (field === 'type') return protocol === 'mcp' ? 'mcp' : protocol === 'llm' ? 'ai' : 'static'
    return field === 'protocol' ? protocol : undefined
  }
}

/** Listener and route, and where the time went. */
export class ProxyView extends Fields {
  readonly names = [
    'bind',
    'gateway',
    'listener',
    'route',
    'requestProcessingDuration',
    'upstreamDuration',
    'responseProcessingDuration',
  ] as const
  readonly #x: Exchange

  constructor(x: Exchange) {
    super()
    this.#x = x
  }

  get(field: string): Value | undefined {
    const { entrance, route, arrived, sentOn, answeredAt } = this.#x
    switch (field) {
      case 'bind':
        return entrance.bind
      case 'gateway':
        return spaced(entrance.gateway)
      case 'listener':
        return { name: entrance.listener }
      case 'route':
        return route && { ...spaced(route.route), rule: route.rule }
      case 'requestProcessingDuration':
        return sentOn > 0 ? between(arrived, sentOn) : undefined
      case 'upstreamDuration':
        return answeredAt > 0 ? between(sentOn, answeredAt) : undefined
      case 'responseProcessingDuration':
        return answeredAt > 0 ? between(answeredAt, performance.now()) : undefined
      default:
        return undefined
    }
  }
}

/** `namespace/name` in parts; names alone have no namespace. */
function spaced(text: string): { readonly namespace: string; readonly name: string } {
  const slash = text.indexOf('/')
  return { namespace: text.slice(0, Math.max(slash, 0)), name: text.slice(slash + 1) }
}

const between = (from: number, to: number): Duration => new Duration(BigInt(Math.round((to - from) * 1_000_000)))

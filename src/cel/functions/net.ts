// Kubernetes' functions on IP addresses and ranges.
import { Address, Network, type Value } from '../value.ts'
import { addressOf, masked as maskedOf, networkOf, within } from './address.ts'
import type { CelFunction } from './function.ts'
import { one, two, unusable } from './overload.ts'
import { addressText } from './text.ts'

const noAddress = 'this string is no IP address'
const noNetwork = 'this string is no range such as `10.0.0.0/8`'

/** An address out of a string, or the one of a range. */
export const ip: CelFunction = {
  name: 'ip',
  one: one('ip', (a) => {
    if (typeof a === 'string') return addressOf(a) ?? unusable('ip', noAddress)
    if (a instanceof Network) return a.address
    return a instanceof Address ? a : undefined
  }),
  prepare: ([a]) => {
    if (typeof a !== 'string') return undefined
    const address = addressOf(a)
    return address === undefined ? { argument: 0, message: noAddress } : { one: () => address }
  },
}

export const cidr: CelFunction = {
  name: 'cidr',
  one: one('cidr', (a) => {
    if (typeof a === 'string') return networkOf(a) ?? unusable('cidr', noNetwork)
    return a instanceof Network ? a : undefined
  }),
  prepare: ([a]) => {
    if (typeof a !== 'string') return undefined
    const network = networkOf(a)
    return network === undefined ? { argument: 0, message: noNetwork } : { one: () => network }
  },
}

const asked = (name: string, ask: (text: string) => boolean): CelFunction => ({
  name,
  answers: 'bool',
  one: one(name, (a) => (typeof a === 'string' ? ask(a) : undefined)),
})

export const isIP: CelFunction = asked('isIP', (text) => addressOf(text) !== undefined)
export const isCIDR: CelFunction = asked('isCIDR', (text) => networkOf(text) !== undefined)
/** Whether it is written as RFC 5952 wants it. */
export const isCanonical: CelFunction = {
  name: 'ip.isCanonical',
  answers: 'bool',
  one: one('ip.isCanonical', (a) => {
    if (typeof a !== 'string') return undefined
    const address = addressOf(a)
    return address === undefined ? unusable('ip.isCanonical', noAddress) : addressText(address) === a
  }),
}

export const family: CelFunction = {
  name: 'family',
  answers: 'int',
  one: one('family', (a) => (a instanceof Address ? (a.bytes.length === 4 ? 4 : 6) : undefined)),
}

/** First bytes of an address, and whether it is IPv4. */
type Kind = (bytes: Uint8Array, four: boolean) => boolean

const kind = (name: string, is: Kind): CelFunction => ({
  name,
  answers: 'bool',
  one: one(name, (a) => (a instanceof Address ? is(a.bytes, a.bytes.length === 4) : undefined)),
})

const unspecified: Kind = (bytes) => bytes.every((byte) => byte === 0)
const loopback: Kind = (bytes, four) =>
  four ? bytes[0] === 127 : bytes[15] === 1 && bytes.subarray(0, 15).every((byte) => byte === 0)
const multicast: Kind = ([first = 0], four) => (four ? first >> 4 === 14 : first === 255)
const linkLocal: Kind = ([first, second = 0], four) =>
  four ? first === 169 && second === 254 : first === 254 && (second & 0xc0) === 0x80

export const isUnspecified: CelFunction = kind('isUnspecified', unspecified)
export const isLoopback: CelFunction = kind('isLoopback', loopback)
export const isLinkLocalUnicast: CelFunction = kind('isLinkLocalUnicast', linkLocal)
export const isLinkLocalMulticast: CelFunction = kind('isLinkLocalMulticast', ([first, second = 0, third], four) =>
  four ? first === 224 && second === 0 && third === 0 : first === 255 && (second & 15) === 2,
)
export const isGlobalUnicast: CelFunction = kind('isGlobalUnicast', (bytes, four) => {
  if (four && bytes.every((byte) => byte === 255)) return false
  return ![unspecified, loopback, multicast, linkLocal].some((is) => is(bytes, four))
})

const addressIn = (value: Value): Address | undefined =>
  value instanceof Address ? value : typeof value === 'string' ? addressOf(value) : undefined

export const containsIP: CelFunction = {
  name: 'containsIP',
  answers: 'bool',
  two: two('containsIP', (a, b) => {
    if (!(a instanceof Network && (typeof b === 'string' || b instanceof Address))) return undefined
    const address = addressIn(b)
    return address === undefined ? unusable('containsIP', noAddress) : within(a, address)
  }),
}

export const containsCIDR: CelFunction = {
  name: 'containsCIDR',
  answers: 'bool',
  two: two('containsCIDR', (a, b) => {
    if (!(a instanceof Network)) return undefined
    const other = typeof b === 'string' ? (networkOf(b) ?? unusable('containsCIDR', noNetwork)) : b
    if (!(other instanceof Network)) return typeof b === 'string' ? other : undefined
    return other.prefix >= a.prefix && within(a, other.address)
  }),
}

export const masked: CelFunction = {
  name: 'masked',
  one: one('masked', (a) => (a instanceof Network ? maskedOf(a) : undefined)),
}

export const prefixLength: CelFunction = {
  name: 'prefixLength',
  answers: 'int',
  one: one('prefixLength', (a) => (a instanceof Network ? a.prefix : undefined)),
}

// What an IP address is good for: whether a stranger's document may send us there. No names, no sockets.
import { isIP } from 'node:net'

/** `public` is everything that no row below takes out; `invalid` is no address at all. */
export type AddressKind =
  | 'public'
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'shared'
  | 'link-local'
  | 'metadata'
  | 'multicast'
  | 'documentation'
  | 'translated'
  | 'reserved'
  | 'invalid'

type Row = readonly [prefix: string, bits: number, kind: AddressKind]

// The IANA special-purpose registries (RFC 6890), narrowest prefixes first: the first row that fits decides.
const v4: readonly Row[] = [
  ['169.254.169.254', 32, 'metadata'], // AWS, Azure, GCP and most others
  ['168.63.129.16', 32, 'metadata'], // Azure's wire server: looks public, is the host
  ['100.100.100.200', 32, 'metadata'], // Alibaba Cloud
  ['192.0.0.192', 32, 'metadata'], // Oracle Cloud
  ['192.0.0.0', 24, 'reserved'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.88.99.0', 24, 'translated'], // 6to4 relays
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['169.254.0.0', 16, 'link-local'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'reserved'], // benchmarking
  ['172.16.0.0', 12, 'private'],
  ['100.64.0.0', 10, 'shared'], // carrier-grade NAT, and many a cluster's pods
  ['0.0.0.0', 8, 'unspecified'], // Linux connects 0.0.0.0 to itself
  ['10.0.0.0', 8, 'private'],
  ['127.0.0.0', 8, 'loopback'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved'], // with the broadcast address
  ['0.0.0.0', 0, 'public'],
]

// Whatever carries an IPv4 address inside reaches it by another name: refused whole, not looked into.
const v6: readonly Row[] = [
  ['::', 128, 'unspecified'],
  ['::1', 128, 'loopback'],
  ['fd00:ec2::254', 128, 'metadata'], // AWS
  ['fd20:ce::254', 128, 'metadata'], // GCP
  ['::ffff:0:0', 96, 'translated'], // IPv4-mapped
  ['::ffff:0:0:0', 96, 'translated'], // IPv4-translated (SIIT)
  ['::', 96, 'translated'], // IPv4-compatible
  ['64:ff9b::', 96, 'translated'], // NAT64
  ['64:ff9b:1::', 48, 'translated'], // NAT64, local use
  ['2001:db8::', 32, 'documentation'],
  ['2001::', 32, 'translated'], // Teredo
  ['2001::', 23, 'reserved'], // protocol assignments
  ['3fff::', 20, 'documentation'],
  ['2002::', 16, 'translated'], // 6to4
  ['fe80::', 10, 'link-local'],
  ['fec0::', 10, 'private'], // site-local, deprecated and still routed
  ['ff00::', 8, 'multicast'],
  ['fc00::', 7, 'private'],
  ['2000::', 3, 'public'],
  ['::', 0, 'reserved'], // nothing outside 2000::/3 is global unicast
]

/** Kind of an address as a resolver or a URL spells it; brackets, zones and names are no addresses. */
export function addressKind(address: string): AddressKind {
  switch (isIP(address)) {
    case 4:
      return kindIn(v4, v4Value(address), 32)
    case 6:
      return address.includes('%') ? 'invalid' : kindIn(v6, v6Value(address), 128)
    default:
      return 'invalid'
  }
}

function kindIn(rows: readonly Row[], value: bigint, width: number): AddressKind {
  for (const [prefix, bits, kind] of rows) {
    const shift = BigInt(width - bits)
    const base = width === 32 ? v4Value(prefix) : v6Value(prefix)
    if (value >> shift === base >> shift) return kind
  }
  return 'invalid'
}

const v4Value = (address: string): bigint =>
  address.split('.').reduce((value, byte) => (value << 8n) | BigInt(Number(byte)), 0n)

function v6Value(address: string): bigint {
  const dotted = /\d+\.\d+\.\d+\.\d+$/.exec(address)?.[0]
  const plain = dotted === undefined ? address : address.slice(0, -dotted.length) + groups(v4Value(dotted))
  const [head = '', tail] = plain.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0')
  return [...first, ...zeros, ...last].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n)
}

const groups = (value: bigint): string => `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`

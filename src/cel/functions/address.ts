// IP addresses and ranges out of texts, strictly: what two parsers could read differently is refused. No functions of expressions.
import { Address, Network } from '../value.ts'

/** Four decimal numbers without leading zeros, which some read as octal. */
function parse4(text: string): number[] | undefined {
  if (!/^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/.test(text)) return undefined
  const bytes = text.split('.').map(Number)
  return bytes.every((byte) => byte <= 255) ? bytes : undefined
}

/** Groups of RFC 4291 §2.2, the last two of which may be written as IPv4. */
function groups(text: string): number[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const bytes: number[] = []
  for (const [at, part] of parts.entries()) {
    if (part.includes('.')) {
      const four = at === parts.length - 1 ? parse4(part) : undefined
      if (four === undefined) return undefined
      bytes.push(...four)
    } else {
      if (!/^[0-9A-Fa-f]{1,4}$/.test(part)) return undefined
      const group = Number.parseInt(part, 16)
      bytes.push(group >> 8, group & 255)
    }
  }
  return bytes
}

function parse6(text: string): number[] | undefined {
  const gap = text.indexOf('::')
  if (gap < 0) {
    const bytes = groups(text)
    return bytes?.length === 16 ? bytes : undefined
  }
  const before = text.slice(0, gap)
  const [head, tail] = [before.includes('.') ? undefined : groups(before), groups(text.slice(gap + 2))]
  // `::` stands for at least one group.
  if (head === undefined || tail === undefined || head.length + tail.length > 14) return undefined
  return [...head, ...Array.from({ length: 16 - head.length - tail.length }, () => 0), ...tail]
}

/**
 * An address. As in Kubernetes neither zones nor IPv4 inside of IPv6 (`::ffff:10.0.0.1`) are addresses: a rule on `10.0.0.0/8` would
 * otherwise be got around, or hold, by the way an address is written.
 */
export function addressOf(text: string): Address | undefined {
  // Longer than any address, and the end of what is worth looking at.
  if (text.length > 45) return undefined
  const bytes = text.includes(':') ? parse6(text) : parse4(text)
  return bytes === undefined || isMapped(bytes) ? undefined : new Address(Uint8Array.from(bytes))
}

function isMapped(bytes: readonly number[]): boolean {
  return bytes.length === 16 && bytes[10] === 255 && bytes[11] === 255 && bytes.slice(0, 10).every((byte) => byte === 0)
}

/** An address, a slash and the number of leading bits; bits behind them may be set. */
export function networkOf(text: string): Network | undefined {
  const slash = text.indexOf('/')
  const address = slash < 0 ? undefined : addressOf(text.slice(0, slash))
  const bits = text.slice(slash + 1)
  if (address === undefined || !/^(?:0|[1-9]\d{0,2})$/.test(bits)) return undefined
  return Number(bits) <= address.bytes.length * 8 ? new Network(address, Number(bits)) : undefined
}

/** The range's address without the bits behind the prefix. */
export function masked({ address, prefix }: Network): Network {
  const bytes = address.bytes.map((byte, at) => byte & (0xff00 >> Math.min(Math.max(prefix - at * 8, 0), 8)))
  return new Network(new Address(bytes), prefix)
}

/** Whether the first so many bits of an address are the range's. */
export function within({ address, prefix }: Network, { bytes }: Address): boolean {
  if (bytes.length !== address.bytes.length) return false
  const whole = prefix >> 3
  for (let at = 0; at < whole; at++) if (bytes[at] !== address.bytes[at]) return false
  const mask = 0xff00 >> (prefix & 7)
  return (((bytes[whole] ?? 0) ^ (address.bytes[whole] ?? 0)) & mask & 255) === 0
}

// Values as text: what `string(x)`, `format` and JSON write for numbers, times and addresses. Nothing here parses.
import { isUtf8 } from 'node:buffer'
import { Address, Double, Duration, Network, Timestamp, Uint, type Value } from '../value.ts'

const SECOND = 1_000_000_000n

/** UTF-8 as text; a byte that is none becomes U+FFFD, as Rust's `from_utf8_lossy` does it. */
export function lossyText(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('utf8')
}

/** UTF-8 as text; `undefined` when it is not UTF-8. */
export function strictText(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? lossyText(bytes) : undefined
}

/** The same bytes as a Buffer, not copied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** RFC 3339 in UTC, with as many digits of the second as are needed. */
export function timestampText({ nanos }: Timestamp): string {
  const part = ((nanos % SECOND) + SECOND) % SECOND
  const whole = new Date(Number((nanos - part) / 1_000_000n)).toISOString().slice(0, 19)
  return `${whole}${fraction(part)}Z`
}

/** Seconds with a fraction and `s`: `5400s`, `-0.5s`. */
export function durationText({ nanos }: Duration): string {
  const positive = nanos < 0n ? -nanos : nanos
  return `${nanos < 0n ? '-' : ''}${positive / SECOND}${fraction(positive % SECOND)}s`
}

function fraction(nanos: bigint): string {
  return nanos === 0n ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`
}

/** Dotted quad, or the canonical form of RFC 5952. */
export function addressText({ bytes }: Address): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, at) => ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0))
  // The longest run of two or more zero groups, the first of equally long ones, becomes `::`.
  let [start, length] = [-1, 1]
  for (let at = 0; at < 8; at++) {
    let end = at
    while (end < 8 && groups[end] === 0) end++
    if (end - at > length) [start, length] = [at, end - at]
    if (end > at) at = end
  }
  const hex = groups.map((group) => group.toString(16))
  if (start < 0) return hex.join(':')
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
}

function networkText({ address, prefix }: Network): string {
  return `${addressText(address)}/${prefix}`
}

/** Text of a value that is one thing: everything but bytes, lists, maps, types and optionals, which answer `undefined`. */
export function scalarText(value: Value): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (value instanceof Double || value instanceof Uint) return String(value.value)
  if (value instanceof Timestamp) return timestampText(value)
  if (value instanceof Duration) return durationText(value)
  if (value instanceof Network) return networkText(value)
  return value instanceof Address ? addressText(value) : undefined
}

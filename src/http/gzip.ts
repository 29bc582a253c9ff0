// A large body that is sent again and again, compressed once: it stands in a gzip stream between a head and a tail that change.
import { promisify } from 'node:util'
import { constants, crc32, deflateRaw } from 'node:zlib'

const deflated = promisify(deflateRaw)

/** Magic, deflate, no flags, no time, no level, unknown system (RFC 1952 §2.3.1). */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
const MOST_STORED = 65_535
const POLYNOMIAL = 0xedb88320

/**
 * The unchanging part of gzip streams. Nothing refers from it to what is around it, so a client cannot learn of one by its
 * effect on the length of the other (the BREACH attack).
 */
export class ReadyGzip {
  readonly #deflated: Buffer
  readonly #crc: number
  readonly #length: number
  readonly #shift: Uint32Array

  private constructor(body: Buffer, compressed: Buffer) {
    this.#deflated = compressed
    this.#crc = crc32(body)
    this.#length = body.length
    this.#shift = zerosOperator(body.length)
  }

  /** Compresses off the event loop. */
  static async of(body: Buffer): Promise<ReadyGzip> {
    // A full flush ends at a byte and without the mark of the last block: further blocks can follow (RFC 1951 §3.2.3).
    return new ReadyGzip(body, await deflated(body, { finishFlush: constants.Z_FULL_FLUSH }))
  }

  /** The gzip stream of `head`, the body, and `tail`; each of the two at most 65,535 bytes. */
  around(head: Buffer, tail: Buffer): Buffer[] {
    const crc = crc32(tail, (times(this.#shift, crc32(head)) ^ this.#crc) >>> 0)
    const end = Buffer.allocUnsafe(8)
    end.writeUInt32LE(crc, 0)
    end.writeUInt32LE((head.length + this.#length + tail.length) % 2 ** 32, 4)
    return [Buffer.concat([HEADER, stored(head, false)]), this.#deflated, Buffer.concat([stored(tail, true), end])]
  }
}

/** Whether a client takes gzip (RFC 9110 §12.5.3): named, or covered by `*`, with a weight above zero. */
export function takesGzip(accept: string | undefined): boolean {
  if (accept === undefined) return false
  let any = false
  for (const part of accept.split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase())
    const taken = !parameters.some((parameter) => /^q=0(?:\.0{0,3})?$/.test(parameter))
    if (coding === 'gzip' || coding === 'x-gzip') return taken
    if (coding === '*') any = taken
  }
  return any
}

/** A block of bytes as they are (RFC 1951 §3.2.4). */
function stored(bytes: Buffer, last: boolean): Buffer {
  if (bytes.length > MOST_STORED) throw new RangeError(`a stored block holds at most ${MOST_STORED} bytes`)
  const block = Buffer.allocUnsafe(5 + bytes.length)
  block.writeUInt8(last ? 1 : 0, 0)
  block.writeUInt16LE(bytes.length, 1)
  block.writeUInt16LE(~bytes.length & 0xffff, 3)
  bytes.copy(block, 5)
  return block
}

// The checksum is linear over GF(2): that of two texts in a row follows from theirs by what zeros of the second's length do to the
// first. The operator is a matrix of 32 columns; it is made once for each body, by repeated squaring.

function times(operator: Uint32Array, vector: number): number {
  let sum = 0
  for (let rest = vector >>> 0, i = 0; rest !== 0; rest >>>= 1, i++) if ((rest & 1) === 1) sum ^= operator[i] ?? 0
  return sum >>> 0
}

const product = (a: Uint32Array, b: Uint32Array): Uint32Array => b.map((column) => times(a, column))

function zerosOperator(bytes: number): Uint32Array {
  // One zero bit; then two, four, eight: one byte.
  let power: Uint32Array = Uint32Array.from({ length: 32 }, (_, i) => (i === 0 ? POLYNOMIAL : 2 ** (i - 1)))
  for (let i = 0; i < 3; i++) power = product(power, power)
  let operator: Uint32Array = Uint32Array.from({ length: 32 }, (_, i) => 2 ** i)
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) operator = product(power, operator)
    power = product(power, power)
  }
  return operator
}

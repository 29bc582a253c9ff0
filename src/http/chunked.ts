// The chunked transfer coding (RFC 9112 §7.1), decoded where it stands: what belongs to the body is moved to the front.
import { Garbled } from './response-head.ts'

/** Longest line of a chunk's size with its extensions, and most bytes of trailers. */
const LONGEST_LINE = 1_024
const LONGEST_TRAILERS = 16_384
/** Sizes beyond cannot be counted exactly. */
const MOST_DIGITS = 12

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const SEMICOLON = 59

type State =
  | 'size'
  | 'extension'
  | 'size-lf'
  | 'data'
  | 'data-cr'
  | 'data-lf'
  | 'line'
  | 'trailer'
  | 'trailer-lf'
  | 'end-lf'
  | 'done'

/** One body. Feed it what arrives, in any pieces. */
export class Chunked {
  #state: State = 'size'
  #digits = 0
  #left = 0
  #line = 0
  #trailers = 0
  #end = 0

  /** The last chunk and the trailers have come. */
  get done(): boolean {
    return this.#state === 'done'
  }

  /** Where the body ended in the last bytes. */
  get end(): number {
    return this.#end
  }

  /**
   * Takes the bytes from `start` to `end` and answers how many of them belong to the body: they stand at `start` afterwards. Throws
   * Garbled at what is no chunk.
   */
  take(bytes: Buffer, start: number, end: number): number {
    let to = start
    let i = start
    while (i < end && this.#state !== 'done') {
      if (this.#state !== 'data') {
        this.#step(bytes[i++] ?? 0)
        continue
      }
      const size = Math.min(this.#left, end - i)
      if (to !== i) bytes.copyWithin(to, i, i + size)
      to += size
      i += size
      this.#left -= size
      if (this.#left === 0) this.#state = 'data-cr'
    }
    this.#end = i
    return to - start
  }

  /** One byte of framing. */
  #step(byte: number): void {
    switch (this.#state) {
      case 'size':
        return this.#size(byte)
      case 'extension':
        if (byte === CR) this.#state = 'size-lf'
        else if (++this.#line > LONGEST_LINE || !isText(byte)) throw garbled()
        return
      case 'size-lf':
        this.#expect(byte, LF, this.#left === 0 ? 'line' : 'data')
        return
      case 'data-cr':
        this.#expect(byte, CR, 'data-lf')
        return
      case 'data-lf':
        this.#expect(byte, LF, 'size')
        this.#digits = 0
        this.#line = 0
        return
      case 'line':
      case 'trailer':
        return this.#trailer(byte)
      case 'trailer-lf':
        this.#expect(byte, LF, 'line')
        return
      case 'end-lf':
        this.#expect(byte, LF, 'done')
        return
      case 'data':
      case 'done':
        throw garbled() // no framing is read there
    }
  }

  #size(byte: number): void {
    const digit = hex(byte)
    if (digit >= 0) {
      if (++this.#digits > MOST_DIGITS) throw garbled()
      this.#left = this.#left * 16 + digit
      return
    }
    if (this.#digits === 0) throw garbled()
    if (byte === CR) this.#state = 'size-lf'
    else if (byte === SEMICOLON || byte === SPACE || byte === TAB) this.#state = 'extension'
    else throw garbled()
  }

  /** Trailers are dropped: they would have to be held until nobody waits for them any more. */
  #trailer(byte: number): void {
    if (byte === CR) this.#state = this.#state === 'line' ? 'end-lf' : 'trailer-lf'
    else if (++this.#trailers > LONGEST_TRAILERS || !isText(byte)) throw garbled()
    else this.#state = 'trailer'
  }

  #expect(byte: number, wanted: number, next: State): void {
    if (byte !== wanted) throw garbled()
    this.#state = next
  }
}

const isText = (byte: number): boolean => (byte >= SPACE ? byte !== 127 : byte === TAB)

function hex(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const letter = byte | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

const garbled = (): Error => new Garbled('CHUNK', 'it is not chunked as it says')

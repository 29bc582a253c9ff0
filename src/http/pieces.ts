// Bytes that arrive in pieces and are wanted in one. Not a stream: nothing is handed out before the end.

/** Pieces that may stand side by side before somebody looks how large they are. */
const MANY = 256
/** Pieces of less, on average, cost more than the bytes they bring. */
const SMALL = 1_024

/**
 * Collects pieces. Tiny ones are put together on the way: a sender that cuts 4 MiB into chunks of one byte (24 MB on the wire)
 * would else make four million objects of it, which is half a gigabyte.
 */
export class Pieces {
  size = 0
  #parts: Buffer[] = []
  /** So many of the parts stay as they are. */
  #settled = 0
  #loose = 0

  add(piece: Buffer): void {
    this.size += piece.length
    this.#loose += piece.length
    this.#parts.push(piece)
    if (this.#parts.length - this.#settled >= MANY) this.#settle()
  }

  /** All of it. One piece is itself, without a copy. */
  whole(): Buffer {
    const [first] = this.#parts
    return this.#parts.length === 1 && first !== undefined ? first : Buffer.concat(this.#parts, this.size)
  }

  clear(): void {
    this.size = 0
    this.#parts = []
    this.#settled = 0
    this.#loose = 0
  }

  #settle(): void {
    if (this.#loose < MANY * SMALL) {
      const folded = Buffer.concat(this.#parts.splice(this.#settled), this.#loose)
      this.#parts.push(folded)
    }
    this.#settled = this.#parts.length
    this.#loose = 0
  }
}

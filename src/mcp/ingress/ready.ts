// Large answers that are given again and again: their bytes are kept, and compressed for clients that take that.
import type { RawJson } from '../../core/brand.ts'
import type { Exchange, Reply } from '../../core/exchange.ts'
import { ReadyGzip, takesGzip } from '../../http/gzip.ts'
import type { Answer } from '../conversation.ts'
import { header } from './head.ts'
import { jsonReply, messageText } from './replies.ts'

/** From this length on it pays to keep the bytes of an answer. */
const LARGE = 65_536
const CLOSE = Buffer.from('}')
const zipped = Object.freeze({
  'content-type': 'application/json',
  'content-encoding': 'gzip',
  vary: 'accept-encoding',
})

/** How often an answer is given before it is compressed: that costs as much as giving it some forty times. */
const OFTEN = 5

interface Ready {
  readonly bytes: Buffer
  given: number
  /** There once it has been compressed. */
  gzip: ReadyGzip | undefined
}

/**
 * Bodies of large answers that are given again and again, such as a list of 5,000 tools: encoding was most of what they cost, and
 * then moving them, which is why clients that take gzip get them compressed.
 */
export class ReadyBodies {
  /** `undefined`: seen once. Unique answers are never encoded twice, so theirs are not kept. */
  readonly #ready = new WeakMap<Answer, Ready | undefined>()

  reply(id: RawJson, answer: Answer, x: Exchange): Reply {
    if (answer.kind === 'error' || answer.raw.length < LARGE) return jsonReply(messageText(id, answer))
    if (!this.#ready.has(answer)) {
      this.#ready.set(answer, undefined)
      return jsonReply(messageText(id, answer))
    }
    const ready = this.#ready.get(answer) ?? this.#made(answer)
    const { bytes, gzip } = ready
    if (++ready.given === OFTEN) compress(ready)
    const open = Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":`)
    const fits = gzip !== undefined && open.length < LARGE && takesGzip(header(x, 'accept-encoding'))
    return fits
      ? { kind: 'bytes', status: 200, headers: zipped, body: gzip.around(open, CLOSE) }
      : jsonReply([open, bytes, CLOSE])
  }

  #made(answer: Answer): Ready {
    const ready: Ready = { bytes: Buffer.from(answer.raw), given: 1, gzip: undefined }
    this.#ready.set(answer, ready)
    return ready
  }
}

/** Until it is there, and if it cannot be made, answers go out as they are. */
function compress(ready: Ready): void {
  const taken = (gzip: ReadyGzip): void => {
    ready.gzip = gzip
  }
  ReadyGzip.of(ready.bytes).then(taken, () => {})
}

// Encryption of values at rest: AES-256-GCM, bound to the key under which a value stands.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const NONCE = 12
const TAG = 16
const MARK = 4

/** Keys of 32 bytes: the first one encrypts, each of them decrypts, so that they can be exchanged one after the other. */
export class Seal {
  readonly #keys = new Map<string, Buffer>()
  readonly #first: Buffer
  readonly #mark: Buffer

  constructor(keys: readonly [Buffer, ...Buffer[]]) {
    const [first] = keys
    this.#first = first
    this.#mark = markOf(first)
    for (const key of keys) this.#keys.set(markOf(key).toString('hex'), key)
  }

  /** mark of the key ‖ nonce ‖ ciphertext ‖ tag (NIST SP 800-38D). `place` is authenticated: the bytes mean nothing elsewhere. */
  close(place: string, plain: string): Buffer {
    const nonce = randomBytes(NONCE)
    const cipher = createCipheriv(ALGORITHM, this.#first, nonce, { authTagLength: TAG }).setAAD(Buffer.from(place))
    return Buffer.concat([this.#mark, nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
  }

  /** `undefined` unless one of the keys made these bytes for this place. */
  open(place: string, bytes: Buffer): string | undefined {
    const key = this.#keys.get(bytes.subarray(0, MARK).toString('hex'))
    if (key === undefined || bytes.length < MARK + NONCE + TAG) return undefined
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(MARK, MARK + NONCE), { authTagLength: TAG })
      .setAAD(Buffer.from(place))
      .setAuthTag(bytes.subarray(bytes.length - TAG))
    const plain = decipher.update(bytes.subarray(MARK + NONCE, bytes.length - TAG))
    try {
      return Buffer.concat([plain, decipher.final()]).toString('utf8')
    } catch {
      return undefined
    }
  }
}

/** Tells keys apart without saying anything of them. */
const markOf = (key: Buffer): Buffer => createHash('sha256').update('store key ').update(key).digest().subarray(0, MARK)

// Secrets of the facade: random texts, their hashes, the one secret that outlives a restart, and what is sealed with it.
import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { EncryptJWT, errors, jwtDecrypt } from 'jose'
import type { Facts } from './settings.ts'

/** 256 bits that nobody guesses. */
export const randomText = (bytes = 32): string => randomBytes(bytes).toString('base64url')

/** What is kept of a secret text. Fast on purpose: the texts are random, and nothing is gained by stretching them. */
export const hashed = (text: string): string => hash('sha256', text, 'base64url')

/** Compares without telling by its time where the texts differ. */
export function isSame(a: string, b: string): boolean {
  const [one, two] = [hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer')]
  return timingSafeEqual(one, two)
}

/** The secret under which a facade seals and signs; made once for all processes that share the store. */
export class Secrets {
  readonly #facts: Facts
  #secret: Promise<Buffer> | undefined = undefined

  constructor(facts: Facts) {
    this.#facts = facts
  }

  /** A code for a text that only we can make: cookies are signed with it. */
  async sign(purpose: string, text: string): Promise<string> {
    return createHmac('sha256', await this.#key(`sign ${purpose}`))
      .update(text)
      .digest('base64url')
  }

  /** Hands a browser something to keep that it can neither read nor change nor use for another purpose. */
  async seal(purpose: string, content: { readonly [name: string]: unknown }, ttlMs: number): Promise<string> {
    return new EncryptJWT({ content })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setIssuer(this.#facts.issuer)
      .setAudience(purpose)
      .setExpirationTime(new Date(Date.now() + ttlMs))
      .encrypt(await this.#key(`seal ${purpose}`))
  }

  /** What was sealed for this purpose; `undefined` when it was not, or too long ago. */
  async open(purpose: string, sealed: string): Promise<unknown> {
    if (sealed.length > 16_384) return undefined
    try {
      const { payload } = await jwtDecrypt(sealed, await this.#key(`seal ${purpose}`), {
        issuer: this.#facts.issuer,
        audience: purpose,
        requiredClaims: ['exp'],
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        currentDate: new Date(),
      })
      return payload['content']
    } catch (thrown) {
      if (thrown instanceof errors.JOSEError) return undefined
      throw thrown
    }
  }

  async #key(purpose: string): Promise<Buffer> {
    this.#secret ??= this.#load()
    try {
      return createHmac('sha256', await this.#secret)
        .update(purpose)
        .digest()
    } catch (thrown) {
      this.#secret = undefined // a store that does not answer now may answer later
      throw thrown
    }
  }

  async #load(): Promise<Buffer> {
    const { tools, key } = this.#facts
    const place = key('secret')
    const there = await tools.store.get(place)
    if (there !== undefined) return Buffer.from(there.value, 'base64url')
    await tools.store.put(place, randomText(), { when: 'absent' }) // somebody may have been faster
    const made = await tools.store.get(place)
    if (made === undefined) throw new Error('the store does not keep what it is given')
    return Buffer.from(made.value, 'base64url')
  }
}

// Sealing: small texts that clients keep for us, unreadable and unchangeable for them, each good for one purpose only.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const NONCE = 12
const TAG = 16

/** Characters at the front of a sealed text that no other one shares: its nonce. */
export const MARK = (NONCE / 3) * 4

/**
 * Seals bytes with AES-256-GCM (NIST SP 800-38D) into visible ASCII. `purpose` is authenticated, not carried along: whoever opens
 * the text must name the same one, so a text that was sealed for one use or caller is nothing for another.
 */
export function seal(key: Buffer, purpose: string, plain: Buffer): string {
  return sealed(key, purpose, { plain, nonce: randomBytes(NONCE) })
}

/**
 * The same, but equal bytes make equal texts: the nonce is a keyed digest of what is sealed (as in RFC 5297 §2.4), so that it comes
 * again with the same bytes and purpose only.
 */
export function sealAlike(key: Buffer, purpose: string, plain: Buffer): string {
  const digest = createHmac('sha256', key).update(`nonce\n${purpose}\n`).update(plain).digest()
  return sealed(key, purpose, { plain, nonce: digest.subarray(0, NONCE) })
}

function sealed(key: Buffer, purpose: string, { plain, nonce }: { plain: Buffer; nonce: Buffer }): string {
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG }).setAAD(Buffer.from(purpose))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

/** The bytes of a sealed text; `undefined` unless it was sealed with this key for this purpose and is unchanged. */
export function open(key: Buffer, purpose: string, sealed: string): Buffer | undefined {
  const bytes = Buffer.from(sealed, 'base64url')
  // Decoding forgives (alphabets, stray characters, idle bits of the last one): only the one spelling that we made may open.
  if (bytes.length < NONCE + TAG || bytes.toString('base64url') !== sealed) return undefined
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE), { authTagLength: TAG })
    .setAAD(Buffer.from(purpose))
    .setAuthTag(bytes.subarray(bytes.length - TAG))
  const plain = decipher.update(bytes.subarray(NONCE, bytes.length - TAG))
  try {
    decipher.final() // nothing of `plain` counts before this has agreed
    return plain
  } catch {
    return undefined
  }
}

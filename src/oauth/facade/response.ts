// How a client is answered: at its redirect address, with its state and with who we are. Pure.
import type { Wish } from './consents.ts'
import type { Facts } from './settings.ts'

/** Where a response to the client goes: its parameters, its state, and who we are (RFC 9207). */
export function responseUrl(
  { redirect, state }: Pick<Wish, 'redirect' | 'state'>,
  answer: Readonly<Record<string, string>>,
  { issuer }: Pick<Facts, 'issuer'>,
): string {
  const url = new URL(redirect)
  for (const [name, value] of Object.entries({ ...answer, ...(state !== undefined && { state }), iss: issuer }))
    url.searchParams.set(name, value)
  return url.href
}

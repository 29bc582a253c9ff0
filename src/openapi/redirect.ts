// Redirects: followed where nothing can go wrong by it, told of everywhere else (reference: openapi §10).
import type { HttpRequest, HttpResponse } from './tool.ts'

/** How often one call is sent on. */
const MAX_REDIRECTS = 3

/**
 * The request to make next, or `undefined` when the answer is the answer. Only GET and HEAD, only on the same origin: credentials
 * stay where they belong, and 307 or 308 repeat nothing that changes things. `origin`: where the request went.
 */
export function redirected(
  sent: HttpRequest,
  { status, headers }: HttpResponse,
  origin: string,
  hops: number,
): HttpRequest | undefined {
  if (hops >= MAX_REDIRECTS || ![301, 302, 303, 307, 308].includes(status)) return undefined
  if (sent.method !== 'GET' && sent.method !== 'HEAD') return undefined
  const { location } = headers
  // Parsers differ in what they make of these characters.
  if (typeof location !== 'string' || !/^[\x21-\x5b\x5d-\x7e]+$/.test(location)) return undefined
  const url = URL.parse(location, origin + sent.path + sent.query)
  if (url === null || url.origin !== new URL(origin).origin || url.username !== '' || url.password !== '')
    return undefined
  return { ...sent, path: url.pathname, query: url.search }
}

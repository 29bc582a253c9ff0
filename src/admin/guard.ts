// Who may speak to the admin API: scripts on this machine, and pages that this very server delivered.
import { isIPv4, isIPv6 } from 'node:net'
import type { RequestHandler } from 'express'
import type { Address } from '../config/shape.ts'

const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** The admin API was to be opened to other machines. */
export class Exposed extends Error {
  override readonly name = 'Exposed'
}

/** Whether only this machine can reach an address. */
export function isLoopback(address: Exclude<Address, undefined>): boolean {
  if ('unix' in address) return true
  const host = address.host.replace(/^\[|\]$/g, '').toLowerCase()
  if (host === 'localhost' || host === '::1') return true
  if (isIPv4(host)) return host.startsWith('127.')
  return isIPv6(host) && host.startsWith('::ffff:127.')
}

/**
 * Answers 403 to a page of another origin and to a name that was rebound to loopback (CVE-2025-49596 and its kin): the name in
 * `Host` must be one of ours, and a browser, which `Origin` or `Sec-Fetch-Site` give away, must be of the same origin.
 */
export function sameMachine(hosts: readonly string[]): RequestHandler {
  const names = new Set([...LOOPBACK_NAMES, ...hosts.map((host) => host.toLowerCase())])
  return (request, response, next) => {
    const host = request.headers.host ?? ''
    const name = host.replace(/:\d+$/, '').toLowerCase()
    const { origin } = request.headers
    const site = request.headers['sec-fetch-site']
    const known = names.has(name)
    const same = origin === undefined || origin === `http://${host}`
    // `none`: the user typed the address. A link from another site may open the page, but nothing that acts.
    const opened = site === undefined || site === 'same-origin' || site === 'none' || isNavigation(request.headers)
    if (known && same && opened && request.rawHeaders.filter(isHost).length === 1) return next()
    response.status(403).json({
      code: 'admin.origin',
      message: known ? 'this request comes from a page of another origin' : 'this is not a name of the admin API',
    })
  }
}

const isHost = (text: string, i: number): boolean => i % 2 === 0 && text.toLowerCase() === 'host'

const isNavigation = (headers: { readonly [name: string]: string | string[] | undefined }): boolean =>
  headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'

/** Security headers of every answer: nothing from elsewhere runs, nothing is framed, nothing is kept. */
export const protectiveHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  })
  next()
}

// Where a code may be sent: which addresses can be registered, and which of them a request means. Pure (RFC 8252, RFC 9700 §2.1).

/** Schemes without a dot that editors have registered with operating systems; ones with a dot are their owners' domains. */
export const knownSchemes: readonly string[] = ['cursor', 'vscode', 'vscode-insiders', 'windsurf', 'zed', 'claude']

/** Never, whatever a configuration says: these run or read something where the browser is. */
export const harmfulSchemes: ReadonlySet<string> = new Set([
  'javascript',
  'data',
  'file',
  'blob',
  'about',
  'vbscript',
  'view-source',
  'filesystem',
  'http',
  'ws',
  'wss',
  'ftp',
  'intent',
  'ms-settings',
  'search-ms',
  'shell',
])

export type RedirectPlace = 'site' | 'loopback' | 'application'

/**
 * What kind of place an address is, or `undefined` when it cannot be registered: https anywhere, http on this machine only, or a
 * scheme of an application that is allowed. Only the one canonical spelling counts, without user information, fragment, dot
 * segments, or escapes that servers read in two ways (CVE-2026-3872 and its kin).
 */
export function redirectPlace(uri: string, schemes: readonly string[]): RedirectPlace | undefined {
  if (uri.length > 2_048 || !/^[\x21-\x7e]+$/.test(uri) || /[\\"'<>^`{|}#*]/.test(uri)) return undefined
  if (/%(?![0-9a-f]{2})|%(00|0a|0d|25|2e|2f|5c|40|23)/i.test(uri)) return undefined
  const url = URL.parse(uri)
  if (url === null || (url.href !== uri && url.href !== `${uri}/`)) return undefined
  if (url.username !== '' || url.password !== '' || /(^|\/)\.\.?(;|\/|$)/.test(url.pathname)) return undefined
  switch (url.protocol) {
    case 'https:':
      return url.hostname.endsWith('.') ? undefined : 'site'
    case 'http:':
      return isLoopback(url.hostname) ? 'loopback' : undefined
    default: {
      const scheme = url.protocol.slice(0, -1)
      if (harmfulSchemes.has(scheme)) return undefined
      return scheme.includes('.') || schemes.includes(scheme) ? 'application' : undefined
    }
  }
}

/**
 * Whether a registered address is the one that is asked for: the same text. For this machine the port may be another one, because
 * programs take a free one each time (RFC 8252 §7.3); `localhost` is treated alike, since clients register it.
 */
export function isSameRedirect(registered: string, given: string): boolean {
  if (registered === given) return true
  if (redirectPlace(registered, []) !== 'loopback' || redirectPlace(given, []) !== 'loopback') return false
  return withoutPort(registered) === withoutPort(given)
}

/** As a person should see it: who gets the code. */
export function shownRedirect(uri: string): string {
  const url = URL.parse(uri)
  if (url === null) return ''
  return url.protocol === 'https:' || url.protocol === 'http:'
    ? url.host
    : `${url.protocol}${url.host && `//${url.host}`}`
}

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)

function withoutPort(uri: string): string {
  const url = new URL(uri)
  url.port = ''
  return url.href
}

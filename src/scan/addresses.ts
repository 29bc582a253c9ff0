// Addresses as a client would meet them: what kind of place a URL leads to, by its text alone.

/**
 * Where a URL leads: `script` runs in whoever opens it, `file` is a file of the reader's machine, `metadata` gives credentials
 * of a cloud machine, `inside` is a machine of the reader's network, `bare` has a number for a name.
 */
export type Reach = 'script' | 'file' | 'metadata' | 'inside' | 'bare' | 'outside' | 'other'

const metadata = /^(?:169\.254\.|metadata\.|instance-data|100\.100\.100\.200$|\[?fd00:ec2)/

/** Never throws; what cannot be parsed is `other`. */
export function reach(address: string): Reach {
  const text = address
    .slice(0, 4096)
    .replace(/[\t\n\r]/g, '')
    .trim()
    .toLowerCase()
  if (
    /^(?:javascript|vbscript):/.test(text) ||
    /^data:(?:text\/html|application\/(?:xhtml|javascript)|text\/javascript)/.test(text)
  )
    return 'script'
  if (text.startsWith('file:')) return 'file'
  if (!/^https?:/.test(text)) return 'other'
  const url = URL.parse(text)
  if (url === null) return 'other'
  const host = url.hostname
  if (metadata.test(host) || /\/(?:latest\/meta-data|computemetadata)\b/.test(url.pathname)) return 'metadata'
  if (isInside(host)) return 'inside'
  return /^(?:\d+\.){3}\d+$|^\[/.test(host) ? 'bare' : 'outside'
}

/** RFC 1918, RFC 4193, RFC 6598, loopback, link-local; `URL` has already made one form of all that a number can take. */
const isInside = (host: string): boolean =>
  /^(?:127\.|10\.|0\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)\d/.test(host) ||
  /^\[(?:::1?\]|f[cd]|fe[89ab]|::ffff:)/.test(host) ||
  /(?:^|\.)(?:localhost|internal|local)$/.test(host)

/** Files that hold keys, by their path. */
export const isKeyFile = (path: string): boolean =>
  /(?:^|[/\\])(?:\.ssh|\.aws|\.gnupg|\.kube|\.docker|\.netrc|\.npmrc|\.pypirc|\.git-credentials|\.pgpass|\.env(?:\.[\w-]+)?|id_(?:rsa|dsa|ecdsa|ed25519)|credentials|shadow|passwd|environ|keychain[\w-]*|login data|cookies(?:\.sqlite)?|wallet\.dat)(?:$|[/\\?#])/i.test(
    path,
  )

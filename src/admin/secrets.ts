// A configuration as it may be shown: every value that could be a secret is replaced. Pure.

const MASK = '***'

// Keys whose whole value is a credential, in any module there is or will be.
const SECRET_KEY =
  /^(key|keys|token|jwt|cert|htpasswd|dsn|signature|hash|sealKey|sessionKey)$|pass(word|wd|phrase)|secret|credential|private_?key|access_?key|token$/i

// Policies of these names are objects with keys of their own; as texts these are credentials.
const SECRET_TEXT_KEY = /^(auth|authorization|cookie)$|api_?key/i

// Keys that only look like secrets: what they hold is a name, a file or a switch. A file's name is shown, its content is not.
const PUBLIC_KEY = /^(tokenEndpoint|tokenUrl|keyFile|passthrough|tokenExchange|keyId|kid)$/i

// Maps whose values are as secret as any: what is in them is nobody's business unless its name is known to be harmless.
const OPEN_MAP = /^(env|environment|headers|set|add|queryParams|attributes)$/
const HARMLESS_NAME =
  /^(accept(-.*)?|cache-control|content-(type|language|security-policy)|host|user-agent|via|x-content-type-options|x-frame-options|strict-transport-security|referrer-policy|vary|server|path|home|lang|tz|node_env)$/i

/**
 * A copy of `value` that is JSON and holds no secret. Decided by construction, not by recognising secrets: what stands under a
 * credential's key, in an environment or in headers is masked whole; texts elsewhere lose user info, query values of addresses,
 * bearer tokens, PEM blocks and the private halves of JWKs. Binary values, functions and unknown objects are never shown (security reference, I2).
 */
export function withoutSecrets(value: unknown): unknown {
  return shown(value, 0)
}

function shown(value: unknown, depth: number): unknown {
  if (depth > 64) return MASK
  if (typeof value === 'string') return text(value)
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value
  if (Array.isArray(value)) return list(value, depth)
  if (value instanceof Map) return shown(Object.fromEntries(value), depth)
  if (typeof value === 'object' && isPlain(value)) return record(value, depth)
  return value === undefined ? undefined : MASK
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function record(value: object, depth: number): unknown {
  const module = isModule(value)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (module && key === 'key') return [key, inner]
      const secret = SECRET_KEY.test(key) || (typeof inner !== 'object' && SECRET_TEXT_KEY.test(key))
      if (secret && !PUBLIC_KEY.test(key)) return [key, masked(inner, depth)]
      return [key, OPEN_MAP.test(key) ? openMap(inner, depth + 1) : shown(inner, depth + 1)]
    }),
  )
}

/** The normal form of a configuration calls a module's name `key`, and that is the one key which opens nothing. */
const isModule = (value: object): boolean =>
  'key' in value && 'body' in value && 'path' in value && Array.isArray(value.path)

/** Credentials: their shape may be seen (how many keys, a file's name), their texts may not. */
function masked(value: unknown, depth: number): unknown {
  if (typeof value === 'boolean' || value === null || value === undefined) return value
  if (depth > 64) return MASK
  if (Array.isArray(value)) return value.map((inner) => masked(inner, depth + 1))
  if (typeof value !== 'object' || !isPlain(value)) return MASK
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === 'file' && typeof inner === 'string' ? inner : masked(inner, depth + 1),
    ]),
  )
}

function openMap(value: unknown, depth: number): unknown {
  // Headers are also written as a list of [name, value] pairs or of {name, value}.
  if (Array.isArray(value)) return value.map((entry) => openMapEntry(entry, depth + 1))
  if (typeof value !== 'object' || value === null || !isPlain(value)) return masked(value, depth)
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      HARMLESS_NAME.test(name) ? shown(inner, depth + 1) : masked(inner, depth + 1),
    ]),
  )
}

function openMapEntry(entry: unknown, depth: number): unknown {
  if (Array.isArray(entry)) {
    const [name, ...rest] = entry
    const harmless = typeof name === 'string' && HARMLESS_NAME.test(name)
    return [shown(name, depth), ...rest.map((inner) => (harmless ? shown(inner, depth) : masked(inner, depth)))]
  }
  if (typeof entry !== 'object' || entry === null || !isPlain(entry)) return masked(entry, depth)
  return Object.fromEntries(
    Object.entries(entry).map(([key, inner]) => [key, key === 'name' ? shown(inner, depth) : masked(inner, depth)]),
  )
}

function list(value: readonly unknown[], depth: number): unknown[] {
  return value.map((inner, i) => {
    const before = value[i - 1]
    // A command line: `--api-key VALUE`.
    if (typeof inner === 'string' && typeof before === 'string' && isSecretFlag(before) && !inner.startsWith('-'))
      return MASK
    return shown(inner, depth + 1)
  })
}

function isSecretFlag(word: string): boolean {
  if (!/^--?[\w-]+$/.test(word)) return false
  const name = word.replace(/^-+/, '').replaceAll('-', '')
  return SECRET_KEY.test(name) || SECRET_TEXT_KEY.test(name) || /token$/i.test(name)
}

/** What of a JWK is private, or all that there is to it (RFC 7518 §6): sets that are written down often hold both halves. */
const PRIVATE_HALF = /("(?:d|p|q|dp|dq|qi|k)"\s*:\s*")[^"]*/g

function text(value: string): string {
  return (value.includes('"kty"') ? value.replace(PRIVATE_HALF, `$1${MASK}`) : value)
    .replace(/-----BEGIN [^-]+-----[\s\S]*?(-----END [^-]+-----|$)/g, MASK)
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]+/gi, `$1 ${MASK}`)
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@?#]*@/gi, `$1${MASK}@`)
    .replace(/^([a-z][a-z0-9+.-]*:\/\/[^\s?#]*\?)\S*$/i, `$1${MASK}`)
    .replace(/^(--?[\w-]*(?:key|token|secret|password|auth)[\w-]*=).+$/i, `$1${MASK}`)
}

// Path templates: literal text and placeholders, as documents write them and as requests need them (reference: openapi §1.6).

/** A piece of a template: text that is sent as it is, or the name of a parameter. */
export type Piece =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'placeholder'; readonly name: string }

export interface Template {
  readonly path: readonly Piece[]
  /** What the key says behind `?`, without it; empty: nothing. */
  readonly query: readonly Piece[]
  /** Names of all placeholders, each once. */
  readonly names: readonly string[]
}

/** Reads a key of `paths`. `declared`: names of the path parameters, which win over what looks like an operator. */
export function template(key: string, declared: ReadonlySet<string>): Template {
  const plain = withoutFragment(key)
  const mark = outsideBraces(plain, '?')
  const path = pieces(mark < 0 ? plain : plain.slice(0, mark), declared, literalPath)
  const query = mark < 0 ? [] : pieces(plain.slice(mark + 1), declared, literalQuery)
  const names = [...path, ...query].flatMap((piece) => (piece.kind === 'placeholder' ? [piece.name] : []))
  return { path, query, names: [...new Set(names)] }
}

const withoutFragment = (key: string): string => {
  const mark = outsideBraces(key, '#')
  return mark < 0 ? key : key.slice(0, mark)
}

function outsideBraces(text: string, sought: string): number {
  let inside = false
  for (let at = 0; at < text.length; at++) {
    const one = text[at]
    if (one === '{') inside = true
    else if (one === '}') inside = false
    else if (one === sought && !inside) return at
  }
  return -1
}

function pieces(text: string, declared: ReadonlySet<string>, literal: (text: string) => string): readonly Piece[] {
  return text.split(/(\{[^{}]*\})/).flatMap((part): Piece[] => {
    if (part === '') return []
    if (!/^\{[^{}]+\}$/.test(part)) return [{ kind: 'literal', text: literal(part) }]
    const written = part.slice(1, -1)
    // RFC 6570 §2.2, §2.4: operators and modifiers that OpenAPI never had, and documents write all the same.
    const name = declared.has(written) ? written : written.replace(/^[+#./;?&]/, '').replace(/(?:\*|:\d+)$/, '')
    return [{ kind: 'placeholder', name: name === '' ? written : name }]
  })
}

/** What no URI may hold is encoded, escapes stay (RFC 3986 §3.3). */
const literalPath = (text: string): string => encodeOutside(text, /[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/gu)
const literalQuery = (text: string): string => encodeOutside(text, /[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%]/gu)

const encodeOutside = (text: string, outside: RegExp): string =>
  text
    .toWellFormed()
    .replace(/%(?![0-9A-Fa-f]{2})/g, '%25')
    .replace(outside, (one) => encodeURIComponent(one).replace(/[!'()*]/g, percent))

const percent = (one: string): string => `%${one.charCodeAt(0).toString(16).toUpperCase()}`

/** How an operation without a name is called: `GET /users/{id}/posts` → `get_users_by_id_posts` (reference: openapi §2). */
export function spokenName(method: string, key: string): string {
  const path = withoutFragment(key).replace(/\?.*$/s, '')
  const spoken = path
    .replace(/\{([^{}]*)\}/g, (_, name: string) => `/by/${name}/`)
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return `${method.toLowerCase().replace(/[^a-z0-9]+/g, '_')}_${spoken === '' ? 'root' : spoken}`
}

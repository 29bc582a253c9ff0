// The one spelling of a JSON value (RFC 8785): what digests of pins are computed over, and how two values are compared.

/** Nothing honest nests so deep; what does has no spelling. */
const DEEPEST = 256

/**
 * Members sorted by UTF-16 code units, no space between tokens, strings and numbers as ECMAScript spells them (RFC 8785 §3.2).
 * `undefined`: no JSON, or deeper than anything that is looked at. Lone surrogates, which the RFC leaves out, stay as their escapes:
 * a definition that holds one can be pinned and told from others.
 */
export function canonical(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : undefined
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return JSON.stringify(value)
  if (typeof value !== 'object' || depth >= DEEPEST) return undefined
  const parts: string[] = []
  if (Array.isArray(value)) {
    for (const element of value) {
      const part = canonical(element, depth + 1)
      if (part === undefined) return undefined
      parts.push(part)
    }
    return `[${parts.join(',')}]`
  }
  for (const [name, member] of sorted(value)) {
    const part = canonical(member, depth + 1)
    if (part === undefined) return undefined
    parts.push(`${JSON.stringify(name)}:${part}`)
  }
  return `{${parts.join(',')}}`
}

/** Members in the order of RFC 8785. */
export const sorted = (value: object): readonly (readonly [string, unknown])[] =>
  Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

/** Two values of JSON that mean the same. What has no spelling equals nothing, itself included. */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true
  const spelled = canonical(one)
  return spelled !== undefined && spelled === canonical(other)
}

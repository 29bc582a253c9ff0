// Values of documents, which strangers write: read by own names only, never trusted to have a shape.

export type Fields = { readonly [name: string]: unknown }
export type Mutable = { [name: string]: unknown }

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const nothing: Fields = Object.freeze({})

/** The value when it is an object, else an empty one. */
export const fields = (value: unknown): Fields => (isFields(value) ? value : nothing)

/** A member of its own: `constructor` and the like are names as any other. */
export const own = (value: Fields, name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined)

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

export const texts = (value: unknown): readonly string[] => list(value).filter((one) => typeof one === 'string')

/** Sets a member even where its name is `__proto__`, which an assignment would take for the prototype. */
export function put(target: Mutable, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true })
  else target[name] = value
}

export function fromPairs(pairs: Iterable<readonly [string, unknown]>): Mutable {
  const made: Mutable = {}
  for (const [name, value] of pairs) put(made, name, value)
  return made
}

/** One token of a JSON pointer (RFC 6901 §4). */
export const token = (name: string | number): string => {
  const plain = String(name)
  return plain.includes('~') || plain.includes('/') ? plain.replaceAll('~', '~0').replaceAll('/', '~1') : plain
}

/** Equal as JSON: order of members aside. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, index) => same(one, b[index]))
  if (!isFields(a) || !isFields(b)) return false
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  return names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]))
}

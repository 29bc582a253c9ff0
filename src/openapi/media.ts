// Media types: what they are called, and which is taken first (reference: openapi §8).

/** How a body of a type is written. */
export type BodyKind = 'json' | 'lines' | 'form' | 'multipart' | 'parts' | 'text' | 'bytes'

/** The type without its parameters, in lower case. */
export const essence = (type: string): string => (type.split(';', 1)[0] ?? '').trim().toLowerCase()

export const isJson = (type: string): boolean => /^[\w.*!#$&^-]+\/(?:json|[\w.!#$&^-]+\+json)$/.test(essence(type))
export const isLines = (type: string): boolean =>
  /^application\/(?:json-seq|x-ndjson|ndjson|jsonl|x-jsonlines|jsonlines|json-lines)$|\+json-seq$/.test(essence(type))
export const isText = (type: string): boolean =>
  /^text\/|^application\/(?:xml|yaml|x-yaml|javascript|graphql|sql|xml-dtd)$|\+(?:xml|yaml)$/.test(essence(type))

/** Whether a parameter of that type is written as JSON, or as its text. */
export const contentIsJson = (type: string): boolean => isJson(type) || !/^text\//i.test(type)

/** A media type that may stand in a header: no line ends, nothing but what RFC 9110 §8.3 allows. */
export const isMediaType = (type: string): boolean =>
  type.length <= 200 &&
  /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:[ \t]*;[ \t]*[\w!#$&^.+-]+=(?:[\w!#$&^.+/:-]+|"[\x20\x21\x23-\x5b\x5d-\x7e]*"))*$/.test(
    type,
  )

/** A type, or one that stands for several (RFC 9110 §12.5.1). */
export const isMediaRange = (type: string): boolean =>
  isMediaType(type) || type === '*/*' || /^[\w!#$&^.+-]+\/\*$/.test(type)

export function bodyKind(type: string, hasMembers: boolean): BodyKind {
  const plain = essence(type)
  if (isLines(plain)) return 'lines'
  if (isJson(plain)) return 'json'
  if (plain === 'application/x-www-form-urlencoded') return 'form'
  if (plain === 'multipart/form-data') return 'multipart'
  if (plain.startsWith('multipart/')) return 'parts'
  if (isText(plain) && !plain.includes('*')) return 'text'
  if (plain.includes('*')) return hasMembers ? 'json' : plain === 'text/*' ? 'text' : 'bytes'
  return 'bytes'
}

/** What a body is sent as: wildcards are no type. */
export function sentType(type: string, kind: BodyKind): string {
  if (!essence(type).includes('*')) return type
  if (kind === 'json') return 'application/json'
  return kind === 'text' ? 'text/plain' : 'application/octet-stream'
}

const ranks: readonly ((type: string) => boolean)[] = [
  (type) => type === 'application/json',
  isJson,
  (type) => type === 'application/x-www-form-urlencoded',
  (type) => type === 'multipart/form-data',
  (type) => type === 'text/plain',
  isText,
  isLines,
  (type) => type === 'application/octet-stream',
]

const rank = (type: string): number => {
  const plain = essence(type)
  if (plain.includes('*')) return ranks.length + 1
  const found = ranks.findIndex((fits) => fits(plain))
  return found < 0 ? ranks.length : found
}

/** The index of the type that is taken when nobody chooses. */
export const preferred = (types: readonly string[]): number =>
  types.reduce((best, type, index) => (rank(type) < rank(types[best] ?? '') ? index : best), 0)

/** What is asked for: the declared types, JSON first, then anything. */
export function acceptHeader(types: readonly string[]): string {
  const plain = [...new Set(types.filter(isMediaType))].filter((type) => essence(type) !== '*/*')
  const ordered = [...plain.filter(isJson), ...plain.filter((type) => !isJson(type))]
  return [...ordered, '*/*;q=0.1'].join(', ')
}

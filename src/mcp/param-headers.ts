// Arguments that headers repeat (`x-mcp-header`, MCP 2026-07-28 transports), so that intermediaries can route without reading bodies.
import type { JsonObject } from '../core/item.ts'

/** One argument that a header says as well. */
export interface ParamHeader {
  /** Without `Mcp-Param-`, as the schema spells it. */
  readonly name: string
  /** Names of members from the arguments down to the value. */
  readonly path: readonly string[]
  readonly type: 'string' | 'integer' | 'boolean'
}

/** What a schema says of headers, or why a client over HTTP has to drop the tool. */
export type ParamHeaders =
  | { readonly kind: 'fit'; readonly headers: readonly ParamHeader[] }
  | { readonly kind: 'unfit'; readonly reason: string }

const NONE: ParamHeaders = Object.freeze({ kind: 'fit', headers: [] })
const KEYWORD = 'x-mcp-header'
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads an `inputSchema` (2026-07-28, transports: names are tokens and unique, values scalars below a chain of `properties`). */
export function readParamHeaders(inputSchema: unknown): ParamHeaders {
  if (!isObject(inputSchema) || !mentions(inputSchema)) return NONE
  const headers: ParamHeader[] = []
  const reached = new Set<unknown>()
  const names = new Set<string>()
  const walk = (schema: JsonObject, path: readonly string[]): string | undefined => {
    reached.add(schema)
    const { properties } = schema
    if (!isObject(properties)) return undefined
    for (const [name, below] of Object.entries(properties)) {
      if (!isObject(below)) continue
      const header = below[KEYWORD]
      const at = [...path, name]
      if (header !== undefined) {
        const found = readOne(header, below['type'], at)
        if (typeof found === 'string') return found
        if (names.has(found.name.toLowerCase())) return `two arguments want the header ${found.name}`
        names.add(found.name.toLowerCase())
        headers.push(found)
      }
      const problem = walk(below, at)
      if (problem !== undefined) return problem
    }
    return undefined
  }
  const problem =
    walk(inputSchema, []) ??
    (strays(inputSchema, reached) ? 'a header is named where no chain of properties leads' : undefined)
  return problem === undefined ? { kind: 'fit', headers } : { kind: 'unfit', reason: problem }
}

function readOne(header: unknown, type: unknown, path: readonly string[]): ParamHeader | string {
  const where = path.join('.')
  if (typeof header !== 'string' || !TOKEN.test(header)) return `the header of ${where} is no header name`
  if (type !== 'string' && type !== 'integer' && type !== 'boolean')
    return `${where} has a header but is no string, integer or boolean`
  return { name: header, path, type }
}

/** Most schemas say nothing of headers: a look at their text settles that. */
const mentions = (schema: JsonObject): boolean => JSON.stringify(schema).includes(KEYWORD)

/** Whether the keyword stands anywhere else than in what `properties` lead to. Schemas are bounded in depth when they are listed. */
function strays(value: unknown, reached: ReadonlySet<unknown>): boolean {
  if (Array.isArray(value)) return value.some((each) => strays(each, reached))
  if (!isObject(value)) return false
  if (!reached.has(value) && typeof value[KEYWORD] === 'string') return true
  return Object.values(value).some((each) => strays(each, reached))
}

const known = new WeakMap<object, readonly ParamHeader[]>()

/** Headers of a listed tool, read once for each text that it has. */
export function paramHeadersOf(listed: { readonly text: string }): readonly ParamHeader[] {
  let headers = known.get(listed)
  if (headers === undefined) {
    headers = []
    if (listed.text.includes(KEYWORD)) {
      const definition: unknown = JSON.parse(listed.text)
      const read = readParamHeaders(isObject(definition) ? definition['inputSchema'] : undefined)
      if (read.kind === 'fit') ({ headers } = read)
    }
    known.set(listed, headers)
  }
  return headers
}

/** What the header of an argument says (`=?base64?…?=` where plain text cannot); `undefined`: the argument is absent or null. */
export function paramHeaderValue({ path, type }: ParamHeader, args: unknown): string | undefined {
  let value: unknown = args
  for (const name of path) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  if (value === undefined || value === null) return undefined
  if (type === 'integer' && !Number.isSafeInteger(value)) return undefined
  return encodedHeader(typeof value === 'string' ? value : JSON.stringify(value))
}

/** A text as a header may carry it: as it is, or in base64 where it holds what headers cannot or looks like base64 already. */
export function encodedHeader(text: string): string {
  const plain = /^[\x20-\x7e]*$/.test(text) && text.trim() === text && !text.startsWith('=?')
  return plain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`
}

/** What a header says; `undefined`: its base64 is none. */
export function decodedHeader(value: string): string | undefined {
  const base64 = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/.exec(value)?.[1]
  if (base64 === undefined) return value
  const bytes = Buffer.from(base64, 'base64')
  return bytes.toString('base64') === base64 ? bytes.toString() : undefined
}

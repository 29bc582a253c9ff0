// Multipart bodies (RFC 7578, RFC 2046): members as parts, files among them.
import { randomBytes } from 'node:crypto'
import { isBase64 } from './check.ts'
import { Digits } from './checking.ts'
import { json, plainText, Refused } from './encode.ts'
import { isMediaType } from './media.ts'
import { type Fields, fields, isFields, own, text, token } from './value.ts'

/** A body and what it is sent as. */
export interface Written {
  readonly body: Buffer | string
  readonly type: string
}

export interface Parts {
  readonly type: string
  /** `multipart/form-data`: parts have names. */
  readonly named: boolean
  /** Members that are files. */
  readonly files: ReadonlySet<string>
  readonly encoding: Fields
  readonly at: string
}

interface Part {
  readonly name: string
  readonly filename: string | undefined
  readonly type: string | undefined
  readonly headers: readonly string[]
  readonly content: Buffer
}

/** One part for each member, in their order; arrays repeat the part. */
export function writeParts(value: unknown, parts: Parts): Written {
  if (!isFields(value) && !Array.isArray(value)) throw new Refused(parts.at, 'object expected')
  const made = Object.entries(value).flatMap(([name, one]) => partsOf(name, one, parts))
  const boundary = `toolgate-${randomBytes(18).toString('hex')}`
  const pieces: Buffer[] = []
  for (const part of made)
    pieces.push(Buffer.from(`--${boundary}\r\n${head(part, parts)}\r\n`), part.content, Buffer.from('\r\n'))
  pieces.push(Buffer.from(`--${boundary}--\r\n`))
  return { body: Buffer.concat(pieces), type: `${parts.type}; boundary=${boundary}` }
}

function head({ name, filename, type, headers }: Part, { named }: Parts): string {
  const file = filename === undefined ? '' : `; filename="${quoted(filename)}"`
  const lines = named ? [`Content-Disposition: form-data; name="${quoted(name)}"${file}`] : []
  if (!named && file !== '') lines.push(`Content-Disposition: attachment${file}`)
  if (type !== undefined) lines.push(`Content-Type: ${type}`)
  return [...lines, ...headers].map((line) => `${line}\r\n`).join('')
}

/** What would end the name or the line (WHATWG, multipart/form-data encoding): nothing else is changed. */
const quoted = (text: string): string => text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

function partsOf(name: string, value: unknown, parts: Parts): readonly Part[] {
  if (value === undefined) return []
  const at = `${parts.at}/${token(name)}`
  plainText(name, at)
  const rule = fields(own(parts.encoding, name))
  const { named } = parts
  const file = parts.files.has(name)
  if (!Array.isArray(value)) return [part(name, value, { at, rule, file, named })]
  if (rule['explode'] !== false || file)
    return value.map((one: unknown, index) => part(name, one, { at: `${at}/${index}`, rule, file, named }))
  if (value.length === 0) return []
  const joined = value.map((one: unknown, index) => plainText(one, `${at}/${index}`)).join(',')
  return [part(name, joined, { at, rule, file, named })]
}

interface Member {
  readonly at: string
  readonly rule: Fields
  readonly file: boolean
  readonly named: boolean
}

function part(name: string, value: unknown, { at, rule, file, named }: Member): Part {
  // Several types may be listed, with wildcards: the first that says something is taken.
  const declared = text(rule['contentType'])
    ?.split(',')
    .map((one) => one.trim())
    .find((one) => isMediaType(one) && !one.includes('*'))
  const headers = headersOf(rule)
  // A server tells a file from a field by its file name (RFC 7578 §4.2); where parts have no names, nobody asks for one.
  if (file) return { name, headers, filename: named ? name : undefined, ...fileOf(value, declared, at) }
  if (isFields(value) && !(value instanceof Digits))
    return {
      name,
      filename: undefined,
      type: declared ?? 'application/json',
      headers,
      content: Buffer.from(json(value, at)),
    }
  return { name, filename: undefined, type: declared, headers, content: Buffer.from(plainText(value, at)) }
}

/** Headers of a part come from their defaults alone: they are nobody's argument. */
function headersOf(rule: Fields): readonly string[] {
  return Object.entries(fields(rule['headers'])).flatMap(([name, one]) => {
    const standard = own(fields(own(fields(one), 'schema')), 'default')
    const usable =
      /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name) &&
      !/^content-(?:type|disposition|length|transfer-encoding)$/i.test(name)
    return usable && typeof standard === 'string' && /^[\t\x20-\x7e]*$/.test(standard) ? [`${name}: ${standard}`] : []
  })
}

/** What a file is called, where somebody says so. */
interface Called {
  readonly filename?: string
}

/** Base64, `{ data, filename?, contentType? }`, or a resource as model context protocol servers hand them out. */
function fileOf(value: unknown, declared: string | undefined, at: string): Pick<Part, 'type' | 'content'> & Called {
  const standard = declared ?? 'application/octet-stream'
  if (typeof value === 'string') return { type: standard, content: decoded(value, at) }
  const given = fields(isFields(value) && value['type'] === 'resource' ? value['resource'] : value)
  const { data, blob, text: written, filename, contentType, mimeType, uri } = given
  const type = text(contentType) ?? text(mimeType)
  if (type !== undefined && !isMediaType(type)) throw new Refused(`${at}/contentType`, 'is no media type')
  const called =
    text(filename) ??
    (typeof uri === 'string'
      ? uri
          .replace(/[?#].*$/s, '')
          .split('/')
          .at(-1)
      : undefined)
  const content =
    typeof written === 'string' ? Buffer.from(plainText(written, at)) : decoded(text(data) ?? text(blob), `${at}/data`)
  return {
    ...(called !== undefined && called !== '' && { filename: plainText(called, `${at}/filename`) }),
    type: type ?? standard,
    content,
  }
}

function decoded(value: string | undefined, at: string): Buffer {
  if (value === undefined || !isBase64(value)) throw new Refused(at, 'is not base64')
  return Buffer.from(value, 'base64')
}

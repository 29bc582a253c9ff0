// Bodies: the argument → bytes and their type (reference: openapi §8).

import type { Media } from './bodies.ts'
import { Digits } from './checking.ts'
import { formText, json, percent, plainText, Refused } from './encode.ts'
import { type BodyKind, sentType } from './media.ts'
import { type Written, writeParts } from './multipart.ts'
import { deepPairs } from './style.ts'
import { type Fields, fields, isFields, token } from './value.ts'

export type BodyWriter = (value: unknown) => Written

/** What the members of a form are: which of them are files, decided once. */
export interface Members {
  readonly files: ReadonlySet<string>
}

export function bodyWriter(media: Media, kind: BodyKind, members: Members, at: string): BodyWriter {
  const type = sentType(media.type, kind)
  const encoding = fields(media.encoding.value)
  switch (kind) {
    case 'json':
      return (value) => ({ body: json(value, at), type })
    case 'lines':
      return (value) => ({ body: lines(value, type, at), type })
    case 'form':
      return (value) => ({ body: form(value, encoding, at), type })
    case 'multipart':
    case 'parts':
      return (value) => writeParts(value, { type, named: kind === 'multipart', files: members.files, encoding, at })
    case 'text':
      return (value) => ({ body: typeof value === 'string' ? plainText(value, at) : json(value, at), type })
    case 'bytes':
      return (value) => ({ body: bytes(value, at), type })
  }
}

/** RFC 7464: each text of a sequence begins with a record separator; the others end their lines. */
function lines(value: unknown, type: string, at: string): string {
  const before = type.includes('json-seq') ? '\u001e' : ''
  return (Array.isArray(value) ? value : [value]).map((one: unknown) => `${before}${json(one, at)}\n`).join('')
}

function bytes(value: unknown, at: string): Buffer {
  if (typeof value !== 'string') return Buffer.from(json(value, at))
  return Buffer.from(value, 'base64')
}

const joints: Readonly<Record<string, string>> = {
  form: ',',
  spaceDelimited: ' ',
  pipeDelimited: '|',
  tabDelimited: '\t',
}

/** `name=value` pairs; arrays repeat the name unless `encoding` says otherwise, objects without a style are JSON. */
function form(value: unknown, encoding: Fields, at: string): string {
  if (!isFields(value)) throw new Refused(at, 'object expected')
  const pairs: string[] = []
  for (const [name, one] of Object.entries(value)) {
    if (one === undefined) continue
    const place = `${at}/${token(name)}`
    const rule = Object.hasOwn(encoding, name) ? fields(encoding[name]) : {}
    pairs.push(...formPairs(plainText(name, place), one, rule, place))
  }
  return pairs.join('&')
}

function formPairs(name: string, value: unknown, rule: Fields, at: string): readonly string[] {
  const style = typeof rule['style'] === 'string' ? rule['style'] : undefined
  const explode = typeof rule['explode'] === 'boolean' ? rule['explode'] : (style ?? 'form') === 'form'
  const key = formText(name)
  const joint = joints[style ?? 'form'] ?? ','
  if (Array.isArray(value)) {
    if (value.length === 0) return []
    const items = value.map((one: unknown, index) => plainText(one, `${at}/${index}`))
    return explode ? items.map((one) => `${key}=${formText(one)}`) : [`${key}=${formText(items.join(joint))}`]
  }
  if (!isFields(value) || value instanceof Digits) return [`${key}=${formText(plainText(value, at))}`]
  if (style === undefined && rule['explode'] === undefined) return [`${key}=${formText(json(value, at))}`]
  const pairs = Object.entries(value).map(
    ([one, inside]) => [plainText(one, at), plainText(inside, `${at}/${token(one)}`)] as const,
  )
  if (style === 'deepObject') {
    const found: string[] = []
    // The keys come percent-encoded, and a form's alphabet differs.
    deepPairs(value, percent(name), at, (one, inside) =>
      found.push(`${formText(decodeURIComponent(one))}=${formText(inside)}`),
    )
    return found
  }
  if (pairs.length === 0) return []
  if (explode) return pairs.map(([one, inside]) => `${formText(one)}=${formText(inside)}`)
  return [`${key}=${formText(pairs.flat().join(joint))}`]
}

// Encodings and digests: base64, percent-encoding, forms, SHA and MD5.
import { createHash } from 'node:crypto'
import { costLimit, entries, isList, isMap, plain } from '../operators.ts'
import { stops, type Value } from '../value.ts'
import type { CelFunction, Meter } from './function.ts'
import { made, one, reads, unusable } from './overload.ts'
import { asBuffer, lossyText, scalarText, strictText } from './text.ts'

const bytesOf = (a: Value): Buffer | undefined =>
  typeof a === 'string' ? Buffer.from(a) : a instanceof Uint8Array ? asBuffer(a) : undefined

const encoding = (name: string): CelFunction => ({
  name,
  answers: 'string',
  one: one(name, (a, meter) => {
    const bytes = bytesOf(a)
    if (bytes === undefined) return undefined
    return meter.bytes(Math.ceil(bytes.length / 3) * 4) ? bytes.toString('base64') : costLimit
  }),
})

/** RFC 4648 §4; padding may be missing, nothing else may be wrong. */
const decoding = (name: string): CelFunction => ({
  name,
  answers: 'bytes',
  one: one(name, (a, meter) => {
    const text = typeof a === 'string' ? a : a instanceof Uint8Array ? asBuffer(a).toString('latin1') : undefined
    if (text === undefined) return undefined
    if (!reads(meter, text.length)) return costLimit
    const digits = text.replace(/={1,2}$/, '')
    // Node skips what is no digit; padding, when there is some, must fill up the last group.
    if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1 || (digits !== text && text.length % 4 !== 0))
      return unusable(name, 'this is not base64')
    return made(Buffer.from(digits, 'base64'), meter)
  }),
})

export const base64Encode: CelFunction = encoding('base64.encode')
export const base64Decode: CelFunction = decoding('base64.decode')
export const base64EncodeOld: CelFunction = encoding('base64Encode')
export const base64DecodeOld: CelFunction = decoding('base64Decode')

/** Everything but RFC 3986's unreserved characters. */
export const urlEncode: CelFunction = {
  name: 'url.encode',
  answers: 'string',
  one: one('url.encode', (a, meter) => {
    if (typeof a !== 'string') return undefined
    // Each byte takes three characters at most, each character three bytes.
    if (!meter.bytes(a.length) || !reads(meter, a.length)) return costLimit
    const encoded = encodeURIComponent(a.toWellFormed()).replace(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    )
    return made(encoded, meter)
  }),
}

export const urlDecode: CelFunction = {
  name: 'url.decode',
  answers: 'string',
  one: one('url.decode', (a, meter) => {
    if (typeof a !== 'string') return undefined
    if (!reads(meter, a.length) || !meter.bytes(a.length)) return costLimit
    let wrong = false
    // A character's bytes stand in one run; a percent sign without two digits is itself.
    const decoded = a.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
      const text = strictText(Buffer.from(run.replaceAll('%', ''), 'hex'))
      wrong ||= text === undefined
      return text ?? ''
    })
    return wrong ? unusable('url.decode', 'what is encoded is not UTF-8') : decoded
  }),
}

/** application/x-www-form-urlencoded (WHATWG URL §5.1): repeated names become a list. */
export const formDecode: CelFunction = {
  name: 'form.decode',
  answers: 'map',
  one: one('form.decode', (a, meter) => {
    const text = typeof a === 'string' ? a : a instanceof Uint8Array ? lossyText(a) : undefined
    if (text === undefined) return undefined
    if (!reads(meter, text.length) || !meter.bytes(text.length)) return costLimit
    const fields = new Map<string, string | string[]>()
    // The parser would take a question mark at the beginning for the one before a query.
    for (const [name, value] of new URLSearchParams(text.startsWith('?') ? `&${text}` : text)) {
      if (!meter.step(1)) return costLimit
      const known = fields.get(name)
      if (known === undefined) fields.set(name, value)
      else if (typeof known === 'string') fields.set(name, [known, value])
      else known.push(value)
    }
    return Object.fromEntries(fields)
  }),
}

/** Names in order, one field for each item of a list, none for null. */
export const formEncode: CelFunction = {
  name: 'form.encode',
  answers: 'string',
  one: one('form.encode', (a, meter) => {
    if (!isMap(a)) return undefined
    const fields: [string, Value][] = []
    for (const [key, value] of entries(a)) {
      const name = scalarText(key)
      if (name === undefined) return unusable('form.encode', 'a name is no text')
      if (!meter.step(1)) return costLimit
      fields.push([name, value])
    }
    fields.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    const form = new URLSearchParams()
    for (const [name, value] of fields) {
      const fault = append(form, name, plain(value), meter)
      if (fault !== undefined) return fault
    }
    return form.toString()
  }),
}

function append(form: URLSearchParams, name: string, value: Value, meter: Meter): Value | undefined {
  for (const each of isList(value) ? value : [value]) {
    const item = plain(each)
    if (item === null) continue
    if (stops(item)) return item
    const text = item instanceof Uint8Array ? strictText(item) : scalarText(item)
    if (text === undefined) return unusable('form.encode', 'a value is neither text nor a list of texts')
    // Three characters for a byte, three bytes for a character: what may become of them is paid for before.
    if (!meter.step(1) || !meter.bytes((name.length + text.length) * 3 + 2)) return costLimit
    form.append(name, text)
  }
  return undefined
}

const digest = (name: string, algorithm: string): CelFunction => ({
  name,
  answers: 'string',
  one: one(name, (a, meter) => {
    if (typeof a !== 'string' && !(a instanceof Uint8Array)) return undefined
    return meter.step(1 + (a.length >> 5)) ? createHash(algorithm).update(a).digest('hex') : costLimit
  }),
})

export const sha1: CelFunction = digest('sha1.encode', 'sha1')
export const sha256: CelFunction = digest('sha256.encode', 'sha256')
export const md5: CelFunction = digest('md5.encode', 'md5')

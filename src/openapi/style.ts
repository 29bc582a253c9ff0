// Parameter styles: a value → its text in a path, a query, a header or a cookie (reference: openapi §7, RFC 6570).

import { Digits } from './checking.ts'
import { headerText, json, percent, plainText, Refused, reserved, reservedInCookie, reservedInPath } from './encode.ts'
import { contentIsJson } from './media.ts'
import type { Parameter, Style } from './parameters.ts'
import { type Fields, isFields, token } from './value.ts'

/** Writes a value: with its name where the place has names. The empty text: it is left out. Throws `Refused`. */
export type Writer = (value: unknown) => string

export interface Setting {
  /** Pointer of the argument. */
  readonly at: string
  /** Names of the other parameters of its place: what an exploded object must not bring along. */
  readonly declared: ReadonlySet<string>
  readonly headerBytes: number
}

type Encode = (text: string) => string

export function writerOf(parameter: Parameter, setting: Setting): Writer {
  if (parameter.content !== undefined) return contentWriter(parameter, parameter.content, setting)
  switch (parameter.in) {
    case 'path':
      return pathWriter(parameter, setting)
    case 'header':
      return headerWriter(parameter, setting)
    case 'cookie':
      return pairsWriter(parameter, setting, '; ')
    case 'query':
      return parameter.style === 'deepObject' ? deepWriter(parameter, setting) : pairsWriter(parameter, setting, '&')
    case 'querystring':
      return (value) => queryString(value, setting.at)
  }
}

function contentWriter({ in: where, name }: Parameter, type: string, { at, headerBytes }: Setting): Writer {
  const text = contentIsJson(type) ? (value: unknown) => json(value, at) : (value: unknown) => plainText(value, at)
  switch (where) {
    case 'path':
      return (value) => percent(text(value))
    case 'header':
      return (value) => headerText(text(value), at, headerBytes)
    case 'querystring':
      return type.startsWith('application/x-www-form-urlencoded')
        ? (value) => queryString(value, at)
        : (value) => percent(text(value))
    case 'query':
    case 'cookie': {
      const start = `${percent(name)}=`
      return (value) => start + percent(text(value))
    }
  }
}

/** The whole query as a form (3.2, `in: querystring`): exploded pairs. */
function queryString(value: unknown, at: string): string {
  if (!isFields(value)) return percent(plainText(value, at))
  return Object.entries(value)
    .flatMap(([name, one]) => {
      const inside = `${at}/${token(name)}`
      return (Array.isArray(one) ? one : [one]).map(
        (each: unknown) => `${percent(plainText(name, inside))}=${percent(plainText(each, inside))}`,
      )
    })
    .join('&')
}

/** The members of an object. */
const members = (value: Fields): readonly (readonly [string, unknown])[] =>
  Object.entries(value).filter(([, one]) => one !== undefined)

const isObject = (value: unknown): value is Fields => isFields(value) && !(value instanceof Digits)

function pathWriter({ style, explode, name, allowReserved }: Parameter, { at }: Setting): Writer {
  const encode: Encode = allowReserved ? reservedInPath : percent
  const joint = style === 'label' && explode ? '.' : style === 'matrix' && explode ? ';' : ','
  const [before, key] = style === 'matrix' ? [';', percent(name)] : [style === 'label' ? '.' : '', '']
  const delimiter = delimiterOf(style)
  const named = (written: string): string => (written === '' ? key : `${key}=${written}`)
  return (value) => {
    if (Array.isArray(value)) {
      if (value.length === 0) throw new Refused(at, 'is empty, and would leave an empty segment')
      const items = value.map((one: unknown, index) =>
        encode(apart(plainText(one, `${at}/${index}`), delimiter, `${at}/${index}`)),
      )
      if (style !== 'matrix') return before + items.join(delimiter === undefined ? joint : percent(delimiter))
      return explode ? items.map((one) => `;${named(one)}`).join('') : `;${named(items.join(','))}`
    }
    if (isObject(value)) {
      const pairs = members(value).map(([one, inside]) => pairText(one, inside, at, encode))
      if (pairs.length === 0) throw new Refused(at, 'is empty, and would leave an empty segment')
      if (explode) return before + pairs.map(([one, inside]) => `${one}=${inside}`).join(joint)
      const flat = pairs.flat().join(',')
      return style === 'matrix' ? `;${named(flat)}` : before + flat
    }
    const written = encode(plainText(value, at))
    return style === 'matrix' ? `;${named(written)}` : before + written
  }
}

function pairText(name: string, value: unknown, at: string, encode: Encode): readonly [string, string] {
  const inside = `${at}/${token(name)}`
  return [percent(plainText(name, inside)), encode(plainText(value, inside))]
}

function headerWriter({ explode, style }: Parameter, { at, headerBytes }: Setting): Writer {
  const text = (value: unknown, inside: string): string => headerText(plainText(value, inside), inside, headerBytes)
  const joint = delimiterOf(style) ?? ','
  return (value) => {
    if (Array.isArray(value))
      return headerText(value.map((one: unknown, index) => text(one, `${at}/${index}`)).join(joint), at, headerBytes)
    if (!isObject(value)) return text(value, at)
    const pairs = members(value).map(([name, one]) => [
      text(name, `${at}/${token(name)}`),
      text(one, `${at}/${token(name)}`),
    ])
    return headerText(pairs.map((pair) => pair.join(explode ? '=' : ',')).join(','), at, headerBytes)
  }
}

const delimiters: { readonly [style in Style]?: string } = {
  spaceDelimited: ' ',
  pipeDelimited: '|',
  tabDelimited: '\t',
}
const delimiterOf = (style: Style): string | undefined => delimiters[style]

/** A value with its own delimiter inside could not be told from two. */
function apart(text: string, delimiter: string | undefined, at: string): string {
  if (delimiter !== undefined && text.includes(delimiter))
    throw new Refused(at, 'holds the delimiter of its own list, and could not be told apart')
  return text
}

/** `form` and its relatives: pairs of a query or of cookies. */
function pairsWriter(parameter: Parameter, { at, declared }: Setting, between: string): Writer {
  const { style, explode, name, allowReserved } = parameter
  const free = parameter.in === 'cookie' ? reservedInCookie : reserved
  const encode: Encode = style === 'cookie' ? (text) => cookieText(text, at) : allowReserved ? free : percent
  const key = style === 'cookie' ? name : percent(name)
  const delimiter = delimiterOf(style)
  const joint = delimiter === undefined ? ',' : percent(delimiter)
  return (value) => {
    if (Array.isArray(value)) {
      const items = value.map((one: unknown, index) => {
        const text = plainText(one, `${at}/${index}`)
        return encode(explode ? text : apart(text, delimiter, `${at}/${index}`))
      })
      if (items.length === 0) return ''
      return explode ? items.map((one) => `${key}=${one}`).join(between) : `${key}=${items.join(joint)}`
    }
    if (!isObject(value)) return `${key}=${encode(plainText(value, at))}`
    const pairs = members(value).map(([one, inside]) => {
      const place = `${at}/${token(one)}`
      if (explode && declared.has(one))
        throw new Refused(place, `"${one}" is a parameter of its own, and would be written twice`)
      const [first, second] = [plainText(one, place), plainText(inside, place)]
      return explode
        ? [encode(first), encode(second)]
        : [encode(apart(first, delimiter, place)), encode(apart(second, delimiter, place))]
    })
    if (pairs.length === 0) return ''
    return explode ? pairs.map((pair) => pair.join('=')).join(between) : `${key}=${pairs.flat().join(joint)}`
  }
}

/** 3.2's style `cookie`: as it is, as long as it is what a cookie may hold (RFC 6265 §4.1.1). */
function cookieText(text: string, at: string): string {
  if (!/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/.test(text))
    throw new Refused(at, 'holds a character that no cookie can hold')
  return text
}

/** Brackets nest, and arrays inside repeat the name: common practice, where OpenAPI says nothing. */
function deepWriter({ name, allowReserved }: Parameter, { at }: Setting): Writer {
  const encode: Encode = allowReserved ? reserved : percent
  return (value) => {
    if (!isObject(value))
      return Array.isArray(value) && value.length === 0 ? '' : `${percent(name)}=${encode(plainText(value, at))}`
    const pairs: string[] = []
    deepPairs(value, percent(name), at, (key, text) => pairs.push(`${key}=${encode(text)}`))
    return pairs.join('&')
  }
}

/** Walks through an object as `name[a][b]`; keys come out encoded. */
export function deepPairs(value: Fields, prefix: string, at: string, pair: (key: string, text: string) => void): void {
  for (const [one, inside] of members(value)) {
    const place = `${at}/${token(one)}`
    const key = `${prefix}%5B${percent(plainText(one, place))}%5D`
    if (isObject(inside)) deepPairs(inside, key, place, pair)
    else if (Array.isArray(inside))
      for (const [index, each] of inside.entries()) pair(key, plainText(each, `${place}/${index}`))
    else pair(key, plainText(inside, place))
  }
}

// The parameters of one operation, of every version, in one form (reference: openapi §1.5, §7).
import type { Version } from './dialect.ts'
import type { Found } from './operations.ts'
import type { Place } from './place.ts'
import type { References } from './references.ts'
import { type Fields, fields, isFields, list, own, text } from './value.ts'

export type Where = 'path' | 'query' | 'querystring' | 'header' | 'cookie'

export type Style =
  | 'simple'
  | 'label'
  | 'matrix'
  | 'form'
  | 'spaceDelimited'
  | 'pipeDelimited'
  | 'tabDelimited'
  | 'deepObject'
  | 'cookie'

export interface Parameter {
  readonly place: Place
  readonly in: Where
  readonly name: string
  readonly required: boolean
  /** Where its schema stands; `undefined`: it has none, and anything goes. */
  readonly schema: Place | undefined
  readonly style: Style
  readonly explode: boolean
  readonly allowReserved: boolean
  /** The media type that its value is written in, instead of a style. */
  readonly content: string | undefined
}

/** What 2.0 has among its parameters and later versions do not. */
export interface BodyParameter {
  readonly place: Place
  readonly in: 'body' | 'formData'
  readonly name: string
  readonly required: boolean
}

export type Note = (place: Place, problem: string, fix?: string) => void

export interface Parameters {
  readonly sent: readonly Parameter[]
  readonly body: readonly BodyParameter[]
}

/** OpenAPI says that these are ignored (3.0.4 §4.8.12.1); the last five are ours to write. */
const ignored: ReadonlySet<string> = new Set(['accept', 'content-type', 'authorization'])
const ours: ReadonlySet<string> = new Set(
  'host content-length transfer-encoding connection cookie keep-alive upgrade te trailer expect proxy-authorization proxy-connection'.split(
    ' ',
  ),
)

/** Path level first, overridden by name and place. Throws `Broken` for a reference that leads nowhere. */
export function parametersOf(found: Found, references: References, version: Version, note: Note): Parameters {
  const sent = new Map<string, Parameter>()
  const body = new Map<string, BodyParameter>()
  for (const all of [found.item.at('parameters'), found.place.at('parameters')]) {
    const here = new Set<string>()
    for (const index of list(all.value).keys()) {
      const place = references.follow(all.at(index))
      const value = fields(place.value)
      const [where, name] = [text(own(value, 'in')), text(own(value, 'name'))]
      if (where === undefined || name === undefined) {
        note(place, 'the parameter has no name, or does not say where it stands')
        continue
      }
      // Names of headers are the same in any case (RFC 9110 §5.1).
      const key = `${where} ${where === 'header' ? name.toLowerCase() : name}`
      if (here.has(key)) note(place, `"${name}" is declared twice for one place`, 'the last one counts')
      here.add(key)
      if (version.dialect === '2.0' && (where === 'body' || where === 'formData'))
        body.set(key, { place, in: where, name, required: own(value, 'required') === true })
      else {
        const one = parameter(place, value, { where, name, version, note })
        if (one !== undefined) sent.set(key, one)
      }
    }
  }
  const whole = [...sent.values()].find((one) => one.in === 'querystring')
  if (whole !== undefined && [...sent.values()].some((one) => one.in === 'query'))
    note(
      whole.place,
      `"${whole.name}" is the whole query, and there are parameters of the query beside it`,
      'both are sent',
    )
  return { sent: [...sent.values()], body: [...body.values()] }
}

interface Reading {
  readonly where: string
  readonly name: string
  readonly version: Version
  readonly note: Note
}

function parameter(place: Place, value: Fields, { where, name, version, note }: Reading): Parameter | undefined {
  if (
    where !== 'path' &&
    where !== 'query' &&
    where !== 'header' &&
    where !== 'cookie' &&
    (where !== 'querystring' || version.minor < 2)
  ) {
    note(place, `"in: ${where}" is no place for a parameter`, 'use path, query, header or cookie')
    return undefined
  }
  if (where === 'header' && !usable(place, name, note)) return undefined
  const { content, schema, required: written } = value
  if (where === 'path' && written !== true)
    note(place, `"${name}" stands in the path and is not required`, 'it is taken for required')
  const required = where === 'path' || written === true
  if (version.dialect === '2.0')
    return {
      place,
      in: where,
      name,
      required,
      schema: place,
      content: undefined,
      allowReserved: false,
      ...collection(value, where),
    }
  const media = isFields(content) ? Object.keys(content) : []
  if (media[0] !== undefined && schema !== undefined)
    note(place, `"${name}" has both schema and content`, 'content counts')
  const shape = { place, in: where, name, required } as const
  const [type] = media
  if (type !== undefined)
    return {
      ...shape,
      schema: place.at('content').at(type).at('schema'),
      content: type,
      style: 'simple',
      explode: false,
      allowReserved: false,
    }
  const style = styleOf(value, where, place, note)
  const explode = typeof value['explode'] === 'boolean' ? value['explode'] : style === 'form' || style === 'cookie'
  return {
    ...shape,
    schema: schema === undefined ? undefined : place.at('schema'),
    content: undefined,
    style,
    explode,
    allowReserved: value['allowReserved'] === true,
  }
}

function usable(place: Place, name: string, note: Note): boolean {
  const plain = name.toLowerCase()
  if (ignored.has(plain)) return false
  if (ours.has(plain)) note(place, `the header "${name}" is written by the gateway`, 'it is no argument')
  else if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name))
    note(place, `"${name.slice(0, 80)}" is no name of a header`, 'it is left out')
  else return true
  return false
}

const styles: Readonly<Record<Where, readonly Style[]>> = {
  path: ['simple', 'label', 'matrix'],
  query: ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'],
  querystring: ['form'],
  header: ['simple'],
  cookie: ['form', 'cookie'],
}

function styleOf(value: Fields, where: Where, place: Place, note: Note): Style {
  const known = styles[where]
  const written = value['style']
  const found = known.find((one) => one === written)
  if (found === undefined && written !== undefined)
    note(place, `the style ${JSON.stringify(written)} does not exist for ${where}`, `it is taken for ${known[0]}`)
  return found ?? known[0] ?? 'simple'
}

/** 2.0 has no styles but the way a collection is joined (default csv). */
function collection(value: Fields, where: Where): { readonly style: Style; readonly explode: boolean } {
  const flat: Style = where === 'path' || where === 'header' ? 'simple' : 'form'
  if (where === 'header') return { style: joints(value) ?? flat, explode: false }
  return { style: joints(value) ?? flat, explode: value['collectionFormat'] === 'multi' && flat === 'form' }
}

const joints = (value: Fields): Style | undefined => {
  switch (value['collectionFormat']) {
    case 'ssv':
      return 'spaceDelimited'
    case 'tsv':
      return 'tabDelimited'
    case 'pipes':
      return 'pipeDelimited'
    default:
      return undefined
  }
}

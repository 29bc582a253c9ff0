// The body of one operation, of every version: media types, schemas, and how the members of forms are written.
import type { Version } from './dialect.ts'
import { isMediaRange } from './media.ts'
import type { BodyParameter, Note } from './parameters.ts'
import { Place } from './place.ts'
import { Broken, type References } from './references.ts'
import { type Fields, fields, fromPairs, isFields, own, text, texts } from './value.ts'

/** One media type of a body. */
export interface Media {
  readonly type: string
  /** Where the schema stands; `undefined`: there is none. */
  readonly schema: Place | undefined
  /** Where `encoding` stands, with a value or without. */
  readonly encoding: Place
  /** What the document shows as examples, as far as they are small. */
  readonly examples: readonly unknown[]
  /** 3.2: the schema is that of one item of a sequence. */
  readonly sequence: boolean
}

export interface Body {
  readonly place: Place
  readonly required: boolean
  readonly description: string | undefined
  readonly media: readonly Media[]
}

/** The body of 3.x. Throws `Broken` for a reference that leads nowhere. */
export function requestBody(operation: Place, references: References): Body | undefined {
  const written = operation.at('requestBody')
  if (!isFields(written.value)) return undefined
  const place = references.follow(written)
  const value = fields(place.value)
  const media = mediaIn(place.at('content'), references)
  if (media.length === 0) return undefined
  return { place, required: own(value, 'required') === true, description: text(own(value, 'description')), media }
}

/** More types than this are no choice, and are compared with each other later. */
const MOST_TYPES = 100

function mediaIn(content: Place, references: References): readonly Media[] {
  const all = [...content.members()]
  if (all.length > MOST_TYPES)
    throw new Broken(content, 'openapi.limit', `it has ${all.length} media types, more than ${MOST_TYPES}`)
  return all.map(([type, one]) => mediaOf(type, references.follow(one)))
}

function mediaOf(type: string, place: Place): Media {
  const value = fields(place.value)
  const encoding = place.at('encoding')
  const examples = examplesOf(value)
  if (value['itemSchema'] !== undefined && value['schema'] === undefined)
    return { type, schema: listOf(place.at('itemSchema')), encoding, examples, sequence: true }
  return {
    type,
    schema: value['schema'] === undefined ? undefined : place.at('schema'),
    encoding,
    examples,
    sequence: false,
  }
}

/** One is enough to show a shape, and a large one is a cost for every reader. */
function examplesOf(value: Fields): readonly unknown[] {
  const named = Object.values(fields(value['examples'])).flatMap((one) =>
    isFields(one) && one['value'] !== undefined ? [one['value']] : [],
  )
  const all = value['example'] === undefined ? named : [value['example']]
  return all.filter((one) => JSON.stringify(one).length <= 1024).slice(0, 1)
}

/** An array of what a place describes, standing at the same place. */
const listOf = ({ file, value, pointer }: Place): Place => new Place(file, { type: 'array', items: value }, pointer)

/** The body without types that no header can hold: they would end its line. Throws `Broken` where nothing is left of what is needed. */
export function sendable(body: Body, note: Note): Body | undefined {
  const media = body.media.filter(({ type }) => {
    const fits = /^[\t\x20-\x7e]*[\x21-\x7e][\t\x20-\x7e]*$/.test(type)
    if (!fits) note(body.place, `${quoted(type)} can stand in no header`, 'this type is left out')
    else if (!isMediaRange(type)) note(body.place, `${quoted(type)} is no media type`, 'it is sent as it is written')
    return fits
  })
  if (media.length === body.media.length) return body
  if (media.length > 0) return { ...body, media }
  if (body.required) throw new Broken(body.place, 'openapi.media', 'none of the media types of its body can be sent')
  return undefined
}

const quoted = (type: string): string => JSON.stringify(type.slice(0, 80))

/** The body of 2.0: one body parameter, or the fields of a form. */
export function swaggerBody(
  operation: Place,
  root: Place,
  parameters: readonly BodyParameter[],
  note: Note,
): Body | undefined {
  const consumes = texts(own(fields(operation.value), 'consumes') ?? own(fields(root.value), 'consumes'))
  const body = parameters.find((one) => one.in === 'body')
  const form = parameters.filter((one) => one.in === 'formData')
  if (body !== undefined) {
    if (form[0] !== undefined) note(form[0].place, 'the operation has a body and fields of a form', 'the body counts')
    const { place, required } = body
    const schema = place.at('schema')
    const types = consumes.length === 0 ? ['application/json'] : consumes
    const media = types.map(
      (type): Media => ({
        type,
        schema: schema.value === undefined ? undefined : schema,
        encoding: nowhere(place),
        examples: [],
        sequence: false,
      }),
    )
    return { place, required, description: text(own(fields(place.value), 'description')), media }
  }
  return form[0] === undefined ? undefined : formBody(operation, form, consumes)
}

function formBody(operation: Place, form: readonly BodyParameter[], consumes: readonly string[]): Body {
  const hasFile = form.some(({ place }) => fields(place.value)['type'] === 'file')
  const possible = consumes.filter((type) => /^multipart\/form-data|^application\/x-www-form-urlencoded/i.test(type))
  const types = hasFile
    ? ['multipart/form-data']
    : possible.length > 0
      ? possible
      : ['application/x-www-form-urlencoded']
  const required = form.filter((one) => one.required).map(({ name }) => name)
  const value = {
    type: 'object',
    properties: fromPairs(form.map(({ name, place }) => [name, place.value])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  }
  const encoding = { ...fromPairs(form.map(({ name, place }) => [name, collectionEncoding(fields(place.value))])) }
  const { file, pointer } = operation.at('parameters')
  const media = types.map(
    (type): Media => ({
      type,
      schema: new Place(file, value, pointer),
      encoding: new Place(file, encoding, pointer),
      examples: [],
      sequence: false,
    }),
  )
  return { place: operation, required: required.length > 0, description: undefined, media }
}

/** The words of 3.x for how 2.0 joins a collection: csv unless it says otherwise. */
function collectionEncoding(parameter: Fields): Fields {
  if (parameter['type'] !== 'array') return {}
  switch (parameter['collectionFormat']) {
    case 'multi':
      return { style: 'form', explode: true }
    case 'ssv':
      return { style: 'spaceDelimited', explode: false }
    case 'tsv':
      return { style: 'tabDelimited', explode: false }
    case 'pipes':
      return { style: 'pipeDelimited', explode: false }
    default:
      return { style: 'form', explode: false }
  }
}

const nowhere = ({ file, pointer }: Place): Place => new Place(file, undefined, pointer)

/** One answer of an operation. */
export interface Answer {
  readonly status: string
  readonly place: Place
  readonly media: readonly Media[]
}

interface Answering {
  readonly root: Place
  readonly references: References
  readonly version: Version
  /** Hears of an answer whose reference leads nowhere: it is not there, and nobody needs it to ask. */
  readonly broken: (thrown: unknown) => void
}

/** The answers of an operation. */
export function answersOf(operation: Place, { root, references, version, broken }: Answering): readonly Answer[] {
  const produces = texts(own(fields(operation.value), 'produces') ?? own(fields(root.value), 'produces'))
  const types = produces.length === 0 ? ['application/json'] : produces
  return [...operation.at('responses').members()].flatMap(([status, written]): Answer[] => {
    if (status.startsWith('x-')) return []
    try {
      const place = references.follow(written)
      if (version.dialect !== '2.0') {
        return [{ status, place, media: mediaIn(place.at('content'), references) }]
      }
      const schema = place.at('schema')
      const shape = { schema, encoding: nowhere(place), examples: [], sequence: false }
      return [{ status, place, media: schema.value === undefined ? [] : types.map((type) => ({ type, ...shape })) }]
    } catch (thrown) {
      broken(thrown)
      return []
    }
  })
}

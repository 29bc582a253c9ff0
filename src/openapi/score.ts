// How much of a document is in its tools: facts of its schemas, looked for in what was made of them (reference: openapi §14).
import { requestBody, swaggerBody } from './bodies.ts'
import { isBinary } from './dialect.ts'
import type { Shared } from './maker.ts'
import { bodyKind, preferred } from './media.ts'
import type { Found } from './operations.ts'
import { parametersOf } from './parameters.ts'
import type { Place } from './place.ts'
import type { PlannedTool } from './plan.ts'
import { type References, reference } from './references.ts'
import type { Score } from './tool.ts'
import { type Fields, fields, isFields, list, own, text, texts } from './value.ts'

/** Facts of one operation as texts: compared as sets, so one that moved to the wrong member still counts. */
type Facts = Set<string>

/** Recursive schemas count once; members that only a server may write are left out on purpose, and not counted. */
export function scoreOf(found: readonly Found[], tools: readonly PlannedTool[], shared: Shared): Score {
  const made = new Map(tools.map((tool) => [tool.operation.pointer + tool.operation.method, tool]))
  let kept = 0
  let of = 0
  for (const one of found) {
    const source = documentFacts(one, shared)
    const tool = made.get(one.names.pointer + one.names.method)
    const target: Facts = new Set()
    if (tool !== undefined) toolFacts(fields(tool.definition['inputSchema']), target)
    of += source.size
    for (const fact of source) if (target.has(fact)) kept++
  }
  return { operations: { made: tools.length, of: found.length }, constraints: { kept, of } }
}

function documentFacts(found: Found, { references, version }: Shared): Facts {
  const facts: Facts = new Set()
  const silent = (): void => undefined
  try {
    const { sent, body: swagger } = parametersOf(found, references, version, silent)
    const walk = new Walk(references, facts)
    for (const { name, schema, required, in: where } of sent) {
      if (where === 'path' && !found.names.path.includes(name)) continue
      if (required) facts.add(`required ${name}`)
      if (schema === undefined) facts.add(`property ${name} `)
      else walk.member(name, schema)
    }
    const body =
      version.dialect === '2.0'
        ? swaggerBody(found.place, references.root, swagger, silent)
        : requestBody(found.place, references)
    const media = body?.media[preferred(body.media.map(({ type }) => type))]
    if (media?.schema !== undefined && bodyKind(media.type, true) !== 'bytes') walk.schema(media.schema)
    if (body?.required === true) facts.add('required body')
  } catch {
    // What cannot be read has no facts that could be kept.
  }
  return facts
}

/** Keywords whose value is the fact. */
const plain =
  'pattern multipleOf minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains'.split(
    ' ',
  )

class Walk {
  readonly #references: References
  readonly #facts: Facts
  readonly #seen = new Set<unknown>()
  readonly #open: Place[] = []

  constructor(references: References, facts: Facts) {
    this.#references = references
    this.#facts = facts
  }

  member(name: string, place: Place): void {
    const value = fields(this.#references.follow(place).value)
    this.#facts.add(`property ${name} ${typeOf(value)}`)
    this.#open.push(place)
    this.#walk()
  }

  schema(place: Place): void {
    this.#open.push(place)
    this.#walk()
  }

  #walk(): void {
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) this.#one(next)
  }

  #one(place: Place): void {
    const at = this.#references.follow(place)
    const beside = reference(place.value) === undefined ? {} : fields(place.value)
    if (beside['nullable'] === true || beside['x-nullable'] === true) this.#facts.add('null ')
    if (!isFields(at.value) || this.#seen.has(at.value)) return
    this.#seen.add(at.value)
    const { value } = at
    schemaFacts(value, this.#facts)
    this.#old(value)
    const hidden = this.#readOnly(at, 0)
    for (const name of texts(value['required'])) if (!hidden.has(name)) this.#facts.add(`required ${name}`)
    for (const [name, one] of at.at('properties').members())
      if (!hidden.has(name)) {
        this.#facts.add(`property ${name} ${typeOf(fields(this.#references.follow(one).value))}`)
        this.#open.push(one)
      }
    for (const keyword of ['allOf', 'anyOf', 'oneOf', 'prefixItems', 'patternProperties'])
      for (const [, one] of at.at(keyword).members()) this.#open.push(one)
    for (const keyword of ['items', 'additionalProperties', 'not', 'contains', 'propertyNames', 'if', 'then', 'else']) {
      const one = at.at(keyword)
      if (isFields(one.value)) this.#open.push(one)
    }
  }

  /** What older dialects say in other words. */
  #old(value: Fields): void {
    for (const [name, limit] of [
      ['exclusiveMinimum', 'minimum'],
      ['exclusiveMaximum', 'maximum'],
    ] as const) {
      const exclusive = value[name] === true
      if (typeof value[limit] === 'number') this.#facts.add(`${exclusive ? name : limit} ${value[limit]}`)
      if (typeof value[name] === 'number') this.#facts.add(`${name} ${value[name]}`)
    }
    const nullable = value['nullable'] === true || value['x-nullable'] === true
    if (
      nullable &&
      (value['type'] !== undefined || ['allOf', 'oneOf', 'anyOf'].some((keyword) => value[keyword] !== undefined))
    )
      this.#facts.add('null ')
  }

  #readOnly(at: Place, depth: number): ReadonlySet<string> {
    const found = new Set<string>()
    if (depth > 8) return found
    for (const [name, one] of at.at('properties').members())
      if (fields(one.value)['readOnly'] === true || fields(this.#references.follow(one).value)['readOnly'] === true)
        found.add(name)
    for (const [, part] of at.at('allOf').members())
      for (const name of this.#readOnly(this.#references.follow(part), depth + 1)) found.add(name)
    return found
  }
}

/** Facts that are spelled alike in every dialect. */
function schemaFacts(value: Fields, facts: Facts): void {
  for (const keyword of plain) {
    const one = value[keyword]
    if (typeof one === 'string' || typeof one === 'number') facts.add(`${keyword} ${one}`)
  }
  const format = text(own(value, 'format'))
  if (isBinary(value) || value['type'] === 'file' || format === 'byte') facts.add('bytes ')
  else if (format !== undefined) facts.add(`format ${format}`)
  // Null is a fact of its own.
  if (Array.isArray(value['enum']))
    for (const one of value['enum']) facts.add(one === null ? 'null ' : `enum ${JSON.stringify(one)}`)
  if (value['const'] !== undefined) facts.add(`enum ${JSON.stringify(value['const'])}`)
  if (value['default'] !== undefined) facts.add(`default ${JSON.stringify(value['default'])}`)
  if (value['uniqueItems'] === true) facts.add('uniqueItems ')
  if (value['additionalProperties'] === false) facts.add('closed ')
  if (list(value['type']).includes('null')) facts.add('null ')
  for (const keyword of ['oneOf', 'anyOf'])
    if (Array.isArray(value[keyword])) facts.add(`${keyword} ${value[keyword].length}`)
  for (const name of Object.keys(fields(value['patternProperties']))) facts.add(`patternProperties ${name}`)
}

function typeOf(value: Fields): string {
  if (isBinary(value) || value['type'] === 'file') return 'bytes'
  const known = (typeof value['type'] === 'string' ? [value['type']] : texts(value['type'])).filter(
    (one) => one !== 'null',
  )
  return known.toSorted().join(',')
}

/** The same facts in a tool's schema. */
function toolFacts(root: Fields, facts: Facts): void {
  const definitions = fields(root['$defs'])
  const seen = new Set<unknown>()
  const target = (schema: Fields): Fields => {
    const name = text(own(schema, '$ref'))?.replace(/^#\/\$defs\//, '')
    return name === undefined ? schema : fields(own(definitions, name))
  }
  const walk = (schema: unknown): void => {
    if (!isFields(schema) || seen.has(schema)) return
    seen.add(schema)
    schemaFacts(schema, facts)
    for (const name of ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'])
      if (typeof schema[name] === 'number') facts.add(`${name} ${schema[name]}`)
    if (schema['contentEncoding'] === 'base64') facts.add('bytes ')
    if (schema['type'] === 'null') facts.add('null ')
    for (const name of texts(schema['required'])) facts.add(`required ${name}`)
    for (const [name, one] of Object.entries(fields(schema['properties']))) {
      for (const type of shownTypes(target(fields(one)))) facts.add(`property ${name} ${type}`)
      walk(one)
    }
    for (const keyword of ['allOf', 'anyOf', 'oneOf', 'prefixItems']) for (const one of list(schema[keyword])) walk(one)
    for (const keyword of ['patternProperties', 'dependentSchemas', '$defs'])
      for (const one of Object.values(fields(schema[keyword]))) walk(one)
    for (const keyword of ['items', 'additionalProperties', 'not', 'contains', 'propertyNames', 'if', 'then', 'else'])
      walk(schema[keyword])
  }
  walk(root)
}

/** The type of a member; of what null was added to by a branch as well, and of files. */
function shownTypes(schema: Fields): readonly string[] {
  const branches = [...list(schema['anyOf'])].filter(isFields)
  const bytes = schema['contentEncoding'] === 'base64' || branches.some((one) => one['contentEncoding'] === 'base64')
  const nullable = branches.some((one) => one['type'] === 'null')
  return [typeOf(schema), ...(bytes ? ['bytes'] : []), ...(nullable ? branches.map(typeOf) : [])]
}

// A schema of any dialect → JSON Schema 2020-12, with the schemas that it refers to left as uses. Nothing is resolved twice.
import { type Dialect, isBinary } from './dialect.ts'
import { discriminate } from './discriminator.ts'
import { notRequired } from './members.ts'
import type { Place } from './place.ts'
import { type References, reference } from './references.ts'
import { clean } from './text.ts'
import { type Component, type Side, type Translation, Use } from './use.ts'
import { type Fields, fields, fromPairs, isFields, list, type Mutable, put, texts } from './value.ts'

type Kind = 'copy' | 'list' | 'schema' | 'schemas' | 'map' | 'texts' | 'number' | 'flag' | 'text'

/** Keywords of 2020-12 that are kept, and what they hold. Everything else is dropped, and counted. */
const keywords = new Map<string, Kind>(
  Object.entries({
    title: 'text',
    description: 'text',
    default: 'copy',
    enum: 'list',
    const: 'copy',
    examples: 'copy',
    format: 'text',
    pattern: 'text',
    contentEncoding: 'text',
    contentMediaType: 'text',
    deprecated: 'flag',
    readOnly: 'flag',
    writeOnly: 'flag',
    uniqueItems: 'flag',
    multipleOf: 'number',
    maximum: 'number',
    minimum: 'number',
    exclusiveMaximum: 'number',
    exclusiveMinimum: 'number',
    maxLength: 'number',
    minLength: 'number',
    maxItems: 'number',
    minItems: 'number',
    maxContains: 'number',
    minContains: 'number',
    maxProperties: 'number',
    minProperties: 'number',
    required: 'texts',
    dependentRequired: 'copy',
    items: 'schema',
    additionalProperties: 'schema',
    unevaluatedItems: 'schema',
    unevaluatedProperties: 'schema',
    contains: 'schema',
    propertyNames: 'schema',
    contentSchema: 'schema',
    not: 'schema',
    if: 'schema',
    // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
    then: 'schema',
    else: 'schema',
    allOf: 'schemas',
    anyOf: 'schemas',
    oneOf: 'schemas',
    prefixItems: 'schemas',
    properties: 'map',
    patternProperties: 'map',
    dependentSchemas: 'map',
  } as const satisfies Record<string, Kind>),
)

/** Keywords that say something else, or nothing, and whose loss is none. */
const silent: ReadonlySet<string> = new Set(
  'name in $ref $schema $id $anchor $dynamicAnchor $dynamicRef $vocabulary $comment $defs definitions type nullable x-nullable example discriminator xml externalDocs collectionFormat allowEmptyValue'.split(
    ' ',
  ),
)

const types: ReadonlySet<string> = new Set(['null', 'boolean', 'object', 'array', 'number', 'integer', 'string'])

/** What `loose` takes away: documents are often stricter than the servers behind them. */
const bounds: ReadonlySet<string> = new Set(
  'required enum const pattern multipleOf maximum minimum exclusiveMaximum exclusiveMinimum maxLength minLength maxItems minItems uniqueItems maxContains minContains contains maxProperties minProperties dependentRequired dependentSchemas propertyNames patternProperties not if then else unevaluatedItems unevaluatedProperties format contentEncoding contentMediaType contentSchema default examples'.split(
    ' ',
  ),
)

const none: ReadonlySet<string> = new Set()
/** Longest chain of parts that are parts of parts: real documents have three or four. */
const DEEPEST = 100

export class Translator implements Translation {
  readonly references: References
  readonly dialect: Dialect
  readonly side: Side
  /** Objects that hold a use somewhere below: the others are shared by all tools as they are. */
  readonly open = new WeakSet<object>()
  /** Texts that no model shall see. */
  readonly hidden: string[] = []
  /** Keywords that were dropped, and how often. */
  readonly dropped = new Map<string, number>()
  /** What is odd about schemas, and no reason to do without them. */
  readonly oddities: { readonly place: Place; readonly problem: string; readonly fix: string }[] = []
  readonly #components = new Map<Place, Component>()
  readonly #pending: Component[] = []
  /** What needs the components that a schema uses. */
  readonly #unfinished: (() => void)[] = []
  readonly #flags = new Map<Fields, ReadonlySet<string>>()

  constructor(references: References, dialect: Dialect, side: Side) {
    this.references = references
    this.dialect = dialect
    this.side = side
  }

  /**
   * A schema and, one after the other, all that it refers to: nested no deeper than the document is. A reference of its own that
   * leads nowhere is thrown as `Broken`; one further away is kept with its component, for whoever writes that out.
   */
  schema(place: Place): unknown {
    const made = this.#schema(place)
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) this.#complete(next)
    for (const finish of this.#unfinished.splice(0)) finish()
    return made
  }

  #complete(component: Component): void {
    const { place } = component
    try {
      if (this.#isPartOfItself(place))
        this.#odd(place, 'the schema is allOf itself', 'no value can be told from another by it')
      component.schema = this.#schema(place)
    } catch (thrown) {
      component.broken = thrown
    }
  }

  #schema(place: Place): unknown {
    const { value } = place
    if (typeof value === 'boolean') return value
    if (!isFields(value)) return {}
    return reference(value) === undefined ? this.#plain(place, value) : this.#referring(place, value)
  }

  #component(target: Place): Component {
    const known = this.#components.get(target)
    if (known !== undefined) return known
    const component: Component = { place: target, schema: undefined, broken: undefined }
    this.#components.set(target, component)
    this.#pending.push(component)
    return component
  }

  #isPartOfItself(start: Place): boolean {
    const seen = new Set<Place>()
    const open = [start]
    for (let at = open.pop(); at !== undefined; at = open.pop())
      for (const [, part] of at.at('allOf').members()) {
        if (reference(part.value) === undefined) continue
        const target = this.#lenient(part)
        if (target === start) return true
        if (!seen.has(target)) open.push(target)
        seen.add(target)
      }
    return false
  }

  /** The first thousand are told of; a document can have a million. */
  #odd(place: Place, problem: string, fix: string): void {
    if (this.oddities.length < 1000) this.oddities.push({ place, problem, fix })
  }

  #referring(place: Place, value: Fields): unknown {
    const component = this.#component(this.references.target(place))
    const use = new Use(component, this.#beside(place, value))
    if (value['nullable'] !== true && value['x-nullable'] !== true) return use
    return this.opened({ anyOf: this.opened([use, { type: 'null' }]) })
  }

  /** Before 3.1 only descriptions count beside a reference; from then on everything does. */
  #beside(place: Place, value: Fields): Fields | undefined {
    if (Object.keys(value).length === 1) return undefined
    const made: Mutable = {}
    if (this.dialect === '2020') Object.assign(made, fields(this.#plain(place, value)))
    else
      for (const name of ['description', 'title'])
        if (typeof value[name] === 'string') made[name] = this.text(value[name])
    return Object.keys(made).length === 0 ? undefined : made
  }

  #plain(place: Place, value: Fields): unknown {
    const made: Mutable = {}
    let open = false
    const set = (name: string, one: unknown): void => {
      put(made, name, one)
      if (typeof one === 'object' && one !== null && (one instanceof Use || this.open.has(one))) open = true
    }
    const type = this.#type(value)
    if (type !== undefined) set('type', type)
    for (const name of Object.keys(value)) {
      const kind = keywords.get(name)
      if (kind === undefined) this.#unknown(name)
      else if (this.side !== 'loose' || !(bounds.has(name) || value[name] === false)) {
        const one = this.#keyword(kind, place.at(name))
        if (one !== undefined) this.#set(name, one, value, set)
      }
    }
    this.#old(place, value, made, set)
    this.#sides(place, value, made)
    discriminate(this, place, made, set)
    if (open) this.open.add(made)
    return this.#nullable(value, made)
  }

  /** Taken lightly, branches overlap: null is in all of them, and `oneOf` would have none of it. */
  #set(name: string, one: unknown, value: Fields, set: (name: string, one: unknown) => void): void {
    if (this.side !== 'loose' || name !== 'oneOf') set(name, one)
    else if (value['anyOf'] === undefined) set('anyOf', one)
  }

  #unknown(name: string): void {
    if (silent.has(name) || name.startsWith('x-')) return
    this.dropped.set(name, (this.dropped.get(name) ?? 0) + 1)
  }

  #keyword(kind: Kind, place: Place): unknown {
    const { value } = place
    switch (kind) {
      case 'copy':
        return value
      case 'list':
        return Array.isArray(value) ? value : undefined
      case 'text':
        return typeof value === 'string' ? this.text(value) : undefined
      case 'flag':
        return typeof value === 'boolean' ? value : undefined
      case 'number':
        return typeof value === 'number' && Number.isFinite(value) ? value : undefined
      case 'texts':
        return Array.isArray(value) && value.length > 0 ? [...new Set(texts(value))] : undefined
      case 'schema':
        return typeof value === 'boolean' || isFields(value) ? this.#schema(place) : undefined
      case 'schemas':
        return Array.isArray(value) && value.length > 0 ? this.#each(place) : undefined
      case 'map':
        return isFields(value) ? this.#map(place) : undefined
    }
  }

  #each(place: Place): unknown[] {
    return this.opened(list(place.value).map((_, index) => this.#schema(place.at(index))))
  }

  #map(place: Place): unknown {
    return this.opened(fromPairs([...place.members()].map(([name, inside]) => [name, this.#schema(inside)])))
  }

  /** Remembers whether there is a use in it: what holds none is shared by all tools. */
  opened<T extends object>(made: T): T {
    const open = Object.values(made).some(
      (one) => one instanceof Use || (typeof one === 'object' && one !== null && this.open.has(one)),
    )
    if (open) this.open.add(made)
    return made
  }

  #type(value: Fields): string | readonly string[] | undefined {
    const { type } = value
    if (type === 'file') return 'string'
    if (typeof type === 'string') return types.has(type) ? this.#loosened([type]) : undefined
    const known = texts(type).filter((one) => types.has(one))
    return known.length === 0 ? undefined : this.#loosened([...new Set(known)])
  }

  #loosened(known: readonly string[]): string | readonly string[] | undefined {
    const all = this.side === 'loose' && !known.includes('null') ? [...known, 'null'] : known
    return all.length === 1 ? all[0] : all
  }

  /** Keywords of 2.0, 3.0 and older drafts in today's words (reference: openapi §5). */
  #old(place: Place, value: Fields, made: Mutable, set: (name: string, one: unknown) => void): void {
    const tight = this.side !== 'loose'
    for (const [name, limit] of [
      ['exclusiveMinimum', 'minimum'],
      ['exclusiveMaximum', 'maximum'],
    ] as const)
      if (tight && value[name] === true && typeof value[limit] === 'number') {
        made[name] = value[limit]
        delete made[limit]
      }
    if (tight && value['example'] !== undefined && made['examples'] === undefined) made['examples'] = [value['example']]
    if (made['examples'] !== undefined && !Array.isArray(made['examples']))
      made['examples'] = Object.values(fields(made['examples']))
    if (Array.isArray(value['items'])) {
      set('prefixItems', this.#each(place.at('items')))
    }
    // Some clients refuse an array without items (VS Code, OpenAI), whatever else it may be.
    const isArray = value['type'] === 'array' || list(value['type']).includes('array')
    if (isArray && made['items'] === undefined && made['prefixItems'] === undefined) made['items'] = {}
    this.#look(place, value)
    if (value['type'] === 'file' || isBinary(value)) {
      delete made['format']
      if (tight) made['contentEncoding'] = 'base64'
    } else if (tight && value['format'] === 'byte' && made['contentEncoding'] === undefined)
      made['contentEncoding'] = 'base64'
  }

  #look(place: Place, value: Fields): void {
    if (value['type'] === 'array' && value['items'] === undefined && value['prefixItems'] === undefined)
      this.#odd(place, 'an array without items', 'anything may be in it')
    if (this.dialect !== '2020' && Array.isArray(value['required']) && value['required'].length === 0)
      this.#odd(place.at('required'), '"required" is an empty list', 'it is left out')
  }

  /** What the other side alone may write is not there (reference: openapi §4): neither as a member nor as a required one. */
  #sides(place: Place, value: Fields, made: Mutable): void {
    const gone = this.side === 'request' ? 'readOnly' : 'writeOnly'
    const names = this.#withFlag(place, gone)
    if (names.size === 0) return
    const { properties } = made
    if (isFields(properties) && [...names].some((name) => Object.hasOwn(properties, name))) {
      const left = fromPairs(Object.entries(properties).filter(([name]) => !names.has(name)))
      made['properties'] = this.opened(left)
    }
    // A part may ask for what another part says is not for this side; what it refers to is not there yet.
    const parts = made['allOf']
    if (Array.isArray(parts))
      this.#unfinished.push(() => {
        made['allOf'] = this.opened(parts.map((part: unknown) => notRequired(part, names, this)))
      })
    if (!Array.isArray(made['required'])) return
    const required = texts(value['required']).filter((name) => !names.has(name))
    if (required.length === 0) delete made['required']
    else made['required'] = required
  }

  /** Names of the members with a flag, through references and `allOf`; each schema is looked through once. */
  #withFlag(place: Place, flag: string, depth = 0): ReadonlySet<string> {
    const { value } = place
    if (!isFields(value) || depth > DEEPEST) return none
    const known = this.#flags.get(value)
    if (known !== undefined) return known
    this.#flags.set(value, none)
    const found = new Set<string>()
    for (const [name, member] of place.at('properties').members()) if (this.#flagged(member, flag)) found.add(name)
    for (const [, part] of place.at('allOf').members())
      for (const name of this.#withFlag(this.#lenient(part), flag, depth + 1)) found.add(name)
    const result = found.size === 0 ? none : found
    this.#flags.set(value, result)
    return result
  }

  #flagged(member: Place, flag: string): boolean {
    const value = fields(member.value)
    if (value[flag] === true) return true
    return reference(value) !== undefined && fields(this.#lenient(member).value)[flag] === true
  }

  /** A reference that leads nowhere is somebody else's message. */
  #lenient(place: Place): Place {
    try {
      return this.references.follow(place)
    } catch {
      return place
    }
  }

  #nullable(value: Fields, made: Mutable): unknown {
    if (value['nullable'] !== true && value['x-nullable'] !== true) return made
    if (this.side === 'loose' && made['type'] !== undefined) return made
    const { type } = made
    if (typeof type === 'string' || Array.isArray(type)) {
      const all = list(typeof type === 'string' ? [type] : type)
      made['type'] = all.includes('null') ? all : [...all, 'null']
      if (Array.isArray(made['enum']) && !made['enum'].includes(null)) made['enum'] = [...list(made['enum']), null]
      return made
    }
    // 3.0.3: without a type, `nullable` says nothing; beside compositions everybody means it.
    if (made['allOf'] === undefined && made['oneOf'] === undefined && made['anyOf'] === undefined) return made
    return this.opened({ anyOf: this.opened([made, { type: 'null' }]) })
  }

  text(written: string): string {
    return clean(written, this.hidden)
  }
}

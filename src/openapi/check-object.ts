// The keywords of JSON Schema that look into objects (2020-12, core §10.3.2 and validation §6.5).
import { nearestWord } from '../core/suggest.ts'
import { type Check, type Checking, inside, WRONG, wrong } from './checking.ts'
import type { Pattern } from './tool.ts'
import { type Fields, fields, isFields, list, type Mutable, put, texts } from './value.ts'

interface Compiler {
  compile(schema: unknown): Check
  pattern(source: string): Pattern | undefined
  resolve(schema: unknown): unknown
  fits(check: Check, value: unknown, c: Checking): boolean
}

type Look = (value: Fields, c: Checking) => Fields | typeof WRONG

export function objectCheck(compiler: Compiler, schema: Fields): Check | undefined {
  const steps = [
    membersCheck(compiler, schema),
    countCheck(schema),
    namesCheck(compiler, schema),
    dependentCheck(compiler, schema),
    leftoverCheck(compiler, schema),
  ].filter((step) => step !== undefined)
  if (steps.length === 0) return undefined
  return (value, c) => {
    if (!isFields(value)) return value
    let at = value
    for (const step of steps) {
      const next = step(at, c)
      if (next === WRONG) return WRONG
      at = next
    }
    return at
  }
}

/** `properties`, `patternProperties`, `additionalProperties`, `required`. */
function membersCheck(compiler: Compiler, schema: Fields): Look | undefined {
  const { additionalProperties } = schema
  const members = new Map(
    Object.entries(fields(schema['properties'])).map(([name, one]) => [name, compiler.compile(one)]),
  )
  const patterns = Object.entries(fields(schema['patternProperties'])).map(([source, one]) => ({
    pattern: compiler.pattern(source),
    check: compiler.compile(one),
  }))
  const required = texts(schema['required'])
  // A pattern that cannot be looked for may be what a member was meant by.
  const closed = additionalProperties === false && patterns.every(({ pattern }) => pattern !== undefined)
  const others = isFields(additionalProperties) ? compiler.compile(additionalProperties) : undefined
  if (members.size === 0 && patterns.length === 0 && required.length === 0 && !closed && others === undefined)
    return undefined
  const needed = new Set(required)
  const one = (name: string, value: unknown, c: Checking): unknown => {
    const own = members.get(name)
    let at = own === undefined ? value : own(value, c)
    if (at === WRONG) return WRONG
    let known = own !== undefined
    for (const { pattern, check } of patterns)
      if (pattern?.test(name) === true) {
        known = true
        at = check(at, c)
        if (at === WRONG) return WRONG
      }
    if (known) return at
    return closed ? wrong(c, unknown(name, members)) : (others?.(at, c) ?? at)
  }
  return (value, c) => {
    for (const name of required) if (!Object.hasOwn(value, name)) return wrongInside(c, name, 'is missing')
    let repaired: Mutable | undefined
    for (const name of Object.keys(value)) {
      const before = value[name]
      const found = one(name, before, c)
      if (found === before) continue
      repaired ??= { ...value }
      // Null for a member that need not be there and cannot be null: left out, as a missing argument is.
      if (found === WRONG) {
        if (before !== null || needed.has(name) || !members.has(name)) return inside(c, name)
        delete repaired[name]
      } else put(repaired, name, found)
    }
    return repaired ?? value
  }
}

export function unknown(name: string, members: ReadonlyMap<string, unknown>): string {
  // Comparing is quadratic in the words: a refusal must not cost more than a call.
  const near = nearestWord(name, [...members.keys()].slice(0, 100))
  return near === undefined ? 'is not known here' : `is not known here; nearest: ${near}`
}

function wrongInside(c: Checking, name: string, problem: string): typeof WRONG {
  wrong(c, problem)
  return inside(c, name)
}

function countCheck(schema: Fields): Look | undefined {
  const { minProperties, maxProperties } = schema
  if (typeof minProperties !== 'number' && typeof maxProperties !== 'number') return undefined
  return (value, c) => {
    const count = Object.keys(value).length
    if (typeof minProperties === 'number' && count < minProperties)
      return wrong(c, `has fewer than ${minProperties} members`)
    if (typeof maxProperties === 'number' && count > maxProperties)
      return wrong(c, `has more than ${maxProperties} members`)
    return value
  }
}

function namesCheck(compiler: Compiler, schema: Fields): Look | undefined {
  if (schema['propertyNames'] === undefined) return undefined
  const check = compiler.compile(schema['propertyNames'])
  return (value, c) => {
    for (const name of Object.keys(value))
      if (!compiler.fits(check, name, c)) return wrongInside(c, name, 'is no name that is allowed here')
    return value
  }
}

function dependentCheck(compiler: Compiler, schema: Fields): Look | undefined {
  const names = Object.entries(fields(schema['dependentRequired'])).map(([name, also]) => [name, texts(also)] as const)
  const schemas = Object.entries(fields(schema['dependentSchemas'])).map(
    ([name, one]) => [name, compiler.compile(one)] as const,
  )
  if (names.length === 0 && schemas.length === 0) return undefined
  return (value, c) => {
    for (const [name, also] of names)
      if (Object.hasOwn(value, name)) {
        const missing = also.find((one) => !Object.hasOwn(value, one))
        if (missing !== undefined) return wrongInside(c, missing, `is missing, and ${name} is there`)
      }
    for (const [name, check] of schemas) if (Object.hasOwn(value, name) && check(value, c) === WRONG) return WRONG
    return value
  }
}

/** `unevaluatedProperties: false`, with every branch taken for one that fits: it refuses only what no branch names. */
function leftoverCheck(compiler: Compiler, schema: Fields): Look | undefined {
  if (schema['unevaluatedProperties'] !== false) return undefined
  const named: Named = { members: new Map(), patterns: [] }
  if (!gather(compiler, schema, named, new Set())) return undefined
  const { members, patterns } = named
  return (value, c) => {
    for (const name of Object.keys(value))
      if (!members.has(name) && !patterns.some((pattern) => pattern.test(name)))
        return wrongInside(c, name, unknown(name, members))
    return value
  }
}

interface Named {
  readonly members: Map<string, true>
  readonly patterns: Pattern[]
}

/** False: anything may be named. */
function gather(compiler: Compiler, schema: unknown, named: Named, seen: Set<unknown>): boolean {
  if (!isFields(schema) || seen.has(schema)) return true
  seen.add(schema)
  for (const source of Object.keys(fields(schema['patternProperties']))) {
    const pattern = compiler.pattern(source)
    if (pattern === undefined) return false
    named.patterns.push(pattern)
  }
  if (schema['additionalProperties'] !== undefined && schema['additionalProperties'] !== false) return false
  for (const name of Object.keys(fields(schema['properties']))) named.members.set(name, true)
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => list(schema[keyword]))
  const branches = [schema['then'], schema['else'], schema['if'], ...Object.values(fields(schema['dependentSchemas']))]
  const referred = typeof schema['$ref'] === 'string' ? [compiler.resolve(schema)] : []
  return [...parts, ...branches, ...referred].every((one) => gather(compiler, one, named, seen))
}

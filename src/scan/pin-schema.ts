// Two JSON Schemas side by side: which arguments are accepted now that were not, and which text about them is new.

import { canonical, same } from './pin-canonical.ts'
import { type Change, type ChangeKind, changeAt } from './pin-change.ts'
import { textDifference } from './pin-text.ts'

type Members = { readonly [name: string]: unknown }

export const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One step further in a JSON Pointer. */
export const below = (path: string, key: string | number): string =>
  `${path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`

/** Where changes are collected. */
export interface Found {
  push(change: Change): unknown
}

/** Two schemas at one place, and who hears of it. */
interface Pair {
  readonly path: string
  readonly found: Found
  readonly depth: number
}

/** Deeper than this two schemas are equal or not, and nobody says where. */
const DEEPEST = 64

/** Changes between two schemas of what a caller passes. */
export function diffSchema(before: unknown, after: unknown, path: string, found: Found): void {
  compare(before, after, { path, found, depth: 0 })
}

function compare(before: unknown, after: unknown, pair: Pair): void {
  if (same(before, after)) return
  if (!isObject(before) || !isObject(after) || pair.depth >= DEEPEST) return wholes(before, after, pair)
  properties(before, after, pair)
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (name === 'properties' || same(before[name], after[name])) continue
    const at = { ...pair, path: below(pair.path, name) }
    const judge = keywords.get(name) ?? bound(name) ?? says('meta-changed')
    judge(before[name], after[name], { ...at, name, both: { before, after } })
  }
}

/** `true` accepts everything, `false` nothing; an absent schema is `true`. */
function wholes(before: unknown, after: unknown, { path, found }: Pair): void {
  found.push(changeAt(relation(open(before), open(after)), path, before, after))
}

const open = (schema: unknown): number =>
  schema === false ? 0 : schema === undefined || schema === true || (isObject(schema) && isEmpty(schema)) ? 2 : 1

const isEmpty = (value: Members): boolean => Object.keys(value).length === 0

const relation = (before: number, after: number): ChangeKind =>
  after > before ? 'widened' : after < before ? 'narrowed' : 'type-changed'

/** New, gone and kept properties; whether they must be given belongs to them. */
function properties(before: Members, after: Members, pair: Pair): void {
  const [was, is] = [membersOf(before['properties']), membersOf(after['properties'])]
  const [needed, needs] = [textsIn(before['required']), textsIn(after['required'])]
  for (const name of new Set([...was.keys(), ...is.keys()])) {
    const path = below(`${pair.path}/properties`, name)
    const [old, now] = [was.get(name), is.get(name)]
    if (!was.has(name)) pair.found.push(changeAt(needs.has(name) ? 'required-added' : 'optional-added', path, old, now))
    else if (!is.has(name)) pair.found.push(changeAt('parameter-removed', path, old, now))
    else {
      compare(old, now, { ...pair, path, depth: pair.depth + 1 })
      if (needs.has(name) && !needed.has(name)) pair.found.push(changeAt('required-added', path, false, true))
      if (needed.has(name) && !needs.has(name)) pair.found.push(changeAt('widened', path, 'required', 'optional'))
    }
  }
}

const membersOf = (value: unknown): ReadonlyMap<string, unknown> =>
  new Map<string, unknown>(isObject(value) ? Object.entries(value) : [])

const textsIn = (value: unknown): ReadonlySet<string> =>
  new Set(Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [])

interface Keyword extends Pair {
  readonly name: string
  readonly both: { readonly before: Members; readonly after: Members }
}

type Judge = (before: unknown, after: unknown, at: Keyword) => void

const says =
  (kind: ChangeKind): Judge =>
  (before, after, { path, found }) =>
    found.push(changeAt(kind, path, before, after))

/** Prose: what a model reads about a parameter. */
const prose: Judge = (before, after, at) => {
  const cosmetic =
    typeof before === 'string' && typeof after === 'string' && textDifference(before, after) === 'cosmetic'
  says(cosmetic ? 'cosmetic' : 'parameter-text-changed')(before, after, at)
}

/** What is left of two lists when order counts for nothing: members of the one that the other has not. */
function apart(before: readonly unknown[], after: readonly unknown[]): readonly [number, number] {
  const left = new Map<string | undefined, number>()
  for (const each of before) left.set(canonical(each), (left.get(canonical(each)) ?? 0) + 1)
  let added = 0
  for (const each of after) {
    const times = left.get(canonical(each)) ?? 0
    if (times === 0) added++
    else left.set(canonical(each), times - 1)
  }
  return [before.length - (after.length - added), added]
}

/** A list that is a set: only its order may differ. */
const isReordered = (before: unknown, after: unknown): boolean =>
  Array.isArray(before) && Array.isArray(after) && apart(before, after).every((count) => count === 0)

const listed =
  (kind: ChangeKind): Judge =>
  (before, after, at) =>
    says(isReordered(before, after) ? 'reordered' : kind)(before, after, at)

/** `required` of properties that stay is told with them; the rest names what is no property. */
const required: Judge = (before, after, at) => {
  if (isReordered(before, after)) return says('reordered')(before, after, at)
  const known = new Set([
    ...membersOf(at.both.before['properties']).keys(),
    ...membersOf(at.both.after['properties']).keys(),
  ])
  const [needed, needs] = [textsIn(before), textsIn(after)]
  const strange = (names: ReadonlySet<string>): number => [...names].filter((name) => !known.has(name)).length
  if (strange(needed) === 0 && strange(needs) === 0 && isTexts(before) && isTexts(after)) return
  says(relation(strange(needs), strange(needed)))(before, after, at)
}

const isTexts = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every((each) => typeof each === 'string'))

const type: Judge = (before, after, at) => {
  if (isReordered(before, after)) return says('reordered')(before, after, at)
  const [was, is] = [typesIn(before), typesIn(after)]
  const wider = [...was].every((one) => is.has(one))
  const narrower = [...is].every((one) => was.has(one))
  says(wider ? 'widened' : narrower ? 'narrowed' : 'type-changed')(before, after, at)
}

const all = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer'] as const

/** Every integer is a number. No `type` is every type. */
function typesIn(value: unknown): ReadonlySet<string> {
  const names = typeof value === 'string' ? [value] : value === undefined ? all : [...textsIn(value)]
  return new Set(names.flatMap((name): readonly string[] => (name === 'number' ? [name, 'integer'] : [name])))
}

/** Alternatives: one more accepts more. Those that stay in their place are compared. */
const alternatives =
  (more: ChangeKind, fewer: ChangeKind): Judge =>
  (before, after, at) => {
    if (isReordered(before, after)) return says('reordered')(before, after, at)
    const [was, is] = [listOf(before), listOf(after)]
    const [gone, added] = apart(was, is)
    if (gone === 0 || added === 0) return says(added > 0 ? more : fewer)(before, after, at)
    if (was.length !== is.length) return says('type-changed')(before, after, at)
    was.forEach((one, index) => compare(one, is[index], deeper(at, index)))
  }

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const deeper = ({ path, found, depth }: Pair, key: string | number): Pair => ({
  path: below(path, key),
  found,
  depth: depth + 1,
})

/** A schema in a schema. */
const inner: Judge = (before, after, { path, found, depth }) =>
  compare(before, after, { path, found, depth: depth + 1 })

/** A map of schemas. */
const named: Judge = (before, after, at) => {
  const [was, is] = [membersOf(before), membersOf(after)]
  for (const name of new Set([...was.keys(), ...is.keys()])) {
    if (was.has(name) && is.has(name)) compare(was.get(name), is.get(name), deeper(at, name))
    else says('type-changed')(was.get(name), is.get(name), { ...at, path: below(at.path, name) })
  }
}

/** What restricts by being there. */
const restriction: Judge = (before, after, at) =>
  says(before === undefined ? 'narrowed' : after === undefined ? 'widened' : 'type-changed')(before, after, at)

const lower = new Set(['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties', 'minContains'])
const upper = new Set(['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains'])

/** Bounds: the further away, the more is accepted. */
function bound(name: string): Judge | undefined {
  if (!lower.has(name) && !upper.has(name)) return undefined
  const sign = upper.has(name) ? 1 : -1
  return (before, after, at) => {
    if (typeof before !== 'number' || typeof after !== 'number') return restriction(before, after, at)
    says(relation(sign * before, sign * after))(before, after, at)
  }
}

const keywords: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ['$schema', says('cosmetic')],
  ['title', prose],
  ['description', prose],
  ['$comment', prose],
  ['markdownDescription', prose],
  ['default', says('default-changed')],
  ['examples', listed('example-changed')],
  ['example', says('example-changed')],
  ['enum', listed('enum-changed')],
  ['const', says('enum-changed')],
  ['required', required],
  ['type', type],
  ['anyOf', alternatives('widened', 'narrowed')],
  ['oneOf', alternatives('widened', 'narrowed')],
  ['allOf', alternatives('narrowed', 'widened')],
  ['items', inner],
  ['additionalProperties', inner],
  ['unevaluatedProperties', inner],
  ['additionalItems', inner],
  ['contains', inner],
  ['propertyNames', inner],
  ['$defs', named],
  ['definitions', named],
  ['patternProperties', named],
  ['dependentSchemas', named],
  ['pattern', restriction],
  ['format', restriction],
  ['multipleOf', restriction],
  ['uniqueItems', restriction],
  ['dependentRequired', restriction],
  ['not', restriction],
  ['if', restriction],
  ['then', restriction],
  ['else', restriction],
  ['prefixItems', restriction],
  ['$ref', says('type-changed')],
])

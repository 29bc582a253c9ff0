// What has changed since something was pinned: every difference by kind, place and weight, the most serious first.
import type { JsonObject } from '../core/item.ts'
import { rank, type Severity } from './finding.ts'
import type { PinKind } from './pin.ts'
import { canonical, same } from './pin-canonical.ts'
import { type Change, type ChangeKind, changeAt, isDrift } from './pin-change.ts'
import { below, diffSchema, type Found, isObject } from './pin-schema.ts'
import { addressesIn, hidesMore, textDifference } from './pin-text.ts'

/**
 * Changes from a pinned definition to the one of now, most serious first. Equal definitions, in whatever order their members stand,
 * have none; different ones have at least one.
 */
export function diff(kind: PinKind, before: JsonObject, now: JsonObject): readonly Change[] {
  if (same(before, now)) return []
  const found: Change[] = []
  for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
    if (same(before[name], now[name])) continue
    const judge = judges[kind].get(name) ?? common.get(name) ?? says('meta-changed')
    judge(before[name], now[name], { path: below('', name), found })
  }
  strings(before, now, found)
  // Nothing that differs goes unnamed: it may lie deeper than anything here looks.
  if (found.length === 0) found.push(changeAt('meta-changed', '', before, now))
  return found.toSorted((a, b) => rank(b.severity) - rank(a.severity))
}

/** What somebody has to agree to: not order, not what changes by itself, and not the kinds that are accepted anyhow. */
export function drift(found: readonly Change[], accepted: ReadonlySet<ChangeKind> = new Set()): readonly Change[] {
  return found.filter((change) => isDrift(change) && !accepted.has(change.kind))
}

/** The most serious of some changes. */
export function worst(found: readonly Change[]): Severity {
  return found.reduce<Severity>((most, { severity }) => (rank(severity) > rank(most) ? severity : most), 'info')
}

interface At {
  readonly path: string
  readonly found: Found
}

type Judge = (before: unknown, after: unknown, at: At) => void

const says =
  (kind: ChangeKind): Judge =>
  (before, after, { path, found }) =>
    found.push(changeAt(kind, path, before, after))

const prose =
  (kind: ChangeKind): Judge =>
  (before, after, at) => {
    const cosmetic =
      typeof before === 'string' && typeof after === 'string' && textDifference(before, after) === 'cosmetic'
    says(cosmetic ? 'cosmetic' : kind)(before, after, at)
  }

const common: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ['title', prose('title-changed')],
  ['description', prose('description-changed')],
  ['icons', says('icons-changed')],
  ['name', prose('title-changed')],
])

const judges: { readonly [kind in PinKind]: ReadonlyMap<string, Judge> } = {
  tool: new Map<string, Judge>([
    ['annotations', (before, after, at) => annotations(before, after, at)],
    ['inputSchema', (before, after, { path, found }) => diffSchema(before, after, path, found)],
    ['outputSchema', (before, after, at) => output(before, after, at)],
  ]),
  prompt: new Map<string, Judge>([['arguments', (before, after, at) => promptArguments(before, after, at)]]),
  resource: new Map<string, Judge>([
    [
      'size',
      (before, after, at) => says(isSize(before) && isSize(after) ? 'volatile' : 'meta-changed')(before, after, at),
    ],
    ['annotations', (before, after, at) => dated(before, after, at)],
    ['mimeType', says('type-changed')],
  ]),
  template: new Map<string, Judge>([
    ['annotations', (before, after, at) => dated(before, after, at)],
    ['mimeType', says('type-changed')],
  ]),
  server: new Map<string, Judge>([
    ['serverInfo', (before, after, at) => identity(before, after, at)],
    ['instructions', prose('instructions-changed')],
    ['origin', says('origin-changed')],
  ]),
}

/** Where two objects differ, member by member; what is no object is empty. */
function eachDifferent(
  before: unknown,
  after: unknown,
  judge: (name: string, was: unknown, is: unknown) => void,
): void {
  const [was, is] = [isObject(before) ? before : {}, isObject(after) ? after : {}]
  for (const name of new Set([...Object.keys(was), ...Object.keys(is)]))
    if (!same(was[name], is[name])) judge(name, was[name], is[name])
}

/** Hints, and what an absent one says (MCP 2025-11-25, ToolAnnotations). */
const hints = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true } as const

type Hint = keyof typeof hints
const isHint = (name: string): name is Hint => Object.hasOwn(hints, name)

/**
 * A tool that read and now writes is another tool; one that wrote and now claims to read gets past whoever asks only for writers.
 * Hints are a server's word, and so is their change.
 */
function annotations(before: unknown, after: unknown, { path, found }: At): void {
  eachDifferent(before, after, (name, was, is) => {
    const at = { path: below(path, name), found }
    if (!isHint(name)) return (name === 'title' ? prose('title-changed') : says('annotation-changed'))(was, is, at)
    const [meant, means] = [effective(name, was), effective(name, is)]
    // A hint that says what its absence says.
    if (meant === means) return says('cosmetic')(was, is, at)
    if (name === 'readOnlyHint') return says(means ? 'hint-relaxed' : 'destructive')(was, is, at)
    if (name === 'destructiveHint') return says(means ? 'destructive' : 'hint-relaxed')(was, is, at)
    return says('annotation-changed')(was, is, at)
  })
}

const effective = (name: Hint, value: unknown): boolean => (typeof value === 'boolean' ? value : hints[name])

/** Each place of an output schema that differs: for the caller it is one kind of change, wherever it is. */
function output(before: unknown, after: unknown, { path, found }: At): void {
  const inside: Change[] = []
  if (before !== undefined && after !== undefined) diffSchema(before, after, path, inside)
  if (inside.length === 0) found.push(changeAt('output-changed', path, before, after))
  for (const change of inside)
    found.push(
      isDrift(change) && change.kind !== 'cosmetic'
        ? changeAt('output-changed', change.path, change.before, change.after)
        : change,
    )
}

const nameIn = (value: unknown): string => (isObject(value) && typeof value['name'] === 'string' ? value['name'] : '')

/** Arguments of a prompt, by name: their order is nobody's business. */
function promptArguments(before: unknown, after: unknown, { path, found }: At): void {
  const [was, is] = [argumentsIn(before), argumentsIn(after)]
  // Twice one name, or no list at all: nothing that could be told apart.
  if (was === undefined || is === undefined) return void found.push(changeAt('type-changed', path, before, after))
  const inside: Change[] = []
  for (const [name, one] of is) {
    const at = below(path, name)
    const old = was.get(name)
    if (old === undefined)
      inside.push(changeAt(isNeeded(one) ? 'required-added' : 'optional-added', at, undefined, one))
    else
      eachDifferent(old, one, (member, from, to) => {
        const place = { path: below(at, member), found: inside }
        if (member !== 'required') return prose('parameter-text-changed')(from, to, place)
        const isSame = isNeeded(old) === isNeeded(one)
        return says(isSame ? 'cosmetic' : isNeeded(one) ? 'required-added' : 'widened')(from, to, place)
      })
  }
  for (const [name, one] of was)
    if (!is.has(name)) inside.push(changeAt('parameter-removed', below(path, name), one, undefined))
  if (inside.length === 0) inside.push(changeAt('reordered', path, before, after))
  for (const change of inside) found.push(change)
}

const isNeeded = (argument: unknown): boolean => isObject(argument) && argument['required'] === true

function argumentsIn(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (value === undefined) return new Map()
  if (!Array.isArray(value)) return undefined
  const named = new Map<string, unknown>(value.map((each: unknown) => [nameIn(each), each]))
  return named.size === value.length && !named.has('') ? named : undefined
}

const isSize = (value: unknown): boolean => value === undefined || typeof value === 'number'
const isDate = (value: unknown): boolean =>
  value === undefined || (typeof value === 'string' && /^[\d:.+TZ-]{4,40}$/.test(value))

/** Annotations of resources: when something was written last changes by itself. */
function dated(before: unknown, after: unknown, { path, found }: At): void {
  eachDifferent(before, after, (name, was, is) => {
    const kind = name === 'lastModified' && isDate(was) && isDate(is) ? 'volatile' : 'annotation-changed'
    found.push(changeAt(kind, below(path, name), was, is))
  })
}

const isVersion = (value: unknown): boolean => typeof value === 'string' && /^[\w.+-]{1,64}$/.test(value)

/** Who answers. A version is a version only while it looks like one: any other text there is read by a model. */
function identity(before: unknown, after: unknown, { path, found }: At): void {
  if (!isObject(before) || !isObject(after)) return void found.push(changeAt('server-identity', path, before, after))
  eachDifferent(before, after, (name, was, is) => {
    const at = { path: below(path, name), found }
    if (name === 'version')
      return says(isVersion(was) && isVersion(is) ? 'server-version' : 'server-identity')(was, is, at)
    if (name === 'icons') return says('icons-changed')(was, is, at)
    return (name === 'description' || name === 'title' ? prose('description-changed') : says('server-identity'))(
      was,
      is,
      at,
    )
  })
}

/** Names of members whose addresses identify a vocabulary and lead nowhere. */
const vocabulary = new Set(['$schema', '$id', '$ref', '$dynamicRef'])

interface Text {
  readonly path: string
  readonly text: string
  /** The name of a member, not its value. */
  readonly isName: boolean
  /** An address in it leads nowhere. */
  readonly inert: boolean
}

/** Every text of the new definition that is not in the old one: does it hide something, does it name somebody new? */
function strings(before: unknown, now: unknown, found: Found): void {
  const old = textsOf(before)
  const was = new Map(old.flatMap(({ path, text, isName }) => (isName ? [] : [[path, text] as const])))
  const known = new Set(old.map(({ text }) => text))
  const addresses = new Set(old.flatMap(({ text }) => [...addressesIn(text)]))
  for (const { path, text, isName, inert } of textsOf(now)) {
    if (known.has(text)) continue
    const earlier = isName ? undefined : was.get(path)
    if (hidesMore(earlier ?? '', text)) found.push(changeAt('hidden-text-added', path, earlier, text))
    if (!inert && [...addressesIn(text)].some((address) => !addresses.has(address)))
      found.push(changeAt('address-added', path, earlier, text))
  }
}

/** What nests deeper than this cannot be pinned, so there is nothing to compare. */
const DEEPEST = 256

/** Values and names of members, in the order of the document. */
function textsOf(root: unknown): readonly Text[] {
  const texts: Text[] = []
  const walk = (value: unknown, path: string, inert: boolean, depth: number): void => {
    if (typeof value === 'string') texts.push({ path, text: value, isName: false, inert })
    if (typeof value !== 'object' || value === null || depth >= DEEPEST) return
    for (const [name, each] of Object.entries(value)) {
      const at = below(path, name)
      if (!Array.isArray(value)) texts.push({ path: at, text: name, isName: true, inert: false })
      walk(each, at, inert || vocabulary.has(name), depth + 1)
    }
  }
  walk(root, '', false, 0)
  return texts
}

/** Whether two things are the same but for their names: text of a definition without what it is called. */
export function bodyText(definition: JsonObject): string | undefined {
  const { name: _name, uri: _uri, uriTemplate: _template, title: _title, ...body } = definition
  return Object.keys(body).length === 0 ? undefined : canonical(body)
}

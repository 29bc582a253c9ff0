// Text of one file → its value, bounded, with the lines of its parts. JSON, or YAML 1.2 with the core schema.
import {
  CORE_SCHEMA,
  constructFromEvents,
  EVENT_ID,
  type Event,
  getScalarValue,
  mergeTag,
  parseEvents,
  YAMLException,
} from 'js-yaml'
import { jsonFacts, type TwiceNamed } from './json-text.ts'
import { offsetsLenient, type Reading, readLenient, type Unreadable } from './lenient-yaml.ts'
import type { Limits } from './limits.ts'
import type { Loss, LossCode } from './loss.ts'
import type { SourceFile } from './place.ts'

// Timestamps stay strings (`version: 2024-01-01`), and no tag makes anything but JSON's values.
const schema = CORE_SCHEMA.withTags(mergeTag)

export interface SourceText {
  readonly name: string
  readonly base: string
  readonly source: string
}

/** The file, or why it cannot be used: every value that an alias stands for counts (reference: openapi §1.1, §12). */
export function readSource({ name, base, source }: SourceText, limits: Limits): SourceFile | Loss {
  const bytes = Buffer.byteLength(source)
  const refuse = refusal(name)
  if (bytes > limits.documentBytes)
    return refuse('openapi.limit', `the file has ${bytes} bytes, more than documentBytes: ${limits.documentBytes}`)
  const plain = source.startsWith('\ufeff') ? source.slice(1) : source
  const read = plain.trimStart().startsWith('{') ? readJson(plain, limits, refuse) : readYaml(plain, limits, refuse)
  if ('code' in read) return read
  const nodes = nodesIn(read.value, limits.nodes)
  if (nodes > limits.nodes)
    return refuse('openapi.limit', `the file holds more than nodes: ${limits.nodes} values once aliases are expanded`)
  return { name, base, value: read.value, lines: (pointers) => linesOf(plain, pointers) }
}

type Refuse = (code: LossCode, problem: string, line?: number, fix?: string) => Loss
const refusal =
  (file: string): Refuse =>
  (code, problem, line, fix) => ({
    code,
    severity: 'error',
    file,
    line,
    pointer: '',
    operation: undefined,
    problem,
    fix,
  })

function readJson(source: string, limits: Limits, refuse: Refuse): { readonly value: unknown } | Loss {
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch {
    // YAML's flow style begins with a brace as well; and its errors name a line.
    return readYaml(source, limits, refuse)
  }
  const { depth, twice } = jsonFacts(source)
  if (depth > limits.nesting) return tooDeep(limits, refuse)
  if (twice === undefined) return { value }
  const [first, second] = [lineAt(source, twice.first), lineAt(source, twice.second)]
  return refuse(
    'openapi.duplicate',
    `the name "${twice.name}" stands twice in one object, on lines ${first} and ${second}`,
    second,
    'take one of them out',
  )
}

function readYaml(source: string, limits: Limits, refuse: Refuse): { readonly value: unknown } | Loss {
  let events: readonly Event[]
  try {
    events = parseEvents(source, { maxDepth: limits.nesting + 1 })
  } catch (thrown) {
    if (thrown instanceof RangeError) return tooDeep(limits, refuse)
    if (!(thrown instanceof YAMLException)) throw thrown
    return /depth/i.test(thrown.reason) ? tooDeep(limits, refuse) : readOddYaml(source, limits, refuse)
  }
  const aliases = events.reduce((count, event) => count + (marksOrUses(event) ? 1 : 0), 0)
  if (aliases > limits.aliases) return tooManyAliases(aliases, limits, refuse)
  try {
    const documents = constructFromEvents([...events], { source, schema })
    if (documents.length === 1) return { value: documents[0] }
    return refuse('openapi.syntax', documents.length === 0 ? 'the file is empty' : 'the file holds several documents')
  } catch (thrown) {
    if (!(thrown instanceof YAMLException)) throw thrown
    if (/duplicated mapping key/.test(thrown.reason)) return duplicated(source, events, refuse)
    const line = thrown.mark === undefined ? undefined : thrown.mark.line + 1
    return refuse('openapi.syntax', `cannot be read: ${thrown.reason}`, line)
  }
}

/** What one parser refuses another may read, and readers of documents are used to the more patient ones. */
function readOddYaml(source: string, limits: Limits, refuse: Refuse): { readonly value: unknown } | Loss {
  let read: Reading | Unreadable
  try {
    read = readLenient(source)
  } catch (thrown) {
    if (thrown instanceof RangeError) return tooDeep(limits, refuse)
    throw thrown
  }
  if ('problem' in read)
    return refuse(read.duplicate ? 'openapi.duplicate' : 'openapi.syntax', `cannot be read: ${read.problem}`, read.line)
  if (read.aliases > limits.aliases) return tooManyAliases(read.aliases, limits, refuse)
  return depthOf(read.value) > limits.nesting ? tooDeep(limits, refuse) : read
}

/** How deep a value goes; what stands for itself goes on for ever. Each value is looked into once, however many aliases name it. */
function depthOf(value: unknown, known = new Map<object, number>()): number {
  if (typeof value !== 'object' || value === null) return 0
  const before = known.get(value)
  if (before !== undefined) return before
  known.set(value, Number.POSITIVE_INFINITY)
  let deepest = 0
  for (const inside of Object.values(value)) deepest = Math.max(deepest, depthOf(inside, known))
  known.set(value, deepest + 1)
  return deepest + 1
}

const marksOrUses = (event: Event): boolean =>
  event.type === EVENT_ID.ALIAS || ('anchorStart' in event && event.anchorStart >= 0)

const tooManyAliases = (count: number, limits: Limits, refuse: Refuse): Loss =>
  refuse('openapi.limit', `the file has ${count} YAML anchors and aliases, more than aliases: ${limits.aliases}`)

function duplicated(source: string, events: readonly Event[], refuse: Refuse): Loss {
  const twice = twiceNamed(source, events)
  if (twice === undefined) return refuse('openapi.duplicate', 'a key stands twice in one map')
  const [first, second] = [lineAt(source, twice.first), lineAt(source, twice.second)]
  const problem = `the key "${twice.name}" stands twice in one map, on lines ${first} and ${second}`
  return refuse('openapi.duplicate', problem, second, 'take one of them out')
}

const tooDeep = (limits: Limits, refuse: Refuse): Loss =>
  refuse('openapi.limit', `the file is nested deeper than nesting: ${limits.nesting}`)

/** How many values there are when each use of an alias is one of its own; stops counting above `most`. */
function nodesIn(root: unknown, most: number): number {
  const known = new Map<object, number>()
  const count = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 1
    const before = known.get(value)
    if (before !== undefined) return before
    // An alias to something around it: never ends, hence above every bound.
    known.set(value, Number.POSITIVE_INFINITY)
    let sum = 1
    for (const inside of Object.values(value)) {
      sum += count(inside)
      if (sum > most) break
    }
    known.set(value, sum)
    return sum
  }
  return count(root)
}

/** The line (from 1) of an offset. */
function lineAt(source: string, offset: number): number {
  let line = 1
  for (let at = source.indexOf('\n'); at >= 0 && at < offset; at = source.indexOf('\n', at + 1)) line++
  return line
}

/** Pointers that are looked for, as a tree of their tokens. */
export interface Wanted {
  readonly inside: Map<string, Wanted>
  readonly pointers: string[]
}

const wanted = (): Wanted => ({ inside: new Map(), pointers: [] })

/** Finds the lines of many pointers in one walk: messages are rare, and a walk costs as much as reading the file. */
function linesOf(source: string, pointers: Iterable<string>): ReadonlyMap<string, number> {
  const root = wanted()
  for (const pointer of pointers) {
    let node = root
    for (const one of pointer.split('/').slice(1)) {
      const name = one.replaceAll('~1', '/').replaceAll('~0', '~')
      const next: Wanted = node.inside.get(name) ?? wanted()
      node.inside.set(name, next)
      node = next
    }
    node.pointers.push(pointer)
  }
  const offsets = new Map<string, number>()
  // Whatever is wanted in there stands at least here: a deeper hit comes later, and replaces it.
  const found = (node: Wanted, offset: number): void => {
    for (const pointer of node.pointers) offsets.set(pointer, offset)
    for (const next of node.inside.values()) found(next, offset)
  }
  found(root, 0)
  offsetsOf(source, root, found)
  const sorted = [...offsets].sort(([, a], [, b]) => a - b)
  const lines = new Map<string, number>()
  let line = 1
  let at = source.indexOf('\n')
  for (const [pointer, offset] of sorted) {
    for (; at >= 0 && at < offset; at = source.indexOf('\n', at + 1)) line++
    lines.set(pointer, line)
  }
  return lines
}

function offsetsOf(source: string, root: Wanted, found: Found): void {
  let events: readonly Event[]
  try {
    events = parseEvents(source, { maxDepth: 1000 })
  } catch {
    offsetsLenient(source, root, found)
    return
  }
  new Walk(source, events, found).enter(root)
}

type Found = (wanted: Wanted, offset: number) => void

/** Walks through the events of a parser, and descends only where something is wanted. */
class Walk {
  readonly #source: string
  readonly #events: readonly Event[]
  readonly #found: Found
  #at = 1 // behind the document's own event

  constructor(source: string, events: readonly Event[], found: Found) {
    this.#source = source
    this.#events = events
    this.#found = found
  }

  enter(wanted: Wanted | undefined): void {
    const event = this.#events[this.#at++]
    if (event?.type !== EVENT_ID.MAPPING && event?.type !== EVENT_ID.SEQUENCE) return
    for (let index = 0; this.#events[this.#at]?.type !== EVENT_ID.POP; index++) {
      if (this.#at >= this.#events.length) return
      const offset = this.#offset()
      const name = event.type === EVENT_ID.MAPPING ? this.#key() : String(index)
      const next = wanted?.inside.get(name)
      if (next !== undefined) this.#found(next, offset)
      this.enter(next)
    }
    this.#at++
  }

  #key(): string {
    const key = this.#events[this.#at]
    this.enter(undefined)
    return key?.type === EVENT_ID.SCALAR ? getScalarValue(this.#source, key) : ''
  }

  #offset(): number {
    const event = this.#events[this.#at]
    if (event?.type === EVENT_ID.SCALAR) return event.valueStart
    return event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE ? event.start : 0
  }
}

/** The first key that one map has twice, and both offsets: the parser names only the second. */
function twiceNamed(source: string, events: readonly Event[]): TwiceNamed | undefined {
  const open: { readonly keys: Map<string, number> | undefined; key: boolean }[] = []
  for (const event of events) {
    const top = open.at(-1)
    if (event.type === EVENT_ID.POP) {
      open.pop()
      continue
    }
    if (top?.keys !== undefined && top.key && event.type === EVENT_ID.SCALAR) {
      const name = getScalarValue(source, event)
      const first = top.keys.get(name)
      if (first !== undefined) return { name, first, second: event.valueStart }
      top.keys.set(name, event.valueStart)
    }
    if (top !== undefined) top.key = !top.key
    if (event.type === EVENT_ID.MAPPING) open.push({ keys: new Map(), key: true })
    else if (event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.DOCUMENT)
      open.push({ keys: undefined, key: false })
  }
  return undefined
}

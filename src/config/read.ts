// Text of a configuration → its value, and where in the text each part of it stands. What the parts mean is decided elsewhere.
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap } from 'yaml'
import type { Part, Path } from '../core/module.ts'
import { type Env, type Expanded, expand, sourceOffset } from './expand.ts'
import { alsoOn, type Located } from './problems.ts'

/** Bytes of a configuration, before and after expansion. */
const LARGEST = 4 * 1024 * 1024
/** Values in it, each use of an alias counted anew: what an alias bomb would multiply. */
const MOST_VALUES = 200_000
const DEEPEST = 64

interface Span {
  readonly start: number
  readonly end: number
}

/** Where one value stands, and those inside it. */
interface Mark {
  readonly key: Span | undefined
  readonly value: Span
  readonly inside: Map<string | number, Mark>
}

interface Location {
  readonly line: number
  readonly column: number
  /** Characters of the source that the caret underlines. */
  readonly width: number
  /** The line of the source, unexpanded. */
  readonly source: string
}

/** A key that stands twice in one map. Whether that is wrong depends on the map. */
export interface Duplicate {
  readonly path: Path
  readonly location: Location
  readonly firstLine: number
}

export interface Reading {
  /** `undefined` when the text cannot be read at all. */
  readonly value: unknown
  readonly problems: readonly Located[]
  readonly duplicates: readonly Duplicate[]
  /** Where a path stands: its key, or the nearest thing around it that is written; the part of its text, if one is meant. */
  locate(path: Path, part?: Part): Location
  /** Whether the value at a path is (or contains) a variable that is not set: nothing can be said about it. */
  incomplete(path: Path): boolean
}

/** Expands variables and parses YAML (or JSON). Every problem is reported, none thrown (reference: agentgateway §1.1). */
export function read(source: string, file: string, env: Env): Reading {
  if (Buffer.byteLength(source) > LARGEST) return unreadable(file, source, 'the configuration is larger than 4 MiB')
  const expanded = expand(source, env)
  if (Buffer.byteLength(expanded.text) > LARGEST)
    return unreadable(file, source, 'the configuration is larger than 4 MiB once its variables are expanded')
  const lines = lineStarts(source)
  const at = (start: number, end: number): Location => locationOf(source, lines, start, end)
  const fromText = (span: Span): Location => at(sourceOffset(expanded, span.start), sourceEnd(expanded, span.end))
  const problems: Located[] = missingVariables(expanded, (from, to) => ({ file, ...at(from, to) }))
  const builder = new Builder()
  const document = parse(expanded.text)
  if (document instanceof RangeError)
    return unreadable(file, source, `the configuration is nested deeper than ${DEEPEST}`)
  for (const { message, pos, code } of [...document.errors, ...document.warnings]) {
    // With a variable missing the text is not what its author meant: its syntax is judged once the variable is there.
    if (expanded.missing.length > 0) break
    const [start, end] = pos
    problems.push({ ...syntax(message, code), file, ...fromText({ start, end: Math.max(end, start + 1) }) })
  }
  const root = document.errors.length > 0 ? undefined : builder.build(document)
  if (builder.stopped !== undefined) return unreadable(file, source, builder.stopped)
  return {
    value: root?.value,
    problems,
    duplicates: builder.duplicates.map(({ path, second, first }) => ({
      path,
      location: fromText(second),
      firstLine: fromText(first).line,
    })),
    locate: (path, part) => fromText(partOf(expanded.text, root?.mark, path, part) ?? nearest(root?.mark, path)),
    incomplete: (path) => {
      const found = find(root?.mark, path)
      return found !== undefined && expanded.replaced.some((one) => one.missing && overlaps(one, found.value))
    },
  }
}

/** One problem for each variable, at its first use. */
function missingVariables(
  { missing }: Expanded,
  at: (from: number, to: number) => Location & { file: string },
): Located[] {
  return [...Map.groupBy(missing, ({ name }) => name)].flatMap(([name, uses]): Located[] => {
    const [first, ...others] = uses.map((use) => at(use.at, use.at + use.length))
    if (first === undefined) return []
    const also = alsoOn(others.map(({ line }) => line))
    return [
      {
        code: 'config.missing-variable',
        severity: 'error',
        path: [],
        message: `the environment variable \`${name}\` is not set`,
        hint: `set it, give it a default as in \`\${${name}:-…}\`, or write \`$$\` for a plain dollar sign${also}`,
        ...first,
      },
    ]
  })
}

function parse(text: string): Document.Parsed | RangeError {
  try {
    return parseDocument(text, {
      merge: false,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
      strict: true,
    })
  } catch (thrown) {
    if (thrown instanceof RangeError) return thrown // the parser's recursion met its end
    throw thrown
  }
}

function syntax(message: string, code: string): { code: string; severity: 'error'; path: Path; message: string } {
  const said = message.split('\n')[0] ?? message
  const plain = said.charAt(0).toLowerCase() + said.slice(1)
  return { code: 'config.syntax', severity: 'error', path: [], message: `cannot be read as YAML: ${plain} (${code})` }
}

function unreadable(file: string, source: string, message: string): Reading {
  const location = { line: 1, column: 1, width: 1, source: source.slice(0, 80).split('\n')[0] ?? '' }
  return {
    value: undefined,
    problems: [{ code: 'config.too-large', severity: 'error', path: [], message, file, ...location }],
    duplicates: [],
    locate: () => location,
    incomplete: () => false,
  }
}

interface Built {
  readonly value: unknown
  readonly mark: Mark
}

/** Walks a document once: values out, marks beside them, bounds held. */
class Builder {
  stopped: string | undefined = undefined
  readonly duplicates: { path: Path; first: Span; second: Span }[] = []
  #values = 0
  #document: Document | undefined

  build(document: Document.Parsed): Built {
    this.#document = document
    return this.#node(document.contents, undefined, [])
  }

  #node(node: Node | null | undefined, key: Span | undefined, path: Path): Built {
    const mark: Mark = { key, value: spanOf(node) ?? key ?? { start: 0, end: 1 }, inside: new Map() }
    if (++this.#values > MOST_VALUES) this.stopped ??= `the configuration has more than ${MOST_VALUES} values`
    if (path.length > DEEPEST) this.stopped ??= `the configuration is nested deeper than ${DEEPEST}`
    if (this.stopped !== undefined || node === null || node === undefined) return { value: null, mark }
    if (isAlias(node)) {
      const meant = this.#document === undefined ? undefined : node.resolve(this.#document)
      const built = this.#node(meant, key, path)
      return { value: built.value, mark: { ...mark, inside: built.mark.inside } }
    }
    if (isMap(node)) return { value: this.#map(node, mark, path), mark }
    if (isSeq(node)) {
      const value = node.items.map((item, index) => {
        const built = this.#node(isNode(item) ? item : undefined, undefined, [...path, index])
        mark.inside.set(index, built.mark)
        return built.value
      })
      return { value, mark }
    }
    return { value: isScalar(node) ? node.value : null, mark }
  }

  #map(map: YAMLMap, mark: Mark, path: Path): object {
    const value = {}
    for (const pair of map.items) {
      const keyNode = isNode(pair.key) ? pair.key : undefined
      const name = isScalar(keyNode) ? String(keyNode.value) : String(keyNode)
      const at = [...path, name]
      const keySpan = spanOf(keyNode)
      const before = mark.inside.get(name)
      const built = this.#node(isNode(pair.value) ? pair.value : undefined, keySpan, at)
      if (before?.key !== undefined && keySpan !== undefined)
        this.duplicates.push({ path: at, first: before.key, second: keySpan })
      mark.inside.set(name, built.mark)
      // A plain assignment of `__proto__` would change the object instead of adding to it.
      Object.defineProperty(value, name, { value: built.value, enumerable: true, writable: true, configurable: true })
    }
    return value
  }
}

const isNode = (thing: unknown): thing is Node => isScalar(thing) || isMap(thing) || isSeq(thing) || isAlias(thing)

function spanOf(node: Node | null | undefined): Span | undefined {
  const range = node?.range
  return range === null || range === undefined ? undefined : { start: range[0], end: range[1] }
}

function find(mark: Mark | undefined, path: Path): Mark | undefined {
  let found = mark
  for (const key of path) found = found?.inside.get(key)
  return found
}

function nearest(mark: Mark | undefined, path: Path): Span {
  for (let length = path.length; length >= 0; length--) {
    const found = find(mark, path.slice(0, length))
    if (found !== undefined) return found.key ?? { start: found.value.start, end: found.value.start + 1 }
  }
  return { start: 0, end: 1 }
}

/**
 * Where a part of a text is written. Its line is looked for first, because a block has its own indentation; where lines were
 * folded or characters escaped, the part alone; then the whole value is meant.
 */
function partOf(text: string, mark: Mark | undefined, path: Path, part: Part | undefined): Span | undefined {
  const value = part && find(mark, path)?.value
  if (part === undefined || value === undefined) return undefined
  const written = text.slice(value.start, value.end)
  const lineStart = part.text.lastIndexOf('\n', part.start - 1) + 1
  const lineEnd = part.text.indexOf('\n', lineStart)
  const line = part.text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd)
  const end = Math.min(part.end, lineStart + line.length)
  const at = line === '' ? -1 : written.indexOf(line)
  const start = at < 0 ? sameOccurrence(written, part) : at + part.start - lineStart
  if (start < 0) return value
  return { start: value.start + start, end: value.start + Math.max(start + 1, start + end - part.start) }
}

/** Where a part stands in another spelling of its text: as often as it came before there, it comes before here. */
function sameOccurrence(written: string, { text, start, end }: Part): number {
  const part = text.slice(start, end)
  if (part === '') return -1
  let at = written.indexOf(part)
  for (let before = text.indexOf(part); before >= 0 && before < start; before = text.indexOf(part, before + 1))
    at = at < 0 ? at : written.indexOf(part, at + 1)
  return at
}

const overlaps = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end

function sourceEnd(expanded: Expanded, end: number): number {
  const inside = expanded.replaced.find((one) => one.start < end && end <= one.end)
  return inside === undefined ? sourceOffset(expanded, end) : inside.to
}

function lineStarts(source: string): readonly number[] {
  const starts = [0]
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function locationOf(source: string, lines: readonly number[], start: number, end: number): Location {
  let low = 0
  let high = lines.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((lines[middle] ?? 0) <= start) low = middle
    else high = middle - 1
  }
  const from = lines[low] ?? 0
  const next = lines[low + 1]
  const text = source.slice(from, next === undefined ? source.length : next - 1).replace(/\r$/, '')
  const column = start - from
  return {
    line: low + 1,
    column: column + 1,
    width: Math.max(1, Math.min(end - start, text.length - column)),
    source: text,
  }
}

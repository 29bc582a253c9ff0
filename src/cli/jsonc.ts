// JSON with comments and trailing commas, read with its places: so that one member can be changed and every other byte stays.
import { isRecord } from './values.ts'

export type Node =
  | { readonly kind: 'object'; readonly start: number; readonly end: number; readonly members: readonly Member[] }
  | { readonly kind: 'array'; readonly start: number; readonly end: number; readonly items: readonly Node[] }
  | { readonly kind: 'scalar'; readonly start: number; readonly end: number; readonly value: unknown }

interface Member {
  readonly key: string
  readonly start: number
  readonly node: Node
}

/** The text is not JSON, even with comments. */
export class JsonProblem extends Error {
  override readonly name = 'JsonProblem'
  readonly line: number
  readonly column: number

  constructor(text: string, at: number, expected: string) {
    super(`expected ${expected}`)
    const before = text.slice(0, at)
    this.line = before.split('\n').length
    this.column = at - before.lastIndexOf('\n')
  }
}

const deepest = 200

class Reader {
  readonly #text: string
  #at: number

  constructor(text: string) {
    this.#text = text
    this.#at = text.startsWith('\ufeff') ? 1 : 0
  }

  document(): Node {
    const node = this.#node(0)
    this.#space()
    if (this.#at < this.#text.length) throw this.#expected('nothing more')
    return node
  }

  #expected(what: string): JsonProblem {
    return new JsonProblem(this.#text, this.#at, what)
  }

  #space(): void {
    const skip = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
    skip.lastIndex = this.#at
    this.#at += skip.exec(this.#text)?.[0].length ?? 0
  }

  #take(character: string): boolean {
    this.#space()
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #node(depth: number): Node {
    if (depth > deepest) throw this.#expected(`no more than ${deepest} levels`)
    this.#space()
    const start = this.#at
    if (this.#take('{')) return this.#object(start, depth)
    if (this.#take('[')) return this.#array(start, depth)
    const value = this.#scalar()
    return { kind: 'scalar', start, end: this.#at, value }
  }

  #object(start: number, depth: number): Node {
    const members: Member[] = []
    while (!this.#take('}')) {
      if (members.length > 0 && !this.#take(',')) throw this.#expected('`,` or `}`')
      if (this.#take('}')) break
      this.#space()
      const begins = this.#at
      const key = this.#text[begins] === '"' ? this.#scalar() : undefined
      if (typeof key !== 'string') throw this.#expected('a name in double quotes')
      if (!this.#take(':')) throw this.#expected('`:`')
      members.push({ key, start: begins, node: this.#node(depth + 1) })
    }
    return { kind: 'object', start, end: this.#at, members }
  }

  #array(start: number, depth: number): Node {
    const items: Node[] = []
    while (!this.#take(']')) {
      if (items.length > 0 && !this.#take(',')) throw this.#expected('`,` or `]`')
      if (this.#take(']')) break
      items.push(this.#node(depth + 1))
    }
    return { kind: 'array', start, end: this.#at, items }
  }

  #scalar(): unknown {
    const scalar = /"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/y
    scalar.lastIndex = this.#at
    const found = scalar.exec(this.#text)?.[0]
    if (found === undefined) throw this.#expected('a value')
    try {
      const value: unknown = JSON.parse(found)
      this.#at += found.length
      return value
    } catch {
      throw this.#expected('a value')
    }
  }
}

/**
 * Reads JSON with `//` and block comments, trailing commas and a byte order mark.
 * @throws JsonProblem
 */
export function readJsonc(text: string): Node {
  return new Reader(text).document()
}

/** The value of a node. Of members with the same name the last one counts. */
export function valueOf(node: Node): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'array':
      return node.items.map(valueOf)
    case 'object':
      // No prototype: a member may be named `__proto__`.
      return Object.assign(
        Object.create(null),
        Object.fromEntries(node.members.map(({ key, node: inner }) => [key, valueOf(inner)])),
      )
  }
}

/**
 * The text with the member at `path` set to `value`: objects on the way are made where they are missing; all other bytes,
 * comments and the order of members stay.
 * @throws JsonProblem
 */
export function setMember(text: string, path: readonly string[], value: unknown): string {
  const unit = /\n([ \t]+)"/.exec(text)?.[1] ?? '  '
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const shape = { unit: unit.startsWith('\t') ? '\t' : unit, newline }
  if (text.trim() === '') return `${written(nested(path, value), 0, shape)}${newline}`
  let node = readJsonc(text)
  for (const [depth, key] of path.entries()) {
    if (node.kind !== 'object') throw new JsonProblem(text, node.start, 'an object')
    const member: Member | undefined = node.members.findLast((each) => each.key === key)
    const rest = path.slice(depth + 1)
    if (member === undefined)
      return inserted(text, node, `${JSON.stringify(key)}: ${written(nested(rest, value), depth + 1, shape)}`, {
        depth,
        ...shape,
      })
    if (rest.length === 0)
      return text.slice(0, member.node.start) + written(value, depth + 1, shape) + text.slice(member.node.end)
    node = member.node
  }
  return text
}

interface Layout {
  readonly unit: string
  readonly newline: string
}

const nested = (path: readonly string[], value: unknown): unknown =>
  path.reduceRight((inner, key) => ({ [key]: inner }), value)

function written(value: unknown, depth: number, { unit, newline }: Layout): string {
  return JSON.stringify(value, null, unit).replaceAll('\n', newline + unit.repeat(depth))
}

function inserted(
  text: string,
  node: Node & { readonly kind: 'object' },
  member: string,
  { depth, unit, newline }: Layout & { readonly depth: number },
): string {
  const last = node.members.at(-1)
  const indent = newline + unit.repeat(depth + 1)
  if (last === undefined) {
    // Whatever stands between the braces is a comment, or nothing.
    const inside = text.slice(node.start + 1, node.end - 1).trimEnd()
    return `${text.slice(0, node.start + 1)}${inside}${indent}${member}${newline}${unit.repeat(depth)}${text.slice(node.end - 1)}`
  }
  // The comment behind the last member stays behind it.
  const after = text.slice(last.node.end, node.end - 1)
  const kept = after.trimEnd()
  const space = after.slice(kept.length)
  const close = `${space.includes('\n') ? space : newline + unit.repeat(depth)}${text.slice(node.end - 1)}`
  const before = text.slice(0, last.node.end)
  if (trailingComma(after) < 0) return `${before},${kept}${indent}${member}${close}`
  return `${before}${kept}${indent}${member},${close}`
}

/** Where a comma stands that is not part of a comment; -1: nowhere. */
function trailingComma(text: string): number {
  return text.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (comment) => ' '.repeat(comment.length)).indexOf(',')
}

/** The object under `key` of a settings file; empty when there is none. */
export function recordAt(value: unknown, key: string): Record<string, unknown> {
  const found = isRecord(value) ? value[key] : undefined
  return isRecord(found) ? found : {}
}

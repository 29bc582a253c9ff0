// YAML that the fast parser refuses and others read, such as a flow map whose last brace is not indented. Slower by four.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml'
import type { Wanted } from './source.ts'

export interface Reading {
  readonly value: unknown
  /** Anchors and their uses. */
  readonly aliases: number
}

export interface Unreadable {
  readonly problem: string
  readonly line: number
  readonly duplicate: boolean
}

/** Reads one document with the core schema and merge keys; nothing but JSON's values comes out. */
export function readLenient(source: string): Reading | Unreadable {
  const lines = new LineCounter()
  const document = parseDocument(source, {
    schema: 'core',
    merge: true,
    prettyErrors: false,
    lineCounter: lines,
    logLevel: 'silent',
  })
  const [wrong] = [...document.errors, ...document.warnings]
  if (wrong !== undefined)
    return { problem: wrong.message, line: lines.linePos(wrong.pos[0]).line, duplicate: wrong.code === 'DUPLICATE_KEY' }
  let aliases = 0
  visit(document, {
    Alias: () => void aliases++,
    Value: (_, { anchor }) => void (aliases += anchor === undefined ? 0 : 1),
  })
  // The uses of aliases are bounded by who asked; what they expand to is counted there as well.
  return { value: document.toJS({ maxAliasCount: -1 }), aliases }
}

/** Offsets of what is wanted: that of the key, or of the element. */
export function offsetsLenient(source: string, root: Wanted, found: (wanted: Wanted, offset: number) => void): void {
  const walk = (node: unknown, wanted: Wanted): void => {
    if (isMap<Node, Node>(node))
      for (const { key, value } of node.items) {
        const next = isScalar(key) ? wanted.inside.get(String(key.value)) : undefined
        if (next === undefined) continue
        found(next, key.range?.[0] ?? 0)
        walk(value, next)
      }
    else if (isSeq<Node>(node))
      for (const [index, item] of node.items.entries()) {
        const next = wanted.inside.get(String(index))
        if (next === undefined || isAlias(item)) continue
        found(next, item.range?.[0] ?? 0)
        walk(item, next)
      }
  }
  walk(parseDocument(source, { prettyErrors: false, logLevel: 'silent' }).contents, root)
}

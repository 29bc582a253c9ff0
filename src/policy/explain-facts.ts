// Facts that expressions read: which paths, and what stands there for one caller. For explanations and records, not for decisions.
import type { Ast } from '../cel/ast.ts'
import { toJson } from '../cel/convert.ts'
import { dialect } from '../cel/dialect.ts'
import { lookup } from '../cel/operators.ts'
import { parse } from '../cel/parser.ts'
import type { Activation } from '../cel/scope.ts'
import { Fault, Unknown, type Value } from '../cel/value.ts'
import { boundNames, pathOf, walk } from '../cel/walk.ts'

/** A root and the fields below it. */
export type FactPath = readonly string[]

/** What stands at a path: a value as JSON, nothing, or nobody knows. */
export type Fact = { readonly path: FactPath } & (
  | { readonly kind: 'known'; readonly value: unknown }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown' }
)

/** `jwt.realm_access.roles`; a key that is no name in brackets. */
export function factText([root = '', ...fields]: FactPath): string {
  return fields.reduce(
    (text, field) => (/^[A-Za-z_]\w*$/.test(field) ? `${text}.${field}` : `${text}[${JSON.stringify(field)}]`),
    root,
  )
}

/** Paths that a source reads, as far as they stand in it; each once, in order. */
export function factPaths(source: string): readonly FactPath[] {
  const parsed = parse(source)
  return 'ast' in parsed ? pathsIn(parsed.ast) : []
}

function pathsIn(ast: Ast): readonly FactPath[] {
  const bound = boundNames(ast)
  const found = new Map<string, FactPath>()
  walk(ast, (node) => {
    const path = node.kind === 'call' ? undefined : pathOf(node)
    if (path === undefined) return true
    const [root = ''] = path
    if (dialect.roots.includes(root) && !bound.has(root)) found.set(factText(path), path)
    return false
  })
  return [...found.values()]
}

/** What stands at a path. Secrets are `<redacted>` here as everywhere. */
export function factAt(context: Activation, path: FactPath): Fact {
  const value = valueAt(context, path)
  if (value === undefined) return { path, kind: 'absent' }
  const plain = value instanceof Unknown ? value : toJson(value)
  if (plain instanceof Unknown) return { path, kind: 'unknown' }
  return plain instanceof Fault ? { path, kind: 'absent' } : { path, kind: 'known', value: plain }
}

function valueAt(context: Activation, [root = '', ...fields]: FactPath): Value | undefined {
  let value: Value | undefined = context.root(dialect.roots.indexOf(root))
  if (value === null) return undefined
  for (const field of fields) {
    if (value === undefined || value instanceof Fault || value instanceof Unknown) return value
    value = lookup(value, field)
  }
  return value
}

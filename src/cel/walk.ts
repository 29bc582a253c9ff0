// The tree of an expression as a list of nodes, and plain paths in it: what the checks of lint.ts are made of.
import type { Ast } from './ast.ts'

/** What stands directly below a node, from left to right. */
export function children(ast: Ast): readonly Ast[] {
  switch (ast.kind) {
    case 'select':
    case 'unary':
      return [ast.of]
    case 'index':
      return [ast.of, ast.at]
    case 'call':
      return ast.on === undefined ? ast.args : [ast.on, ...ast.args]
    case 'list':
      return ast.items.map(({ value }) => value)
    case 'map':
      return ast.entries.flatMap(({ key, value }) => [key, value])
    case 'binary':
      return [ast.left, ast.right]
    case 'ternary':
      return [ast.test, ast.yes, ast.no]
    case 'literal':
    case 'ident':
    case 'message':
      return []
  }
}

/** Visits a node and everything below it from left to right, without recursion: chains may be very long. `false`: not below. */
export function walk(ast: Ast, visit: (node: Ast) => boolean): void {
  const open = [ast]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (visit(node)) open.push(...children(node).toReversed())
  }
}

/** `jwt.realm["roles"]` as `['jwt', 'realm', 'roles']`; `undefined` for everything that is no plain path. */
export function pathOf(ast: Ast): readonly string[] | undefined {
  const fields: string[] = []
  let at = ast
  for (;;) {
    if (at.kind === 'ident') return [at.name, ...fields.toReversed()]
    if (at.kind === 'select') fields.push(at.field)
    else if (at.kind === 'index' && at.at.kind === 'literal' && at.at.value.type === 'string')
      fields.push(at.at.value.value)
    else return undefined
    at = at.of
  }
}

/** Macros that bind names, by how many arguments follow the names at least. */
const binders: ReadonlySet<string> = new Set([
  'all',
  'exists',
  'exists_one',
  'existsOne',
  'map',
  'filter',
  'with',
  'mapValues',
  'filterKeys',
  'transformList',
  'transformMap',
  'transformMapEntry',
  'optMap',
  'optFlatMap',
  'bind',
])

/** Names that a macro somewhere in the expression binds: a path that begins with one of them says nothing about the context. */
export function boundNames(ast: Ast): ReadonlySet<string> {
  const names = new Set<string>()
  walk(ast, (node) => {
    if (node.kind === 'call' && binders.has(node.name))
      for (const each of node.args.slice(0, -1)) if (each.kind === 'ident') names.add(each.name)
    return true
  })
  return names
}

/** Terms of `a && b && c` (or `||`), from left to right. */
export function terms(ast: Ast, operator: '&&' | '||'): readonly Ast[] {
  const found: Ast[] = []
  const open = [ast]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.kind === 'binary' && node.operator === operator) open.push(node.right, node.left)
    else found.push(node)
  }
  return found
}

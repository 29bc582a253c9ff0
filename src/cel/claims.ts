// What goes wrong with claims: facts of other people, of which nobody knows whether they are there, or a text or a list.
import type { Ast, Diagnostic } from './ast.ts'
import type { Scope, Shape } from './scope.ts'
import { boundNames, children, pathOf, walk } from './walk.ts'

/**
 * Claims that a deny rule reads without asking whether they are there. Such a rule cannot be decided for a caller without the
 * claim, and then denies; agentgateway lets it pass, so whoever wrote the rule there may rely on that (cel.md §6.5 (8)).
 */
export function absentClaims(ast: Ast, scope: Scope): readonly Diagnostic[] {
  const bound = boundNames(ast)
  const asked = askedFor(ast)
  const said = new Set<string>()
  const found: Diagnostic[] = []
  walk(ast, (node) => {
    if (node.kind === 'call' && forgiving.has(node.name)) return false
    const path = node.kind === 'select' || node.kind === 'index' ? pathOf(node) : undefined
    if (path === undefined) return true
    const name = path.join('.')
    if (bound.has(path[0] ?? '') || !isOptional(path, scope) || said.has(name) || asked.has(name)) return false
    said.add(name)
    found.push({
      severity: 'note',
      code: 'cel.absent-claim',
      message: `without \`${name}\` this rule cannot be decided and denies; agentgateway would let the request pass`,
      hint: `has(${name}) && … says what you mean`,
      start: node.start,
      end: node.end,
    })
    return false
  })
  return found
}

/** Forms below which a missing claim is no error. */
const forgiving: ReadonlySet<string> = new Set(['has', 'default', 'coalesce'])

/** Paths whose presence the expression asks for, and all that lie on the way to them. */
function askedFor(ast: Ast): ReadonlySet<string> {
  const asked = new Set<string>()
  const add = (path: readonly string[]): void => {
    for (let length = 2; length <= path.length; length++) asked.add(path.slice(0, length).join('.'))
  }
  walk(ast, (node) => {
    if (node.kind === 'call' && node.name === 'has' && node.args[0] !== undefined) add(pathOf(node.args[0]) ?? [])
    const key = node.kind === 'binary' && node.operator === 'in' ? node.left : undefined
    if (node.kind === 'binary' && key?.kind === 'literal' && key.value.type === 'string') {
      const path = pathOf(node.right)
      if (path !== undefined) add([...path, key.value.value])
    }
    return true
  })
  return asked
}

/** Whether a path leads through fields that somebody else decides on. */
function isOptional([root = '', ...fields]: readonly string[], scope: Scope): boolean {
  let shape: Shape | undefined = Object.hasOwn(scope.shapes, root) ? scope.shapes[root] : undefined
  for (const field of fields) {
    if (shape === undefined) return false
    const known: Shape | undefined =
      shape.fields !== undefined && Object.hasOwn(shape.fields, field) ? shape.fields[field] : undefined
    if (known === undefined) return shape.open === true
    shape = known
  }
  return false
}

/**
 * `in` and `contains` on a claim that may be a text: in this dialect they also find parts of a text, so that the claim
 * `"administrators"` passes for the role `admin` (cel.md §2.3 (3), §6.5 (9)).
 */
export function substrings(ast: Ast, scope: Scope): readonly Diagnostic[] {
  const bound = boundNames(ast)
  const found: Diagnostic[] = []
  const typed = new Set<string>()
  const suspects: { readonly node: Ast; readonly claim: Ast; readonly sought: Ast }[] = []
  walk(ast, (node) => {
    if (node.kind === 'call' && node.name === 'type') for (const each of children(node)) typed.add(nameOf(each))
    if (node.kind === 'binary' && node.operator === 'in') suspects.push({ node, claim: node.right, sought: node.left })
    const [sought] = node.kind === 'call' && node.name === 'contains' ? node.args : []
    if (node.kind === 'call' && node.on !== undefined && sought !== undefined)
      suspects.push({ node, claim: node.on, sought })
    return true
  })
  for (const { node, claim, sought } of suspects) {
    const path = pathOf(claim)
    if (path === undefined || bound.has(path[0] ?? '') || !isIdentity(path, scope) || typed.has(nameOf(claim))) continue
    if (sought.kind === 'literal' && sought.value.type !== 'string') continue
    const wanted =
      sought.kind === 'literal' && sought.value.type === 'string' ? JSON.stringify(sought.value.value) : '…'
    found.push({
      severity: 'note',
      code: 'cel.substring',
      message: `if \`${nameOf(claim)}\` is a text and no list, this also finds ${wanted} within a longer word`,
      hint: `${nameOf(claim)}.exists(each, each == ${wanted}) takes a list only`,
      start: node.start,
      end: node.end,
    })
  }
  return found
}

const nameOf = (ast: Ast): string => pathOf(ast)?.join('.') ?? ''

/** A field below a root that says who is calling. */
function isIdentity([root = '', ...fields]: readonly string[], scope: Scope): boolean {
  const shape = Object.hasOwn(scope.shapes, root) ? scope.shapes[root] : undefined
  return fields.length > 0 && shape?.open === true && shape.type === 'map' && isOptional([root, ...fields], scope)
}

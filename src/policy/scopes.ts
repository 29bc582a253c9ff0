// Scopes of OAuth that rules ask for by name, and what a token would be that had them. No YAML key.
import type { Ast } from '../cel/ast.ts'
import { pathOf, walk } from '../cel/walk.ts'
import type { VerifiedToken } from '../core/exchange.ts'

/** Where providers put scopes: `scope` (RFC 9068 §2.2.3), or `scp`. */
const claims = ['scope', 'scp'] as const

/** Literals that an expression looks for in the scopes of a token: `"a" in jwt.scope`, `jwt.scp.contains("a")`, `jwt.scope == "a"`. */
export function scopesIn(ast: Ast): readonly string[] {
  const found = new Set<string>()
  walk(ast, (node) => {
    const [about, text] = asked(node)
    if (about !== undefined && text !== undefined && isOfScopes(about))
      for (const one of text.split(' ')) found.add(one)
    return true
  })
  found.delete('')
  return [...found]
}

/** What is looked into, and for what. */
function asked(node: Ast): readonly [Ast | undefined, string | undefined] {
  if (node.kind === 'call' && node.name === 'contains') {
    const [first, second] = node.args
    return node.on === undefined ? [first, second && textOf(second)] : [node.on, first && textOf(first)]
  }
  if (node.kind !== 'binary') return [undefined, undefined]
  const { operator, left, right } = node
  if (operator === 'in') return [right, textOf(left)]
  if (operator !== '==') return [undefined, undefined]
  return textOf(right) === undefined ? [right, textOf(left)] : [left, textOf(right)]
}

const textOf = (ast: Ast): string | undefined =>
  ast.kind === 'literal' && ast.value.type === 'string' ? ast.value.value : undefined

/** `jwt.scope` or `jwt.scp`, or what was split from it. */
function isOfScopes(ast: Ast): boolean {
  let found = false
  walk(ast, (node) => {
    const [root, claim, ...more] = pathOf(node) ?? []
    found ||= root === 'jwt' && more.length === 0 && claims.some((one) => one === claim)
    return !found
  })
  return found
}

/** The token with further scopes, in the form in which it has them. */
export function withScopes({ claims: own, raw }: VerifiedToken, scopes: readonly string[]): VerifiedToken {
  const added = Object.fromEntries(claims.map((claim) => [claim, joined(own[claim], scopes, claim)]))
  return { claims: { ...own, ...added }, raw }
}

function joined(value: unknown, scopes: readonly string[], claim: (typeof claims)[number]): unknown {
  if (Array.isArray(value)) return [...value, ...scopes]
  if (typeof value === 'string') return [value, ...scopes].join(' ')
  return claim === 'scp' ? scopes : scopes.join(' ')
}

// The tree: precedence, positions, and what is said about text that is none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tests as goTests } from '@bufbuild/cel-spec/testdata/parsing.js'
import type { Ast, Diagnostic } from '../../src/cel/ast.ts'
import { type ParseOptions, parse } from '../../src/cel/parser.ts'

const tree = (source: string, options?: ParseOptions): Ast => {
  const parsed = parse(source, options)
  assert.ok('ast' in parsed, `${source} was refused`)
  return parsed.ast
}

const problem = (source: string, options?: ParseOptions): Diagnostic => {
  const parsed = parse(source, options)
  assert.ok('diagnostics' in parsed, `${source} was accepted`)
  const [first] = parsed.diagnostics
  assert.ok(first !== undefined)
  return first
}

/** A tree with brackets around everything. */
function shown(ast: Ast): string {
  switch (ast.kind) {
    case 'literal':
      return ast.value.type === 'null' ? 'null' : String(ast.value.value)
    case 'ident':
      return `${ast.absolute ? '.' : ''}${ast.name}`
    case 'select':
      return `${shown(ast.of)}${ast.optional ? '.?' : '.'}${ast.field}`
    case 'index':
      return `${shown(ast.of)}${ast.optional ? '[?' : '['}${shown(ast.at)}]`
    case 'call':
      return `${ast.on === undefined ? '' : `${shown(ast.on)}.`}${ast.name}(${ast.args.map(shown).join(', ')})`
    case 'list':
      return `[${ast.items.map(({ value, optional }) => `${optional ? '?' : ''}${shown(value)}`).join(', ')}]`
    case 'map':
      return `{${ast.entries.map((each) => `${each.optional ? '?' : ''}${shown(each.key)}: ${shown(each.value)}`).join(', ')}}`
    case 'unary':
      return `(${ast.operator}${shown(ast.of)})`
    case 'binary':
      return `(${shown(ast.left)} ${ast.operator} ${shown(ast.right)})`
    case 'ternary':
      return `(${shown(ast.test)} ? ${shown(ast.yes)} : ${shown(ast.no)})`
    case 'message':
      return `${ast.name}{}`
  }
}

test('operators bind as strongly as the specification says', () => {
  const cases = {
    'a || b && c == d + e * -f.g': '(a || (b && (c == (d + (e * (-f.g))))))',
    'a - b - c': '((a - b) - c)',
    'a < b == c': '((a < b) == c)',
    'a in b || !c': '((a in b) || (!c))',
    'a ? b : c ? d : e': '(a ? b : (c ? d : e))',
    'a ? b ? c : d : e': '(a ? (b ? c : d) : e)',
    '(a + b) * c': '((a + b) * c)',
    '!!a': '(!(!a))',
    '- -1': '(--1)',
  }
  for (const [source, expected] of Object.entries(cases)) assert.equal(shown(tree(source)), expected)
})

test('chains of fields, positions and calls', () => {
  assert.equal(shown(tree('a.b["c"][0].d(e, f).g')), 'a.b[c][0].d(e, f).g')
  assert.equal(shown(tree('.a.b')), '.a.b')
  assert.equal(shown(tree('x.if.`a-b`')), 'x.if.a-b')
  assert.equal(shown(tree('[1, {"a": 2,},]')), '[1, {a: 2}]')
})

test('a minus before a number is part of the number', () => {
  assert.deepEqual(tree('-9223372036854775808'), {
    kind: 'literal',
    value: { type: 'int', value: -9223372036854775808n },
    start: 0,
    end: 20,
  })
  assert.equal(shown(tree('-1.abs()')), '-1.abs()')
  assert.match(problem('9223372036854775808').message, /range of int/)
})

test('every node knows where it stands', () => {
  const source = 'jwt.sub == "a" && has(x.y)'
  const ast = tree(source)
  assert.ok(ast.kind === 'binary')
  assert.equal(source.slice(ast.left.start, ast.left.end), 'jwt.sub == "a"')
  assert.equal(source.slice(ast.right.start, ast.right.end), 'has(x.y)')
})

test('what was expected and what was found instead', () => {
  const cases: Readonly<Record<string, readonly [string, number]>> = {
    '1 +': ['expected an expression, found the end of the expression', 3],
    'a b': ['expected an operator or the end of the expression, found b', 2],
    'f(a,)': ['expected an argument, found )', 4],
    'f(a': ['expected ) or , of the call, found the end of the expression', 3],
    '[1 2]': ['expected ] or , of the list, found a number', 3],
    '{"a" 1}': ['expected : and the value of the key, found a number', 5],
    'a ? b': ['expected : of the condition, found the end of the expression', 5],
    'a.in': ['expected the name of a field or function, found in', 2],
    'a."b"': ['expected the name of a field or function, found a text', 2],
    'role_{{jwt.sub}}': ['expected the name of a field or }, found {', 6],
  }
  for (const [source, [message, start]] of Object.entries(cases)) {
    const found = problem(source)
    assert.deepEqual([found.code, found.message, found.start], ['cel.syntax', message, start], source)
  }
})

test('reserved words are fields but no names', () => {
  assert.match(problem('if').message, /reserved/)
  assert.match(problem('while + 1').message, /reserved/)
  assert.equal(shown(tree('a.while')), 'a.while')
})

test('optional syntax is refused unless it is asked for', () => {
  for (const source of ['a.?b', 'a[?0]', '{?"a": x}', '[?x]']) {
    assert.equal(problem(source).code, 'cel.optional-syntax')
    assert.equal(shown(tree(source, { optionalSyntax: true })).includes('?'), true)
  }
})

test('operators that other languages spell out are told apart from names', () => {
  assert.equal(problem('a and b').hint, 'did you mean &&?')
  assert.equal(problem('a OR b').hint, 'did you mean ||?')
  assert.equal(problem('a && not b').hint, 'did you mean !?')
  assert.equal(problem('a b').hint, undefined)
})

test('messages are recognised, and blocks of anything else are not', () => {
  assert.equal(shown(tree('a.B{c: 1, d: [2]}')), 'a.B{}')
  assert.match(problem('(a){}').message, /expected an operator/)
  assert.match(problem('f(){}').message, /expected an operator/)
})

/** Errors that cel-go finds after parsing are not the parser's. */
const laterErrors =
  /undeclared reference|no matching overload|recursion|invalid argument|unsupported syntax|iteration variable|not an identifier|simple name|range of a comprehension/

test("cel-go's own parser tests: all that is valid is accepted, what is not is refused", () => {
  interface Suite {
    readonly suites?: readonly Suite[]
    readonly tests?: readonly { readonly original: { readonly expr: string }; readonly error?: string }[]
  }
  let seen = 0
  const visit = (suite: Suite): void => {
    suite.suites?.forEach(visit)
    for (const { original, error } of suite.tests ?? []) {
      if (error !== undefined && laterErrors.test(error)) continue
      seen++
      const accepted = 'ast' in parse(original.expr, { optionalSyntax: true })
      assert.equal(accepted, error === undefined, `${original.expr}: ${error ?? 'is valid'}`)
    }
  }
  visit(goTests)
  assert.ok(seen > 80)
})

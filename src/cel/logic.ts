// `&&`, `||`, `!` and `?:` with three outcomes: what is decided is not changed by what fails or is not known yet.
import type { Ast } from './ast.ts'
import { type Build, type Code, dynamic, fold } from './build.ts'
import type { Run } from './frame.ts'
import { noOverload } from './operators.ts'
import { stops, Unknown, type Value } from './value.ts'

/**
 * What an undecided chain is so far: a truth value that decides nothing, or else an Unknown before any Fault, because it may still
 * turn out to decide; the first Fault otherwise.
 */
export function undecided(held: Value, next: Value, operator: string): Value {
  if (typeof next === 'boolean') return held
  if (held instanceof Unknown) return held
  if (next instanceof Unknown) return next
  if (typeof held !== 'boolean') return held
  return stops(next) ? next : noOverload(operator, next)
}

/** A chain of one operator, however long, in one loop; `decides` is the value that ends it. */
export function logical(ast: Ast & { kind: 'binary' }, build: Build): Code {
  const { operator } = ast
  const decides = operator === '||'
  const terms: Ast[] = []
  let left: Ast = ast
  while (left.kind === 'binary' && left.operator === operator) {
    terms.push(left.right)
    left = left.left
  }
  const codes = [left, ...terms.reverse()].map((term) => build.code(term))
  const runs = codes.map(({ run }) => run)
  const [first, second] = runs
  const run =
    runs.length === 2 && first !== undefined && second !== undefined
      ? pair(first, second, decides)
      : chain(runs, decides)
  return fold(run, codes)
}

function pair(first: Run, second: Run, decides: boolean): Run {
  const operator = decides ? '||' : '&&'
  return (frame) => {
    const left = first(frame)
    if (left === decides) return decides
    const right = second(frame)
    if (right === decides) return decides
    if (left === !decides && right === !decides) return right
    return undecided(undecided(!decides, left, operator), right, operator)
  }
}

function chain(runs: readonly Run[], decides: boolean): Run {
  const operator = decides ? '||' : '&&'
  return (frame) => {
    let held: Value = !decides
    for (const run of runs) {
      const value = run(frame)
      if (value === decides) return decides
      if (value !== !decides) held = undecided(held, value, operator)
    }
    return held
  }
}

export function not(ast: Ast & { kind: 'unary' }, build: Build): Code {
  const of = build.code(ast.of)
  const { run } = of
  return fold(
    (frame) => {
      const value = run(frame)
      if (typeof value === 'boolean') return !value
      return stops(value) ? value : noOverload('!', value)
    },
    [of],
  )
}

/** The side that is not taken is not evaluated; a test that is not known yet leaves the whole unknown. */
export function ternary(ast: Ast & { kind: 'ternary' }, build: Build): Code {
  const test = build.code(ast.test)
  const yes = build.code(ast.yes)
  const no = build.code(ast.no)
  if (typeof test.constant === 'boolean') return test.constant ? yes : no
  const [asked, taken, other] = [test.run, yes.run, no.run]
  return dynamic((frame) => {
    const value = asked(frame)
    if (value === true) return taken(frame)
    if (value === false) return other(frame)
    return stops(value) ? value : noOverload('?:', value)
  })
}

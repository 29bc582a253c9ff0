// The keywords of JSON Schema that look into arrays (2020-12, core §10.3.1 and validation §6.4).
import { type Check, type Checking, inside, WRONG, wrong } from './checking.ts'
import { type Fields, list, same } from './value.ts'

interface Compiler {
  compile(schema: unknown): Check
  fits(check: Check, value: unknown, c: Checking): boolean
}

export function arrayCheck(compiler: Compiler, schema: Fields): Check | undefined {
  const { minItems, maxItems, uniqueItems, contains, minContains, maxContains } = schema
  const steps: ((value: readonly unknown[], c: Checking) => unknown)[] = []
  if (typeof minItems === 'number')
    steps.push((value, c) => (value.length < minItems ? wrong(c, `has fewer than ${minItems} items`) : value))
  if (typeof maxItems === 'number')
    steps.push((value, c) => (value.length > maxItems ? wrong(c, `has more than ${maxItems} items`) : value))
  const items = itemsCheck(compiler, schema)
  if (items !== undefined) steps.push(items)
  if (uniqueItems === true) steps.push((value, c) => (hasTwins(value) ? wrong(c, 'has equal items') : value))
  if (contains !== undefined) {
    const check = compiler.compile(contains)
    const [least, most] = [
      typeof minContains === 'number' ? minContains : 1,
      typeof maxContains === 'number' ? maxContains : Infinity,
    ]
    steps.push((value, c) => {
      const count = value.filter((one) => compiler.fits(check, one, c)).length
      return count < least || count > most ? wrong(c, `has ${count} items of the kind that is asked for`) : value
    })
  }
  if (steps.length === 0) return undefined
  return (value, c) => {
    if (!Array.isArray(value)) return value
    let at: readonly unknown[] = value
    for (const step of steps) {
      const next = step(at, c)
      if (!Array.isArray(next)) return WRONG
      at = next
    }
    return at
  }
}

type Look = (value: readonly unknown[], c: Checking) => readonly unknown[] | typeof WRONG

function itemsCheck(compiler: Compiler, schema: Fields): Look | undefined {
  const first = list(schema['prefixItems']).map((one) => compiler.compile(one))
  const after = schema['items'] ?? (first.length > 0 ? schema['unevaluatedItems'] : undefined)
  if (first.length === 0 && (after === undefined || after === true)) return undefined
  const rest = compiler.compile(after ?? true)
  return (value, c) => {
    let repaired: unknown[] | undefined
    for (let index = 0; index < value.length; index++) {
      const before = value[index]
      const item = (first[index] ?? rest)(before, c)
      if (item === WRONG) return inside(c, index)
      if (item !== before) {
        repaired ??= value.slice()
        repaired[index] = item
      }
    }
    return repaired ?? value
  }
}

/** Quadratic only among objects, of which calls hold few. */
function hasTwins(value: readonly unknown[]): boolean {
  const plain = value.filter((one) => typeof one !== 'object' || one === null)
  if (new Set(plain).size !== plain.length) return true
  const deep = value.filter((one) => typeof one === 'object' && one !== null).slice(0, 1000)
  return deep.some((one, index) => deep.slice(index + 1).some((other) => same(one, other)))
}

// Expressions of the configuration for log and metrics: which requests are logged, further fields, labels (reference: agentgateway §8).
import { toJson } from '../cel/convert.ts'
import { Flat } from '../cel/functions/json.ts'
import { entries, isList, isMap } from '../cel/operators.ts'
import { stops, type Value } from '../cel/value.ts'
import type { Exchange, Reply, Told } from '../core/exchange.ts'
import { contextOf } from '../policy/context.ts'
import type { Expression } from '../policy/policy.ts'

type Named = readonly (readonly [name: string, expression: Expression])[]
type Field = readonly [name: string, value: string | number | boolean]
type Labels = { readonly [name: string]: string }

export interface ToldOptions {
  readonly filters: readonly Expression[]
  readonly fields: Named
  readonly without: readonly string[]
  readonly labels: Named
  /** How many different sets of labels are told apart. */
  readonly mostLabels: number
}

/** `undefined`: nothing is added and nothing is left out. */
export function toldOf(options: ToldOptions): Told | undefined {
  const { filters, fields, without, labels } = options
  const something = filters.length + fields.length + without.length + labels.length > 0
  return something ? new Additions(options) : undefined
}

class Additions implements Told {
  readonly without: ReadonlySet<string>
  readonly #options: ToldOptions
  readonly #labels = new Map<string, Labels>()

  constructor(options: ToldOptions) {
    this.#options = options
    this.without = new Set(options.without)
  }

  over(x: Exchange, reply: Reply | undefined): void {
    const context = contextOf(x)
    context.reply = reply
    context.endedAt = performance.now()
  }

  wanted(x: Exchange): boolean {
    return this.#options.filters.every((filter) => filter.evaluate(contextOf(x)) === true)
  }

  /** A field whose expression fails is not there. */
  fields(x: Exchange): readonly Field[] {
    const found: Field[] = []
    for (const [name, expression] of this.#options.fields) add(found, name, expression.evaluate(contextOf(x)))
    return found
  }

  labels(x: Exchange): Labels | undefined {
    const { labels, mostLabels } = this.#options
    if (labels.length === 0) return undefined
    const values = labels.map(([, expression]) => labelOf(expression.evaluate(contextOf(x))))
    const key = JSON.stringify(values)
    let found = this.#labels.get(key)
    if (found === undefined) {
      // Values come from callers: what is beyond the bound is counted together.
      if (this.#labels.size >= mostLabels) return this.#of(labels.map(() => 'other'))
      this.#labels.set(key, (found = this.#of(values)))
    }
    return found
  }

  #of(values: readonly string[]): Labels {
    return Object.fromEntries(this.#options.labels.map(([name], i) => [name, values[i] ?? '']))
  }
}

const UNKNOWN = 'unknown'

function labelOf(value: Value): string {
  const [found] = plainFields('', value)
  return found === undefined ? UNKNOWN : String(found[1])
}

function add(found: Field[], name: string, value: Value): void {
  if (!(value instanceof Flat)) {
    found.push(...plainFields(name, value))
    return
  }
  for (const [key, item] of members(value.of)) {
    const below = `${name}.${key}`
    if (value.deep && (isList(item) || isMap(item))) add(found, below, new Flat(item, true))
    else found.push(...plainFields(below, item))
  }
}

function* members(value: Value): Generator<readonly [string, Value]> {
  if (isList(value)) for (const [i, item] of value.entries()) yield [String(i), item]
  else if (isMap(value))
    for (const [key, item] of entries(value)) yield [typeof key === 'string' ? key : JSON.stringify(toJson(key)), item]
}

function plainFields(name: string, value: Value): Field[] {
  if (value === null || stops(value)) return []
  const plain = toJson(value)
  if (plain === null || plain === undefined || (typeof plain === 'object' && stops(plain as Value))) return []
  if (typeof plain === 'string' || typeof plain === 'number' || typeof plain === 'boolean') return [[name, plain]]
  return [[name, JSON.stringify(plain)]]
}

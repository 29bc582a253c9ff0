// Translated schemas → one tool's own: what is used once stands where it is used, the rest under `$defs`. No `$ref` leaves the tool.
import { createHash } from 'node:crypto'
import type { Translator } from './schema.ts'
import { type Component, Use } from './use.ts'
import { type Fields, fields, isFields, type Mutable, put, same } from './value.ts'

/** Deepest nesting of references when they are all written out, for clients that cannot follow them. */
const INLINE_DEPTH = 5

/** Deepest nesting of references that are used once: further ones go to `$defs` as well. */
const INLINE_ONCE = 16
/** And how many in one tool: depth alone bounds nothing where schemas are wide. */
const INLINE_MOST = 2000

/** Where more than one word says it, the nearer one counts. */
const annotations: ReadonlySet<string> = new Set([
  'description',
  'title',
  'examples',
  'default',
  'deprecated',
  'readOnly',
  'writeOnly',
])

/**
 * How much may be written out: for one schema, and for all of a document together. Each tool writes out its own schemas, and a
 * small document may name large ones often.
 */
export class Budget {
  readonly #name: string
  readonly #most: number
  readonly #whole: Budget | undefined
  #spent = 0

  constructor(name: string, most: number, whole?: Budget) {
    this.#name = name
    this.#most = most
    this.#whole = whole
  }

  /** A budget for one schema, out of this one. */
  part(name: string, most: number): Budget {
    return new Budget(name, most, this)
  }

  spend(): void {
    if (++this.#spent > this.#most)
      throw new OverBudget(`it takes more than ${this.#name}: ${this.#most} steps to write its schemas out`)
    this.#whole?.spend()
  }
}

export class OverBudget extends Error {
  override readonly name = 'OverBudget'
}

/** Writes out the schemas of one tool. Each is given in once, before the first is asked for. */
export class Definitions {
  readonly #translator: Translator
  readonly inline: boolean
  readonly #count = new Map<Component, number>()
  readonly #names = new Map<Component, string>()
  readonly #taken = new Set<string>()
  readonly #pending: (readonly [name: string, component: Component])[] = []
  readonly #definitions: Mutable = {}
  readonly #budget: Budget
  #depth = 0
  #inlined = 0

  constructor(translator: Translator, inline: boolean, budget: Budget) {
    this.#translator = translator
    this.inline = inline
    this.#budget = budget
  }

  /** Others for the same tool that abridge nothing. */
  whole(): Definitions {
    return new Definitions(this.#translator, false, this.#budget)
  }

  /** Counts what a schema uses. Throws `Broken` where that includes a reference that leads nowhere. */
  count(schema: unknown): void {
    const open = [schema]
    while (open.length > 0) {
      const at = open.pop()
      if (at instanceof Use) {
        const { component, beside } = at
        if (component.broken !== undefined) throw component.broken
        const before = this.#count.get(component) ?? 0
        this.#count.set(component, before + 1)
        if (before === 0) open.push(component.schema)
        if (beside !== undefined) open.push(beside)
      } else if (this.#isOpen(at)) {
        this.#budget.spend()
        for (const inside of Object.values(at)) open.push(inside)
      }
    }
  }

  /** The schema as the tool shows it. What holds no reference is shared, not copied. */
  write(schema: unknown): unknown {
    if (schema instanceof Use) return this.#use(schema)
    if (!this.#isOpen(schema)) return schema
    this.#budget.spend()
    if (Array.isArray(schema)) return schema.map((inside: unknown) => this.write(inside))
    const made: Mutable = {}
    for (const [name, inside] of Object.entries(schema)) put(made, name, this.write(inside))
    return made
  }

  /** `$defs` of everything written so far; `undefined` when nothing is in it. */
  get definitions(): Fields | undefined {
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) {
      const [name, component] = next
      put(this.#definitions, name, this.write(component.schema))
    }
    return this.#names.size === 0 ? undefined : this.#definitions
  }

  #isOpen(schema: unknown): schema is object {
    return typeof schema === 'object' && schema !== null && this.#translator.open.has(schema)
  }

  #use({ component, beside }: Use): unknown {
    this.#budget.spend()
    const also = beside === undefined ? undefined : fields(this.write(beside))
    if (this.inline) {
      if (this.#depth >= INLINE_DEPTH || ++this.#inlined > INLINE_MOST) return { description: '…' }
      this.#depth++
      const written = this.write(component.schema)
      this.#depth--
      return joined(written, also)
    }
    if ((this.#count.get(component) ?? 0) < 2 && this.#depth < INLINE_ONCE) {
      this.#depth++
      const written = this.write(component.schema)
      this.#depth--
      return joined(written, also)
    }
    return { $ref: `#/$defs/${this.#name(component)}`, ...also }
  }

  #name(component: Component): string {
    const known = this.#names.get(component)
    if (known !== undefined) return known
    const { pointer, file } = component.place
    const plain =
      (pointer.split('/').at(-1) || file.name.replace(/^.*\/|\.\w+$/g, '')).replace(/[^A-Za-z0-9_.-]/g, '_') || 'schema'
    const name = this.#taken.has(plain) || /^\d+$/.test(plain) ? `${plain}_${hash(`${file.base}#${pointer}`)}` : plain
    this.#names.set(component, name)
    this.#taken.add(name)
    // Filled later: a schema may lead back to itself, or to others for ever.
    put(this.#definitions, name, true)
    this.#pending.push([name, component])
    return name
  }
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8)

/** A schema with what stood beside its reference: both hold. */
export function joined(schema: unknown, beside: Fields | undefined): unknown {
  if (beside === undefined || Object.keys(beside).length === 0) return schema
  if (!isFields(schema)) return schema === false ? schema : beside
  const made: Mutable = { ...schema }
  for (const [name, one] of Object.entries(beside)) {
    if (made[name] === undefined || annotations.has(name)) put(made, name, one)
    else if (name === 'properties') made[name] = joinedMembers(fields(made[name]), fields(one))
    else if (!same(made[name], one)) return { allOf: [schema], ...beside }
  }
  return made
}

function joinedMembers(members: Fields, others: Fields): Fields {
  const made: Mutable = { ...members }
  for (const [name, one] of Object.entries(others))
    put(made, name, Object.hasOwn(members, name) ? joined(members[name], fields(one)) : one)
  return made
}

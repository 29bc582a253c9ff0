// Schemas of arguments for providers that refuse a choice at the root: what its branches describe comes to stand beside each other.
import { cut, elements, find, members, type Span } from './json.ts'
import type { RootKeyword } from './profiles.ts'

/**
 * The schema without these members of its root; `undefined`: it has none of them. Properties of all branches are kept, and as required
 * what none of the branches does without. A model may then write what the choice forbids; the server judges by its own schema.
 */
export function withoutAtRoot(schema: string, refused: readonly RootKeyword[]): string | undefined {
  const root = members(schema)
  if (!refused.some((keyword) => root.has(keyword))) return undefined
  const { properties, required } = described(schema, root, 0)
  const kept = [...root]
    .filter(([name]) => !replaced.has(name) && !refused.some((keyword) => keyword === name))
    .map(([name, span]) => `${JSON.stringify(name)}:${cut(schema, span)}`)
  kept.push(`"properties":{${[...properties].map(propertyText).join(',')}}`)
  if (required.size > 0) kept.push(`"required":${JSON.stringify([...required])}`)
  return `{${kept.join(',')}}`
}

const replaced: ReadonlySet<string> = new Set(['properties', 'required'])
/** Choices within choices, and references that lead to references. */
const DEEPEST = 8

interface Described {
  /** Each property with what is said of it, differing texts once each. */
  readonly properties: Map<string, Set<string>>
  readonly required: Set<string>
}

function propertyText([name, texts]: readonly [string, ReadonlySet<string>]): string {
  const [only] = texts
  const text = texts.size === 1 ? only : `{"anyOf":[${[...texts].join(',')}]}`
  return `${JSON.stringify(name)}:${text}`
}

/** What an object schema and the branches of its choices say of properties. */
function described(text: string, schema: ReadonlyMap<string, Span>, depth: number): Described {
  const properties = new Map<string, Set<string>>()
  const own = schema.get('properties')
  if (own !== undefined && text[own.start] === '{')
    for (const [name, span] of members(text, own.start)) properties.set(name, new Set([cut(text, span)]))
  const required = new Set(namesIn(text, schema.get('required')))
  if (depth >= DEEPEST) return { properties, required }
  const outer = new Set(properties.keys())
  for (const keyword of ['allOf', 'oneOf', 'anyOf'] as const) {
    const span = schema.get(keyword)
    if (span === undefined || text[span.start] !== '[') continue
    const branches = elements(text, span.start).map((branch) => described(text, resolved(text, branch), depth + 1))
    for (const branch of branches)
      for (const [name, texts] of branch.properties) if (!outer.has(name)) added(properties, name, texts)
    for (const name of new Set(branches.flatMap((branch) => [...branch.required])))
      if (keyword === 'allOf' || branches.every((branch) => branch.required.has(name))) required.add(name)
  }
  return { properties, required }
}

function added(properties: Map<string, Set<string>>, name: string, texts: ReadonlySet<string>): void {
  const there = properties.get(name)
  if (there === undefined) properties.set(name, new Set(texts))
  else for (const text of texts) there.add(text)
}

function namesIn(text: string, span: Span | undefined): readonly string[] {
  const names: unknown = span === undefined ? [] : JSON.parse(cut(text, span))
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
}

/** Members of a branch, or of the definition in the same document that it refers to. */
function resolved(text: string, branch: Span): ReadonlyMap<string, Span> {
  let found = members(text, branch.start)
  for (let hops = 0; hops < DEEPEST; hops++) {
    const reference = found.get('$ref')
    const target: unknown = reference === undefined ? undefined : JSON.parse(cut(text, reference))
    if (typeof target !== 'string' || !target.startsWith('#/')) break
    const path = target.slice(2).split('/')
    const at = find(
      text,
      path.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')),
    )
    if (at === undefined) break
    found = members(text, at.start)
  }
  return found
}

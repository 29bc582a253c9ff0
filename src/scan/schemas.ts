// The schemas of a definition, every subschema with where it stands; nothing is resolved or fetched, and it always ends.
import type { JsonObject } from '../core/item.ts'
import type { Kind } from './surface.ts'

/** One schema or subschema. */
export interface SchemaNode {
  readonly schema: JsonObject
  /** JSON Pointer from the definition. */
  readonly path: string
  /** The whole schema that it is part of: local references start there. */
  readonly root: JsonObject
  /** Name of the property it describes; of the one around it when it describes items or alternatives. */
  readonly property: string | undefined
  /** It is reached from the root by `properties` alone, and describes one. */
  readonly plain: boolean
  /** It describes what a caller sends, not what comes back. */
  readonly isInput: boolean
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A name as a step of a JSON Pointer (RFC 6901 §3). */
export const step = (name: string | number): string => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`

/** Beyond these the walker of strings has already found too much (reference/security.md E2). */
const NODES = 20_000
const DEPTH = 64

const named = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'] as const
const listed = ['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const
const single = [
  'items',
  'additionalProperties',
  'contains',
  'not',
  'if',
  'then',
  'else',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
  'additionalItems',
] as const

/** Every rule about schemas asks for the same ones. */
const known = new WeakMap<JsonObject, readonly [kind: Kind, schemas: readonly SchemaNode[]]>()

/** All schemas of a definition, the outer before the inner. */
export function schemasOf(definition: JsonObject, kind: Kind): readonly SchemaNode[] {
  const before = known.get(definition)
  if (before?.[0] === kind) return before[1]
  const found: SchemaNode[] = []
  for (const [schema, path, isInput] of roots(definition, kind))
    visit({ schema, path, root: schema, property: undefined, plain: false, isInput }, 0, found)
  known.set(definition, [kind, found])
  return found
}

type Root = readonly [schema: JsonObject, path: string, isInput: boolean]

function roots(definition: JsonObject, kind: Kind): readonly Root[] {
  if (kind === 'server') {
    const tools: unknown = definition['tools']
    if (!Array.isArray(tools)) return []
    return tools.flatMap((tool: unknown, i) =>
      isObject(tool) ? ofTool(tool).map(([schema, path, input]) => [schema, `/tools/${i}${path}`, input] as const) : [],
    )
  }
  return ofTool(definition)
}

function ofTool(tool: JsonObject): readonly Root[] {
  const found: Root[] = []
  for (const field of ['inputSchema', 'requestedSchema', 'outputSchema']) {
    const schema: unknown = tool[field]
    if (isObject(schema)) found.push([schema, `/${field}`, field !== 'outputSchema'])
  }
  return found
}

function visit(node: SchemaNode, depth: number, found: SchemaNode[]): void {
  if (found.length >= NODES || depth > DEPTH) return
  found.push(node)
  const { schema, path } = node
  const inside = (child: unknown, at: string): void => {
    if (isObject(child)) visit({ ...node, schema: child, path: `${path}${at}`, plain: false }, depth + 1, found)
  }
  for (const key of named) {
    const children: unknown = schema[key]
    if (!isObject(children)) continue
    const plain = key === 'properties' && (depth === 0 || node.plain)
    for (const [name, child] of Object.entries(children)) {
      if (!isObject(child)) continue
      const property = key === 'properties' ? name : node.property
      visit({ ...node, schema: child, path: `${path}/${key}${step(name)}`, property, plain }, depth + 1, found)
    }
  }
  for (const key of listed) {
    const children: unknown = schema[key]
    if (Array.isArray(children)) for (const [i, child] of children.entries()) inside(child, `/${key}/${i}`)
  }
  for (const key of single) inside(schema[key], `/${key}`)
}

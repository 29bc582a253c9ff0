// Names of tools: from the operation alone, so that none changes when other operations come or go (reference: openapi §2).
import { createHash } from 'node:crypto'
import { spokenName } from './template.ts'

/** What a name is made from. */
export interface Named {
  readonly method: string
  readonly path: string
  readonly id: string | undefined
}

const HASH = 9 // with its underscore

/** A name for each operation, in their order. Who has a valid id that nobody else has keeps it. */
export function namesOf(operations: readonly Named[], limit: number): readonly string[] {
  const ids = new Map<string, number>()
  for (const { id } of operations) if (id !== undefined) ids.set(id, (ids.get(id) ?? 0) + 1)
  const kept = operations.map(({ id }) => id !== undefined && isName(id, limit) && ids.get(id) === 1)
  const wanted = operations.map((operation, index) =>
    kept[index] === true ? (operation.id ?? '') : wantedName(operation, limit),
  )
  const claims = new Map<string, number>()
  for (const name of wanted) claims.set(name, (claims.get(name) ?? 0) + 1)
  return operations.map((operation, index) => {
    const name = wanted[index] ?? ''
    return kept[index] === true || claims.get(name) === 1 ? name : marked(name, operation, limit)
  })
}

export const isName = (name: string, limit: number): boolean => name.length <= limit && /^[a-zA-Z0-9_-]+$/.test(name)

function wantedName(operation: Named, limit: number): string {
  const { id, method, path } = operation
  const plain = id === undefined || id.trim() === '' ? spokenName(method, path) : id.replace(/[^a-zA-Z0-9_-]/g, '_')
  return plain.length > limit ? marked(plain, operation, limit) : plain
}

/** The beginning of the name and eight digits that only this operation has. */
function marked(name: string, { method, path }: Named, limit: number): string {
  const digits = createHash('sha256')
    .update(`${method} ${path}`)
    .digest('hex')
    .slice(0, HASH - 1)
  if (name.endsWith(`_${digits}`)) return name
  return `${name.slice(0, limit - HASH)}_${digits}`
}

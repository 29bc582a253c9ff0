// The operations of a document: every path, every method, with what its path item says for all of them.
import type { Version } from './dialect.ts'
import { Place } from './place.ts'
import type { References } from './references.ts'
import type { Report } from './report.ts'
import type { OperationNames } from './tool.ts'
import { fields, isFields, own, text, texts } from './value.ts'

/** One operation, found but not read. */
export interface Found {
  readonly names: OperationNames
  readonly place: Place
  readonly item: Place
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const

/**
 * All of them, in the document's order: the eight methods, and from 3.2 on `query` and `additionalOperations` (reference: openapi §1.4).
 * Webhooks and callbacks are calls that others make to us: no tools.
 */
export function operationsOf(references: References, version: Version, report: Report): readonly Found[] {
  const found: Found[] = []
  for (const [path, written] of references.root.at('paths').members()) {
    if (!path.startsWith('/')) {
      if (!path.startsWith('x-'))
        report.note(written, {
          code: 'openapi.parameter',
          severity: 'error',
          operation: path,
          problem: 'a path begins with a slash',
        })
      continue
    }
    if (path.includes('#'))
      report.note(written, {
        code: 'openapi.parameter',
        operation: path,
        problem: 'the path has a fragment',
        fix: 'what follows # is not sent',
      })
    const item = merged(written, references, report, path)
    if (item === undefined || !isFields(item.value)) continue
    for (const [key, place] of item.members()) {
      const method = methods.find((one) => one === key) ?? (version.minor >= 2 && key === 'query' ? key : undefined)
      if (method === undefined) continue
      if (isFields(place.value)) found.push({ names: namesOf(method.toUpperCase(), path, place), place, item })
      else
        report.note(place, { code: 'openapi.schema', severity: 'error', operation: path, problem: 'is no operation' })
    }
    if (version.minor >= 2)
      for (const [method, place] of item.at('additionalOperations').members())
        if (/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/.test(method))
          found.push({ names: namesOf(spelled(method), path, place), place, item })
        else
          report.note(place, {
            code: 'openapi.parameter',
            severity: 'error',
            operation: path,
            problem: `"${method.slice(0, 80)}" is no method`,
          })
  }
  return found
}

/** Methods are told apart by case (RFC 9110 §9.1), and all that are registered are in capitals: lower case is how maps are written. */
const spelled = (method: string): string => (/[A-Z]/.test(method) ? method : method.toUpperCase())

/** A path item that is a reference, with what stands beside it: 3.1 lets both be there. */
function merged(written: Place, references: References, report: Report, path: string): Place | undefined {
  try {
    const target = references.follow(written)
    if (target === written || !isFields(target.value) || !isFields(written.value)) return target
    const { $ref: _, ...beside } = written.value
    if (Object.keys(beside).length === 0) return target
    return new Place(target.file, { ...target.value, ...beside }, target.pointer)
  } catch (thrown) {
    report.broken(thrown, path)
    return undefined
  }
}

function namesOf(method: string, path: string, { value, file, pointer }: Place): OperationNames {
  const operation = fields(value)
  const id = text(own(operation, 'operationId'))
  return {
    method,
    path,
    id: id === undefined || id.trim() === '' ? undefined : id,
    tags: texts(own(operation, 'tags')),
    deprecated: own(operation, 'deprecated') === true,
    file: file.name,
    pointer,
  }
}

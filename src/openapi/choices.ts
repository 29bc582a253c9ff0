// What the configuration makes of operations: which are offered, under which words, with which parameters (reference: openapi §11).
import { nearestWord } from '../core/suggest.ts'
import type { Place } from './place.ts'
import type { Choice, Match, OperationNames, Options, ParameterChoice } from './tool.ts'
import { fields, isFields, own, text } from './value.ts'

/** The decision about one operation. */
export interface Decision {
  readonly offered: boolean
  readonly name: string | undefined
  readonly description: string | undefined
  readonly annotations: Readonly<Record<string, unknown>> | undefined
  readonly confirm: boolean
  readonly pages: number | undefined
  readonly parameters: ReadonlyMap<string, ParameterChoice>
  /** The row that decided. */
  readonly row: number | undefined
}

/** The first row that fits; then what the document says of itself in `x-mcp`; then whether deprecated ones are wanted. */
export function decide(names: OperationNames, place: Place, { tools = [], deprecated }: Options): Decision {
  const row = tools.findIndex(({ match }) => matches(match, names))
  const choice = tools[row]
  const extension = own(fields(place.value), 'x-mcp')
  const said = fields(extension)
  const hidden = extension === false || said['enabled'] === false || (deprecated === 'hide' && names.deprecated)
  return {
    offered: choice === undefined ? !hidden : choice.use === 'include',
    name: choice?.name ?? text(said['name']),
    description: choice?.description ?? text(said['description']),
    annotations: isFields(said['annotations']) ? said['annotations'] : undefined,
    confirm: choice?.confirm === true,
    pages: choice?.pages,
    parameters: new Map(Object.entries(choice?.parameters ?? {})),
    row: choice === undefined ? undefined : row,
  }
}

function matches(match: Match, { id, path, method, tags, deprecated }: OperationNames): boolean {
  if (match.operationId !== undefined && !fits(match.operationId, id ?? '')) return false
  if (match.path !== undefined && !fits(match.path, path)) return false
  if (match.method !== undefined && match.method.toUpperCase() !== method.toUpperCase()) return false
  if (match.tag !== undefined && !tags.includes(match.tag)) return false
  return match.deprecated === undefined || match.deprecated === deprecated
}

/** A text as it is; `*` at its end stands for anything. */
const fits = (wanted: string, found: string): boolean =>
  wanted.endsWith('*') ? found.startsWith(wanted.slice(0, -1)) : wanted === found

/** Rows whose `match` fits no operation: most often a name that has changed, or a typing mistake. */
export function unmatched(
  tools: readonly Choice[],
  operations: readonly OperationNames[],
): readonly { readonly row: number; readonly nearest: string | undefined }[] {
  const ids = operations.flatMap(({ id }) => (id === undefined ? [] : [id]))
  const paths = operations.map(({ path }) => path)
  return tools.flatMap(({ match }, row) => {
    if (operations.some((names) => matches(match, names))) return []
    const nearest =
      (match.operationId === undefined ? undefined : nearestWord(match.operationId, ids)) ??
      (match.path === undefined ? undefined : nearestWord(match.path, paths)) ??
      (match.tag === undefined
        ? undefined
        : nearestWord(match.tag, [...new Set(operations.flatMap(({ tags }) => tags))]))
    return [{ row, nearest }]
  })
}

// A second opinion on a document: whether it is what the specification of its version says. For reports; conversion does not ask.
import type { OpenAPI } from 'openapi-types'
import type { Library } from './load.ts'
import type { Loss } from './loss.ts'
import { isFields, list, text, token } from './value.ts'

/** More are no help. */
const MOST = 50

/**
 * What `swagger-parser` finds against 2.0, 3.0 and 3.1; it knows no later ones. Nothing is fetched: references to other files are
 * left alone. Loaded when asked for: it brings schemas and a compiler that a gateway has no use for.
 */
export async function validate({ root }: Library): Promise<readonly Loss[]> {
  const { default: SwaggerParser } = await import('@apidevtools/swagger-parser')
  const copy: unknown = structuredClone(root.value)
  if (!isDocument(copy)) return []
  try {
    await SwaggerParser.validate(copy, { resolve: { external: false }, dereference: { circular: 'ignore' } })
    return []
  } catch (thrown) {
    return located(thrown, root)
  }
}

const isDocument = (value: unknown): value is OpenAPI.Document =>
  isFields(value) && ('swagger' in value || 'openapi' in value) && !String(text(value['openapi'])).startsWith('3.2')

function located(thrown: unknown, root: Library['root']): readonly Loss[] {
  if (!(thrown instanceof Error)) return []
  const details = 'details' in thrown ? list(thrown.details).filter(isFields).slice(0, MOST) : []
  const found = details.map(({ instancePath, message }) => ({
    pointer: text(instancePath) ?? '',
    problem: text(message) ?? '',
  }))
  const all =
    found.length > 0 ? found : [{ pointer: pointerIn(thrown.message), problem: thrown.message.split('\n')[0] ?? '' }]
  const lines = root.lines(all.map(({ pointer }) => pointer))
  return all.map(({ pointer, problem }) => ({
    code: 'openapi.schema',
    severity: 'warning',
    file: root.name,
    line: lines.get(pointer),
    pointer,
    operation: undefined,
    problem: `not as the specification has it: ${problem}`,
    fix: undefined,
  }))
}

/** Rules beyond schemas name a path and a method in their sentence, unescaped. */
function pointerIn(message: string): string {
  const [, path, method] = /\/paths(\/\S+)\/(get|put|post|delete|options|head|patch|trace)\b/.exec(message) ?? []
  return path === undefined || method === undefined ? '' : `/paths/${token(path)}/${method}`
}

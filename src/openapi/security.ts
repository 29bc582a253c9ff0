// Security schemes: slots for credentials, never arguments (reference: openapi §9).

import type { Place } from './place.ts'
import type { References } from './references.ts'
import type { Scheme } from './tool.ts'
import { fields, isFields, list, own, text } from './value.ts'

/** The schemes of a document by name. */
export function schemesOf(root: Place, references: References): ReadonlyMap<string, Scheme> {
  const places = [root.at('components').at('securitySchemes'), root.at('securityDefinitions')]
  const found = new Map<string, Scheme>()
  for (const place of places)
    for (const [name, one] of place.members()) {
      try {
        found.set(name, scheme(references.follow(one).value))
      } catch {
        found.set(name, { kind: 'unknown' })
      }
    }
  return found
}

function scheme(value: unknown): Scheme {
  const written = fields(value)
  const { in: where, name } = written
  switch (written['type']) {
    case 'apiKey':
      return (where === 'header' || where === 'query' || where === 'cookie') && typeof name === 'string'
        ? { kind: 'apiKey', in: where, name }
        : { kind: 'unknown' }
    case 'basic':
      return { kind: 'http', scheme: 'basic' }
    case 'http':
      return { kind: 'http', scheme: (text(written['scheme']) ?? 'bearer').toLowerCase() }
    case 'oauth2':
      return oauth2(written)
    case 'openIdConnect':
      return { kind: 'openIdConnect', url: text(written['openIdConnectUrl']) ?? '' }
    case 'mutualTLS':
      return { kind: 'mutualTLS' }
    default:
      return { kind: 'unknown' }
  }
}

/** What a machine can do by itself comes first: the client credentials of 3.x, or those of 2.0. */
function oauth2(written: ReturnType<typeof fields>): Scheme {
  const flows = fields(written['flows'])
  const flow =
    [flows['clientCredentials'], flows['authorizationCode'], ...Object.values(flows), written].find(isFields) ?? {}
  return { kind: 'oauth2', tokenUrl: text(flow['tokenUrl']), scopes: Object.keys(fields(flow['scopes'])) }
}

/** Each alternative as the names of its schemes; `[]` as an alternative: none is needed. */
export function alternativesOf(operation: Place, root: Place): readonly (readonly string[])[] {
  const here = own(fields(operation.value), 'security')
  const written = Array.isArray(here) ? here : own(fields(root.value), 'security')
  return list(written)
    .filter(isFields)
    .map((one) => Object.keys(one))
}

/** The first alternative whose slots are filled. Without alternatives nothing is sent. */
export function usedAlternative(
  alternatives: readonly (readonly string[])[],
  filled: ReadonlySet<string>,
): readonly string[] | undefined {
  if (alternatives.length === 0) return []
  return alternatives.find((names) => names.every((name) => filled.has(name)))
}

/** Whether a parameter is the place of a credential that the configuration gives. */
export function repeats(parameter: { readonly in: string; readonly name: string }, given: readonly Scheme[]): boolean {
  const name = parameter.name.toLowerCase()
  return given.some((one) => {
    if (one.kind === 'apiKey') return one.in === parameter.in && one.name.toLowerCase() === name
    // Slack's documents ask for the token of their own scheme once more, as `token`.
    return one.kind !== 'mutualTLS' && one.kind !== 'unknown' && /^(?:access_?token|token|authorization)$/.test(name)
  })
}

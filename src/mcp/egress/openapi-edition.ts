// One version of a document as a target offers it: its tools by name, its list as ready text, and what became of the rest.
import { type RawJson, rawJson } from '../../core/brand.ts'
import { convert } from '../../openapi/convert.ts'
import { type DocumentFacts, factsOf } from '../../openapi/facts.ts'
import type { Library } from '../../openapi/load.ts'
import type { Loss } from '../../openapi/loss.ts'
import type { PlannedTool } from '../../openapi/plan.ts'
import type { Options } from '../../openapi/tool.ts'
import { fields, isFields } from '../../openapi/value.ts'

export interface Edition {
  readonly tools: ReadonlyMap<string, PlannedTool>
  /** Result of `tools/list`. */
  readonly list: RawJson
  /** Counted with it: nobody holds on to the document for that. */
  readonly facts: DocumentFacts
  /** Names of the document's security schemes. */
  readonly schemes: readonly string[]
}

/** How a target reads documents; `slots` are the security schemes that it has a credential for. */
export type Manner = Omit<Options, 'credentials'> & {
  readonly slots: readonly string[]
  /** The target's own credential stands for whatever the document asks for. */
  readonly anyScheme: boolean
  /** It shows a certificate of its own. */
  readonly certificate: boolean
}

/** Converts a document; nothing of it is sent or asked. */
export function editionOf(library: Library, { slots, anyScheme, certificate, ...options }: Manner): Edition {
  const schemes = schemesOf(library)
  const filled = [...schemes].filter(
    ([name, type]) => anyScheme || slots.includes(name) || (certificate && type === 'mutualTLS'),
  )
  const conversion = convert(library, {
    ...options,
    credentials: new Set(filled.map(([name]) => name)),
  })
  const { tools } = conversion
  const definitions = tools.map(({ definition }) => definition)
  return {
    tools: new Map(tools.map((tool) => [tool.name, tool])),
    list: rawJson(JSON.stringify({ tools: definitions })),
    facts: factsOf(conversion),
    schemes: [...schemes.keys()],
  }
}

/** Names and types of security schemes as they are written, before anything is converted. */
function schemesOf({ root }: Library): ReadonlyMap<string, unknown> {
  const document = fields(root.value)
  const all = {
    ...fields(document['securityDefinitions']),
    ...fields(fields(document['components'])['securitySchemes']),
  }
  return new Map(Object.entries(all).map(([name, scheme]) => [name, isFields(scheme) ? scheme['type'] : undefined]))
}

/** What refuses a document as a whole; `undefined`: it can be used, whatever is missing of it. */
export const refusal = ({ tools, facts }: Edition): Loss | undefined =>
  tools.size > 0
    ? undefined
    : facts.losses.find(({ severity, operation }) => severity === 'error' && operation === undefined)

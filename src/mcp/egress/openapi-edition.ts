// One version of a document as a target offers it: its tools by name, its list as ready text, and what became of the rest.
import { type RawJson, rawJson } from '../../core/brand.ts'
import { convert } from '../../openapi/convert.ts'
import type { Library } from '../../openapi/load.ts'
import type { Loss } from '../../openapi/loss.ts'
import type { PlannedTool } from '../../openapi/plan.ts'
import type { Options } from '../../openapi/tool.ts'
import { fields, isFields } from '../../openapi/value.ts'

export interface Edition {
  readonly title: string
  readonly version: string
  readonly tools: ReadonlyMap<string, PlannedTool>
  /** Result of `tools/list`. */
  readonly list: RawJson
  readonly losses: readonly Loss[]
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
  const { title, version, tools, losses } = convert(library, {
    ...options,
    credentials: new Set(filled.map(([name]) => name)),
  })
  const definitions = tools.map(({ definition }) => definition)
  return {
    title,
    version,
    tools: new Map(tools.map((tool) => [tool.name, tool])),
    list: rawJson(JSON.stringify({ tools: definitions })),
    losses,
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
export const refusal = ({ tools, losses }: Pick<Edition, 'tools' | 'losses'>): Loss | undefined =>
  tools.size > 0 ? undefined : losses.find(({ severity, operation }) => severity === 'error' && operation === undefined)

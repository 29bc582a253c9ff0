// The bounds of documents and calls, each with its name in the configuration (reference: openapi §12).

const mebibyte = 1024 * 1024

/** Over a bound something is refused with the number; nothing is cut silently. */
export const limits = {
  documentBytes: 10 * mebibyte,
  /** All files of one document. */
  totalBytes: 20 * mebibyte,
  files: 50,
  operations: 2000,
  aliases: 100,
  /** Values after aliases are expanded: what an alias bomb multiplies. */
  nodes: 1_000_000,
  references: 50,
  nesting: 64,
  parameters: 500,
  templateBytes: 2048,
  urlBytes: 8192,
  headerBytes: 8192,
  bodyBytes: 10 * mebibyte,
  /** Steps of writing out the schemas of one tool; those of all tools of a document. */
  schemaSteps: 20_000,
  totalSchemaSteps: 2_000_000,
  definitionBytes: 256 * 1024,
  descriptionBytes: 4096,
  fetchMs: 10_000,
  redirects: 3,
} as const satisfies Record<string, number>

export type Limits = { readonly [name in keyof typeof limits]: number }

/** The bounds with what a configuration says otherwise. */
export const limitsWith = (changes: Partial<Limits> | undefined): Limits => ({ ...limits, ...changes })

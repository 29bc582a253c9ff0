// What is wrong with a document, where, and what to do about it. Collected, not thrown: one bad operation loses no document.

/** `version`, `syntax` and `limit` refuse the document; `reference`, `server` and `fetch` skip what they touch. */
export type LossCode =
  | 'openapi.version'
  | 'openapi.syntax'
  | 'openapi.limit'
  | 'openapi.reference'
  | 'openapi.duplicate'
  | 'openapi.parameter'
  | 'openapi.media'
  | 'openapi.schema'
  | 'openapi.server'
  | 'openapi.tools'
  | 'openapi.fetch'

export interface Loss {
  readonly code: LossCode
  /** `error`: an operation, or the document, is not there. */
  readonly severity: 'error' | 'warning'
  readonly file: string
  readonly line: number | undefined
  readonly pointer: string
  /** `METHOD path` of the operation that it touches. */
  readonly operation: string | undefined
  readonly problem: string
  readonly fix: string | undefined
}

/** One line: `petstore.yaml:41 #/paths/~1pets/get: "limit" is …; nearest: …` (reference: openapi §13). */
export function sentence({ file, line, pointer, problem, fix }: Loss): string {
  const place = line === undefined ? file : `${file}:${line}`
  return `${place} #${pointer}: ${problem}${fix === undefined ? '' : `; ${fix}`}`
}

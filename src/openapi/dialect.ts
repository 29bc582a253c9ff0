// Which OpenAPI a document speaks, and with it which schemas.
import { type Fields, fields, own, text } from './value.ts'

/** `2.0` and `3.0` have schema dialects of their own; from 3.1 on it is JSON Schema 2020-12. */
export type Dialect = '2.0' | '3.0' | '2020'

export interface Version {
  readonly text: string
  readonly dialect: Dialect
  /** 3.2 and later: `query`, `additionalOperations`, `querystring`, `itemSchema`. */
  readonly minor: number
}

/** The version, or what is wrong with it (reference: openapi §1.2). */
export function versionOf(root: unknown): Version | string {
  const document = fields(root)
  const swagger = own(document, 'swagger')
  if (swagger === '2.0' || swagger === 2) return { text: '2.0', dialect: '2.0', minor: 0 }
  const openapi = own(document, 'openapi')
  const spelled = text(openapi) ?? (typeof openapi === 'number' ? String(openapi) : undefined)
  if (spelled === undefined)
    return swagger === undefined
      ? 'has neither "openapi" nor "swagger"'
      : `has "swagger": ${JSON.stringify(swagger)}, which is not "2.0"`
  const minor = /^3\.([012])(?:\.\d+)?(?:-[\w.]+)?$/.exec(spelled)?.[1]
  if (minor === undefined)
    return `has "openapi": "${spelled.slice(0, 40)}"; 3.0, 3.1 and 3.2 are read, and "swagger": "2.0"`
  return { text: spelled, dialect: minor === '0' ? '3.0' : '2020', minor: Number(minor) }
}

/** Bytes that a text cannot carry: an argument of base64 (reference: openapi §4). */
export const isBinary = (schema: Fields): boolean =>
  schema['format'] === 'binary' ||
  (typeof schema['contentMediaType'] === 'string' &&
    schema['contentEncoding'] === undefined &&
    !/^(?:text\/|application\/(?:json|.*\+json))/.test(schema['contentMediaType']))

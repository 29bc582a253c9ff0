// How one tool's requests are made: everything that can be decided before the first call.
import type { BodyWriter } from './body-writer.ts'
import type { Check } from './checking.ts'
import type { Where } from './parameters.ts'
import type { Writer } from './style.ts'
import type { Pattern, Scheme, Tool } from './tool.ts'
import type { Fields } from './value.ts'

/** One parameter: an argument, or something that the configuration gives. */
export interface Field {
  readonly in: Where
  readonly name: string
  /** What the argument is called: `name`, but for flat layouts where names repeat. */
  readonly argument: string
  /** Pointer of the argument. */
  readonly at: string
  readonly required: boolean
  readonly offered: boolean
  /** Sent whatever the caller says, or when the caller says nothing. */
  readonly given: { readonly value: unknown; readonly always: boolean } | undefined
  readonly schema: unknown
  readonly write: Writer
}

/** One media type of the body. */
export interface BodyType {
  readonly type: string
  readonly schema: unknown
  readonly write: BodyWriter
}

export interface BodyPlan {
  readonly required: boolean
  /** Pointer of the argument; empty where the members are arguments themselves. */
  readonly at: string
  readonly types: readonly BodyType[]
  readonly preferred: number
  /** Members that the configuration gives. */
  readonly given: readonly { readonly name: string; readonly value: unknown; readonly always: boolean }[]
}

/** A segment of the path: texts, and indices of fields. */
export interface Segment {
  readonly pieces: readonly (string | number)[]
  /** Whether an argument stands in it. */
  readonly open: boolean
}

/** Where an argument of a flat layout goes. */
export type Destination =
  | { readonly kind: 'field'; readonly index: number }
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'body' | 'contentType' }

/** Hints about the next page (reference: openapi §10). */
export interface PagePlan {
  /** Query parameters that say where a page begins, with the members of results that may hold their next value. */
  readonly cursors: readonly { readonly name: string; readonly argument: string; readonly members: readonly string[] }[]
  /** All query parameters, for addresses of next pages. */
  readonly query: ReadonlyMap<string, string>
  /** Links of the document: for each, its answers' expressions by argument. */
  readonly links: readonly (readonly { readonly in: Where; readonly argument: string; readonly expression: string }[])[]
}

export interface Plan {
  readonly layout: 'grouped' | 'flat'
  readonly segments: readonly Segment[]
  /** What the template says behind `?`. */
  readonly query: readonly (string | number)[]
  readonly fields: readonly Field[]
  /** Grouped: indices of the fields by group and name. */
  readonly groups: ReadonlyMap<string, ReadonlyMap<string, number>>
  /** Groups with a required argument. */
  readonly neededGroups: ReadonlySet<string>
  readonly destinations: ReadonlyMap<string, Destination>
  readonly body: BodyPlan | undefined
  readonly accept: string
  readonly definitions: Fields
  readonly schemes: readonly (readonly [name: string, scheme: Scheme])[]
  readonly otherQuery: 'refuse' | 'send'
  readonly results: 'compatible' | 'plain'
  /** The original's answers: no `isError` below 500, JSON-RPC errors from there. */
  readonly asOriginal: boolean
  readonly outputRoot: 'object' | 'data' | 'either' | undefined
  readonly strictOutput: unknown
  readonly page: PagePlan
  /** Headers that the document names for answers to HEAD. */
  readonly answerHeaders: readonly string[]
  /** What the target is called, in addresses of resources. */
  readonly target: string
  readonly maxEvents: number
  /** How many pages one call reads. */
  readonly pages: number
  readonly urlBytes: number
  readonly headerBytes: number
  readonly bodyBytes: number
  readonly pattern: ((source: string) => Pattern | undefined) | undefined
  /** Compiled with the first call: most tools of a document are never called. */
  checks: { readonly fields: readonly Check[]; readonly bodies: readonly Check[] } | undefined
  outputCheck: Check | undefined
}

export type PlannedTool = Tool<Plan>

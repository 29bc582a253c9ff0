// What a caller can see and use, and what one use of it is.
import type { Digest, RawJson, TargetName } from './brand.ts'

export type JsonObject = { readonly [key: string]: unknown }

/** Kinds of things a model context protocol server offers. */
export type ItemKind = 'tool' | 'prompt' | 'resource' | 'template' | 'task'

/** Something a caller can see and use. `name` is the upstream's own name (for resources and templates its URI). */
export type Item =
  | { readonly kind: ItemKind; readonly target: TargetName; readonly name: string }
  | { readonly kind: 'model'; readonly provider: string; readonly name: string }

/** One item as its upstream describes it. `raw` is forwarded whole. */
export interface Definition {
  readonly item: Item
  readonly digest: Digest
  readonly raw: JsonObject
}

/** One use of an item. `input` is what the caller passed, parsed. */
export interface Call {
  readonly item: Item
  readonly input: unknown
}

/** What a use produced: the JSON text as it came. */
export type Result =
  | { readonly kind: 'result'; readonly raw: RawJson }
  | { readonly kind: 'error'; readonly raw: RawJson }

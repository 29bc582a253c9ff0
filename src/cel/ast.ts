// Syntax tree of an expression, as it was written: macros are not expanded, every node knows where it stands.

/** Half-open range of UTF-16 offsets in the source. */
interface Span {
  readonly start: number
  readonly end: number
}

export type Ast = Span &
  (
    | { readonly kind: 'literal'; readonly value: Literal }
    /** `name`, or `.name` (absolute). */
    | { readonly kind: 'ident'; readonly name: string; readonly absolute: boolean }
    /** `of.field`, `of.?field` (optional). */
    | { readonly kind: 'select'; readonly of: Ast; readonly field: string; readonly optional: boolean }
    /** `of[at]`, `of[?at]` (optional). */
    | { readonly kind: 'index'; readonly of: Ast; readonly at: Ast; readonly optional: boolean }
    /** `name(args)` with `on` undefined, `on.name(args)`; namespaced ones (`math.least`) are a call on an ident. */
    | { readonly kind: 'call'; readonly on: Ast | undefined; readonly name: string; readonly args: readonly Ast[] }
    | { readonly kind: 'list'; readonly items: readonly Element[] }
    | { readonly kind: 'map'; readonly entries: readonly Entry[] }
    | { readonly kind: 'unary'; readonly operator: '!' | '-'; readonly of: Ast }
    | { readonly kind: 'binary'; readonly operator: Binary; readonly left: Ast; readonly right: Ast }
    | { readonly kind: 'ternary'; readonly test: Ast; readonly yes: Ast; readonly no: Ast }
    /** `Type{field: value}`; there are no message types here, so it is always an error when it is compiled. */
    | { readonly kind: 'message'; readonly name: string }
  )

export type Binary = '&&' | '||' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '+' | '-' | '*' | '/' | '%'

/** `[?item]` adds the item of an optional, when it has one. */
export interface Element {
  readonly value: Ast
  readonly optional: boolean
}

/** `{?key: value}` likewise. */
export interface Entry {
  readonly key: Ast
  readonly value: Ast
  readonly optional: boolean
}

/** A literal: its kind is part of the syntax (`1`, `1u` and `1.0` differ). */
export type Literal =
  | { readonly type: 'null' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'uint'; readonly value: bigint }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: Uint8Array }

/** Something wrong with an expression, found before it is ever evaluated. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'note'
  readonly code: string
  readonly message: string
  /** What was probably meant, or what to do. */
  readonly hint?: string
  readonly start: number
  readonly end: number
}

// What an expression may speak about, and in what it is evaluated.
import type { Value } from './value.ts'

/** Fields below a root or a field: `open` ones may hold any further field. */
export interface Shape {
  readonly open?: boolean
  readonly fields?: { readonly [field: string]: Shape }
  readonly type?:
    | 'bool'
    | 'int'
    | 'double'
    | 'string'
    | 'bytes'
    | 'list'
    | 'map'
    | 'timestamp'
    | 'duration'
    | 'secret'
    | 'dyn'
  /** Shape of a list's items. */
  readonly items?: Shape
  /** When it exists at all: `listing` and `call` (authorization), `request`, `response`, `log`. Absent: always. */
  readonly phases?: readonly Phase[]
}

/** Where in a request's life an expression is evaluated. */
export type Phase = 'request' | 'authorization' | 'response' | 'log'

/** The names at the top: their place in `roots` is the index that an Activation is asked for. */
export interface Scope {
  readonly roots: readonly string[]
  readonly shapes: { readonly [root: string]: Shape }
}

/** Values of the roots for one evaluation. A known root that is absent answers null; one that is not known yet, an Unknown. */
export interface Activation {
  root(index: number): Value
}

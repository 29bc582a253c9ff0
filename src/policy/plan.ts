// Parts of a plan that the MCP backend carries out: whom it shows messages, whom it asks, how much it passes on.
import type { RawJson, TargetName } from '../core/brand.ts'
import type { Exchange } from '../core/exchange.ts'
import type { Item } from '../core/item.ts'
import type { Store } from '../core/store.ts'

/** Who agrees to calls that need it, and how long a question to an operator counts. */
export interface ApprovalPlan {
  /** Whether it is one of its rules that holds for this call; absent: it holds for all. */
  readonly asks?: (item: Item, x: Exchange, input: unknown) => boolean
  readonly by: 'caller' | 'operator' | 'either'
  readonly expiryMs: number
  /** Characters of arguments that a person is shown, and so agrees to; nobody is asked about more. */
  readonly maxArguments: number
  /** Another one with other rules: what was agreed to under them counts no more. */
  readonly version: string
  readonly store?: () => Promise<Store>
}

/** How much of an answer is passed on at once. */
export interface ResultLimit {
  readonly characters: number
}

/** What passes between clients and upstreams, method by method, as processors outside are shown it. */
export interface Guarded {
  readonly method: string
  /** Targets that are asked, or have answered. */
  readonly targets: readonly TargetName[]
  /** JSON text of the params, or of the result. Absent: there are no params that could be changed. */
  readonly text: RawJson | undefined
}

/** `undefined`: as it is. Otherwise other text in its place, or the error object that the client is answered with. */
export type Guarding =
  | undefined
  | { readonly kind: 'changed'; readonly text: RawJson }
  | { readonly kind: 'refused'; readonly error: RawJson }

/** Processors in their order (`mcpGuardrails`). Neither method ever rejects: who cannot be asked is an answer too. */
export interface Guardrails {
  /** Whether anybody wants to see requests, or results, of a method. */
  runs(method: string, phase: 'request' | 'response'): boolean
  request(message: Guarded, x: Exchange): Promise<Guarding>
  response(message: Guarded, x: Exchange): Promise<Guarding>
}

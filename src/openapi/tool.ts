// What a conversion hands out: tools, losses, and the shapes of requests and responses. Types only.
import type { JsonObject } from '../core/item.ts'
import type { Limits } from './limits.ts'
import type { Loss } from './loss.ts'

/** A regular expression that is linear in the text it looks at. */
export interface Pattern {
  test(text: string): boolean
}

/** Which operations a `match` means: every key that is there must fit. `path` may end in `*`. */
export interface Match {
  readonly operationId?: string | undefined
  readonly path?: string | undefined
  readonly method?: string | undefined
  readonly tag?: string | undefined
  readonly deprecated?: boolean | undefined
}

/** What the configuration makes of one parameter. Its key: `name`, or `in.name` where names repeat; `body.name` is a member of the body. */
export interface ParameterChoice {
  /** Always sent, never offered. */
  readonly fixed?: unknown
  /** Sent when the caller gives none. */
  readonly default?: unknown
  /** Not offered; only where nobody needs it. */
  readonly hidden?: boolean | undefined
  readonly description?: string | undefined
}

/** A row of `tools`: the first whose `match` fits decides (reference: openapi §11). */
export interface Choice {
  readonly match: Match
  readonly use: 'include' | 'exclude'
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly confirm?: boolean | undefined
  /** As `pages` of the target, for these. */
  readonly pages?: number | undefined
  readonly parameters?: Readonly<Record<string, ParameterChoice>> | undefined
}

/** Which of a document's servers is meant, and what its variables are. */
interface ServerChoice {
  readonly index?: number | undefined
  readonly description?: string | undefined
  readonly url?: string | undefined
  readonly variables?: Readonly<Record<string, string>> | undefined
}

export interface Options {
  /** Name of the target: part of the addresses of binary results. */
  readonly target?: string | undefined
  readonly arguments?: 'grouped' | 'flat' | undefined
  readonly descriptions?: 'compatible' | 'full' | undefined
  readonly results?: 'compatible' | 'plain' | undefined
  readonly outputSchema?: 'loose' | 'strict' | 'off' | undefined
  readonly deprecated?: 'show' | 'hide' | undefined
  readonly compatibility?: 'agentgateway' | undefined
  /** No `$defs`: for clients that cannot follow `$ref`. */
  readonly inline?: boolean | undefined
  /** Longest tool name: 64 less what federation puts before it. */
  readonly nameLimit?: number | undefined
  /** The first row that fits decides; no row: include. */
  readonly tools?: readonly Choice[] | undefined
  /** The target has a host of its own: documents give the base path only. */
  readonly ownHost?: boolean | undefined
  readonly server?: ServerChoice | undefined
  /** Hosts, other than the main server's, that operations may name; `all` is for reports, which send nothing. */
  readonly otherHosts?: readonly string[] | 'all' | undefined
  /** Security schemes whose credential the configuration gives. */
  readonly credentials?: ReadonlySet<string> | undefined
  /** Compiles a pattern of the document in linear time; `undefined`: it cannot. Without it patterns are not checked. */
  readonly pattern?: ((source: string) => Pattern | undefined) | undefined
  readonly maxEvents?: number | undefined
  /** How many pages of a list one call reads, where the answers say what comes next (GET only). Default: one. */
  readonly pages?: number | undefined
  readonly limits?: Partial<Limits> | undefined
}

/** A way to prove who calls, as the document describes it: a slot that the configuration fills. Never an argument. */
export type Scheme =
  | { readonly kind: 'apiKey'; readonly in: 'header' | 'query' | 'cookie'; readonly name: string }
  | { readonly kind: 'http'; readonly scheme: string }
  | { readonly kind: 'oauth2'; readonly tokenUrl: string | undefined; readonly scopes: readonly string[] }
  | { readonly kind: 'openIdConnect'; readonly url: string }
  | { readonly kind: 'mutualTLS' }
  | { readonly kind: 'unknown' }

/** Secrets by scheme name: a token, a key, or `user:password` for basic. */
export type Credentials = Readonly<Record<string, string>>

/** The operation behind a tool, as its document writes it. */
export interface OperationNames {
  readonly method: string
  /** The key under `paths`, unchanged. */
  readonly path: string
  readonly id: string | undefined
  readonly tags: readonly string[]
  readonly deprecated: boolean
  readonly file: string
  readonly pointer: string
}

/** Where requests go. `origin` is `undefined` where the target's own host is meant. */
export interface Server {
  readonly origin: string | undefined
  /** Begins with `/`, or is empty; never ends with `/`. */
  readonly path: string
}

/** One operation as a tool. `plan` is how its requests are made, for `request` and `result` only. */
export interface Tool<Plan = unknown> {
  readonly name: string
  /** As `tools/list` shows it. */
  readonly definition: JsonObject
  readonly operation: OperationNames
  readonly server: Server
  /** The schemes of the alternative that is used; `[]`: nothing is sent. `undefined`: the operation wants what nobody has given. */
  readonly security: readonly string[] | undefined
  /** All alternatives of the document. */
  readonly alternatives: readonly (readonly string[])[]
  /** The configuration wants the user asked before each call. */
  readonly confirm: boolean
  /** Comments and invisible characters taken out of the texts: told of in reports. No model reads them, so no scanner is asked. */
  readonly hidden: readonly string[]
  readonly plan: Plan
}

/** What to send. Names of headers as the document spells them. */
export interface HttpRequest {
  readonly method: string
  /** `undefined`: the target's. */
  readonly origin: string | undefined
  /** With the base path. */
  readonly path: string
  /** With its `?`, or empty. */
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | string | undefined
}

/** Why nothing is sent: `at` is a JSON pointer into the arguments. */
export interface Problem {
  readonly problem: string
  readonly at: string
}

/** What came back, whole. Header names in lower case. */
export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Buffer
  /** Of a sequence: why it was not read to its end. */
  readonly cut?: string
}

/** How faithful a conversion is (reference: openapi §14). */
export interface Score {
  readonly operations: { readonly made: number; readonly of: number }
  readonly constraints: { readonly kept: number; readonly of: number }
}

export interface Conversion<Plan = unknown> {
  readonly title: string
  readonly version: string
  readonly tools: readonly Tool<Plan>[]
  /** Everything that was skipped, repaired or is doubtful. With an `error` at the document itself there are no tools. */
  readonly losses: readonly Loss[]
  /** Operations of the document, excluded ones too. */
  readonly operations: number
  readonly schemes: ReadonlyMap<string, Scheme>
  /** Computed when asked for. */
  score(): Score
}

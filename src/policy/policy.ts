// What a policy is: doors, all optional, and the plan it makes for the backend phase. Nothing here knows a single policy.
import type { Duplex } from 'node:stream'
import type { z } from 'zod'
import type { Ast } from '../cel/ast.ts'
import type { Program as Expression } from '../cel/program.ts'
import type { Phase } from '../cel/scope.ts'
import type { Limits } from '../config/shape.ts'
import type { RawJson, TargetName } from '../core/brand.ts'
import type { Exchange, Handler, Maybe, Reply, Who } from '../core/exchange.ts'
import type { Call, Definition, Item, JsonObject, Result } from '../core/item.ts'
import type { Module, Path } from '../core/module.ts'
import type { Store } from '../core/store.ts'
import type { Outbound } from '../http/outbound.ts'
import type { Pools, TlsOptions } from '../http/pools.ts'
import type { Page } from '../oauth/facade/answer.ts'
import type { Refusal, UpstreamLogin } from '../oauth/upstream/login.ts'
import type { UpstreamServer } from '../oauth/upstream/settings.ts'
import type { DocumentFacts } from '../openapi/facts.ts'
import type { Judgements } from '../telemetry/judgements.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Fields } from './fields.ts'
import type { Offering, TargetOffering } from './offered.ts'
import type { ApprovalPlan, Guardrails, ResultLimit } from './plan.ts'

/** May this item be seen or used? `maybe`: the arguments will decide. `ask`: a human must agree first. */
export type Verdict = 'yes' | 'no' | 'maybe' | 'ask'

/** May this definition enter the catalog? */
export type Admission =
  | { readonly kind: 'admit' }
  | { readonly kind: 'quarantine'; readonly rule: string; readonly reason: string }

/** One configured policy. A door that is absent costs nothing. */
export interface Policy {
  /**
   * Before definitions are shown to `admits`: everything that the servers of one backend offer at the moment. A text; with another
   * one than before, definitions that have been judged are shown again.
   */
  surveys?(offered: readonly Offering[]): string
  /** May a server's own words (instructions, title, description) be passed on? */
  greets?(target: TargetName, greeting: JsonObject): Admission
  /** Once per digest, before a definition enters the catalog. */
  admits?(definition: Definition, before: Definition | undefined): Admission
  /** Before the backend. `undefined`: go on; a Reply: stop here. */
  onRequest?(x: Exchange): Maybe<Reply | undefined>
  /** For lists and for calls alike, so they cannot disagree. Pure and synchronous. */
  permits?(item: Item, x: Exchange, input?: unknown): Verdict
  /** With `permits`: what settled that it does not say yes. Asked once somebody was refused, for whoever runs the gateway; no caller reads it. */
  explains?(item: Item, x: Exchange, input: unknown): string | undefined
  /**
   * With `permits`: a text that is equal for callers who are permitted the same, so that what one of them may see can be kept for
   * all. `undefined`, or no such door: nobody can tell.
   */
  audience?(x: Exchange): string | undefined
  /** With `permits`: scopes that its rules look for in tokens. Whether they would help is seen by asking again with them. */
  readonly scopes?: readonly string[]
  onCall?(call: Call, x: Exchange): Maybe<Call>
  onResult?(result: Result, call: Call, x: Exchange): Maybe<Result>
  /**
   * Before a question (elicitation, sampling) or a notification of a server reaches its client. A text: why it does not. A question:
   * what does in its place.
   */
  onQuestion?(question: Question): string | Question | undefined
  onReply?(reply: Reply, x: Exchange): Maybe<Reply>
  /** What the backend phase must know; settled when the configuration is compiled. */
  readonly plan?: Plan
  /** It looks after what models read, or says that nobody has to: the backend needs nobody who does so unasked. */
  readonly shields?: true
}

/** Repeat a failed attempt. `codes` are statuses worth another attempt; connection failures always are. */
export interface Retry {
  /** Further attempts after the first. */
  readonly attempts: number
  readonly backoffMs: number
  readonly codes: ReadonlySet<number>
  /** Whether this request is repeated at all; absent: it is. */
  readonly applies?: (x: Exchange) => boolean
  /** Whether an answer is worth another attempt, whatever its status. */
  readonly wanted?: (x: Exchange, reply: Reply) => boolean
}

/** What proves to an upstream who asks (`backendAuth`). */
export interface Credentials {
  /** They are the caller's own: what an upstream shows to one caller is not for another one. */
  readonly personal: boolean
  /** Equal for equal settings; says nothing about them. */
  readonly print: string
  /**
   * Adds them to a request. `who` is nobody where the gateway itself asks, for a list. Fails with `upstream.credentials` when
   * there are none.
   */
  apply(request: Outbound, who: Who | undefined): Maybe<void>
  /**
   * The upstream would not have them; `true`: another attempt with fresh ones may fare better. Fails with `upstream.credentials`
   * when it knows what is wrong.
   */
  refused?(who: Who | undefined, refusal: Refusal): Maybe<boolean>
  /** Credentials that depend on where they are for: to be used in their place for that server. */
  bind?(server: UpstreamServer, tls?: TlsOptions): BoundCredentials
}

export interface BoundCredentials extends Credentials {
  /** How people get some. */
  readonly login: UpstreamLogin
  /** Whose pages they are sent to, when it is not the route's. */
  readonly connect: string | undefined
  /** Lists that one person is shown may be shown to those who have not connected yet. */
  readonly shared: boolean
}

/** What a server asks of a user or of the user's model, while a call runs or at any time. */
export interface Question {
  readonly target: TargetName
  readonly method: string
  /** JSON text, in the server's own names. */
  readonly params: RawJson
}

/** Constants of a route's backend phase. */
export interface Plan {
  readonly retry?: Retry
  /** Milliseconds for the whole request. */
  readonly requestTimeout?: number
  /** Milliseconds for one attempt, until the answer's head. */
  readonly backendRequestTimeout?: number
  readonly tls?: TlsOptions
  readonly credentials?: Credentials
  /** Public address of the pages where people connect their accounts at upstreams. */
  readonly connect?: string
  /** Somebody has found out who is calling: `Authorization` as the client wrote it is not for backends (DESIGN §7). */
  readonly identifies?: true
  /** Who looks at MCP methods before any rule on items is asked, and at results before anybody else. */
  readonly guardrails?: Guardrails
  readonly resultLimit?: ResultLimit
  /** Who is asked where a policy says `ask`; absent: nobody, and such calls are refused. */
  readonly approval?: ApprovalPlan
  /** Headers that every request to a target gets, when the policy stands on the target. */
  readonly fields?: Fields
}

type Door =
  | 'surveys'
  | 'greets'
  | 'admits'
  | 'onRequest'
  | 'permits'
  | 'explains'
  | 'onCall'
  | 'onResult'
  | 'onQuestion'
  | 'onReply'

/** The doors of all policies in force, flat and frozen, in order of execution. */
export type Program = { readonly [D in Door]: readonly NonNullable<Policy[D]>[] } & {
  readonly plan: Plan
  /** The audience of all policies that permit; `undefined` where one of them cannot tell. */
  readonly audience: (x: Exchange) => string | undefined
  /** Scopes that rules look for in tokens. */
  readonly scopes: readonly string[]
  /** What every policy that asks a person wants: each of them has to be satisfied, so that none takes another's place. */
  readonly approvals: readonly ApprovalPlan[]
}

export type { Expression }

/** What an expression is for: when it is evaluated, and what is expected of its answer. */
export interface Use {
  readonly phase: Phase
  /** `bool`: a rule or a condition. */
  readonly expects?: 'bool'
  /** What follows when it is true: rules are checked for what goes wrong with their kind (reference: cel §6.5). */
  readonly role?: 'allow' | 'deny' | 'require'
}

/** One of the things that must all be true: an operand of the outermost `&&`. */
export interface Term {
  readonly ast: Ast
  readonly expression: Expression
  /** It may answer something else each time. */
  readonly volatile: boolean
  /** What it is made of; a leaf when it does not read arguments. */
  readonly logic: Logic
}

/** An expression down to the parts that are true or false by themselves. */
export type Logic =
  | { readonly kind: 'leaf'; readonly expression: Expression }
  | { readonly kind: 'not'; readonly of: Logic }
  | { readonly kind: '&&' | '||'; readonly parts: readonly Logic[] }

/** Makes a page for a person, with the headers that pages need. */
export type Pages = (page: Page, status: number) => Promise<Reply>

/** What a module may use while it compiles. */
export interface Site {
  /** Where the module's body stands in the configuration. */
  readonly path: Path
  /** Reports something wrong below `path`; compiling goes on, so that all problems are found at once. */
  problem(at: Path, message: string, hint?: string): void
  /** As `problem`, for what runs all the same. */
  warning(at: Path, message: string, hint?: string): void
  /**
   * The expression that is written at `at`. What is wrong with it is reported, with its place in the text; `undefined` when it
   * cannot be used. Whatever it reads is there when it is evaluated: bodies are buffered in front of a policy whose expressions
   * look at them, and nowhere else (reference: cel §6.4). Evaluate it with `contextOf(x)` of `context.ts`.
   */
  cel(at: Path, source: string, use: Use): Expression | undefined
  /** The operands of an expression's outermost `&&`; the expression itself when it has none. */
  terms(expression: Expression): readonly Term[]
  /** 32 bytes that seal cookies; the same for all processes that must understand them. */
  readonly cookieSecret?: Buffer | undefined
  /** Content of a file that the configuration names (relative to the working directory); it is watched from then on. */
  read(file: string): Buffer | undefined
  readonly pools: Pools
  readonly log: Log
  /** State that outlives the process; opened by whoever asks first. Rejects with `store.unreachable`. Absent: nothing is kept here. */
  readonly store?: () => Promise<Store>
  /** Absent where nobody looks at pages. */
  readonly pages?: Pages
  /** As `read`, of a file that need not be there. */
  readonly peek?: (file: string) => Buffer | undefined
  /** Where what is thought of definitions is kept for operators. Absent: nobody looks. */
  readonly judgements?: Judgements
  readonly metrics: Metrics
  /** Looks up a `host` of the top-level `backends`. */
  backend(name: string): NamedPlace | undefined
  /** A thing with a life: the running snapshot's when its `key` is unchanged, else made now. Disposed with the last snapshot that keeps it. */
  keep<T extends AsyncDisposable>(key: string, make: () => T): T
}

/** The same site for a part of a module's body: what it reports and compiles stands there. */
export function below(site: Site, at: Path): Site {
  return {
    ...site,
    path: [...site.path, ...at],
    problem: (rest, message, hint) => site.problem([...at, ...rest], message, hint),
    warning: (rest, message, hint) => site.warning([...at, ...rest], message, hint),
    cel: (rest, source, use) => site.cel([...at, ...rest], source, use),
  }
}

/** Where a backend that the configuration has named is. */
export interface NamedPlace {
  /** `http://host:port`, or `https://…` with TLS. */
  readonly origin: string
  readonly tls: TlsOptions | undefined
}

/** What a backend may use besides: the policies in force before it, and things that outlive a reload. */
export interface BackendSite extends Site {
  /** What log and metrics call the backend. */
  readonly name: string
  /** Doors of listener, route and backend together, in order of execution. */
  readonly program: Program
  readonly limits: Limits
  /** Seals what is handed to clients; 32 bytes, the same for all snapshots of a process. */
  readonly sealKey: Buffer
}

/** Takes over a connection whose client asks for another protocol. A Reply: it stays HTTP after all, and this is the answer. */
export type UpgradeHandler = (x: Exchange, socket: Duplex, head: Buffer) => Promise<Reply | undefined>

/**
 * A backend: the last step of a route, for backends that can with a second way in for upgrades. `open`: it offers things that could
 * have rules, and there are none. `warm` begins what the first request would wait for. `begin` is called once its configuration is
 * the one in force: who is connected need not wait for the next request to hear what is new. `targets` is what an operator may know.
 */
export type BackendHandler = Handler & {
  readonly upgrade?: UpgradeHandler
  readonly open?: boolean
  readonly warm?: () => void
  readonly begin?: () => void
  /** Everything that its servers offer, read from them: for commands. */
  readonly offerings?: (signal: AbortSignal) => Promise<readonly TargetOffering[]>
  readonly targets?: () => readonly TargetState[]
}

/** One target of a backend, as it is at this moment. */
export interface TargetState {
  /** Where it stands in the configuration. */
  readonly path: Path
  readonly name: string
  /** How many tools it offers, whoever may use them; `undefined`: nobody knows yet. */
  readonly tools: number | undefined
  /** Of a REST API. */
  readonly document: DocumentState | undefined
}

/** The document of a REST API, or the way to it. */
export interface DocumentState {
  /** Of the last good version; `undefined`: there has never been one. */
  readonly facts: DocumentFacts | undefined
  /** The same, waited for if need be. Rejects with a Failure when there is none. */
  ready(): Promise<DocumentFacts>
}

export type BackendModule = Module<z.ZodType, BackendHandler, BackendSite>

export type PolicyModule = Module<z.ZodType, Policy, Site>

const bind = <D extends Door>(policies: readonly Policy[], door: D): readonly NonNullable<Policy[D]>[] =>
  Object.freeze(
    policies.flatMap((policy) => {
      const found = policy[door]
      // The policy is its own `this`: doors are taken out of their object here, once.
      return found === undefined ? [] : [found.bind(policy) as NonNullable<Policy[D]>]
    }),
  )

/** The plan of a policy that finds out who is calling. */
export const identifying = { identifies: true } as const satisfies Plan

/** Policies in order of execution → one program. Plans are merged, the later (more specific) one wins. */
export function compileProgram(policies: readonly Policy[]): Program {
  return Object.freeze({
    surveys: bind(policies, 'surveys'),
    greets: bind(policies, 'greets'),
    admits: bind(policies, 'admits'),
    onRequest: bind(policies, 'onRequest'),
    permits: bind(policies, 'permits'),
    explains: bind(policies, 'explains'),
    onCall: bind(policies, 'onCall'),
    onResult: bind(policies, 'onResult'),
    onQuestion: bind(policies, 'onQuestion'),
    onReply: bind(policies, 'onReply'),
    audience: audienceOf(policies),
    scopes: scopesOf(policies),
    approvals: Object.freeze(policies.flatMap(({ plan }) => plan?.approval ?? [])),
    plan: Object.freeze(Object.assign({}, ...policies.map((policy) => policy.plan ?? {}))),
  })
}

function audienceOf(policies: readonly Policy[]): Program['audience'] {
  const permitting = policies.filter((policy) => policy.permits !== undefined)
  return (x) => {
    let all = ''
    for (const policy of permitting) {
      const one = policy.audience?.(x)
      if (one === undefined) return undefined
      all += `${one.length}:${one}`
    }
    return all
  }
}

const scopesOf = (policies: readonly Policy[]): readonly string[] => [
  ...new Set(policies.flatMap(({ scopes = [] }) => scopes)),
]

/** A program with further policies behind its own, for what they permit. */
export function withPermits(program: Program, policies: readonly Policy[]): Program {
  const permits = bind(policies, 'permits')
  if (permits.length === 0) return program
  const further = audienceOf(policies)
  return Object.freeze({
    ...program,
    permits: Object.freeze([...program.permits, ...permits]),
    explains: Object.freeze([...program.explains, ...bind(policies, 'explains')]),
    scopes: [...program.scopes, ...scopesOf(policies)],
    audience: (x: Exchange) => {
      const [one, two] = [program.audience(x), further(x)]
      return one === undefined || two === undefined ? undefined : `${one} ${two}`
    },
  })
}

/** A program that does nothing. */
export const emptyProgram: Program = compileProgram([])

/** Every policy must agree; the first `no` ends it. No policy: yes. Nobody is asked to agree to what another policy has not. */
export function permitted(program: Program, item: Item, x: Exchange, input?: unknown): Verdict {
  let verdict: Verdict = 'yes'
  for (const permits of program.permits) {
    const answer = permits(item, x, input)
    if (answer === 'no') return 'no'
    if (answer === 'maybe' || (answer === 'ask' && verdict === 'yes')) verdict = answer
  }
  return verdict
}

/** Why a use was refused, as the first policy says that has an explanation. */
export function whyRefused({ explains }: Program, item: Item, x: Exchange, input: unknown): string {
  for (const explain of explains) {
    const why = explain(item, x, input)
    if (why !== undefined) return why
  }
  return ''
}

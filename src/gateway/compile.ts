// A configuration in normal form → a snapshot: every module compiled, every list in order, nothing left to decide per request.
import type { Diagnostic } from '../cel/ast.ts'
import type { Attribute } from '../cel/program.ts'
import type {
  BackendShape,
  BindShape,
  Body,
  ListenerShape,
  RouteShape,
  Shape,
  TlsShape,
  Written,
} from '../config/shape.ts'
import type { Entrance, Told } from '../core/exchange.ts'
import type { Path, Problem } from '../core/module.ts'
import type { Store } from '../core/store.ts'
import { Pools } from '../http/pools.ts'
import { bodyDoors } from '../policy/bodies.ts'
import type { Written as RulesAt } from '../policy/explain.ts'
import { recorder } from '../policy/explain-record.ts'
import { policies } from '../policy/index.ts'
import { unasked } from '../policy/mcp-shield.ts'
import {
  type BackendModule,
  type BackendSite,
  compileProgram,
  type Expression,
  type NamedPlace,
  type Pages,
  type Policy,
  type PolicyModule,
  type Program,
  type Site,
  type Use,
} from '../policy/policy.ts'
import { placeOf } from '../proxy/place.ts'
import { StoreAt } from '../store/open.ts'
import type { Decisions } from '../telemetry/decisions.ts'
import type { Judgements } from '../telemetry/judgements.ts'
import { type Log, silent } from '../telemetry/log.ts'
import { createMetrics, type Metrics } from '../telemetry/metrics.ts'
import { backends } from './backends.ts'
import { Expressions } from './expressions.ts'
import { absentTargets, idleRules } from './idle.ts'
import { strangeLabels } from './labels.ts'
import { patternProblems, Router } from './match.ts'
import { Bind, type Listener, type Route, type RouteBackend, Snapshot } from './snapshot.ts'
import { type Holder, Keeper } from './state.ts'
import { type Tls, tlsOf } from './tls.ts'
import { toldOf } from './told.ts'

/** What compiling needs besides the configuration. */
export interface CompileContext {
  readonly generation: number
  readonly pools: Pools
  readonly log: Log
  readonly metrics: Metrics
  readonly sealKey: Buffer
  readonly keeper: Keeper
  readonly warm?: boolean
  /** Reads a file that the configuration names; `undefined` when it cannot be read. */
  readonly read: (file: string) => Buffer | undefined
  /** Where state is kept; in memory when absent. */
  readonly store?: () => Promise<Store>
  readonly pages?: Pages
  readonly judgements?: Judgements
  /** Told of each decision on authorization. */
  readonly decisions?: Decisions
}

export interface Compiled {
  readonly snapshot: Snapshot
  readonly problems: readonly Problem[]
  /** Routes whose tools, prompts and resources are for everybody who gets there. */
  readonly open: ReadonlyMap<string, Path>
}

/** Compiles all of it, whatever is wrong: problems are complete. A snapshot with errors must be retired, not used. */
export async function compile(shape: Shape, context: CompileContext): Promise<Compiled> {
  const holder = context.keeper.holder()
  const compiler = new Compiler(shape, context, holder)
  const binds = new Map<number, Bind>()
  await compiler.named()
  compiler.problems.push(...absentTargets(shape), ...strangeLabels(shape))
  for (const bind of shape.binds) binds.set(bind.port, await compiler.bind(bind))
  const snapshot = new Snapshot(context.generation, binds, holder, context.log)
  return { snapshot, problems: compiler.problems, open: compiler.open }
}

/** Compiles into nothing: every problem, and not a trace left. What is missing from a `draft` need not be missing. */
export async function dryCompile(
  shape: Shape,
  read: CompileContext['read'],
  draft = false,
): Promise<readonly Problem[]> {
  await using pools = new Pools()
  await using keeper = new Keeper()
  const metrics = createMetrics({ version: '', process: false })
  const context = { generation: 0, pools, keeper, read, metrics, log: silent, sealKey: Buffer.alloc(32) }
  const { snapshot, problems, open } = await compile(shape, context)
  snapshot.retire()
  const isWhole = !draft && problems.every(({ severity }) => severity !== 'error')
  return isWhole ? [...problems, ...[...open].map(openDoor)] : problems
}

const openDoor = ([route, path]: readonly [string, Path]): Problem => ({
  code: 'policy.open',
  severity: 'warning',
  path,
  message: `route \`${route}\` has no \`mcpAuthorization\`: whoever reaches it may use everything`,
  hint: 'add rules, or `default: deny` and an empty list of them',
})

/** What the expressions of one module read. */
type Reads = Set<Attribute>

const NOTHING: Reads = new Set()

const inMemory = { url: undefined, folder: '', keys: [] } as const

const order = new Map<string, number>(policies.map(({ key }, index) => [key, index]))

class Compiler {
  readonly problems: Problem[] = []
  /** Routes by name, and where the first backend stands that has no rules. */
  readonly open = new Map<string, Path>()
  readonly #shape: Shape
  readonly #context: CompileContext
  readonly #holder: Holder
  readonly #named = new Map<string, NamedPlace>()
  readonly #expressions: Expressions
  readonly #told: Told | undefined

  constructor(shape: Shape, context: CompileContext, holder: Holder) {
    this.#shape = shape
    this.#expressions = new Expressions(shape.customFunctions)
    this.#diagnosed(['config', 'customFunctions'], shape.customFunctions, this.#expressions.diagnostics)
    this.#context = context
    this.#holder = holder
    this.#told = this.#toldBy(shape)
  }

  /** Where the named backends are; before anything refers to them. */
  async named(): Promise<void> {
    for (const { name, kind, policies: bodies } of this.#shape.backends) {
      // In a draft, one that could not be read: what refers to it is right.
      if (kind.key === '') this.#named.set(name, { origin: 'http://localhost', tls: undefined })
      if (kind.key !== 'host' || typeof kind.body !== 'string') continue
      const { tls } = compileProgram(await this.#policies(bodies)).plan
      const place = placeOf(kind.body, tls !== undefined)
      if (place !== undefined) this.#named.set(name, { origin: place.origin, tls })
    }
  }

  /** What log and metrics say besides: one for all listeners. */
  #toldBy({ accessLog, metricsFields, limits }: Shape): Told | undefined {
    const compiled = ({ name, source, path }: Written): (readonly [string, Expression])[] => {
      const expression = this.#expression(
        path,
        source,
        { phase: 'log', ...(name === 'filter' && { expects: 'bool' as const }) },
        NOTHING,
      )
      return expression === undefined ? [] : [[name, expression]]
    }
    return toldOf({
      filters: accessLog.filters.flatMap(compiled).map(([, filter]) => filter),
      fields: accessLog.add.flatMap(compiled),
      without: accessLog.remove,
      labels: metricsFields.flatMap(compiled),
      mostLabels: limits.toolsTotal,
    })
  }

  async bind(shape: BindShape): Promise<Bind> {
    const listeners: Listener[] = []
    for (const listener of shape.listeners) listeners.push(await this.#listener(shape, listener))
    return new Bind(shape.port, listeners)
  }

  async #listener(bind: BindShape, shape: ListenerShape): Promise<Listener> {
    const scheme = shape.protocol === 'HTTPS' ? 'https' : 'http'
    const { sensitiveHeaders } = this.#shape
    const entrance: Entrance = {
      port: bind.port,
      scheme,
      bind: bind.name,
      gateway: shape.gateway,
      listener: shape.name,
      told: this.#told,
      ...(sensitiveHeaders.length > 0 && { sensitiveHeaders: new Set(sensitiveHeaders) }),
    }
    const own = await this.#policies(shape.policies)
    const routes: Route[] = []
    for (const route of shape.routes) routes.push(await this.#route(route, own))
    return {
      entrance,
      hostname: shape.hostname,
      tls: shape.tls === undefined ? undefined : this.#tls(shape.tls),
      clientCertificates: shape.tls?.root !== undefined,
      program: compileProgram(own),
      router: new Router(routes),
    }
  }

  async #route(shape: RouteShape, above: readonly Policy[]): Promise<Route> {
    const own = await this.#policies(shape.policies)
    const compiled: RouteBackend[] = []
    for (const backend of shape.backends) {
      const made = await this.#backend(backend, [...above, ...own])
      if (made === undefined) continue
      compiled.push(made)
      if (made.handler.open === true && !this.open.has(shape.name)) this.open.set(shape.name, backend.path)
    }
    this.problems.push(...shape.matches.flatMap(patternProblems), ...idleRules(shape))
    return {
      names: { route: shape.name, rule: shape.rule },
      hostnames: shape.hostnames,
      matches: shape.matches,
      program: compileProgram(own),
      backends: compiled,
      totalWeight: compiled.reduce((sum, { weight }) => sum + weight, 0),
    }
  }

  async #backend(shape: BackendShape, above: readonly Policy[]): Promise<RouteBackend | undefined> {
    const module: BackendModule | undefined = backends.find(({ key }) => key === shape.key)
    const own = await this.#policies(shape.policies)
    if (module === undefined) return shape.key === '' ? undefined : this.#unknown('backend', shape)
    const reads: Reads = new Set()
    const recording = this.#recorder(thingRules(shape))
    const inForce = [...recording, ...above, ...own]
    if (shape.key === 'mcp' && !inForce.some(({ shields }) => shields))
      inForce.push(await unasked(this.#site(shape.path)))
    const site = this.#backendSite(shape, compileProgram(inForce), reads)
    const handler = await module.compile(shape.body, site)
    if (this.#context.warm === true) handler.warm?.()
    return { handler, program: compileProgram([...own, ...this.#bodies(reads)]), weight: shape.weight }
  }

  /** Bodies → policies in order of execution, whatever order they were written in. */
  async #policies(bodies: readonly Body[]): Promise<Policy[]> {
    const sorted = bodies.toSorted((a, b) => (order.get(a.key) ?? 0) - (order.get(b.key) ?? 0))
    const compiled: Policy[] = []
    for (const body of sorted) {
      const module: PolicyModule | undefined = policies.find(({ key }) => key === body.key)
      if (module === undefined) {
        this.#unknown('policy', body)
        continue
      }
      const reads: Reads = new Set()
      const policy = await module.compile(body.body, this.#site(body.path, reads))
      const recording = body.key === 'authorization' ? this.#recorder([{ body }]) : []
      compiled.push(...this.#bodies(reads), ...recording, policy)
    }
    return compiled
  }

  /** What writes down the decisions of some rules; nothing unless somebody wants to know. */
  #recorder(rules: readonly RulesAt[]): readonly Policy[] {
    const { decisions } = this.#context
    if (decisions === undefined || rules.length === 0) return []
    const quiet: Site = {
      ...this.#site([]),
      log: silent,
      metrics: createMetrics({ version: '', process: false }),
      problem: () => undefined,
      warning: () => undefined,
      cel: (_, source, use) => this.#expressions.compile(source, use).expression,
    }
    return [recorder(rules, quiet, decisions)]
  }

  /** What makes the bodies available that expressions read. */
  #bodies(reads: Reads): readonly Policy[] {
    const { bufferSize, bodyRate } = this.#shape.limits
    const doors = bodyDoors(reads, { size: bufferSize, rate: bodyRate })
    return doors === undefined ? [] : [doors]
  }

  #unknown(kind: string, body: Body): undefined {
    this.#problem(body.path, `${kind} \`${body.key}\` is not built`)
  }

  #site(path: Path, reads: Reads = new Set()): Site {
    const { pools, log, metrics, read } = this.#context
    const report = (severity: Problem['severity'], at: Path, message: string, hint?: string): void => {
      this.problems.push(moduleProblem({ severity, path: [...path, ...at], message, hint }))
    }
    return {
      path,
      pools,
      log,
      metrics,
      problem: (at, message, hint) => report('error', at, message, hint),
      warning: (at, message, hint) => report('warning', at, message, hint),
      cel: (at, source, use) => this.#expression([...path, ...at], source, use, reads),
      terms: (expression) => this.#expressions.terms(expression),
      read: (file) => {
        const content = read(file)
        if (content === undefined) this.#problem(path, `cannot read the file ${file}`)
        return content
      },
      peek: read,
      backend: (name) => this.#named.get(name.replace(/^\//, '')),
      keep: (key, make) => this.#holder.keep(key, make),
      cookieSecret: this.#shape.cookieSecret,
      store: this.#context.store ?? this.#holder.keep('store', () => new StoreAt(inMemory)).open,
      ...(this.#context.pages && { pages: this.#context.pages }),
      ...(this.#context.judgements && { judgements: this.#context.judgements }),
    }
  }

  #expression(path: Path, source: string, use: Use, reads: Reads): Expression | undefined {
    const { expression, diagnostics } = this.#expressions.compile(source, use)
    this.#diagnosed(path, source, diagnostics)
    // What a log reads is recorded in passing: no request waits for it.
    if (use.phase !== 'log') for (const attribute of expression?.attributes ?? []) reads.add(attribute)
    return expression
  }

  #diagnosed(path: Path, text: string, diagnostics: readonly Diagnostic[]): void {
    for (const { code, severity, message, hint, start, end } of diagnostics)
      this.problems.push({
        code,
        severity,
        path,
        message,
        ...(hint !== undefined && { hint }),
        part: { text, start, end },
      })
  }

  #backendSite({ path, name }: BackendShape, program: Program, reads: Reads): BackendSite {
    const { sealKey } = this.#context
    return {
      ...this.#site(path, reads),
      name,
      program,
      sealKey,
      limits: this.#shape.limits,
    }
  }

  #tls(shape: TlsShape): Tls | undefined {
    const site = this.#site(shape.path)
    const cert = site.read(shape.cert)
    const key = site.read(shape.key)
    const ca = shape.root === undefined ? undefined : site.read(shape.root)
    if (cert === undefined || key === undefined) return undefined
    try {
      return tlsOf(shape, { cert, key, ...(ca !== undefined && { ca }) }, this.#shape.frontend.tls)
    } catch (cause) {
      // OpenSSL's own words name the reason and never the key.
      this.#problem(
        shape.path,
        `certificate and key cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
      )
      return undefined
    }
  }

  #problem(path: Path, message: string, hint?: string): void {
    this.problems.push(moduleProblem({ severity: 'error', path, message, hint }))
  }
}

/** The rule sets on things of a backend: its own, and those of its targets. */
function thingRules({ key, body, path, policies: bodies }: BackendShape): readonly RulesAt[] {
  const own = bodies.filter((one) => one.key === RULES).map((one): RulesAt => ({ body: one }))
  const targets: unknown = key === 'mcp' && isLoose(body) ? body['targets'] : undefined
  if (!Array.isArray(targets)) return own
  const ofTargets = targets.flatMap((target: unknown, index): RulesAt[] => {
    const written = isLoose(target) && isLoose(target['policies']) ? target['policies'][RULES] : undefined
    if (!isLoose(target) || !isLoose(written)) return []
    const at = [...path, 'targets', index, 'policies', RULES]
    return [{ body: { key: RULES, body: written, path: at }, target: String(target['name']) }]
  })
  return [...own, ...ofTargets]
}

const RULES = 'mcpAuthorization'

type Loose = { readonly [key: string]: unknown }
const isLoose = (value: unknown): value is Loose => typeof value === 'object' && value !== null

const moduleProblem = ({
  hint,
  ...problem
}: Pick<Problem, 'severity' | 'path' | 'message'> & { hint: string | undefined }): Problem => ({
  code: 'config.module',
  ...problem,
  ...(hint !== undefined && { hint }),
})

// Many upstreams as one server: a table of methods over the catalog, the clients' conversations and the doors of the policies.
import type { Limits } from '../config/shape.ts'
import type { RawJson } from '../core/brand.ts'
import type { Exchange, Maybe } from '../core/exchange.ts'
import { asFailure } from '../core/failure.ts'
import { loginNeeded } from '../oauth/upstream/needed.ts'
import type { Guardrails } from '../policy/plan.ts'
import { type Program, permitted } from '../policy/policy.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { Asked, broken, done, invalid, notFound, unknown } from './asked.ts'
import { Calls } from './calls.ts'
import { Catalog, type Seen } from './catalog.ts'
import type { Connect } from './connect.ts'
import { Connections } from './connections.ts'
import type { Answer, Caller, Client, Federation, Incoming } from './conversation.ts'
import { errorFacts, readable } from './errors.ts'
import { guardedAnswer, guardedRequest, hasParams, isSingle } from './guarding.ts'
import { listsTasks, mergedHello, singleHello } from './hello.ts'
import { Invitations } from './invitation.ts'
import { KEPT, KeptResults } from './kept-results.ts'
import type { PrefixMode } from './names.ts'
import type { ListKind } from './offers.ts'
import { type ParamHeader, paramHeadersOf } from './param-headers.ts'
import { anonymous } from './principals.ts'
import { profileOf, smallestResult } from './profiles.ts'
import { type Line, logLevels } from './relay.ts'
import { capped, cappedTask, wishOf } from './result-cap.ts'
import type { Shelf } from './shelf.ts'
import { type Subject, subjectOf, taskSupport } from './subject.ts'
import type { TaskNames } from './task-names.ts'
import { mergedTasks } from './tasks.ts'
import { Announcer, Subscriptions } from './watch.ts'
import { modernRevision } from './wire.ts'

export interface FederationOptions {
  /** The targets, in the order of the configuration. Whoever made them ends them. */
  readonly shelves: readonly Shelf[]
  readonly prefixMode: PrefixMode
  readonly failOpen: boolean
  readonly stateful: boolean
  /** Doors of everything in force before the backend. */
  readonly program: Program
  readonly limits: Limits
  readonly log: Log
  readonly metrics: Metrics
  readonly tasks: TaskNames
  /** Version of the gateway. */
  readonly version: string
  /** How people come to accounts at targets that want theirs; absent where none does. */
  readonly connect?: Connect | undefined
}

type Method = (asked: Asked) => Maybe<Answer>

/** Lists as they were at one moment, for the clients of a principal. */
export type SeenBy = (principal: string) => ReadonlyMap<ListKind, Seen>

/** The federation of one configuration, which another one may follow. */
export interface Configured extends Federation {
  /** Every list that somebody has read. */
  seen(): SeenBy
  /** Tells attached clients which lists are no longer what they were under another configuration. */
  succeed(before: SeenBy): void
}

export class FederatedServers implements Configured {
  readonly stateful: boolean
  readonly #options: FederationOptions
  readonly #catalog: Catalog
  readonly #connections: Connections
  readonly #calls: Calls
  readonly #announcer: Announcer
  readonly #methods: ReadonlyMap<string, Method>
  /** Answers that are shorter reach everybody whole. */
  readonly #smallest: number
  /** What was cut off; nothing is kept where no limit is configured. */
  readonly #kept: KeptResults | undefined

  constructor(options: FederationOptions) {
    const { program, log, tasks } = options
    this.stateful = options.stateful
    this.#options = options
    const limit = program.plan.resultLimit?.characters
    this.#smallest = Math.min(smallestResult, limit ?? Infinity)
    this.#kept = limit === undefined ? undefined : new KeptResults(limit)
    this.#announcer = new Announcer((kind) => this.#catalog.now(kind))
    this.#catalog = new Catalog({
      ...options,
      changed: (kind, before) => this.#announcer.changed(kind, before),
      wanted: () => this.#announcer.wanted,
    })
    const { several } = this.#catalog
    this.#connections = new Connections({
      several,
      strict: program.permits.length > 0,
      log,
      tasks,
      refuses: refusing(program.onQuestion),
      subscribed: (client, shelf) => subscriptions.of(client, shelf),
    })
    this.#calls = new Calls({ catalog: this.#catalog, connections: this.#connections, program, tasks })
    const subscriptions = new Subscriptions(this.#catalog, this.#calls, program)
    const { connect, prefixMode } = options
    const parts = { catalog: this.#catalog, connections: this.#connections, program, prefixMode }
    this.#methods = this.#table(subscriptions, connect && new Invitations(parts))
  }

  async initialize(client: Pick<Client, 'revision' | 'capabilities' | 'principal'>, x: Exchange): Promise<Answer> {
    x.mcpMethod = 'initialize'
    const answer = await this.#hello(client.revision).catch((thrown: unknown) => broken(thrown, x))
    return this.#told(answer, x)
  }

  async request(client: Client, incoming: Incoming, caller: Caller, x: Exchange): Promise<Answer> {
    const asked = new Asked(client, incoming, caller, x)
    asked.note()
    const method = this.#methods.get(incoming.method) ?? this.#other
    let answer: Answer
    try {
      answer = await this.#answered(method, asked)
    } catch (thrown) {
      answer = (await this.#asks(thrown, asked)) ?? this.#brokenBy(thrown, asked)
    }
    if (answer.raw.length > this.#smallest && answer.kind === 'result') answer = this.#capped(answer, asked)
    asked.note()
    if (incoming.method === 'tools/call') {
      x.mcpAsked = incoming
      x.mcpAnswer = answer
    }
    return this.#told(answer, x)
  }

  /** Whoever guards methods is shown those that are for all targets here, others when their target is known. */
  #answered(method: Method, asked: Asked): Maybe<Answer> {
    const { guardrails } = this.#options.program.plan
    return guardrails === undefined || isSingle(asked.incoming.method)
      ? method(asked)
      : this.#guarded(guardrails, method, asked)
  }

  async #guarded(guardrails: Guardrails, method: Method, came: Asked): Promise<Answer> {
    const name = came.incoming.method
    const message = { method: name, targets: this.#options.shelves.map(({ target }) => target) }
    const asked = await guardedRequest(guardrails, came, { ...message, text: hasParams(name) ? came.text : undefined })
    return asked instanceof Asked ? guardedAnswer(guardrails, asked, await method(asked), message) : asked
  }

  notified(client: Client, incoming: Incoming): void {
    void this.#notified(client, incoming).catch((thrown: unknown) => {
      // Nobody waits for a notification.
      this.#options.log.debug('a notification could not be passed on', {
        method: incoming.method,
        error: asFailure(thrown).message,
      })
    })
  }

  attach(client: Client): () => void {
    const detach = this.#announcer.attach(client)
    for (const shelf of this.#options.shelves) shelf.poke()
    return detach
  }

  followTask(client: Client, task: string, x: Exchange): Promise<(() => void) | undefined> {
    return this.#calls.follow(client, task, x)
  }

  seen(): SeenBy {
    const seen = this.#catalog.seen()
    return () => seen
  }

  succeed(before: SeenBy): void {
    for (const [kind, seen] of before(anonymous)) this.#announcer.changed(kind, seen)
  }

  paramHeaders(_: Pick<Client, 'principal'>, tool: string, x: Exchange): readonly ParamHeader[] {
    const entry = this.#catalog.entryNow('tool', tool)
    const headers = entry === undefined ? NO_HEADERS : paramHeadersOf(entry)
    // Most tools have none: only for those that do, rules are asked.
    if (entry === undefined || headers.length === 0) return headers
    const { program } = this.#options
    return program.permits.length === 0 || permitted(program, entry.item, x) !== 'no' ? headers : NO_HEADERS
  }

  mayNeedTask(_: Pick<Client, 'principal'>, tool: string): boolean {
    const entry = this.#catalog.entryNow('tool', tool)
    return entry === undefined || taskSupport(entry) === 'required'
  }

  subject(_: Pick<Client, 'principal'>, incoming: Incoming, x: Exchange): Promise<Subject | undefined> {
    return subjectOf(incoming, x, { catalog: this.#catalog, program: this.#options.program })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#announcer.end()
    await this.#catalog[Symbol.asyncDispose]()
  }

  #table(subscriptions: Subscriptions, invitations: Invitations | undefined): ReadonlyMap<string, Method> {
    const list =
      (kind: ListKind): Method =>
      (asked) =>
        this.#list(kind, asked)
    return new Map<string, Method>([
      ['ping', async () => done],
      ['tools/list', list('tool')],
      ['tools/call', (asked) => invitations?.answer(asked) ?? this.#calls.named('tool', asked)],
      ['prompts/list', list('prompt')],
      ['prompts/get', (asked) => this.#calls.named('prompt', asked)],
      ['resources/list', list('resource')],
      ['resources/templates/list', list('template')],
      ['resources/read', (asked) => this.#read(asked)],
      ['resources/subscribe', (asked) => subscriptions.subscribe(asked)],
      ['resources/unsubscribe', (asked) => subscriptions.unsubscribe(asked)],
      ['completion/complete', (asked) => this.#calls.completion(asked)],
      ['logging/setLevel', (asked) => this.#setLevel(asked)],
      ['tasks/list', (asked) => this.#tasks(asked)],
      ['tasks/get', (asked) => this.#calls.ofTask(asked)],
      ['tasks/result', (asked) => this.#calls.ofTask(asked)],
      ['tasks/cancel', (asked) => this.#calls.ofTask(asked)],
    ])
  }

  async #hello(revision: string): Promise<Answer> {
    const greetings = await this.#catalog.hellos()
    const { stateful, version, shelves } = this.#options
    // Clients of 2026-07-28 hear of changes without a session.
    const hears = stateful || revision === modernRevision
    const incomplete = greetings.length < shelves.length
    const options = { revision, stateful: hears, version, incomplete, reads: this.#kept !== undefined }
    const [only] = greetings
    return only !== undefined && !this.#catalog.several
      ? singleHello(only.hello, options)
      : mergedHello(greetings, options)
  }

  /** A resource, or the rest of an answer. */
  #read(asked: Asked): Maybe<Answer> {
    const uri = this.#kept === undefined ? undefined : asked.string('uri')
    if (uri?.startsWith(KEPT) !== true) return this.#calls.addressed(asked)
    asked.aboutNothing('resource', uri)
    return this.#kept?.read(asked.client.principal, uri) ?? unknown('resource', uri)
  }

  #list(kind: ListKind, asked: Asked): Promise<Answer> {
    // Lists are whole: there is no page that a cursor of ours could lead to.
    if (asked.incoming.at('cursor') !== undefined) return Promise.resolve(invalid('unknown cursor'))
    return this.#catalog.list(kind, asked.client, asked.x)
  }

  /** A lone upstream cuts its list as it likes; of several the lists are whole. */
  async #tasks(asked: Asked): Promise<Answer> {
    const [only] = this.#options.shelves
    const { failOpen, limits, log, metrics } = this.#options
    if (only !== undefined && !this.#catalog.several) return this.#calls.tasks(only, asked)
    if (asked.incoming.at('cursor') !== undefined) return invalid('unknown cursor')
    const able = new Set(
      (await this.#catalog.hellos()).flatMap(({ target, hello }) => (listsTasks(hello) ? target : [])),
    )
    if (able.size === 0) return notFound(asked.incoming.method)
    return mergedTasks(
      this.#options.shelves.filter(({ target }) => able.has(target)),
      asked,
      {
        limits,
        log,
        metrics,
        failOpen,
        send: (shelf, params, each) => this.#calls.listed(shelf, params, each),
        shown: (task, shelf, each) => this.#calls.shown(task, shelf, each),
      },
    )
  }

  /** Open conversations are told now, later ones when they open; what clients hear is filtered here in any case. */
  async #setLevel(asked: Asked): Promise<Answer> {
    const level = logLevels.find((known) => known === asked.params['level'])
    if (level === undefined) return invalid(`level must be one of ${logLevels.join(', ')}`)
    const greetings = await this.#catalog.hellos()
    if (!greetings.some(({ hello }) => 'logging' in hello.capabilities)) return notFound(asked.incoming.method)
    asked.client.logLevel = level
    const opened = await this.#connections.opened(asked.client)
    await Promise.allSettled(
      opened
        .filter(({ connection }) => 'logging' in connection.hello.capabilities)
        .map(({ shelf }) => this.#calls.send(shelf, asked.text, asked)),
    )
    return done
  }

  /** Methods that we do not know: a lone upstream may, and of several the one that the params speak of. */
  readonly #other: Method = async (asked) => {
    const [only] = this.#options.shelves
    // Rules would judge one of the things that it names, and the upstream might mean another.
    if (
      this.#options.program.permits.length > 0 &&
      naming.filter((each) => asked.string(each) !== undefined).length > 1
    )
      return invalid('more than one thing is named')
    if (asked.string('uri') !== undefined) return this.#calls.addressed(asked)
    if (asked.string('taskId') !== undefined) return this.#calls.ofTask(asked)
    const name = asked.string('name')
    if (name !== undefined)
      for (const kind of ['tool', 'prompt'] as const)
        if (this.#catalog.entryNow(kind, name) !== undefined) return this.#calls.named(kind, asked)
    if (this.#catalog.several || only === undefined) return notFound(asked.incoming.method)
    const { permits, onResult } = this.#options.program
    // What names nothing cannot be judged, and its answer may tell of things that the caller must not know, or must not read.
    if (permits.length > 0 || onResult.length > 0) return notFound(asked.incoming.method)
    return this.#calls.send(only, asked.incoming.rawParams, asked)
  }

  async #notified(client: Client, { method, rawParams }: Incoming): Promise<void> {
    if (method === 'notifications/initialized' || client.connections.size === 0) return
    if (method === 'notifications/progress' && this.#catalog.several) return this.#progress(client, rawParams)
    if (method !== 'notifications/roots/list_changed' && this.#catalog.several) return
    const opened = await this.#connections.opened(client)
    await Promise.all(opened.map(({ connection }) => connection.notify(method, rawParams)))
  }

  /** Progress of a client on a question: only the server that asked it is told. */
  async #progress(client: Client, rawParams: RawJson | undefined): Promise<void> {
    const own = rawParams && this.#connections.tokens(client).restore(rawParams)
    if (own === undefined) return
    await this.#connections.ready(client, own.shelf)?.notify('notifications/progress', own.params)
  }

  /** A request that fails for want of an account is answered with the way to one. */
  async #asks(thrown: unknown, asked: Asked): Promise<Answer | undefined> {
    const needed = loginNeeded(thrown)
    try {
      return needed && (await this.#options.connect?.ask(needed, asked))
    } catch (failed) {
      return broken(failed, asked.x)
    }
  }

  #brokenBy(thrown: unknown, asked: Asked): Answer {
    const failure = asFailure(thrown)
    if (failure.code === 'internal')
      this.#options.log.error('a request broke the federation', {
        method: asked.incoming.method,
        error: failure.message,
        cause: failure.cause instanceof Error ? failure.cause.stack : undefined,
      })
    return broken(failure, asked.x)
  }

  /** What tools say, as much of it as the client takes, and the configuration lets it have at once. */
  #capped(answer: Answer, { client, incoming }: Asked): Answer {
    const { method } = incoming
    if (method !== 'tools/call' && method !== 'tasks/result' && method !== 'tasks/get') return answer
    const { title, result = Infinity, wish } = profileOf(client.clientInfo)
    const limit = this.#options.program.plan.resultLimit?.characters ?? Infinity
    const entry = wish && this.#catalog.entryNow('tool', incoming.string('name') ?? '')
    const wished =
      entry === undefined ? result : Math.min(wishOf(entry.text, wish?.member ?? '') ?? result, wish?.most ?? 0)
    const characters = Math.min(wished, limit)
    if (answer.raw.length <= characters) return answer
    const taker = limit < wished ? 'this gateway' : title
    const kept = this.#kept
    const keep = kept && ((rest: string) => kept.keep(client.principal, rest))
    const cap = { characters, taker, ...(keep !== undefined && { keep }) }
    return { kind: 'result', raw: method === 'tasks/get' ? cappedTask(answer.raw, cap) : capped(answer.raw, cap) }
  }

  #told(came: Answer, x: Exchange): Answer {
    // What methods that we do not know are answered with is between those who do.
    const answer = this.#methods.has(x.mcpMethod) ? readable(came) : came
    const facts = answer.kind === 'error' ? errorFacts(answer.raw) : undefined
    x.mcpErrorCode = facts?.code ?? 0
    x.mcpErrorMessage = facts?.message ?? ''
    this.#options.metrics.mcpRequest(x)
    return answer
  }
}

const NO_HEADERS: readonly ParamHeader[] = []

/** Members by which requests say what they are about. */
const naming = ['name', 'uri', 'taskId'] as const

/** Why a question does not reach its client: the first reason that somebody has. Else what all have made of it. */
function refusing(doors: Program['onQuestion']): Line['refuses'] {
  if (doors.length === 0) return undefined
  return (question) => {
    let asked = question
    for (const door of doors) {
      const said = door(asked)
      if (typeof said === 'string') return said
      asked = said ?? asked
    }
    return asked === question ? undefined : asked
  }
}

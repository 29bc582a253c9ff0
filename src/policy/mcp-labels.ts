// YAML `mcpLabels`: what tools touch, and what a session has met of it: for rules that close the way out once it is tainted.
import { hash } from 'node:crypto'
import { z } from 'zod'
import { duration } from '../config/duration.ts'
import type { Exchange, Flow, Maybe } from '../core/exchange.ts'
import { Failure } from '../core/failure.ts'
import type { Call, Definition, Item, Result } from '../core/item.ts'
import { define, type Path } from '../core/module.ts'
import type { Store } from '../core/store.ts'
import { distance } from '../core/suggest.ts'
import { type Label, labelsOf } from '../scan/labels.ts'
import type { Admission, Policy, Site } from './policy.ts'

const label = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/)
const labelled = z.strictObject({
  /** Of all that the target offers. */
  labels: z.array(label).default([]),
  /** Of single tools, by their servers' names for them. */
  tools: z.record(z.string(), z.array(label)).default({}),
})

const noTools: { [tool: string]: string[] } = {}

const schema = z.strictObject({
  /** Tools that have no line here have the labels that their names, descriptions and hints suggest. */
  guess: z.boolean().default(true),
  targets: z
    .record(z.string(), z.union([z.array(label).transform((labels) => ({ labels, tools: noTools })), labelled]))
    .default({}),
  /** Labels that stay with a session whose calls have brought something back from there. */
  taints: z.array(label).min(1).default(['untrusted-input', 'private-data']),
  /** Whose taint it is. Who opens no session, as in newer revisions, is known by who is calling. */
  by: z.enum(['session', 'caller']).default('session'),
  /** Since the last result that tainted it. */
  forget: duration().default(3_600_000),
  /** Several processes serve the same sessions: what one learns, all know. */
  shared: z.boolean().default(false),
})

type Config = z.output<typeof schema>

/**
 * Text of strangers, private data and a way out must not come together in one session (reference: security §1.3, C7). Labels are
 * `mcp.tool.labels`, what a session has met is `session.taint`; rules decide: `deny: '"external-send" in mcp.tool.labels &&
 * "untrusted-input" in session.taint'`. A result taints before its reader has it.
 */
export const mcpLabels = define({
  key: 'mcpLabels',
  schema,
  compile(config, site: Site): Policy {
    for (const [at, written] of labelsIn(config)) {
      const meant = misspelt(written)
      if (meant !== undefined) site.warning(at, `no rule may know \`${written}\``, `did you mean \`${meant}\`?`)
    }
    return new Labels(config, site)
  },
})

/** Labels that guesses make, and that everybody's rules therefore speak of. */
export const usual = [
  'untrusted-input',
  'private-data',
  'external-send',
  'destructive',
  'code-exec',
] as const satisfies readonly Label[]

/** Labels are anybody's to invent; one that is a slip away from a usual one is none of those, and nothing would be closed. */
const misspelt = (written: string): string | undefined =>
  usual.find((label) => label !== written && distance(label, written) <= 2)

function labelsIn({ targets, taints }: Config): readonly (readonly [at: Path, label: string])[] {
  const all = (at: Path, labels: readonly string[]): readonly (readonly [Path, string])[] =>
    labels.map((each) => [at, each])
  return [
    ...all(['taints'], taints),
    ...Object.entries(targets).flatMap(([target, { labels, tools }]) => [
      ...all(['targets', target], labels),
      ...Object.entries(tools).flatMap(([tool, own]) => all(['targets', target, 'tools', tool], own)),
    ]),
  ]
}

/** Sessions, and tools, that are remembered; beyond, the oldest are forgotten. */
const MOST = 100_000
/** Sessions of one caller: who opens more forgets its own, and nobody else's. */
const EACH = 10_000
/** Processes that write of one session at once. */
const ATTEMPTS = 32
/** How long a process goes by what it has read from the store. */
const FRESH_MS = 1_000

interface Mark {
  /** Whose session it is. */
  readonly owner: string
  readonly labels: readonly string[]
  readonly until: number
  /** When the store was asked last. */
  readonly readAt: number
}

/** What outlives a reload. */
class Memory implements AsyncDisposable {
  readonly marks = new Map<string, Mark>()
  readonly #of = new Map<string, Set<string>>()

  mark(key: string, mark: Mark): void {
    this.#forget(key)
    this.marks.set(key, mark)
    const own = this.#of.get(mark.owner) ?? new Set()
    this.#of.set(mark.owner, own.add(key))
    const [oldest] = own.size > EACH ? own : this.marks.size > MOST ? this.marks.keys() : []
    if (oldest !== undefined) this.#forget(oldest)
  }

  #forget(key: string): void {
    const mark = this.marks.get(key)
    if (mark === undefined) return
    this.marks.delete(key)
    const own = this.#of.get(mark.owner)
    own?.delete(key)
    if (own?.size === 0) this.#of.delete(mark.owner)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.marks.clear()
    this.#of.clear()
  }
}

const none: readonly string[] = Object.freeze([])

class Labels implements Policy, Flow {
  readonly #config: Config
  readonly #site: Site
  readonly #memory: Memory
  /** Of the servers of one backend: those of another one may be called the same. */
  readonly #guesses = new Map<string, readonly string[]>()
  /** Of any tool that a target has had. */
  readonly #ofTarget = new Map<string, Set<string>>()
  readonly #taints: ReadonlySet<string>
  readonly #store: (() => Promise<Store>) | undefined
  readonly #joined = new Map<readonly string[], Map<readonly string[], readonly string[]>>()

  constructor(config: Config, site: Site) {
    this.#config = config
    this.#site = site
    this.#memory = site.keep(`mcpLabels ${site.path.join('.')}`, () => new Memory())
    this.#taints = new Set(config.taints)
    this.#store = config.shared ? site.store : undefined
    if (config.shared && site.store === undefined)
      site.warning(['shared'], 'nothing is kept here that other processes could read')
  }

  admits({ item, raw }: Definition): Admission {
    if (this.#config.guess && item.kind === 'tool') {
      const labels = Object.freeze([...labelsOf(raw)])
      keep(this.#guesses, keyOf(item.target, item.name), labels)
      const all = this.#ofTarget.get(item.target) ?? new Set()
      this.#ofTarget.set(item.target, all)
      for (const label of labels) all.add(label)
    }
    return { kind: 'admit' }
  }

  onRequest(x: Exchange): Maybe<undefined> {
    x.flow = this
    // Node can say where a socket has come from once it is closed, if somebody has asked before. A call outlives its request's.
    void x.request.socket.remoteAddress
    if (this.#store !== undefined) return this.#recall(x)
    return undefined
  }

  labels(target: string, tool: string): readonly string[] {
    const there = Object.hasOwn(this.#config.targets, target) ? this.#config.targets[target] : undefined
    const known = there !== undefined && Object.hasOwn(there.tools, tool) ? there.tools[tool] : undefined
    const own = known ?? this.#guesses.get(keyOf(target, tool)) ?? none
    return there === undefined || there.labels.length === 0 ? own : this.#both(there.labels, own)
  }

  /** Made once for each pair of lists, which are the same for every call. */
  #both(of: readonly string[], own: readonly string[]): readonly string[] {
    const made = this.#joined.get(of) ?? new Map<readonly string[], readonly string[]>()
    this.#joined.set(of, made)
    const all = made.get(own) ?? [...new Set([...of, ...own])]
    made.set(own, all)
    return all
  }

  taint(x: Exchange): readonly string[] {
    const mark = this.#memory.marks.get(this.#whose(x, x.mcpSession))
    return mark === undefined || mark.until <= Date.now() ? none : mark.labels
  }

  onResult(result: Result, { item }: Call, x: Exchange): Maybe<Result> {
    const met = this.#of(item).filter((each) => this.#taints.has(each))
    if (met.length === 0) return result
    const before = this.taint(x)
    const labels = [...new Set([...before, ...met])]
    const key = this.#whose(x, x.mcpSession)
    const until = Date.now() + this.#config.forget
    this.#memory.mark(key, { owner: this.#whose(x, ''), labels, until, readAt: Date.now() })
    if (labels.length > before.length && item.kind !== 'model')
      this.#site.log.info('a session is tainted', { target: item.target, name: item.name, labels: labels.join(' ') })
    // Other processes know it before the reader does.
    return this.#store === undefined ? result : this.#tell(key, labels).then(() => result)
  }

  /**
   * Labels of what was used. A task may be a call of any tool of its target, and what a tool reads may be read as a resource, or
   * come with a prompt: nobody gets round a tool's labels that way.
   */
  #of(item: Item): readonly string[] {
    if (item.kind === 'model') return none
    if (item.kind === 'tool') return this.labels(item.target, item.name)
    const there = Object.hasOwn(this.#config.targets, item.target) ? this.#config.targets[item.target] : undefined
    const guessed = this.#ofTarget.get(item.target) ?? []
    return [...(there?.labels ?? []), ...Object.values(there?.tools ?? {}).flat(), ...guessed]
  }

  /** A session by the beginning of its id, as the log has it; anybody else by who has been found to be calling. */
  #whose(x: Exchange, session: string): string {
    if (this.#config.by === 'session' && session !== '') return `session ${session}`
    const { jwt, apiKey, basicAuth, identity } = x
    if (jwt !== undefined) return `jwt ${JSON.stringify([jwt.claims['iss'], jwt.claims['sub']])}`
    if (apiKey !== undefined) return `key ${hash('sha256', apiKey.key)}`
    if (basicAuth !== undefined) return `user ${basicAuth.username}`
    if (identity !== undefined) return `${identity.via} ${identity.subject}`
    // Nobody tells the others apart: those of one machine share what any of them has met.
    return `anyone at ${x.request.socket.remoteAddress ?? ''}`
  }

  /** Fails with `store.unreachable`: whether a session is tainted is not guessed. */
  async #recall(x: Exchange): Promise<undefined> {
    const said = x.request.headers['mcp-session-id']
    const key = this.#whose(x, typeof said === 'string' ? said.slice(0, 16) : '')
    const mark = this.#memory.marks.get(key)
    const now = Date.now()
    if (mark !== undefined && now - mark.readAt < FRESH_MS) return undefined
    const store = await this.#store?.()
    const entry = await store?.get(storeKey(key))
    const labels = [
      ...new Set([...(mark !== undefined && mark.until > now ? mark.labels : []), ...words(entry?.value)]),
    ]
    const until = entry === undefined && mark !== undefined ? mark.until : now + this.#config.forget
    this.#memory.mark(key, { owner: this.#whose(x, ''), labels, until, readAt: now })
    return undefined
  }

  /** Fails when others write all the time: a result that taints nobody is not passed on. */
  async #tell(key: string, labels: readonly string[]): Promise<void> {
    const store = await this.#store?.()
    if (store === undefined) return
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const there = await store.get(storeKey(key))
      const all = [...new Set([...words(there?.value), ...labels])].toSorted()
      // Of two that write at once neither takes away what the other has met.
      const put = { ttlMs: this.#config.forget, when: there?.version ?? ('absent' as const) }
      if ((await store.put(storeKey(key), all.join(' '), put)) !== undefined) return
    }
    throw new Failure(
      'store.unreachable',
      'what a session has met cannot be written down: others write it all the time',
    )
  }
}

const keyOf = (target: string, tool: string): string => `${target}\n${tool}`
const storeKey = (key: string): readonly string[] => ['mcp', 'taint', hash('sha256', key)]
const words = (text: string | undefined): readonly string[] => (text ?? '').split(' ').filter((word) => word !== '')

/** The newest stand last; what has stood longest goes first. */
function keep<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= MOST) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}

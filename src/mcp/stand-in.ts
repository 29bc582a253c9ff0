// What a server lists to people who have not connected their account there yet: what others have been shown alike, else one tool that
// leads to the login. Never what only one person is shown, unless the configuration says that lists are everybody's.
import { type RawJson, rawJson, type TargetName } from '../core/brand.ts'
import { asFailure } from '../core/failure.ts'
import type { Store, StoreKey } from '../core/store.ts'
import type { Log } from '../telemetry/log.ts'
import type { Hello } from './conversation.ts'
import { readHello } from './egress/hello.ts'
import { type Listing, type ListKind, nothingListed, type Offer } from './offers.ts'

/** Lists that can be learnt from people. Resources are often their own. */
type Learnt = 'tool' | 'prompt' | 'hello'
const learnt = ['tool', 'prompt', 'hello'] as const satisfies readonly Learnt[]

export interface StandInOptions {
  readonly target: TargetName
  /** Where the server is: what is known of its lists is kept under it. */
  readonly place: string
  /** One person's lists may be shown to all. */
  readonly shared: boolean
  readonly store: (() => Promise<Store>) | undefined
  readonly log: Log
}

/** Texts, and two people (at most) who were shown each of them. */
type Seen = Map<RawJson, readonly string[]>

/** Two are enough to know that something is not one person's alone. */
const WITNESSES = 2
/** Name of the tool that leads to the login. */
export const CONNECT = 'connect'

export class StandIn {
  /** Resolves when what was known before has been read; never rejects. */
  readonly ready: Promise<void>
  readonly #options: StandInOptions
  readonly #seen: Record<Learnt, Seen> = { tool: new Map(), prompt: new Map(), hello: new Map() }
  readonly #lists = new Map<ListKind, Listing>()
  readonly #invitation: Listing
  #hello: Hello | undefined = undefined
  #saving: Promise<void> = Promise.resolve()

  constructor(options: StandInOptions) {
    this.#options = options
    this.#invitation = { offers: [invitation(options.target)], pages: [], extra: '' }
    this.ready = this.#load()
  }

  get hello(): Hello {
    this.#hello ??= readHello(this.#options.target, {
      kind: 'result',
      raw: this.#common('hello')[0] ?? greeting(this.#options.target),
    })
    return this.#hello
  }

  listing(kind: ListKind): Listing {
    let list = this.#lists.get(kind)
    if (list === undefined) this.#lists.set(kind, (list = this.#listed(kind)))
    return list
  }

  /** A person has been shown this. Whether what stands in is something else now. */
  learn(principal: string, kind: ListKind | 'hello', texts: readonly RawJson[]): boolean {
    const what = learnt.find((each) => each === kind)
    if (what === undefined) return false
    const before = this.#common(what).join()
    const seen = this.#seen[what]
    const now = new Set(texts)
    let changed = false
    for (const [text, people] of seen) {
      if (now.has(text) || !people.includes(principal)) continue
      changed = true
      const others = people.filter((one) => one !== principal)
      if (others.length === 0) seen.delete(text)
      else seen.set(text, others)
    }
    for (const text of now) {
      const people = seen.get(text) ?? []
      if (people.length >= WITNESSES || people.includes(principal)) continue
      changed = true
      seen.set(text, [...people, principal])
    }
    if (changed) this.#saving = this.#saving.then(() => this.#save())
    if (before === this.#common(what).join()) return false
    if (what === 'hello') this.#hello = undefined
    else this.#lists.delete(what)
    return true
  }

  #common(what: Learnt): readonly RawJson[] {
    const most = this.#options.shared ? 1 : WITNESSES
    return [...this.#seen[what]].flatMap(([text, people]) => (people.length >= most ? [text] : []))
  }

  #listed(kind: ListKind): Listing {
    if (kind !== 'tool' && kind !== 'prompt') return nothingListed
    const offers = new Map<string, Offer>()
    for (const raw of this.#common(kind)) {
      const { name }: { readonly name: string } = JSON.parse(raw)
      if (!offers.has(name)) offers.set(name, { name, raw })
    }
    if (offers.size > 0) return { offers: [...offers.values()], pages: [], extra: '' }
    return kind === 'tool' ? this.#invitation : nothingListed
  }

  async #load(): Promise<void> {
    try {
      const entry = await (await this.#options.store?.())?.get(this.#place)
      if (entry === undefined) return
      const kept: Record<Learnt, [RawJson, readonly string[]][]> = JSON.parse(entry.value)
      for (const what of learnt)
        for (const [text, people] of kept[what]) if (!this.#seen[what].has(text)) this.#seen[what].set(text, people)
    } catch (thrown) {
      this.#unkept(thrown)
    }
  }

  async #save(): Promise<void> {
    const { tool, prompt, hello } = this.#seen
    try {
      const text = JSON.stringify({ tool: [...tool], prompt: [...prompt], hello: [...hello] })
      await (await this.#options.store?.())?.put(this.#place, text)
    } catch (thrown) {
      this.#unkept(thrown)
    }
  }

  /** Without it, lists are learnt once more. */
  #unkept(thrown: unknown): void {
    const { target, log } = this.#options
    log.debug('lists of a target cannot be kept', { target, error: asFailure(thrown).message })
  }

  get #place(): StoreKey {
    return ['login', 'catalog', this.#options.place]
  }
}

const invitation = (target: TargetName): Offer => ({
  name: CONNECT,
  raw: rawJson(
    JSON.stringify({
      name: CONNECT,
      title: `Connect ${target}`,
      description: `The tools of ${target} act with an account of the user, who has not connected one yet. Call this to get a link for them; what ${target} offers is listed afterwards.`,
      inputSchema: { type: 'object', properties: {} },
      annotations: { readOnlyHint: true, openWorldHint: false },
    }),
  ),
})

const greeting = (target: TargetName): RawJson =>
  rawJson(
    JSON.stringify({
      protocolVersion: '2025-11-25',
      capabilities: { tools: {}, prompts: {}, resources: {} },
      serverInfo: { name: target, version: '0' },
    }),
  )

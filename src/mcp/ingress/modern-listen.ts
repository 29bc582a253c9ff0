// `subscriptions/listen`: one stream for what belongs to no request, of just the kinds that its client named (2026-07-28, subscriptions).
import { type RawJson, rawJson } from '../../core/brand.ts'
import type { Exchange, Reply } from '../../core/exchange.ts'
import { version } from '../../core/version.ts'
import { encodeEvent } from '../../http/sse.ts'
import { Cancel } from '../cancellation.ts'
import type { Answer, Caller, Incoming } from '../conversation.ts'
import { cut, type Edit, edited, elements, find, members, type Span, setMember } from '../json.ts'
import { stringAt } from '../outline.ts'
import { codes, errorObject, notificationText, resultText } from '../wire.ts'
import type { Listener, ModernClient } from './modern-clients.ts'
import { type Asking, type ModernDesk, missing, turnedAway } from './modern-desk.ts'
import { Reworded } from './modern-envelope.ts'
import { listeningKey } from './modern-listenings.ts'
import { answerReply, refuseModern } from './modern-result.ts'
import { declaresTasks, TASKS } from './modern-task-words.ts'
import { eventReply, messageText } from './replies.ts'
import { EventStream } from './stream.ts'
import { TaskWatch } from './task-watch.ts'

/** What a client wants to hear of, or will. */
interface Filter {
  /** Methods of notifications. */
  readonly kinds: ReadonlySet<string>
  readonly uris: readonly string[]
  /** Ids of tasks, as the client holds them. */
  readonly tasks: readonly string[]
}

const flags = {
  toolsListChanged: 'notifications/tools/list_changed',
  promptsListChanged: 'notifications/prompts/list_changed',
  resourcesListChanged: 'notifications/resources/list_changed',
} as const
const UPDATED = 'notifications/resources/updated'
const TASK_NEWS = 'notifications/tasks'
/** Resources that one stream may be about, and tasks. */
const MOST = 1_000
const MOST_TASKS = 100
/** Who lost a conversation with an upstream subscribes anew after so long, then after twice as long. */
const RENEW_MS = 2_000
const RENEW_MOST_MS = 60_000

/** Opens the stream at once, whatever upstreams do: some clients wait for it before they ask anything (reference: mcp §12.2.9). */
export function listen(asking: Asking): Reply {
  const { x, request, envelope, principal, desk } = asking
  const { id } = request
  const filter = filterOf(request)
  if (typeof filter === 'string')
    return refuseModern(x, id, {
      status: 200,
      code: codes.invalidParams,
      message: `invalid request parameters: ${filter}`,
    })
  if (filter.tasks.length > 0 && !declaresTasks(JSON.parse(envelope.capabilities)))
    return answerReply(messageText(id, missing({ extensions: { [TASKS]: {} } })), 400)
  const client = desk.clients.own(envelope, principal)
  if (typeof client === 'string') return turnedAway(asking, client)
  const listening = new Listening(desk, client, { x, id, filter })
  return eventReply(listening.stream)
}

function filterOf({ rawParams }: Incoming): Filter | string {
  const span = rawParams === undefined ? undefined : find(rawParams, ['notifications'])
  if (rawParams === undefined || span === undefined || rawParams.charCodeAt(span.start) !== 123)
    return 'notifications must be an object'
  const said = cut(rawParams, span)
  const named = members(said)
  const kinds = new Set<string>()
  for (const [flag, method] of Object.entries(flags)) {
    const at = named.get(flag)
    const value = at === undefined ? 'false' : cut(said, at)
    if (value === 'true') kinds.add(method)
    else if (value !== 'false') return `${flag} must be true or false`
  }
  const uris = textsIn(said, named.get('resourceSubscriptions'))
  if (uris === undefined) return 'resourceSubscriptions must be a list of URIs'
  if (uris.length > MOST) return `more than ${MOST} resources`
  const tasks = textsIn(said, named.get('taskIds'))
  if (tasks === undefined) return 'taskIds must be a list of ids'
  return tasks.length > MOST_TASKS ? `more than ${MOST_TASKS} tasks` : { kinds, uris, tasks }
}

/** The texts in a list, each once; `undefined`: it is no list of texts. */
function textsIn(said: string, at: Span | undefined): readonly string[] | undefined {
  if (at === undefined) return []
  if (said.charCodeAt(at.start) !== 91) return undefined
  const texts = new Set<string>()
  for (const element of elements(said, at.start)) {
    const text = stringAt(said, element)
    if (text === undefined) return undefined
    texts.add(text)
  }
  return [...texts]
}

interface Wish {
  readonly x: Exchange
  readonly id: RawJson
  readonly filter: Filter
}

/** One open stream. */
class Listening implements Listener {
  seat = -1
  readonly stream: EventStream
  readonly key: string
  readonly address: string | undefined
  readonly #desk: ModernDesk
  readonly #client: ModernClient
  readonly #x: Exchange
  readonly #id: RawJson
  readonly #filter: Filter
  readonly #cancel = new Cancel()
  /** What has been promised; nothing is said before. */
  #promised: Filter | undefined = undefined
  #watches: readonly TaskWatch[] = []
  #detach: (() => void) | undefined = undefined
  #over = false
  /** Conversations that bring news of resources, and when the lost ones among them are looked for again. */
  #conversations = 0
  #renewAt = 0
  #renewMs = RENEW_MS

  constructor(desk: ModernDesk, client: ModernClient, { x, id, filter }: Wish) {
    this.#desk = desk
    this.#client = client
    this.#x = x
    this.#id = id
    this.#filter = filter
    this.key = listeningKey(client.principal, id)
    this.address = x.request.socket.remoteAddress
    this.stream = new EventStream(desk.streams, () => this.#close())
    client.use(x, this)
    desk.listening.add(this)
    if (filter.uris.length + filter.tasks.length === 0) this.#promise([], [])
    else void this.#agree() // never rejects
  }

  notification(method: string, params: RawJson | undefined): void {
    const wanted = method === UPDATED ? this.#promised?.uris.length !== 0 : this.#promised?.kinds.has(method)
    if (this.#promised === undefined || wanted !== true) return
    this.#say(notificationText(method, this.#stamped(params)))
  }

  ask(): Promise<Answer> {
    return Promise.resolve(nobody)
  }

  /** A conversation that was lost brings no news any more, and no call of this client would open it again. */
  visit(now: number): void {
    const lost = this.#conversations - this.#client.connections.size
    if (lost <= 0 || this.#over || now < this.#renewAt) return
    this.#renewAt = now + this.#renewMs
    this.#renewMs = Math.min(this.#renewMs * 2, RENEW_MOST_MS)
    void this.#renew() // never rejects
  }

  /** Ends it as this revision ends such streams: with an answer. */
  end(): void {
    if (this.#over) return
    this.#say(
      resultText(this.#id, rawJson(`{"resultType":"complete","_meta":{"${SUBSCRIPTION}":${this.#id},${SERVER}}}`)),
    )
    this.stream.finish()
  }

  async #agree(): Promise<void> {
    const { uris, tasks } = this.#filter
    const [told, followed] = await Promise.all([this.#subscribe(uris), this.#follow(tasks)])
    this.#promise(told, followed)
  }

  #promise(uris: readonly string[], watches: readonly TaskWatch[]): void {
    if (this.#over) return watches.forEach((watch) => watch.end())
    const { kinds } = this.#filter
    const tasks = watches.map(({ sealed }) => sealed)
    this.#promised = { kinds, uris, tasks }
    this.#watches = watches
    this.#conversations = this.#client.connections.size
    const honoured = {
      ...Object.fromEntries(
        Object.entries(flags).flatMap(([flag, method]) => (kinds.has(method) ? [[flag, true]] : [])),
      ),
      ...(uris.length > 0 && { resourceSubscriptions: uris }),
      ...(tasks.length > 0 && { taskIds: tasks }),
    }
    const params = rawJson(JSON.stringify({ notifications: honoured }))
    this.#say(notificationText('notifications/subscriptions/acknowledged', this.#stamped(params)))
    if (kinds.size > 0) this.#detach = this.#desk.federation.attach(this.#client)
    else if (uris.length + tasks.length === 0) this.end()
    for (const watch of watches) watch.begin()
  }

  /** Tasks that are the caller's, and that their servers know. */
  async #follow(tasks: readonly string[]): Promise<readonly TaskWatch[]> {
    const all = tasks.flatMap((sealed) => {
      const task = this.#desk.tasks.open(sealed, this.#client.principal)
      if (task === undefined) return []
      const about = { desk: this.#desk, client: this.#client, x: this.#x, task, sealed }
      const told = (params: RawJson): void => this.#say(notificationText(TASK_NEWS, this.#stamped(params)))
      return [new TaskWatch(about, { signal: this.#cancel, told })]
    })
    const opened = await Promise.all(all.map((watch) => watch.open(this.#desk.limits.listBudgetMs)))
    return all.filter((_, index) => opened[index])
  }

  /** Those that upstreams agree to tell of, within the time that lists have as well. */
  async #subscribe(uris: readonly string[]): Promise<readonly string[]> {
    if (uris.length === 0) return []
    const agreed = new Set<string>()
    const all = uris.map(async (uri) => {
      const answer = await this.#desk.federation.request(this.#client, subscribe(uri), this.#caller(), this.#x)
      if (answer.kind === 'result') agreed.add(uri)
    })
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, this.#desk.limits.listBudgetMs)
    await Promise.race([Promise.allSettled(all), promise])
    clearTimeout(timer)
    this.#x.mcpMethod = 'subscriptions/listen'
    return uris.filter((uri) => agreed.has(uri))
  }

  async #renew(): Promise<void> {
    const uris = this.#promised?.uris ?? []
    for (const uri of uris) this.#client.subscriptions.delete(uri)
    const again = await this.#subscribe(uris)
    if (this.#over || this.#client.connections.size < this.#conversations) return
    this.#renewMs = RENEW_MS
    // What happened meanwhile nobody has told.
    for (const uri of again) this.notification(UPDATED, rawJson(JSON.stringify({ uri })))
  }

  #caller(): Caller {
    return { signal: this.#cancel, notification: () => {}, ask: () => Promise.resolve(nobody) }
  }

  #say(text: RawJson): void {
    this.stream.write(encodeEvent({ event: 'message', data: text }))
  }

  /** Which subscription a message belongs to: named by the id of its request. */
  #stamped(params: RawJson | undefined): RawJson {
    const said = params ?? rawJson('{}')
    const meta = members(said).get('_meta')
    const edit: Edit =
      meta === undefined || said.charCodeAt(meta.start) !== 123
        ? setMember(said, 0, '_meta', `{"${SUBSCRIPTION}":${this.#id}}`)
        : setMember(said, meta.start, SUBSCRIPTION, this.#id)
    return edited(said, [edit])
  }

  #close(): void {
    if (this.#over) return
    this.#over = true
    this.#detach?.()
    for (const watch of this.#watches) watch.end()
    this.#desk.listening.delete(this)
    this.#cancel.abort('the client is gone')
    this.#desk.clients.release(this.#client, this)
  }
}

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId'
const SERVER = `"io.modelcontextprotocol/serverInfo":${JSON.stringify({ name: 'toolgate', version })}`
const nobody: Answer = { kind: 'error', raw: errorObject(codes.methodNotFound, 'nobody is asked anything here') }

const subscribe = (uri: string): Incoming =>
  new Reworded({ method: 'resources/subscribe', rawParams: rawJson(JSON.stringify({ uri })) }, new Map())

// Uses of what upstreams offer: looked up, permitted, passed through the doors, sent to the right upstream as the text that came.
import { type RawJson, rawJson, type TargetName } from '../core/brand.ts'
import type { Exchange, Maybe } from '../core/exchange.ts'
import type { Call, Result } from '../core/item.ts'
import type { Guardrails } from '../policy/plan.ts'
import { type Program, permitted } from '../policy/policy.ts'
import type { ServerItem } from './admissions.ts'
import { ambiguity } from './ambiguity.ts'
import { Approvals } from './approvals.ts'
import { Asked, denied, done, invalid, unknown } from './asked.ts'
import type { Cancellation } from './cancellation.ts'
import type { Catalog } from './catalog.ts'
import type { Connections } from './connections.ts'
import type { Answer, Client, Connection } from './conversation.ts'
import { namedFailure } from './errors.ts'
import { guardedAnswer, guardedRequest, isSingle } from './guarding.ts'
import { cut, type Edit, edited, elements, find, setMember } from './json.ts'
import type { Entry } from './merge.ts'
import type { Shelf } from './shelf.ts'
import { Standing } from './standing.ts'
import { stepUp } from './step-up.ts'
import { begunTask, type TaskNames, withTasks } from './task-names.ts'
import { exposeError, exposeUri, exposeUris, quoted } from './uris.ts'

export interface CallsOptions {
  readonly catalog: Catalog
  readonly connections: Connections
  readonly program: Program
  readonly tasks: TaskNames
}

/** What one use is about, and how the upstream calls it. */
interface Use {
  readonly item: ServerItem
  readonly shelf: Shelf
  /** Where the params hold the name, and the name as the client said it. */
  readonly path: readonly [string, string?]
  readonly said: string
}

/** A call whose input nobody has read yet. A class: a getter in a literal gives each object a shape of its own, kept until a full collection. */
class Unread implements Call {
  readonly item: ServerItem
  readonly #asked: Asked

  constructor(item: ServerItem, asked: Asked) {
    this.item = item
    this.#asked = asked
  }

  get input(): unknown {
    return this.#asked.params['arguments'] ?? {}
  }
}

export class Calls {
  readonly #catalog: Catalog
  readonly #connections: Connections
  readonly #program: Program
  readonly #tasks: TaskNames
  /** Somebody judges calls: what they judge must be all that the upstream can read. */
  readonly #judged: boolean
  readonly #approvals: Approvals | undefined

  constructor({ catalog, connections, program, tasks }: CallsOptions) {
    this.#catalog = catalog
    this.#connections = connections
    this.#program = program
    this.#tasks = tasks
    this.#approvals = program.approvals.length === 0 ? undefined : new Approvals(program.approvals)
    this.#judged =
      program.permits.length > 0 ||
      program.admits.length > 0 ||
      program.onCall.length > 0 ||
      program.plan.guardrails !== undefined
  }

  /** `tools/call` and `prompts/get`. */
  named(kind: 'tool' | 'prompt', asked: Asked): Maybe<Answer> {
    const name = asked.string('name')
    if (name === undefined) return invalid('name must be a string')
    const entry = this.#catalog.entryNow(kind, name)
    if (entry === undefined)
      return this.#catalog.entry(kind, name).then((found) => this.#entered(kind, name, found, asked))
    return this.#entered(kind, name, entry, asked)
  }

  #entered(kind: 'tool' | 'prompt', name: string, entry: Entry | undefined, asked: Asked): Maybe<Answer> {
    const shelf = entry && this.#catalog.shelf(entry.item.target)
    if (entry === undefined || shelf === undefined) return this.#nothing(kind, name, asked)
    return this.use({ item: entry.item, shelf, path: NAME, said: name }, asked)
  }

  /** `resources/read` and every other request about one URI. */
  async addressed(asked: Asked): Promise<Answer> {
    const uri = asked.string('uri')
    if (uri === undefined) return invalid('uri must be a string')
    const place = this.#catalog.placeNow(uri) ?? (await this.#catalog.place(uri))
    if (place === undefined || this.#catalog.quarantined(place)) return this.#nothing('resource', uri, asked)
    const item = { kind: 'resource', target: place.shelf.target, name: place.uri } as const
    return this.use({ item, shelf: place.shelf, path: URI, said: uri }, asked)
  }

  /** Requests about a task of 2025-11-25: its id says whose it is. */
  async ofTask(asked: Asked): Promise<Answer> {
    const id = asked.string('taskId')
    if (id === undefined) return invalid('taskId must be a string')
    const found = this.#task(id, asked.client)
    return found === undefined ? this.#nothing('task', id, asked) : this.use({ ...found, path: TASK, said: id }, asked)
  }

  /** From now on a client hears how a task is; `undefined`: it is none that the caller may ask about. */
  async follow(client: Client, id: string, x: Exchange): Promise<(() => void) | undefined> {
    const found = this.#task(id, client)
    const { permits } = this.#program
    if (found === undefined || (permits.length > 0 && permitted(this.#program, found.item, x, {}) !== 'yes'))
      return undefined
    const connection = await this.#connections.open(client, found.shelf)
    return connection.follow?.(found.item.name) ?? NOTHING_TO_END
  }

  #task(said: string, client: Client): Pick<Use, 'item' | 'shelf'> | undefined {
    const { several, shelves } = this.#catalog
    const place = this.#tasks.split(client, said, several ? undefined : shelves[0]?.target)
    const shelf = place && this.#catalog.shelf(place.target)
    return place && shelf && { item: { kind: 'task', target: shelf.target, name: place.id }, shelf }
  }

  /** `tasks/list` of a lone upstream: those tasks that the caller may ask for. */
  async tasks(shelf: Shelf, asked: Asked): Promise<Answer> {
    const answer = await this.listed(shelf, asked.incoming.rawParams, asked)
    const span = answer.kind === 'error' ? undefined : find(answer.raw, ['tasks'])
    if (span === undefined) return answer
    const kept = elements(answer.raw, span.start).flatMap(
      (element) => this.shown(cut(answer.raw, element), shelf, asked) ?? [],
    )
    return { kind: 'result', raw: edited(answer.raw, [{ ...span, with: `[${kept.join(',')}]` }]) }
  }

  /**
   * A listed task as its client knows it; `undefined`: it is somebody else's, for all that is known, or none that the caller may ask
   * for. To a server all who come through here are one, unless each has a process or credentials of their own.
   */
  shown(text: RawJson, shelf: Shelf, { client, x }: Asked): string | undefined {
    const task: unknown = JSON.parse(text)
    const name = typeof task === 'object' && task !== null && 'taskId' in task ? task.taskId : undefined
    const { target, personal } = shelf
    if (typeof name !== 'string' || (!personal && !this.#tasks.owns(client, target, name))) return undefined
    const { permits } = this.#program
    if (permits.length > 0 && permitted(this.#program, { kind: 'task', target, name }, x) === 'no') return undefined
    return this.#named(rawJson(text), target, client)
  }

  /** One target's list of tasks: what it says of them passes the doors, though nobody has asked for a certain one. */
  async listed(shelf: Shelf, params: RawJson | undefined, asked: Asked): Promise<Answer> {
    const answer = await this.send(shelf, params, asked)
    return await this.#through(answer, { item: { kind: 'task', target: shelf.target, name: '' }, input: {} }, asked)
  }

  /** `completion/complete`: goes to whoever owns what is being completed. */
  async completion(asked: Asked): Promise<Answer> {
    const reference = asked.params['ref']
    if (typeof reference !== 'object' || reference === null) return invalid('ref must be an object')
    const type = 'type' in reference ? reference.type : undefined
    if (type === 'ref/prompt' && 'name' in reference && typeof reference.name === 'string') {
      const said = reference.name
      const entry = await this.#catalog.entry('prompt', said)
      const shelf = entry && this.#catalog.shelf(entry.item.target)
      if (entry === undefined || shelf === undefined) return this.#nothing('prompt', said, asked)
      return this.use({ item: entry.item, shelf, path: REF_NAME, said }, asked)
    }
    if (type === 'ref/resource' && 'uri' in reference && typeof reference.uri === 'string') {
      const said = reference.uri
      const place = await this.#catalog.place(said)
      if (place === undefined || this.#catalog.quarantined(place)) return this.#nothing('template', said, asked)
      const { shelf, uri } = place
      const kind = shelf.listing('template')?.offers.some(({ name }) => name === uri) === true ? 'template' : 'resource'
      return this.use({ item: { kind, target: shelf.target, name: uri }, shelf, path: REF_URI, said }, asked)
    }
    return invalid('ref must name a prompt or a resource')
  }

  /** A refusal, where somebody judges calls and this one could be read in two ways. */
  unclear(item: ServerItem, { text }: Asked): Answer | undefined {
    const why = this.#judged ? ambiguity(item, text) : undefined
    return why === undefined ? undefined : invalid(why)
  }

  /** Permits, doors, the wire, doors again. */
  use(use: Use, asked: Asked): Promise<Answer> {
    const { item, shelf } = use
    asked.about(item, shelf)
    if (this.#judged) return this.#throughDoors(use, asked)
    const answer = this.send(shelf, this.#params(use, asked, NO_INPUT), asked)
    if (this.#program.onResult.length > 0) return answer.then((each) => this.#shown(each, use, asked))
    return this.#catalog.several || holdsTask(use, asked)
      ? answer.then((each) => this.#exposed(each, use, asked))
      : answer
  }

  async #throughDoors(use: Use, came: Asked): Promise<Answer> {
    const { item, shelf } = use
    const program = this.#program
    const { guardrails } = program.plan
    const message = { method: came.incoming.method, targets: [item.target] }
    const guarding = guardrails !== undefined && isSingle(message.method) ? guardrails : undefined
    const unclear = this.unclear(item, came)
    if (unclear !== undefined) return unclear
    const asked = guarding === undefined ? came : await this.#guarded(guarding, use, came)
    if (!(asked instanceof Asked)) return asked
    let call: Call = { item, input: asked.params['arguments'] ?? {} }
    const verdict = program.permits.length > 0 ? permitted(program, item, asked.x, call.input) : 'yes'
    if (verdict === 'ask' && this.#approvals !== undefined) {
      const refused = await this.#approvals.obtain(call, asked)
      if (refused !== undefined) return refused
      asked.standing = new Standing(program, call, asked, true)
      if (!asked.standing.holds()) return this.#denied(use, asked)
    } else if (verdict !== 'yes') {
      return stepUp(program, call, asked.x) ?? this.#denied(use, asked)
    } else if (program.permits.length > 0) asked.standing = new Standing(program, call, asked, false)
    if (item.kind === 'task' && asked.standing !== undefined) {
      const { principal } = asked.client
      asked.standing.begun = this.#tasks.calls.of({ principal, target: item.target, id: item.name })
      // What it brings is what the server has asked its user.
      if (message.method === 'tasks/update' && !asked.standing.holds()) return this.#denied(use, asked)
    }
    const { input } = call
    for (const door of program.onCall) {
      const next = door(call, asked.x)
      call = next instanceof Promise ? await next : next
    }
    const params = this.#params(use, asked, call.input === input ? NO_INPUT : call.input)
    let answer: Answer
    try {
      answer = await this.send(shelf, params, asked)
    } catch (thrown) {
      // What a server makes of a question that was refused is nothing to its caller.
      if (asked.standing?.over !== true) throw thrown
      answer = done
    }
    if (asked.standing?.over === true) return this.#denied(use, asked)
    const shown = guarding === undefined ? answer : await guardedAnswer(guarding, asked, answer, message)
    const through = this.#through(shown, call, asked)
    return this.#exposed(through instanceof Promise ? await through : through, use, asked)
  }

  /** The answer to a call that nobody judged: its input is read only for a door that asks for it. */
  #shown(answer: Answer, use: Use, asked: Asked): Maybe<Answer> {
    const through = this.#through(answer, new Unread(use.item, asked), asked)
    return through instanceof Promise
      ? through.then((each) => this.#exposed(each, use, asked))
      : this.#exposed(through, use, asked)
  }

  /** An answer on its way back through the doors; a promise only where one of them waits, since that costs every call. */
  #through(answer: Answer, call: Call, asked: Asked, from = 0): Maybe<Answer> {
    let result: Result = answer
    const doors = this.#program.onResult
    for (let i = from; i < doors.length; i++) {
      const next = doors[i]?.(result, call, asked.x) ?? result
      if (next instanceof Promise) return next.then((each) => this.#through(each, call, asked, i + 1))
      result = next
    }
    return result
  }

  /** The request after whoever guards it; it can be read in one way only, whoever wrote it. */
  async #guarded(guardrails: Guardrails, use: Use, asked: Asked): Promise<Asked | Answer> {
    const { item, shelf, path } = use
    const message = {
      method: asked.incoming.method,
      targets: [item.target],
      text: this.#params(use, asked, NO_INPUT),
    }
    const guarded = await guardedRequest(guardrails, asked, message, { path, name: item.name })
    if (!(guarded instanceof Asked) || guarded === asked) return guarded
    guarded.about(item, shelf)
    return this.unclear(item, guarded) ?? guarded
  }

  /** Sends a request as it is now and waits for the answer. Throws a failure that names target and step. */
  send(shelf: Shelf, params: RawJson | undefined, asked: Asked): Promise<Answer> {
    const { client, incoming, caller, x } = asked
    const connection = this.#connections.ready(client, shelf)
    // A session that ended meanwhile has hung up for good: nothing may be opened for it.
    if (connection === undefined || caller.signal?.aborted === true) return this.#opened(shelf, params, asked)
    const relay = this.#connections.caller(client, shelf, caller, asked.standing)
    return connection.request({ method: incoming.method, params, headers: x.headers, who: x }, relay) // fails with target and step
  }

  async #opened(shelf: Shelf, params: RawJson | undefined, asked: Asked): Promise<Answer> {
    const { client, incoming, caller, x } = asked
    const { method } = incoming
    try {
      if (caller.signal?.aborted === true) throw caller.signal.reason
      const connection = await orAborted(this.#connections.open(client, shelf), caller.signal)
      const relay = this.#connections.caller(client, shelf, caller, asked.standing)
      return await connection.request({ method, params, headers: x.headers, who: x }, relay)
    } catch (thrown) {
      throw namedFailure(shelf.target, method, thrown)
    }
  }

  /** Params as the upstream understands them: only the name, and an input that a door has changed, are exchanged. */
  #params(use: Use, asked: Asked, input: unknown): RawJson {
    const { text } = asked
    const edits: Edit[] = []
    if (use.said !== use.item.name) {
      const [name, below] = use.path
      const span = below === undefined ? asked.incoming.at(name) : find(text, [name, below])
      if (span !== undefined) edits.push({ ...span, with: quoted(use.item.name) })
    }
    if (input !== NO_INPUT) edits.push(setMember(text, 0, 'arguments', JSON.stringify(input)))
    return edited(text, edits)
  }

  #exposed(answer: Answer, { item, said }: Use, asked: Asked): Answer {
    const { several } = this.#catalog
    if (!several && !holdsTask({ item }, asked)) return answer
    const { target, kind, name } = item
    if (answer.kind === 'error')
      return kind === 'resource' || kind === 'template'
        ? { kind: 'error', raw: exposeError(answer.raw, name, said) }
        : answer
    const raw = several ? exposeUris(answer.raw, (uri) => exposeUri(target, uri)) : answer.raw
    const begins = asked.caller.takesInput === true && answer.raw.includes('resultType"') // may be a task of 2026-07-28
    if (!begins && !holdsTask({ item }, asked)) return { kind: 'result', raw }
    const begun = kind === 'tool' ? begunTask(answer.raw) : undefined
    if (begun !== undefined) this.#began(begun, item, asked)
    return { kind: 'result', raw: this.#named(raw, target, asked.client) }
  }

  #began(id: string, item: ServerItem, { client, params, text }: Asked): void {
    const { target } = item
    this.#tasks.began(client, target, id)
    if (this.#program.permits.length === 0) return
    const call = { item, input: params['arguments'] ?? {} }
    this.#tasks.calls.note({ principal: client.principal, target, id }, call, text.length)
  }

  /** A text with the ids of tasks that its client knows. */
  #named(raw: RawJson, target: TargetName, client: Client): RawJson {
    const { several } = this.#catalog
    return withTasks(raw, (id) => this.#tasks.expose({ client, target, several }, id))
  }

  #denied({ item, said }: Use, asked: Asked): Answer {
    denied(asked.x, this.#program, item, asked.params['arguments'] ?? {})
    return this.#nothing(item.kind, said, asked)
  }

  #nothing(kind: ServerItem['kind'], name: string, asked: Asked): Answer {
    asked.aboutNothing(kind, name)
    return unknown(kind, name)
  }
}

const NAME = ['name'] as const
const URI = ['uri'] as const
const TASK = ['taskId'] as const
const REF_NAME = ['ref', 'name'] as const
const REF_URI = ['ref', 'uri'] as const
const NOTHING_TO_END = (): void => {}
const NO_INPUT = Symbol('the input stays as it came')

/** Whether the answer can name a task: it was asked about one, or for one. */
const holdsTask = ({ item }: Pick<Use, 'item'>, { incoming }: Asked): boolean =>
  item.kind === 'task' || (item.kind === 'tool' && incoming.at('task') !== undefined)

/** Whoever gives up waiting must not end what others wait for. */
function orAborted(opening: Promise<Connection>, signal: Cancellation | undefined): Promise<Connection> {
  if (signal === undefined) return opening
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    opening.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

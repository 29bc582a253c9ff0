// A client's conversations with upstreams: opened on first need, shared by concurrent calls, opened anew when lost.
import { setTimeout as delay } from 'node:timers/promises'
import { type RawJson, rawJson } from '../core/brand.ts'
import type { Who } from '../core/exchange.ts'
import { asFailure } from '../core/failure.ts'
import type { Log } from '../telemetry/log.ts'
import type { Cancellation } from './cancellation.ts'
import type { Answer, Caller, Client, Connection, Peer } from './conversation.ts'
import { type Line, QuestionTokens, relayNotification, relayQuestion } from './relay.ts'
import type { Shelf } from './shelf.ts'
import type { Standing } from './standing.ts'
import type { TaskNames } from './task-names.ts'
import { quoted } from './uris.ts'
import { codes, errorObject } from './wire.ts'

export interface ConnectionsOptions {
  readonly several: boolean
  /** Policies decide what a client may see. */
  readonly strict: boolean
  readonly log: Log
  readonly tasks: TaskNames
  /** Why a question of a server must not reach its client; absent: all may. */
  readonly refuses?: Line['refuses']
  /** What a client subscribed to at a target, in the upstream's words. */
  subscribed(client: Client, shelf: Shelf): readonly string[]
}

/** How long a new conversation waits for the server to take what an earlier one was told. */
const RESTORE_MS = 2_000

/** What we know of one conversation, open or opening. */
interface Talk {
  /** Whom it is with: after a reload the same name may stand for another one. */
  readonly shelf: Shelf
  readonly peer: ClientPeer
  connection: Connection | undefined
}

export class Connections {
  // Conversations outlive a configuration, so what we know of them does as well.
  static readonly #talks = new WeakMap<Promise<Connection>, Talk>()
  static readonly #tokens = new WeakMap<Client, QuestionTokens>()
  readonly #options: ConnectionsOptions

  constructor(options: ConnectionsOptions) {
    this.#options = options
  }

  /** The conversation of a client with a target, when it is open already: most calls need not wait a turn for it. */
  ready(client: Client, shelf: Shelf): Connection | undefined {
    const there = client.connections.get(shelf.target)
    return there === undefined ? undefined : this.#talk(there, shelf)?.connection
  }

  /** The conversation of a client with a target. A failed attempt is not kept: the next need tries again. */
  open(client: Client, shelf: Shelf): Promise<Connection> {
    const there = client.connections.get(shelf.target)
    if (there !== undefined) {
      if (this.#talk(there, shelf) !== undefined) return there
      client.connections.delete(shelf.target)
      void this.#end(there)
    }
    return this.#dial(client, shelf)
  }

  /** Open conversations of a client; those that are being opened are waited for. */
  async opened(client: Client): Promise<readonly { readonly shelf: Shelf; readonly connection: Connection }[]> {
    const found = await Promise.allSettled(
      [...client.connections.values()].map(async (opening) => ({
        shelf: Connections.#talks.get(opening)?.shelf,
        connection: await opening,
      })),
    )
    return found.flatMap((each) => {
      if (each.status === 'rejected' || each.value.shelf === undefined) return []
      return [{ shelf: each.value.shelf, connection: each.value.connection }]
    })
  }

  /** Where the events of one request go, in the client's names. */
  caller(client: Client, shelf: Shelf, caller: Caller, standing?: Standing): Caller {
    return new Relay(this.line(client, shelf), caller, standing)
  }

  line(client: Client, shelf: Shelf): Line {
    const { several, strict, refuses, tasks } = this.#options
    return { client, shelf, several, strict, refuses, tasks, tokens: this.tokens(client) }
  }

  tokens(client: Client): QuestionTokens {
    let tokens = Connections.#tokens.get(client)
    if (tokens === undefined) Connections.#tokens.set(client, (tokens = new QuestionTokens()))
    return tokens
  }

  /** A conversation, if it is with this very upstream. From now on its events are told as this configuration says. */
  #talk(opening: Promise<Connection>, shelf: Shelf): Talk | undefined {
    const talk = Connections.#talks.get(opening)
    if (talk?.shelf !== shelf) return undefined
    const { line } = talk.peer
    const { several, strict, refuses } = this.#options
    if (line.several !== several || line.strict !== strict || line.refuses !== refuses)
      talk.peer.line = this.line(line.client, shelf)
    return talk
  }

  #dial(client: Client, shelf: Shelf): Promise<Connection> {
    const { target } = shelf
    const forget = (): void => {
      if (client.connections.get(target) === dialled.opening) client.connections.delete(target)
    }
    const dialled: { opening?: Promise<Connection> } = {}
    const peer = new ClientPeer(this.line(client, shelf), (cause) => {
      forget()
      this.#options.log.debug('a conversation was lost', { target, error: cause.message })
    })
    const talk: Talk = { shelf, peer, connection: undefined }
    const opening = shelf.upstream.connect(peer).then(async (connection) => {
      await this.#restore(client, shelf, connection)
      talk.connection = connection
      return connection
    })
    dialled.opening = opening
    Connections.#talks.set(opening, talk)
    client.connections.set(target, opening)
    opening.catch(forget) // whoever waits for it hears why
    return opening
  }

  /** What the client had told an earlier conversation. A server that refuses it is still good for calls. */
  async #restore(client: Client, shelf: Shelf, connection: Connection): Promise<void> {
    const { capabilities } = connection.hello
    const wishes: { method: string; params: RawJson }[] = []
    if (client.logLevel !== undefined && 'logging' in capabilities)
      wishes.push({ method: 'logging/setLevel', params: rawJson(`{"level":${JSON.stringify(client.logLevel)}}`) })
    for (const uri of this.#options.subscribed(client, shelf))
      wishes.push({ method: 'resources/subscribe', params: rawJson(`{"uri":${quoted(uri)}}`) })
    if (wishes.length === 0) return
    const caller = this.caller(client, shelf, client)
    const told = Promise.allSettled(wishes.map((wish) => connection.request(wish, caller)))
    const wait = new AbortController()
    await Promise.race([told, delay(RESTORE_MS, undefined, { ref: false, signal: wait.signal }).catch(() => undefined)])
    wait.abort()
  }

  async #end(opening: Promise<Connection>): Promise<void> {
    try {
      await (await opening)[Symbol.asyncDispose]()
    } catch (thrown) {
      this.#options.log.debug('a conversation did not end cleanly', { error: asFailure(thrown).message })
    }
  }
}

/** A client as an upstream sees it. */
class ClientPeer implements Peer {
  readonly principal: string
  readonly revision: string
  readonly clientInfo: RawJson
  readonly capabilities: RawJson
  readonly passing: boolean | undefined
  readonly lost: (cause: Error) => void
  line: Line

  constructor(line: Line, lost: (cause: Error) => void) {
    const { principal, revision, clientInfo, capabilities, passing } = line.client
    this.principal = principal
    this.revision = revision
    this.clientInfo = clientInfo
    this.capabilities = rawJson(JSON.stringify(capabilities))
    this.passing = passing
    this.lost = lost
    this.line = line
  }

  get who(): Who | undefined {
    return this.line.client.who
  }

  notification(method: string, params: RawJson | undefined): void {
    relayNotification(this.line, method, params, this.line.client)
  }

  ask(method: string, params: RawJson | undefined, signal?: Cancellation): Promise<Answer> {
    return relayQuestion(this.line, { method, params, signal }, this.line.client)
  }
}

/** The events of one request. */
class Relay implements Caller {
  readonly signal: Cancellation | undefined
  readonly #line: Line
  readonly #caller: Caller
  readonly #standing: Standing | undefined

  constructor(line: Line, caller: Caller, standing: Standing | undefined) {
    this.signal = caller.signal
    this.#line = line
    this.#caller = caller
    this.#standing = standing
  }

  notification(method: string, params: RawJson | undefined): void {
    relayNotification(this.#line, method, params, this.#caller)
  }

  ask(method: string, params: RawJson | undefined, signal?: Cancellation): Promise<Answer> {
    const answer = relayQuestion(this.#line, { method, params, signal }, this.#caller)
    return this.#standing === undefined ? answer : this.#upheld(answer, this.#standing)
  }

  /** What the user has said reaches the server only if the call that it is said for would still be permitted. */
  async #upheld(answering: Promise<Answer>, standing: Standing): Promise<Answer> {
    const answer = await answering
    return standing.holds() ? answer : withdrawn
  }

  hungUp(retryMs: number): void {
    this.#caller.hungUp?.(retryMs)
  }

  get takesInput(): boolean | undefined {
    return this.#caller.takesInput
  }

  get logLevel(): string | undefined {
    return this.#caller.logLevel ?? this.#line.client.logLevel
  }
}

const withdrawn: Answer = {
  kind: 'error',
  raw: errorObject(codes.invalidRequest, 'the call that this is asked for is not permitted any more'),
}

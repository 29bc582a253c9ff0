// What the requests of 2026-07-28 to one backend share, and the results that ask for more: sealed here, opened again here.
import type { Limits } from '../../config/shape.ts'
import { type RawJson, rawJson, targetName } from '../../core/brand.ts'
import type { Exchange, Reply } from '../../core/exchange.ts'
import type { JsonObject } from '../../core/item.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Answer, Caller, Federation, Incoming } from '../conversation.ts'
import { cut, members } from '../json.ts'
import { leadsAstray, WHY } from '../links.ts'
import { stringAt } from '../outline.ts'
import { type Parkable, ParkingLot } from '../park.ts'
import { type Opened, openState, sealState } from '../park-state.ts'
import { MARK } from '../seal.ts'
import { codes, errorObject } from '../wire.ts'
import { type ModernClient, ModernClients } from './modern-clients.ts'
import type { Envelope } from './modern-envelope.ts'
import { Listenings } from './modern-listenings.ts'
import { lacking } from './modern-questions.ts'
import { refuseModern, Stamper } from './modern-result.ts'
import type { Request } from './post.ts'
import { Rounds } from './rounds.ts'
import type { EventStream } from './stream.ts'
import { TaskDesk } from './task-desk.ts'

export interface ModernOptions {
  readonly federation: Federation
  readonly limits: Limits
  readonly sealKey: Buffer
  readonly log: Log
  readonly metrics: Metrics
  /** The backend: states of one are nothing to another. */
  readonly name: string
}

/** A request whose sender is known. */
export interface Asking {
  readonly x: Exchange
  readonly request: Request
  readonly envelope: Envelope
  /** Key of the caller. */
  readonly principal: string
  readonly desk: ModernDesk
}

export class ModernDesk implements Disposable {
  readonly federation: Federation
  readonly limits: Limits
  readonly metrics: Metrics
  readonly clients: ModernClients
  readonly lot: ParkingLot
  readonly tasks: TaskDesk
  readonly stamper = new Stamper()
  readonly streams: Rounds<EventStream>
  readonly listening = new Listenings()
  readonly #key: Buffer
  readonly #backend: string
  /** States that have been answered, and until when they would open; oldest first. */
  readonly #spent = new Map<string, number>()

  constructor(options: ModernOptions) {
    this.federation = options.federation
    this.limits = options.limits
    this.metrics = options.metrics
    this.clients = new ModernClients(options)
    this.lot = new ParkingLot(options)
    this.streams = new Rounds(options.limits.sseKeepAliveMs, (stream) => stream.keepAlive())
    this.#key = options.sealKey
    this.#backend = options.name
    this.tasks = new TaskDesk({
      key: options.sealKey,
      backend: options.name,
      clients: this.clients,
      lot: this.lot,
      ask: (client, incoming, caller, x) => this.ask(client, incoming, caller, x),
    })
  }

  ask(client: ModernClient, incoming: Incoming, caller: Caller, x: Exchange): Promise<Answer> {
    return this.federation.request(client, incoming, caller, x)
  }

  /** A seat for a call that waits, as the state that leads back to it; `undefined`: there is none. */
  park(call: Parkable, request: Incoming): string | undefined {
    const seat = this.lot.park(call)
    if (seat === undefined) return undefined
    const stated = { kind: 'parked', epoch: this.lot.epoch, seat: seat.number } as const
    return sealState(stated, seat.until, this.#bound(request, call.principal))
  }

  open(state: string, request: Incoming, principal: string): Opened {
    return openState(state, Date.now(), this.#bound(request, principal))
  }

  /** Notes that a state is being answered, for the first time. `false`: somebody has answered it before. */
  spend(state: string): boolean {
    const now = Date.now()
    for (const [mark, until] of this.#spent) {
      if (until > now && this.#spent.size < MOST_SPENT) break
      this.#spent.delete(mark)
    }
    // A copy: a slice would keep all of the request in memory.
    const mark = Buffer.from(state.slice(0, MARK)).toString('latin1')
    if (this.#spent.has(mark)) return false
    this.#spent.set(mark, now + this.limits.parkedMs)
    return true
  }

  /** Nothing has come of an answer: the state is as good as before. */
  unspend(state: string | undefined): void {
    if (state !== undefined) this.#spent.delete(state.slice(0, MARK))
  }

  /** What an upstream of this revision wants to know, for the client to ask: its state becomes part of one of ours. */
  through(request: Incoming, client: ModernClient, raw: RawJson, facts: { target: string; round: number }): Answer {
    const said = members(raw)
    const requests = said.get('inputRequests')
    const state = said.get('requestState')
    const { parkedBytes, parkedRounds, parkedMs } = this.limits
    if (facts.round >= parkedRounds) {
      this.metrics.limitHit('parkedRounds')
      return refusal(`asked more than ${parkedRounds} times`)
    }
    if (raw.length > parkedBytes) {
      this.metrics.limitHit('parkedBytes')
      return refusal(`more than ${parkedBytes} bytes of questions`)
    }
    const asked = requests === undefined ? [] : [...members(raw, requests.start)]
    const parts: string[] = []
    for (const [key, span] of asked) {
      const question = cut(raw, span)
      const inner = members(question)
      const params = inner.get('params')
      const method = stringAt(question, inner.get('method')) ?? ''
      const lacks = lacking(method, params && cut(question, params), client.capabilities)
      if (lacks !== undefined) return missing(lacks)
      if (leadsAstray(method, params && cut(question, params))) return refusal(WHY)
      // Some libraries cannot read a question without params (reference: mcp §12.2.4).
      const text = params === undefined ? `{"method":${JSON.stringify(method)},"params":{}}` : question
      parts.push(`${JSON.stringify(key)}:${text}`)
    }
    const stated = {
      kind: 'through',
      target: targetName(facts.target),
      round: facts.round + 1,
      state: state && cut(raw, state),
    } as const
    const sealed = sealState(stated, Date.now() + parkedMs, this.#bound(request, client.principal))
    return {
      kind: 'result',
      raw: rawJson(`{"resultType":"input_required","inputRequests":{${parts.join(',')}},"requestState":"${sealed}"}`),
    }
  }

  /** Links that a person must open before the request can be answered (2025-11-25, elicitation): asked for, then it is sent again. */
  visits(request: Incoming, client: ModernClient, error: RawJson): Answer {
    const links = linksIn(JSON.parse(error))
    if (links.length === 0) return refusal('a link has to be opened, and the server did not say which')
    const questions = links.map((link, index) => {
      const params = rawJson(JSON.stringify({ mode: 'url', message: link.message, url: link.url }))
      return { key: `visit-${index + 1}`, params }
    })
    const lacks = questions
      .map(({ params }) => lacking('elicitation/create', params, client.capabilities))
      .find((each) => each !== undefined)
    if (lacks !== undefined) return missing(lacks)
    const until = Date.now() + this.limits.parkedMs
    const state = sealState({ kind: 'again' }, until, this.#bound(request, client.principal))
    const text = questions
      .map(({ key, params }) => `"${key}":{"method":"elicitation/create","params":${params}}`)
      .join(',')
    return {
      kind: 'result',
      raw: rawJson(`{"resultType":"input_required","inputRequests":{${text}},"requestState":"${state}"}`),
    }
  }

  [Symbol.dispose](): void {
    this.lot[Symbol.dispose]()
    this.clients[Symbol.dispose]()
    this.streams[Symbol.dispose]()
  }

  #bound(request: Incoming, principal: string): Parameters<typeof openState>[2] {
    return { key: this.#key, backend: this.#backend, principal, request }
  }
}

/** Answered states that are remembered. */
const MOST_SPENT = 50_000

export function turnedAway({ x, request, desk }: Asking, why: 'busy' | 'full'): Reply {
  desk.unspend(request.string('requestState'))
  const busy = why === 'busy'
  return refuseModern(x, request.id, {
    status: busy ? 429 : 503,
    code: codes.internal,
    message: busy ? `more than ${desk.limits.callsPerSession} calls at once` : 'too many clients',
  })
}

const refusal = (message: string): Answer => ({ kind: 'error', raw: errorObject(codes.internal, message) })

/** What the client would have to declare. */
export const missing = (requiredCapabilities: JsonObject): Answer => ({
  kind: 'error',
  // Clients show the words and not the rest.
  raw: errorObject(
    codes.missingCapability,
    `the client has not declared what this needs: ${Object.keys(requiredCapabilities).join(', ')}`,
    { requiredCapabilities },
  ),
})

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null

interface Link {
  readonly message: string
  readonly url: string
}

/** Links that one answer may ask for. */
const MOST = 16

function linksIn(error: unknown): readonly Link[] {
  const details = isObject(error) ? error['data'] : undefined
  const all = isObject(details) ? details['elicitations'] : undefined
  if (!Array.isArray(all)) return []
  return all.slice(0, MOST).flatMap((each: unknown) => {
    if (!isObject(each) || typeof each['url'] !== 'string') return []
    return [{ url: each['url'], message: typeof each['message'] === 'string' ? each['message'] : '' }]
  })
}

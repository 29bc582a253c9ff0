// One kind of client at one server: what it has found out so far, what was noticed on the way, and its messages in the era that was agreed.
import { version } from '../core/version.ts'
import { modernRevision } from '../mcp/wire.ts'
import type { Kind } from './doctor-kinds.ts'
import type { Asking, Heard, Message, Wire } from './mcp-wire.ts'
import { modernRequest } from './modern-wire.ts'
import { isRecord, textOf } from './values.ts'

export const visitSteps = [
  'connect',
  'login',
  'open',
  'initialized',
  'tools',
  'schemas',
  'call',
  'ping',
  'stream',
  'resume',
  'end',
] as const

export type VisitStep = (typeof visitSteps)[number]

/** Where a requirement stands, and what to change. */
export interface Because {
  readonly clause: string
  readonly change?: string
}

export interface Noticed extends Partial<Because> {
  readonly step: VisitStep
  /** `no`: the client stops or loses something here; `note`: it breaks a requirement, and this client can live with that. */
  readonly verdict: 'yes' | 'no' | 'note' | 'skipped'
  readonly says: string
}

export interface VisitOptions {
  readonly kind: Kind
  readonly wire: Wire
  readonly token: string | undefined
  readonly call: { readonly name: string; readonly input: Message } | undefined
}

export interface Answered {
  readonly heard: Heard
  /** Absent: there was no answer to this request. */
  readonly result: Message | undefined
  readonly error: Message | undefined
}

export class Visit {
  readonly options: VisitOptions
  readonly noticed: Noticed[] = []
  era: 'legacy' | 'modern' | undefined = undefined
  revision: string
  session: string | undefined = undefined
  capabilities: Message = {}
  server: Message = {}
  tools: readonly Message[] = []
  /** Of the event stream. */
  lastEventId: string | undefined = undefined
  #ids = 0

  constructor(options: VisitOptions) {
    this.options = options
    this.revision = options.kind.revision
  }

  get failed(): Noticed | undefined {
    return this.noticed.find(({ verdict }) => verdict === 'no')
  }

  yes(step: VisitStep, says: string): true {
    this.noticed.push({ step, verdict: 'yes', says })
    return true
  }

  skip(step: VisitStep, says: string): true {
    this.noticed.push({ step, verdict: 'skipped', says })
    return true
  }

  note(step: VisitStep, says: string, because: Because): void {
    this.noticed.push({ step, verdict: 'note', says, ...because })
  }

  no(step: VisitStep, says: string, because: Because): false {
    this.noticed.push({ step, verdict: 'no', says, ...because })
    return false
  }

  /** A request in the words of the era. */
  async request(method: string, params: Message = {}, tool?: Message): Promise<Answered> {
    const id = ++this.#ids
    const asking = this.era === 'modern' ? this.#modern(id, method, params, tool) : this.#legacy({ id, method, params })
    const heard = await this.options.wire.ask({
      ...asking,
      hear: (message) => {
        this.#react(message)
        return message['id'] === id && message['method'] === undefined
      },
    })
    return { heard, ...answerIn(heard, id) }
  }

  /** The first message in either era. */
  async open(method: 'initialize' | 'server/discover'): Promise<Answered> {
    const { kind } = this.options
    if (method === 'server/discover') {
      this.era = 'modern'
      const answered = await this.request(method)
      this.era = undefined
      return answered
    }
    return await this.request(method, {
      protocolVersion: kind.revision,
      capabilities: kind.capabilities,
      clientInfo: { name: kind.says, version },
    })
  }

  async notify(method: string): Promise<Heard> {
    return await this.options.wire.ask(this.#legacy({ method }))
  }

  /** Opens the stream of everything that belongs to no request, for a moment. */
  async listen(waitMs: number, lastEventId?: string): Promise<Heard> {
    const headers = {
      accept: 'text/event-stream',
      ...this.#sessionHeaders(),
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    }
    const hear = (message: Message): boolean => {
      this.#react(message)
      return false
    }
    return await this.options.wire.ask({ method: 'GET', headers, waitMs, hear, untilId: true })
  }

  async subscribe(waitMs: number, notifications: Message): Promise<Heard> {
    const asking = this.#modern(++this.#ids, 'subscriptions/listen', { notifications })
    return await this.options.wire.ask({ ...asking, waitMs, hear: () => true })
  }

  async end(): Promise<Heard> {
    return await this.options.wire.ask({ method: 'DELETE', headers: { accept: '*/*', ...this.#sessionHeaders() } })
  }

  /** What a server asks is answered as a client without a user at hand would, so that nothing waits for us. */
  #react(message: Message): void {
    const { method, id } = message
    if (typeof method !== 'string' || id === undefined || this.era === 'modern') return
    const body = { jsonrpc: '2.0', id, ...answerOf(method) }
    // Whether it takes the answer shows in what it says next.
    void this.options.wire.ask(this.#posted(body)).catch(() => undefined)
  }

  #modern(id: number, method: string, params: Message, tool?: Message): Asking {
    const { says, capabilities } = this.options.kind
    return modernRequest(id, method, params, { from: { name: says, capabilities }, tool })
  }

  #legacy(message: { readonly id?: number; readonly method: string; readonly params?: Message }): Asking {
    return this.#posted({ jsonrpc: '2.0', ...message })
  }

  #posted(body: Message): Asking {
    return {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...this.#sessionHeaders(),
      },
      body,
    }
  }

  #sessionHeaders(): Readonly<Record<string, string>> {
    return {
      ...(this.era !== undefined && this.revision >= '2025-06-18' && { 'mcp-protocol-version': this.revision }),
      ...(this.session !== undefined && { 'mcp-session-id': this.session }),
    }
  }
}

const answerOf = (method: string): Message => {
  if (method === 'ping') return { result: {} }
  if (method === 'roots/list') return { result: { roots: [] } }
  if (method === 'elicitation/create') return { result: { action: 'cancel' } }
  return { error: { code: -32601, message: 'nobody is here to answer' } }
}

function answerIn({ messages }: Heard, id: number): Pick<Answered, 'result' | 'error'> {
  const answer =
    messages.find((message) => message['id'] === id && message['method'] === undefined) ??
    messages.find((message) => isRecord(message['error']) && message['method'] === undefined)
  const { result, error } = answer ?? {}
  return { result: isRecord(result) ? result : undefined, error: isRecord(error) ? error : undefined }
}

/** How a request ended, in a few words. */
export function outcome({ heard, error }: Pick<Answered, 'heard' | 'error'>): string {
  if (error !== undefined) return `${heard.status}, error ${String(error['code'])}: ${textOf(error['message'])}`
  const type = String(heard.headers['content-type'] ?? 'no content type')
  if (heard.ended === 'late') return `${heard.status} (${type}) and no answer in time`
  return `${heard.status} (${type}) without an answer${heard.text === '' ? '' : `: ${heard.text.slice(0, 200)}`}`
}

export const isModern = (visit: Visit): boolean => visit.era === 'modern' || visit.revision === modernRevision

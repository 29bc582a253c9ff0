// What upstreams say to clients on their own: notifications brought into the clients' names, questions checked and passed on.

import { type RawJson, rawJson } from '../core/brand.ts'
import type { Question as PolicyQuestion } from '../policy/policy.ts'
import type { Cancellation } from './cancellation.ts'
import type { Answer, Caller, Client } from './conversation.ts'
import { lacking } from './ingress/modern-questions.ts'
import { cut, edited, find, members, type Span, setMember } from './json.ts'
import { leadsAstray, WHY } from './links.ts'
import { changedKinds } from './offers.ts'
import type { Shelf } from './shelf.ts'
import { type TaskNames, withRelated, withTasks } from './task-names.ts'
import { exposeMember, exposeUri, exposeUris, quoted } from './uris.ts'
import { codes, errorObject, modernRevision } from './wire.ts'

/** Levels of `logging/setLevel`, least important first (RFC 5424 names). */
export const logLevels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const

/** Where one upstream speaks to one client. */
export interface Line {
  readonly client: Client
  readonly shelf: Shelf
  /** Several targets stand behind the client: names and URIs must say which. */
  readonly several: boolean
  /** Only what was subscribed to letter by letter may be spoken of. */
  readonly strict: boolean
  /** Why a question must not reach the client, or what does in its place; `undefined`: it may as it is. */
  readonly refuses: ((question: PolicyQuestion) => string | PolicyQuestion | undefined) | undefined
  readonly tasks: TaskNames
  /** Progress tokens of questions: whose token a client will report on. */
  readonly tokens: QuestionTokens
}

/** Whoever hears and is asked: a running request's caller, or the client itself. */
type Hearer = Pick<Caller, 'notification' | 'ask' | 'takesInput'>

export interface Question {
  readonly method: string
  readonly params: RawJson | undefined
  /** The server has taken it back. */
  readonly signal: Cancellation | undefined
}

interface Asking {
  readonly question: Question
  readonly to: Hearer
}

/** Passes a notification on, or acts on it, or drops it. What must not be asked is not told either: clients show both. */
export function relayNotification(line: Line, method: string, said: RawJson | undefined, to: Hearer): void {
  const screened = said === undefined ? undefined : line.refuses?.({ target: line.shelf.target, method, params: said })
  if (typeof screened === 'string') return
  const params = screened?.params ?? said
  switch (method) {
    case 'notifications/message':
      if (params !== undefined && isLoudEnough(line.client.logLevel, params))
        to.notification(method, line.several ? withLogger(params, line.shelf.target) : params)
      return
    case 'notifications/resources/updated':
      return relayUpdate(line, method, params, to)
    case 'notifications/tools/list_changed':
    case 'notifications/prompts/list_changed':
    case 'notifications/resources/list_changed':
      // Told to clients when the list that they see has really changed.
      return line.shelf.changed(changedKinds(method))
    case 'notifications/tasks/status':
      return relayTask(line, method, params, to)
    default:
      to.notification(method, params)
  }
}

/**
 * Asks the client, if it said that it can answer such a question; else the server reads at once that it cannot. Thousands of questions
 * may wait: whatever can be done at once makes no function wait.
 */
export function relayQuestion(line: Line, question: Question, to: Hearer): Promise<Answer> {
  const { method, params: said, signal } = question
  if (method === 'ping') return Promise.resolve({ kind: 'result', raw: rawJson('{}') })
  // Whoever takes questions for an answer says itself what it cannot be asked, to its client as well as to the server.
  const lacks = to.takesInput === true ? undefined : lacking(method, said, line.client.capabilities)
  if (lacks !== undefined) {
    const what = Object.entries(lacks).map(([name, below]) => [name, ...Object.keys(Object(below))].join('.'))
    return refusal(codes.methodNotFound, `the client does not support ${what.join(', ')}`)
  }
  const { target } = line.shelf
  const screened = said === undefined ? undefined : line.refuses?.({ target, method, params: said })
  if (typeof screened === 'string') return refusal(codes.invalidRequest, screened)
  const params = screened?.params ?? said
  if (leadsAstray(method, params)) return refusal(codes.invalidParams, WHY)
  if (params === undefined) return to.ask(method, params, signal)
  const named = line.several ? exposeUris(params, (uri) => exposeUri(target, uri)) : params
  const exposed = withRelated(named, (id) => exposeTask(line, id))
  const token = line.several ? find(exposed, ['_meta', 'progressToken']) : undefined
  const asked =
    token === undefined ? to.ask(method, exposed, signal) : askWithToken(line, { exposed, token }, { question, to })
  return exposed === named ? asked : ofTask(line, asked)
}

const refusal = (code: number, message: string): Promise<Answer> =>
  Promise.resolve({ kind: 'error', raw: errorObject(code, message) })

/** The answer to a question of a task names the task as its server does. */
async function ofTask({ client, several, tasks, shelf }: Line, asked: Promise<Answer>): Promise<Answer> {
  const { kind, raw } = await asked
  return { kind, raw: withRelated(raw, (id) => tasks.split(client, id, several ? undefined : shelf.target)?.id) }
}

interface Reported {
  readonly exposed: RawJson
  readonly token: Span
}

async function askWithToken(line: Line, { exposed, token }: Reported, { question, to }: Asking): Promise<Answer> {
  const { method, signal } = question
  const ours = line.tokens.lend(line.shelf, cut(exposed, token))
  try {
    return await to.ask(method, edited(exposed, [{ ...token, with: ours }]), signal)
  } finally {
    line.tokens.end(ours)
  }
}

const exposeTask = ({ client, shelf: { target }, several, tasks }: Line, id: string): string =>
  tasks.expose({ client, target, several }, id)

/** How a task is: told to whoever began it, for a process that several speak through tells all of them. */
function relayTask(line: Line, method: string, params: RawJson | undefined, to: Hearer): void {
  const { client, shelf, tasks } = line
  const id = params && stringOf(params, 'taskId')
  if (params === undefined || id === undefined) return
  // Who speaks 2026-07-28 only learns that something has changed, and asks.
  if (client.revision !== modernRevision && !shelf.personal && !tasks.owns(client, shelf.target, id)) return
  to.notification(
    method,
    withTasks(params, (each) => exposeTask(line, each)),
  )
}

/** Progress tokens of running questions of several servers to one client: servers choose them alike. */
export class QuestionTokens {
  readonly #lent = new Map<string, { readonly shelf: Shelf; readonly token: RawJson }>()
  #count = 0

  lend(shelf: Shelf, token: RawJson): RawJson {
    const ours = quoted(`question-${++this.#count}`)
    this.#lent.set(ours, { shelf, token })
    return ours
  }

  end(ours: RawJson): void {
    this.#lent.delete(ours)
  }

  /** Progress of a client on a question, with the server's own token. */
  restore(params: RawJson): { readonly shelf: Shelf; readonly params: RawJson } | undefined {
    const span = members(params).get('progressToken')
    const lent = span && this.#lent.get(cut(params, span))
    return span && lent && { shelf: lent.shelf, params: edited(params, [{ ...span, with: lent.token }]) }
  }
}

/** Text of one member that is a string. */
function stringOf(text: RawJson, name: string): string | undefined {
  const span = members(text).get(name)
  if (span === undefined || text[span.start] !== '"') return undefined
  return String(JSON.parse(cut(text, span)))
}

function isLoudEnough(wanted: string | undefined, params: RawJson): boolean {
  if (wanted === undefined) return true
  const level = logLevels.findIndex((known) => known === stringOf(params, 'level'))
  return level < 0 || level >= logLevels.findIndex((known) => known === wanted)
}

function withLogger(params: RawJson, target: string): RawJson {
  const logger = stringOf(params, 'logger')
  return edited(params, [setMember(params, 0, 'logger', quoted(logger === undefined ? target : `${target}/${logger}`))])
}

/** `notifications/resources/updated` may speak of a part of what was subscribed to (MCP 2025-11-25, resources). */
function relayUpdate(line: Line, method: string, params: RawJson | undefined, to: Hearer): void {
  const { client, shelf, several, strict } = line
  if (params === undefined || client.subscriptions.size === 0) return
  const uri = stringOf(params, 'uri')
  if (uri === undefined) return
  const exposed = several ? exposeUri(shelf.target, uri) : uri
  if (!client.subscriptions.has(exposed) && (strict || !subscribesAt(line))) return
  to.notification(method, exposed === uri ? params : exposeMember(params, 'uri', () => exposed))
}

function subscribesAt({ client, shelf, several }: Line): boolean {
  if (!several) return client.subscriptions.size > 0
  for (const uri of client.subscriptions)
    if (uri.startsWith(`${shelf.target}+`) || uri.startsWith(`ui://${shelf.target}+`)) return true
  return false
}

// Questions inside results (`input_required`, 2026-07-28): what of them may be asked, and the user's answers as a retry brings them.

import { randomUUID } from 'node:crypto'
import type { Limits } from '../../config/shape.ts'
import { type RawJson, rawJson, type TargetName } from '../../core/brand.ts'
import { Failure } from '../../core/failure.ts'
import type { JsonObject } from '../../core/item.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { Cancel } from '../cancellation.ts'
import type { Answer, Caller } from '../conversation.ts'
import { errorFacts } from '../errors.ts'
import { cut, edited, find, members, setMember } from '../json.ts'
import { stringAt } from '../outline.ts'
import { codes, errorObject } from '../wire.ts'
import { failing } from './failing.ts'
import { failedCall, lacking, type Result } from './modern-results.ts'

/** Who may be asked what, and within which bounds. */
export interface Asking {
  readonly target: TargetName
  readonly limits: Limits
  readonly metrics: Metrics
  readonly method: string
  /** Capabilities that the server was told of. */
  readonly capabilities: JsonObject
  /** The client speaks this revision itself. */
  readonly modern: boolean
}

interface Question {
  readonly key: string
  readonly method: string
  readonly params: RawJson | undefined
}

/** What a server wants to know before it goes on. */
export interface Wanted {
  readonly questions: readonly Question[]
  /** Its note to itself, as it spells it. */
  readonly state: RawJson | undefined
}

/** Characters of a server's note to itself (reference: security 72). */
const STATE = 65_536

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Reads what a server wants. An answer: the client cannot be asked that, and reads why. Throws a Failure when it is nothing that a
 * server may ask at all, or too much of it.
 */
export function wantedBy(result: Pick<Result, 'text'>, asking: Asking): Wanted | Answer {
  const { limits, metrics } = asking
  const state = result.text('requestState')
  if (state !== undefined && !state.startsWith('"')) throw wrong(asking, 'its requestState is no text')
  if (state !== undefined && state.length > STATE) throw wrong(asking, `its requestState is above ${STATE} characters`)
  const text = result.text('inputRequests')
  if (text === undefined && state === undefined) throw wrong(asking, 'it wants input and does not say which')
  const questions = text === undefined ? [] : questionsIn(text, asking)
  if (questions.length > limits.callsPerSession) {
    metrics.limitHit('callsPerSession')
    throw wrong(asking, `it asks more than ${limits.callsPerSession} questions at once`)
  }
  for (const { method, params } of questions) {
    const missing = missingFor(method, params, asking)
    if (missing !== undefined) return lacking(missing, asking.method, asking.modern)
  }
  return { questions, state }
}

function questionsIn(text: RawJson, asking: Asking): readonly Question[] {
  if (!text.startsWith('{')) throw wrong(asking, 'its inputRequests are no object')
  return [...members(text)].map(([key, span]) => {
    const request = cut(text, span)
    const found = request.startsWith('{') ? members(request) : undefined
    const method = found && stringAt(request, found.get('method'))
    if (found === undefined || method === undefined) throw wrong(asking, 'an input request has no method')
    const params = found.get('params')
    if (params !== undefined && request[params.start] !== '{') throw wrong(asking, 'an input request has odd params')
    return { key, method, params: params === undefined ? undefined : cut(request, params) }
  })
}

/** The capability that a question needs and the client did not declare (2026-07-28, mrtr: such questions must not be asked). */
function missingFor(method: string, rawParams: RawJson | undefined, asking: Asking): JsonObject | undefined {
  const { elicitation, sampling, roots } = asking.capabilities
  const params: JsonObject = rawParams === undefined ? {} : JSON.parse(rawParams)
  switch (method) {
    case 'elicitation/create': {
      const mode = params['mode'] ?? 'form'
      if (mode !== 'form' && mode !== 'url') throw wrong(asking, 'it asks in a mode that nobody knows')
      // Who names no mode takes forms.
      const takes = isObject(elicitation) && (mode in elicitation || (mode === 'form' && !('url' in elicitation)))
      return takes ? undefined : { elicitation: { [mode]: {} } }
    }
    case 'sampling/createMessage': {
      if (!isObject(sampling)) return { sampling: {} }
      const uses = params['tools'] !== undefined || params['toolChoice'] !== undefined
      return uses && !('tools' in sampling) ? { sampling: { tools: {} } } : undefined
    }
    case 'roots/list':
      return isObject(roots) ? undefined : { roots: {} }
    default:
      throw wrong(asking, `it asks by ${plain(method)}, which no client answers`)
  }
}

/** Puts all questions to the user. An answer instead of answers: the client did not give any, and the call ends with that. */
export async function askAll({ questions }: Wanted, caller: Caller, asking: Asking): Promise<RawJson | Answer> {
  const taken = new Cancel()
  const asked = questions.map(async ({ key, method, params }) => {
    const answer = await caller.ask(method, forLegacy(method, params, asking), taken)
    // The call comes to nothing without this one: nobody needs to answer the others.
    if (answer.kind === 'error') taken.abort(new Failure('request.aborted', 'another question was not answered'))
    return { key, answer }
  })
  let text = ''
  for (const { key, answer } of await Promise.all(asked)) {
    if (answer.kind === 'error') return unanswered(answer.raw, asking)
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${answer.raw}`
    if (text.length > asking.limits.resultBytes) throw wrong(asking, 'the answers to its questions are too long')
  }
  return rawJson(`{${text}}`)
}

/** Addresses that users are sent to have an id before this revision, by which a server says that they have been there. */
function forLegacy(method: string, params: RawJson | undefined, { modern }: Asking): RawJson | undefined {
  if (modern || method !== 'elicitation/create' || params === undefined) return params
  const found = members(params)
  if (stringAt(params, found.get('mode')) !== 'url' || found.has('elicitationId')) return params
  return edited(params, [setMember(params, 0, 'elicitationId', JSON.stringify(randomUUID()))])
}

/** The client could not answer: a server cannot be told so, it would have to be asked again without an answer. */
function unanswered(raw: RawJson, { method, modern }: Asking): Answer {
  const { message } = errorFacts(raw)
  const words = `a question of the server was not answered: ${message}`
  if (method === 'tools/call' && !modern) return failedCall(words)
  return { kind: 'error', raw: errorObject(codes.internal, words) }
}

/**
 * A result that goes on to a client which asks the user itself. Some of those cannot read a request without params (reference: mcp
 * §12.2.4).
 */
export function withParams({ raw }: Pick<Result, 'raw'>, { questions }: Wanted): RawJson {
  const edits = questions.flatMap(({ key, params }) => {
    const span = params === undefined ? find(raw, ['inputRequests', key]) : undefined
    return span === undefined ? [] : [setMember(raw, span.start, 'params', '{}')]
  })
  return edited(raw, edits)
}

const plain = (word: string): string => word.replace(/[^\x21-\x7e]/g, '?').slice(0, 64)

const wrong = ({ target, method }: Asking, why: string): Failure => failing('upstream.protocol', [target, method], why)

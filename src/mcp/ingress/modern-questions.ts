// Questions of an upstream that a client of 2026-07-28 reads in a result, and answers in its next request.

import { type RawJson, rawJson } from '../../core/brand.ts'
import type { JsonObject } from '../../core/item.ts'
import type { Cancellation } from '../cancellation.ts'
import type { Answer } from '../conversation.ts'
import { cut, members } from '../json.ts'
import { stringAt } from '../outline.ts'
import { codes, errorObject } from '../wire.ts'

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a client would have to declare to be asked this; `undefined`: it has (2026-07-28, client). */
export function lacking(method: string, params: RawJson | undefined, has: JsonObject): JsonObject | undefined {
  switch (method) {
    case 'roots/list':
      return isObject(has['roots']) ? undefined : { roots: {} }
    case 'sampling/createMessage': {
      const { sampling } = has
      const tools = params !== undefined && members(params).has('tools')
      if (isObject(sampling) && (!tools || isObject(sampling['tools']))) return undefined
      return { sampling: tools ? { tools: {} } : {} }
    }
    case 'elicitation/create': {
      const { elicitation } = has
      const url = params !== undefined && stringAt(params, members(params).get('mode')) === 'url'
      if (!isObject(elicitation)) return { elicitation: url ? { url: {} } : {} }
      if (url) return isObject(elicitation['url']) ? undefined : { elicitation: { url: {} } }
      // Who names nothing fills in forms; who names links alone does not.
      return elicitation['url'] !== undefined && elicitation['form'] === undefined
        ? { elicitation: { form: {} } }
        : undefined
    }
    default:
      return undefined
  }
}

interface Question {
  readonly method: string
  readonly params: RawJson | undefined
  settle(answer: Answer): void
}

/** What may be asked at all: this revision has no other questions. */
const askable = new Set(['elicitation/create', 'sampling/createMessage', 'roots/list'])
/** Questions of one call that wait at a time. */
const MOST = 16

/** The questions of one call, until they are answered. */
export class Inquiry {
  readonly #questions = new Map<string, Question>()
  readonly #name: string
  #count = 0

  constructor(name = 'question') {
    this.#name = name
  }

  /** Whether something is to be asked. */
  get pending(): boolean {
    return this.#questions.size > 0
  }

  get bytes(): number {
    let bytes = 0
    for (const { params } of this.#questions.values()) bytes += params?.length ?? 0
    return bytes
  }

  /** `inputRequests`, by keys of ours. */
  get text(): RawJson {
    const all = [...this.#questions].map(([key, { method, params }]) => {
      // Some servers' libraries cannot read a question without params (reference: mcp §12.2.4).
      return `"${key}":{"method":${JSON.stringify(method)},"params":${params === undefined ? '{}' : withoutMeta(params)}}`
    })
    return rawJson(`{${all.join(',')}}`)
  }

  ask(method: string, params: RawJson | undefined, signal?: Cancellation): Promise<Answer> {
    if (!askable.has(method)) return Promise.resolve(refusal(codes.methodNotFound, `clients are not asked ${method}`))
    if (signal?.aborted === true) return Promise.resolve(withdrawn)
    if (this.#questions.size >= MOST) return Promise.resolve(refusal(codes.internal, 'too many questions at once'))
    const key = `${this.#name}-${++this.#count}`
    return new Promise((resolve) => {
      const takeBack = (): void => this.#settle(key, withdrawn)
      signal?.addEventListener('abort', takeBack, { once: true })
      const settle = (answer: Answer): void => {
        signal?.removeEventListener('abort', takeBack)
        resolve(answer)
      }
      this.#questions.set(key, { method, params, settle })
    })
  }

  /** Takes what answers a question; the rest is ignored (2026-07-28, multi round-trip requests). */
  answered(responses: ReadonlyMap<string, RawJson>): void {
    for (const key of this.#questions.keys()) {
      const raw = responses.get(key)
      if (raw !== undefined) this.#settle(key, { kind: 'result', raw })
    }
  }

  refused(why: string): void {
    for (const key of this.#questions.keys()) this.#settle(key, refusal(codes.internal, why))
  }

  end(): void {
    this.refused('the call is over')
  }

  #settle(key: string, answer: Answer): void {
    const question = this.#questions.get(key)
    this.#questions.delete(key)
    question?.settle(answer)
  }
}

const refusal = (code: number, message: string): Answer => ({ kind: 'error', raw: errorObject(code, message) })
const withdrawn = refusal(codes.internal, 'the question was taken back')

/** Words of before are left out: progress tokens of questions, and ids of links that nobody tells of any more. */
function withoutMeta(params: RawJson): string {
  if (!params.includes('_meta"') && !params.includes('elicitationId"')) return params
  const kept = [...members(params)].filter(([name]) => name !== '_meta' && name !== 'elicitationId')
  return `{${kept.map(([name, span]) => `${JSON.stringify(name)}:${cut(params, span)}`).join(',')}}`
}

/** `inputResponses` of a request by their keys; a text says why they are none. */
export function responsesIn(text: RawJson | undefined): ReadonlyMap<string, RawJson> | string {
  if (text === undefined) return new Map()
  if (text.charCodeAt(0) !== 123) return 'inputResponses must be an object'
  const responses = new Map<string, RawJson>()
  for (const [key, span] of members(text)) {
    if (text.charCodeAt(span.start) !== 123) return 'each of inputResponses must be an object'
    responses.set(key, cut(text, span))
  }
  return responses
}

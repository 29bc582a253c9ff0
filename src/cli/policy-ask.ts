// Asks the rules of a place one question: this caller, this thing, this input.

import type { Explanation, Question, SetExplanation } from '../policy/explain.ts'
import type { Expectation } from '../policy/explain-cases.ts'
import type { Assumed } from '../policy/explain-context.ts'
import type { Verdict } from '../policy/policy.ts'
import { type Gate, type Identity, seenBy } from './policy-callers.ts'
import type { Place } from './policy-config.ts'
import { exposed, methodTo, pathTo, type Request, type ServerItem } from './policy-items.ts'

export interface Asking {
  readonly place: Place
  readonly identity: Identity
  readonly request: Request
  /** Nothing: only whether the request gets in. */
  readonly item?: ServerItem | undefined
  /** `undefined`: not known, as while lists are made. */
  readonly input?: unknown
  /** Facts that are known otherwise than from the caller: those of a record. */
  readonly facts?: Assumed['facts']
}

export interface Answer {
  readonly verdict: Expectation
  /** Why the caller does not get as far as the rules. */
  readonly gate: Gate | undefined
  readonly notes: readonly string[]
  readonly explanation: Explanation
}

const words = { yes: 'allow', no: 'deny', maybe: 'depends', ask: 'depends' } as const satisfies Record<
  Verdict,
  Expectation
>

/** The answer with all its reasons. */
export function ask(asking: Asking): Answer {
  const { gate, notes } = seenBy(asking.place, asking.identity.caller)
  const explanation = asking.place.explainer.explain(questionOf(asking))
  return { verdict: gate === undefined ? words[explanation.verdict] : 'deny', gate, notes, explanation }
}

/** The answer alone. */
export function verdictOf(asking: Asking): Expectation {
  const { gate } = seenBy(asking.place, asking.identity.caller)
  return gate === undefined ? words[asking.place.explainer.verdict(questionOf(asking))] : 'deny'
}

function questionOf({ place, identity, request, item, input, facts }: Asking): Question {
  const assumed = {
    entrance: place.entrance,
    route: { route: place.route.name, rule: place.route.rule },
    method: request.method ?? methodTo(place),
    path: request.path ?? pathTo(place),
    headers: { host: 'localhost', ...identity.headers, ...request.headers },
    caller: seenBy(place, identity.caller).caller,
    ...(facts !== undefined && { facts }),
    ...(request.taint !== undefined && { taint: request.taint }),
    ...(place.backend !== undefined && { backend: place.backend.name }),
    ...(item?.kind === 'tool' && input !== undefined && { body: bodyOf(place, item, input) }),
  }
  // A record of a call has no facts for rules on requests: those have a record of their own.
  return { assumed, ...(item !== undefined && { item, admitted: facts !== undefined }), input }
}

/** What a client would send: some rules read it from there. */
function bodyOf(place: Place, item: ServerItem, input: unknown): Buffer {
  const params = { name: exposed(place, item), arguments: input }
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }))
}

/** Why it came out so, in a few words. */
export function reasonOf({ gate, explanation: { decidedBy, unknown } }: Pick<Answer, 'gate' | 'explanation'>): string {
  if (gate !== undefined) return gate.message
  if (decidedBy === undefined) return 'no rules: everybody who gets in may do everything'
  return setReason(decidedBy, unknown)
}

function setReason({ key, decision }: SetExplanation, unknown: readonly string[]): string {
  switch (decision.because) {
    case 'denied':
      return `${key}: a rule denies it`
    case 'error':
      return `${key}: a rule cannot be decided, and denies (${decision.error ?? ''})`
    case 'not met':
      return `${key}: what a rule requires is not met`
    case 'allowed':
      return `${key}: a rule allows it`
    case 'not allowed':
      return `${key}: no rule allows it`
    case 'no rule against':
      return `${key}: no rule is against it`
    case 'unknown':
      return `${key}: it depends on ${unknown.join(', ')}`
  }
}

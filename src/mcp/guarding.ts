// Processors outside (`mcpGuardrails`) on their way through the federation: what they are shown, and what becomes of their answers.
import type { RawJson } from '../core/brand.ts'
import type { Guarded, Guarding, Guardrails } from '../policy/plan.ts'
import { Asked, invalid, refusal } from './asked.ts'
import type { Answer } from './conversation.ts'
import { edited, find, repeats, setMember } from './json.ts'
import { quoted } from './uris.ts'
import { codes } from './wire.ts'

/** Methods about one thing of one target: processors see them in the target's own names (reference: agentgateway §3.9). */
const single: ReadonlySet<string> = new Set([
  'tools/call',
  'prompts/get',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'completion/complete',
  'tasks/get',
  'tasks/result',
  'tasks/update',
  'tasks/cancel',
])

/** Whether a method is shown once its target is known; all others as the client says them, and once for all targets. */
export const isSingle = (method: string): boolean => single.has(method)

/** Lists have no params that anybody could change (reference: agentgateway §3.9). */
export const hasParams = (method: string): boolean => !method.endsWith('/list') && method !== 'ping'

/** Where the params hold the name of what they are about, and that name. */
export interface Identity {
  readonly path: readonly [string, string?]
  readonly name: string
}

/**
 * The request as it goes on, or what it is answered with. With `identity`, whatever processors write, it stays about the same thing:
 * whom it is for was settled before them.
 */
export async function guardedRequest(
  guardrails: Guardrails,
  asked: Asked,
  message: Guarded,
  identity?: Identity,
): Promise<Asked | Answer> {
  if (!guardrails.runs(message.method, 'request')) return asked
  // A processor's parser need not take the member that ours and the upstream's take.
  if (message.text !== undefined && repeats(message.text)) return invalid('a member is named twice')
  const said = await guardrails.request(message, asked.x)
  if (said === undefined) return asked
  if (said.kind === 'refused') return refused(said.error, asked)
  const text = identity === undefined ? said.text : identified(said.text, identity)
  return text === undefined
    ? refusal(codes.internal, 'mcpGuardrails protocol violation: what was changed names nothing')
    : asked.with(text)
}

/** The answer as it goes on. Errors of upstreams are not shown. */
export async function guardedAnswer(
  guardrails: Guardrails,
  asked: Asked,
  answer: Answer,
  message: Omit<Guarded, 'text'>,
): Promise<Answer> {
  if (answer.kind === 'error' || !guardrails.runs(message.method, 'response')) return answer
  // In lists it would be one server's definition that takes everybody's away; those are judged when they are read.
  if (hasParams(message.method) && repeats(answer.raw)) {
    asked.x.reason = 'Guardrail'
    return refusal(codes.internal, 'the answer names a member twice: nobody can judge it')
  }
  const said: Guarding = await guardrails.response({ ...message, text: answer.raw }, asked.x)
  if (said === undefined) return answer
  return said.kind === 'refused' ? refused(said.error, asked) : { kind: 'result', raw: said.text }
}

function refused(error: RawJson, { x }: Asked): Answer {
  x.reason = 'Guardrail'
  return { kind: 'error', raw: error }
}

function identified(text: RawJson, { path: [name, below], name: value }: Identity): RawJson | undefined {
  const span = find(text, below === undefined ? [name] : [name, below])
  if (span !== undefined) return edited(text, [{ ...span, with: quoted(value) }])
  return below === undefined ? edited(text, [setMember(text, 0, name, quoted(value))]) : undefined
}

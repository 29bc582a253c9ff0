// Calls that a person must agree to (`mcpApproval`): asked of the caller through the client, or of the operator through the admin API.
import { rawJson } from '../core/brand.ts'
import type { Call } from '../core/item.ts'
import type { ApprovalPlan } from '../policy/plan.ts'
import { ApprovalBook, approvalId } from '../store/approvals.ts'
import { spelled } from './admissions.ts'
import { type Asked, refusal } from './asked.ts'
import type { Answer } from './conversation.ts'
import { find } from './json.ts'

/** As a refusal by a policy (reference: agentgateway §3.9). */
const NOT_APPROVED = -32001
/** Characters of arguments that a person is shown. */
const SHOWN = 2_000

export class Approvals {
  readonly #plan: ApprovalPlan
  readonly #book: ApprovalBook | undefined

  constructor(plan: ApprovalPlan) {
    this.#plan = plan
    this.#book = plan.store && new ApprovalBook(plan.store)
  }

  /** `undefined`: a person has agreed to this very call. Otherwise what the caller reads instead. */
  async obtain(call: Call, asked: Asked): Promise<Answer | undefined> {
    if (call.item.kind === 'model') return undefined
    // As the server will read them: a number that no double can hold is another one for whoever parses the params.
    const span = find(asked.text, ['arguments'])
    const text = span === undefined ? '{}' : spelled(asked.text, span)
    const { by } = this.#plan
    if (by !== 'operator' && asks(asked)) return this.#caller(call, text, asked)
    if (by !== 'caller' && this.#book !== undefined) return this.#operator(this.#book, call, text, asked)
    return refused(asked, 'this client cannot ask whoever uses it')
  }

  /** The person who calls: the answer belongs to this call alone, so there is nothing to keep. */
  async #caller({ item }: Call, text: string, asked: Asked): Promise<Answer | undefined> {
    const name = asked.string('name') ?? ('name' in item ? item.name : '')
    const params = {
      mode: 'form',
      message: `Call the tool ${name} with ${shown(text)}?`,
      requestedSchema: {
        type: 'object',
        properties: { approve: { type: 'boolean', title: 'Yes, call it', default: false } },
        required: ['approve'],
      },
    }
    const answer = await asked.caller.ask('elicitation/create', rawJson(JSON.stringify(params)))
    if (answer.kind === 'error') return refused(asked, 'whoever uses this client was not asked')
    const said: unknown = JSON.parse(answer.raw)
    return isYes(said) ? undefined : refused(asked, 'whoever uses this client did not agree')
  }

  async #operator(book: ApprovalBook, { item }: Call, text: string, asked: Asked): Promise<Answer | undefined> {
    if (item.kind === 'model') return undefined
    const { version, expiryMs } = this.#plan
    const { principal } = asked.client
    const parts = [version, principal, item.target, item.name, text].map((part) => `${part.length}:${part}`)
    const id = approvalId(principal, parts.join(''))
    const until = Date.now() + expiryMs
    const { identity } = asked.x
    const caller = identity === undefined ? 'nobody known' : `${identity.via} ${identity.subject}`
    const state = await book.ask({ id, target: item.target, tool: item.name, arguments: shown(text), caller, until })
    if (state === 'approved') return undefined
    if (state === 'denied') return refused(asked, 'an operator has refused it')
    if (state === 'full') return refused(asked, 'too many calls wait for an operator')
    return refused(asked, `an operator must agree to it: approval ${id}. Call again when that has been done`, {
      approval: id,
    })
  }
}

/** Whether the person behind the client can be asked with a form. */
function asks({ client, caller }: Asked): boolean {
  const { elicitation } = client.capabilities
  if (typeof elicitation !== 'object' || elicitation === null) return false
  // Without a mode it is forms that the client speaks of (MCP 2025-11-25, elicitation).
  return ('form' in elicitation || !('url' in elicitation)) && typeof caller.ask === 'function'
}

function isYes(said: unknown): boolean {
  if (typeof said !== 'object' || said === null || !('action' in said) || said.action !== 'accept') return false
  const content = 'content' in said ? said.content : undefined
  return typeof content === 'object' && content !== null && 'approve' in content && content.approve === true
}

/** On one line, with everything that is not seen spelled out, and cut in the open. */
function shown(text: string): string {
  const visible = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return `\\u{${code.toString(16)}}`
  })
  return visible.length <= SHOWN ? visible : `${visible.slice(0, SHOWN)}… (${visible.length - SHOWN} more characters)`
}

function refused({ x }: Asked, why: string, data?: object): Answer {
  x.reason = 'Authorization'
  const { raw } = refusal(NOT_APPROVED, `this call needs approval: ${why}`)
  return {
    kind: 'error',
    raw: data === undefined ? raw : rawJson(JSON.stringify({ ...JSON.parse(raw), data })),
  }
}

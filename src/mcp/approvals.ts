// Calls that a person must agree to (`mcpApproval`): asked of the caller through the client, or of the operator through the admin API.
import { type RawJson, rawJson } from '../core/brand.ts'
import type { Call } from '../core/item.ts'
import type { ApprovalPlan } from '../policy/plan.ts'
import { ApprovalBook, approvalId } from '../store/approvals.ts'
import { spelled } from './admissions.ts'
import { type Asked, refusal } from './asked.ts'
import type { Answer } from './conversation.ts'
import { find, members } from './json.ts'

/** As a refusal by a policy (reference: agentgateway §3.9). */
const NOT_APPROVED = -32001

/** A call as people are shown it: all of it, for they agree to all of it. */
interface Shown {
  readonly tool: string
  readonly arguments: string
}

/** What all policies together want that ask about one call. */
interface Wanted {
  readonly caller: boolean
  readonly operator: boolean
  readonly expiryMs: number
  readonly version: string
}

export class Approvals {
  readonly #plans: readonly ApprovalPlan[]
  readonly #book: ApprovalBook | undefined

  constructor(plans: readonly ApprovalPlan[]) {
    this.#plans = plans
    const store = plans.find((plan) => plan.store !== undefined)?.store
    this.#book = store && new ApprovalBook(store)
  }

  /** `undefined`: everybody who has to has agreed to this very call. Otherwise what the caller reads instead. */
  async obtain(call: Call, asked: Asked): Promise<Answer | undefined> {
    const { item } = call
    if (item.kind === 'model') return undefined
    // As the server will read them: a number that no double can hold is another one for whoever parses the params.
    const span = find(asked.text, ['arguments'])
    const text = (span === undefined ? '{}' : spelled(asked.text, span)) + besides(asked.text)
    const shown = { tool: visible(asked.string('name') ?? item.name), arguments: visible(text) }
    const asking = this.#plans.filter(({ asks }) => asks === undefined || asks(item, asked.x, call.input))
    const most = Math.min(...asking.map(({ maxArguments }) => maxArguments))
    if (shown.arguments.length > most)
      return refused(
        asked,
        `nobody agrees to more than ${most} characters of arguments, and these are ${shown.arguments.length}`,
      )
    const wanted = this.#wanted(asking, asked)
    if (typeof wanted === 'string') return refused(asked, wanted)
    // The operator first: whoever calls comes back for the answer, and is asked once.
    const not = wanted.operator ? await this.#operator(call, text, shown, { asked, wanted }) : undefined
    return not ?? (wanted.caller ? await this.#caller(shown, asked) : undefined)
  }

  /** Who has to agree; a text: why nobody can. */
  #wanted(asking: readonly ApprovalPlan[], asked: Asked): Wanted | string {
    // What nobody wants to know any more somebody has wanted to know just now: a rule that cannot make up its mind.
    if (asking.length === 0) return 'what asks for it is not settled'
    const names = (who: ApprovalPlan['by']): boolean => asking.some(({ by }) => by === who)
    const able = asks(asked)
    const caller = names('caller') || (able && !names('operator'))
    const operator = names('operator') || !caller
    if (caller && !able) return UNASKABLE
    if (operator && this.#book === undefined)
      return names('operator') ? 'nobody keeps questions to operators here' : UNASKABLE
    return {
      caller,
      operator,
      expiryMs: Math.min(...asking.map(({ expiryMs }) => expiryMs)),
      version: asking.length === 1 ? (asking[0]?.version ?? '') : JSON.stringify(asking.map(({ version }) => version)),
    }
  }

  /** The person who calls: the answer belongs to this call alone, so there is nothing to keep. */
  async #caller(shown: Shown, asked: Asked): Promise<Answer | undefined> {
    const params = {
      mode: 'form',
      message: `Call the tool ${shown.tool} with ${shown.arguments}?`,
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

  async #operator({ item }: Call, text: string, shown: Shown, { asked, wanted }: Asking): Promise<Answer | undefined> {
    if (item.kind === 'model' || this.#book === undefined) return refused(asked, UNASKABLE)
    const { version, expiryMs } = wanted
    const { principal } = asked.client
    const parts = [version, principal, item.target, item.name, text].map((part) => `${part.length}:${part}`)
    const id = approvalId(principal, parts.join(''))
    const until = Date.now() + expiryMs
    const { identity } = asked.x
    const caller = identity === undefined ? 'nobody known' : `${identity.via} ${identity.subject}`
    const request = { id, target: item.target, tool: visible(item.name), arguments: shown.arguments, caller, until }
    const state = await this.#book.ask(request)
    if (state === 'approved') return undefined
    if (state === 'denied') return refused(asked, 'an operator has refused it')
    if (state === 'full') return refused(asked, 'too many calls wait for an operator')
    return refused(asked, `an operator must agree to it: approval ${id}. Call again when that has been done`, {
      approval: id,
    })
  }
}

interface Asking {
  readonly asked: Asked
  readonly wanted: Wanted
}

const UNASKABLE = 'this client cannot ask whoever uses it'

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

/** Members of the params that are the protocol's own. */
const known: ReadonlySet<string> = new Set(['name', 'arguments', '_meta', 'task', 'inputResponses', 'requestState'])

/** What else the params hold: a server may read it, so it is a part of what is agreed to. */
function besides(params: RawJson): string {
  const others = [...members(params)].filter(([name]) => !known.has(name)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return others.map(([name, at]) => ` and ${JSON.stringify(name)}: ${spelled(params, at)}`).join('')
}

/** On one line, with everything that is not seen spelled out. */
function visible(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return `\\u{${code.toString(16)}}`
  })
}

function refused({ x }: Asked, why: string, data?: object): Answer {
  x.reason = 'Authorization'
  const { raw } = refusal(NOT_APPROVED, `this call needs approval: ${why}`)
  return {
    kind: 'error',
    raw: data === undefined ? raw : rawJson(JSON.stringify({ ...JSON.parse(raw), data })),
  }
}

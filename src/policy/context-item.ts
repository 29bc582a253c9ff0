// `mcp` as expressions see it: the tool, prompt, resource or task that is asked about, and what its caller passed.
import { HostObject, type PlainObject, Unknown, type Value } from '../cel/value.ts'
import type { Exchange } from '../core/exchange.ts'
import type { Item, ItemKind } from '../core/item.ts'

/** Kinds of things that rules tell apart. */
export const kindNames = ['tool', 'prompt', 'resource', 'task'] as const
export type Kind = (typeof kindNames)[number]

/** Rules speak of a template as of the resources that it stands for (reference: agentgateway §3.6). */
const kinds = {
  tool: 'tool',
  prompt: 'prompt',
  resource: 'resource',
  template: 'resource',
  task: 'task',
} as const satisfies Record<ItemKind, Kind>

/** The kind that rules know a thing under; `undefined`: none that they know. */
const ruleKind = (item: Item): Kind | undefined => (item.kind === 'model' ? undefined : kinds[item.kind])

const unknownArguments = new Unknown('mcp.tool.arguments')
const unknownLabels = new Unknown('mcp.tool.labels')
const unknownMethod = new Unknown('mcp.methodName')
const elsewhere = new Unknown('another kind of thing')

/** One object for all things of a list: exchanging what it is about costs less than making five thousand of it. */
export class McpView extends HostObject {
  /** What it is about now. */
  kind: Kind | undefined = undefined
  readonly #x: Exchange
  readonly #item: ItemView
  #known = true
  /** Other kinds of things read as things without a name, so that one can tell whether a rule is about them at all. */
  hypothetical = false

  constructor(x: Exchange) {
    super()
    this.#x = x
    this.#item = new ItemView(x)
  }

  /** A list is made: what will be called with, and after what, is not known. */
  get isListing(): boolean {
    return !this.#known
  }

  /** From now on it is about this thing; `input` undefined: not known yet, because only a list is made. */
  about(item: Item, input: unknown): void {
    this.kind = ruleKind(item)
    this.#known = input !== undefined
    if (item.kind !== 'model') this.#item.set(item.target, item.name, this.kind === 'tool', input)
  }

  /** What the log knows of the call, when no rule has been asked. */
  #said(): Kind | undefined {
    const { mcpKind, mcpTarget, mcpName } = this.#x
    const kind = mcpKind === 'templates' ? 'resource' : kindNames.find((one) => one === mcpKind)
    if (kind !== undefined) this.#item.set(mcpTarget, mcpName, kind === 'tool', null)
    return kind
  }

  get(field: string): Value | undefined {
    if (field === this.kind) return this.#item
    switch (field) {
      case 'methodName':
        return this.#known ? this.#x.mcpMethod : unknownMethod
      case 'sessionId':
        return this.#x.mcpSession === '' ? undefined : this.#x.mcpSession
      case 'tool':
      case 'prompt':
      case 'resource':
      case 'task':
        if (this.kind === undefined && this.#said() === field) return this.#item
        return this.hypothetical ? nameless : undefined
      default:
        return undefined
    }
  }

  plain(): PlainObject {
    const names = ['methodName', 'sessionId', 'tool', 'prompt', 'resource', 'task'] as const
    const fields: { [field: string]: Value } = {}
    for (const name of names) {
      const value = this.get(name)
      if (value !== undefined) fields[name] = value instanceof HostObject ? value.plain() : value
    }
    return fields
  }
}

class ItemView extends HostObject {
  readonly #x: Exchange
  #target = ''
  #name = ''
  #isTool = false
  /** `null`: things of this kind are asked for without any. */
  #input: unknown = undefined
  #answer: { readonly raw: string; readonly value: Value } | undefined = undefined

  constructor(x: Exchange) {
    super()
    this.#x = x
  }

  set(target: string, name: string, isTool: boolean, input: unknown): void {
    this.#target = target
    this.#name = name
    this.#isTool = isTool
    this.#input = isTool ? input : null
  }

  get(field: string): Value | undefined {
    switch (field) {
      case 'name':
        return this.#name
      case 'target':
        return this.#target
      case 'arguments':
        if (this.#input === null) return this.#isTool ? this.#used() : undefined
        // Arguments are JSON that has been parsed: values, as far as their type can say.
        return this.#input === undefined ? unknownArguments : (this.#input as Value)
      case 'labels':
        return this.#isTool && this.#x.flow !== undefined
          ? (this.#x.flow.labels(this.#target, this.#name) ?? unknownLabels)
          : undefined
      case 'result':
      case 'error':
        return this.#answered(field)
      default:
        return undefined
    }
  }

  /** What a tool was called with, when it is over and no rule has asked. */
  #used(): Value | undefined {
    const { mcpAsked } = this.#x
    return mcpAsked === undefined ? undefined : ((mcpAsked.params['arguments'] ?? {}) as Value)
  }

  /** What came of the call; before it is over there is nothing. */
  #answered(kind: 'result' | 'error'): Value | undefined {
    const { mcpAnswer } = this.#x
    if (!this.#isTool || mcpAnswer?.kind !== kind) return undefined
    const { raw } = mcpAnswer
    if (this.#answer === undefined || this.#answer.raw !== raw) this.#answer = { raw, value: JSON.parse(raw) }
    return this.#answer.value
  }

  plain(): PlainObject {
    const labels = this.get('labels')
    const known = { name: this.#name, target: this.#target, ...(labels !== undefined && { labels }) }
    const more = (['arguments', 'result', 'error'] as const).flatMap((name) => {
      const value = this.get(name)
      return value === undefined ? [] : [[name, value] as const]
    })
    return { ...known, ...Object.fromEntries(more) }
  }
}

const unknownTaint = new Unknown('session.taint')

/** `session` as expressions see it: which labels the results of its calls have had so far. */
export class SessionView extends HostObject {
  readonly #x: Exchange
  readonly #mcp: McpView

  constructor(x: Exchange, mcp: McpView) {
    super()
    this.#x = x
    this.#mcp = mcp
  }

  get(field: string): Value | undefined {
    if (field !== 'taint') return undefined
    // A list does not change with what has been read, so it can be kept; the call decides.
    return this.#mcp.isListing ? unknownTaint : (this.#x.flow?.taint(this.#x) ?? unknownTaint)
  }

  plain(): PlainObject {
    return { taint: this.#x.flow?.taint(this.#x) ?? [] }
  }
}

class Nameless extends HostObject {
  get(field: string): Value | undefined {
    return field === 'name' || field === 'target'
      ? ''
      : field === 'arguments' || field === 'labels'
        ? elsewhere
        : undefined
  }

  plain(): PlainObject {
    return { name: '', target: '' }
  }
}

const nameless = new Nameless()

// What all servers of a backend offer at a moment, as the scanner wants to know it: whose tools are whose.
import { hash } from 'node:crypto'
import type { JsonObject } from '../core/item.ts'
import type { ScanContext, ServerItems } from '../scan/rule.ts'
import type { Offered, Offering } from './policy.ts'

/** Texts of names by list: a list that nobody has read anew is the same object. */
const printed = new WeakMap<readonly Offered[], string>()

export class Inventory {
  /** The same text for the same servers with the same tools, whatever they say of them and in whatever order. */
  readonly print: string
  readonly #offered: readonly Offering[]
  readonly #servers = new Map<string, ServerItems>()
  readonly #contexts = new Map<string, { readonly print: string; readonly context: ScanContext }>()

  constructor(offered: readonly Offering[]) {
    this.#offered = offered
    this.print = printOf(offered)
  }

  get offered(): readonly Offering[] {
    return this.#offered
  }

  /** What is known beside a definition of this server. */
  context(target: string): { readonly print: string; readonly context: ScanContext } {
    const there = this.#contexts.get(target)
    if (there !== undefined) return there
    const own = this.#offered.find((one) => one.target === target)?.lists.tool?.map(({ name }) => name) ?? []
    const others = this.#offered.flatMap((one) => (one.target === target ? [] : [this.#server(one)]))
    const made = { print: `${target} ${this.print}`, context: { server: target, own, others } }
    this.#contexts.set(target, made)
    return made
  }

  /** Lets go of what was parsed: it is parsed again if anybody asks. */
  forget(): void {
    this.#servers.clear()
    this.#contexts.clear()
  }

  /** Most rules look at names only: definitions are parsed for the first who wants more. */
  #server({ target, greeting, lists }: Offering): ServerItems {
    const there = this.#servers.get(target)
    if (there !== undefined) return there
    const instructions = instructionsIn(greeting)
    let tools: readonly JsonObject[] | undefined
    const made: ServerItems = {
      name: target,
      ...(instructions !== undefined && { instructions }),
      get tools() {
        return (tools ??= (lists.tool ?? []).map(({ raw }): JsonObject => JSON.parse(raw)))
      },
    }
    this.#servers.set(target, made)
    return made
  }
}

function instructionsIn(greeting: string | undefined): string | undefined {
  if (greeting === undefined) return undefined
  const { instructions }: JsonObject = JSON.parse(greeting)
  return typeof instructions === 'string' ? instructions : undefined
}

function printOf(offered: readonly Offering[]): string {
  const names = offered.map(({ target, lists }) => `${JSON.stringify(target)}${lists.tool ? namesIn(lists.tool) : ''}`)
  return hash('sha256', names.toSorted().join('\n'), 'base64')
}

function namesIn(offers: readonly Offered[]): string {
  let text = printed.get(offers)
  if (text === undefined) {
    text = JSON.stringify(offers.map(({ name }) => name).toSorted())
    printed.set(offers, text)
  }
  return text
}

// What all servers of a backend offer at a moment, as the scanner wants to know it: whose tools are whose.
import { hash } from 'node:crypto'
import type { JsonObject } from '../core/item.ts'
import type { Finding } from '../scan/finding.ts'
import type { PinKey } from '../scan/pin.ts'
import type { ScanContext, ServerItems } from '../scan/rule.ts'
import type { Offered, Offering } from './offered.ts'

interface Prints {
  readonly names: string
  readonly texts: string
}

/** Prints by list: a list that nobody has read anew is the same object. */
const printed = new WeakMap<readonly Offered[], Prints>()
const nothing: Prints = { names: '', texts: '' }

export class Inventory {
  /** The same text for the same servers with the same tools, whatever they say of them and in whatever order. */
  readonly print: string
  /** The same text for servers that offer the same in the same words. */
  readonly texts: string
  readonly #offered: readonly Offering[]
  readonly #servers = new Map<string, ServerItems>()
  readonly #contexts = new Map<string, { readonly print: string; readonly context: ScanContext }>()
  #between: ReadonlyMap<string, readonly Finding[]> | undefined = undefined

  constructor(offered: readonly Offering[]) {
    this.#offered = offered
    this.print = printOf(offered, 'names')
    this.texts = printOf(offered, 'texts')
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

  /** What is found by comparing servers, about one thing. */
  between(
    { target, kind, name }: PinKey,
    compare: (servers: readonly ServerItems[]) => readonly Finding[],
  ): readonly Finding[] {
    if (this.#offered.length < 2 || (kind !== 'tool' && kind !== 'server')) return []
    this.#between ??= this.#placed(compare(this.#offered.map((one) => this.#server(one))))
    return this.#between.get(`${target}\0${kind}\0${name}`) ?? []
  }

  #placed(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
    const placed = new Map<string, Finding[]>()
    for (const finding of findings) {
      const [, server, tool, path = ''] = /^\/servers\/(\d+)(?:\/tools\/(\d+))?(.*)$/s.exec(finding.path) ?? []
      const offering = this.#offered[Number(server)]
      if (server === undefined || offering === undefined) continue
      const name = tool === undefined ? '' : (offering.lists.tool?.[Number(tool)]?.name ?? '')
      const key = `${offering.target}\0${tool === undefined ? 'server' : 'tool'}\0${name}`
      placed.set(key, [...(placed.get(key) ?? []), { ...finding, path }])
    }
    return placed
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

function printOf(offered: readonly Offering[], what: keyof Prints): string {
  const all = offered.map(({ target, greeting, lists }) => {
    const words = what === 'names' ? '' : JSON.stringify(greeting)
    return `${JSON.stringify(target)}${words}${(lists.tool ? printsOf(lists.tool) : nothing)[what]}`
  })
  return hash('sha256', all.toSorted().join('\n'), 'base64')
}

function printsOf(offers: readonly Offered[]): Prints {
  const there = printed.get(offers)
  if (there !== undefined) return there
  const names = JSON.stringify(offers.map(({ name }) => name).toSorted())
  const texts = hash(
    'sha256',
    offers
      .map(({ raw }) => raw)
      .toSorted()
      .join('\n'),
    'base64',
  )
  const made = { names, texts }
  printed.set(offers, made)
  return made
}

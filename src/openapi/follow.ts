// Pages of one list that are read one after the other and become one answer. Pure: who asks for the next one is somebody else.

import { groupOf } from './input.ts'
import { exactJson } from './json-text.ts'
import { cursorLike, nextPage } from './pages.ts'
import type { PlannedTool } from './plan.ts'
import type { HttpResponse } from './tool.ts'
import { fields, isFields, own, same } from './value.ts'

/** How far down a list is looked for: `{ data: { things: { nodes: [] } } }`. */
const DEEPEST = 4

/** Members that lead to a list. */
type Way = readonly string[]

interface Page {
  readonly response: HttpResponse
  readonly value: unknown
  /** Arguments that it was asked for with. */
  readonly args: unknown
}

/** The pages of one call, in the order in which they come. */
export class Pages {
  readonly #tool: PlannedTool
  readonly #first: unknown
  readonly #asked = new Set<string>()
  readonly #lists = new Map<Way, unknown[][]>()
  #last: Page | undefined = undefined
  #read = 0
  #bytes = 0
  #stopped: string | undefined = undefined

  constructor(tool: PlannedTool, args: unknown) {
    this.#tool = tool
    this.#first = args
    this.#asked.add(JSON.stringify(args ?? {}))
  }

  /** How many have been read. */
  get read(): number {
    return this.#read
  }

  /** Their bytes together. */
  get bytes(): number {
    return this.#bytes
  }

  /** Takes in what came for these arguments. Returns those of the next page; `undefined`: it is not to be asked for. */
  take(response: HttpResponse, args: unknown): unknown {
    const value = exact(response.body)
    if (value === undefined) {
      this.stop('the next page is no JSON')
      return undefined
    }
    if (this.#last === undefined) for (const way of waysToLists(value)) this.#lists.set(way, [])
    for (const [way, found] of this.#lists) found.push(at(value, way) ?? [])
    this.#last = { response, value, args }
    this.#read++
    this.#bytes += response.body.length
    return this.#next()
  }

  /** The next page is not there: what has been read is the answer, and this is why there is no more. */
  stop(why: string): void {
    this.#stopped = why
  }

  /** All of them as one answer: lists put together, everything else as the last page says it. */
  joined(): { readonly response: HttpResponse; readonly args: unknown } | undefined {
    if (this.#last === undefined) return undefined
    const { response, value, args } = this.#last
    if (this.#read === 1) return { response, args }
    const constant = new Set(
      [...this.#lists].flatMap(([way, found]) => (found.every((one) => same(one, found[0])) ? [way] : [])),
    )
    let whole = value
    // What every page says beside the list itself (an order, a set of filters) is said once.
    for (const [way, found] of this.#lists)
      whole = placed(
        whole,
        way,
        constant.has(way) && constant.size < this.#lists.size ? (found[0] ?? []) : found.flat(),
      )
    return { response: { ...response, body: Buffer.from(JSON.stringify(whole)) }, args }
  }

  /** For the result's `_meta`; `undefined`: one page, as without any following. */
  about(): { readonly read: number; readonly stopped?: string } | undefined {
    if (this.#stopped !== undefined) return { read: this.#read, stopped: this.#stopped }
    return this.#read > 1 ? { read: this.#read } : undefined
  }

  #next(): unknown {
    const { plan } = this.#tool
    if (this.#last === undefined || this.#lists.size === 0) return undefined
    const { response, value, args } = this.#last
    const next = nextPage(plan, response, value, args)
    if (next === undefined || this.#read >= plan.pages) return undefined
    const written = JSON.stringify(next)
    if (this.#asked.has(written)) this.stop('the server names a page that it has sent already')
    else if (!this.#keeps(next)) this.stop('the next page has other arguments than those that were asked with')
    else {
      this.#asked.add(written)
      return next
    }
    return undefined
  }

  /** Rules have judged the caller's arguments: an answer may move a cursor, and nothing else that the caller said. */
  #keeps(next: unknown): boolean {
    const { layout, fields: all } = this.#tool.plan
    const value = (args: unknown, group: string, name: string): unknown =>
      own(layout === 'flat' ? fields(args) : fields(own(fields(args), group)), name)
    return all.every(({ in: where, name, argument, offered }) => {
      const before = value(this.#first, groupOf(where), argument)
      return (
        !offered || cursorLike.test(name) || before === undefined || same(before, value(next, groupOf(where), argument))
      )
    })
  }
}

function exact(body: Buffer): unknown {
  try {
    return exactJson(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}

/** The lists that are nearest to the root. */
function waysToLists(root: unknown): readonly Way[] {
  let level: readonly (readonly [Way, unknown])[] = [[[], root]]
  for (let depth = 0; depth < DEEPEST; depth++) {
    const found = level.flatMap(([way, value]) => (Array.isArray(value) ? [way] : []))
    if (found.length > 0) return found
    level = level.flatMap(([way, value]) =>
      isFields(value) ? Object.keys(value).map((name) => [[...way, name], value[name]] as const) : [],
    )
  }
  return []
}

function at(root: unknown, way: Way): unknown[] | undefined {
  let value = root
  for (const name of way) value = own(fields(value), name)
  return Array.isArray(value) ? value : undefined
}

/** The same value with a list at that place, whether or not there was one. */
function placed(root: unknown, [first, ...rest]: Way, list: readonly unknown[]): unknown {
  if (first === undefined) return list
  const before = fields(root)
  return { ...before, [first]: placed(own(before, first), rest, list) }
}

// What one caller may see of a list: chosen by the policies among ready texts, and kept for all who are permitted the same.
import { randomUUID } from 'node:crypto'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { rawJson } from '../core/brand.ts'
import { type Entrance, Exchange, type Who } from '../core/exchange.ts'
import { type Program, permitted } from '../policy/policy.ts'
import type { ServerItem } from './admissions.ts'
import { withoutApps } from './apps.ts'
import type { Answer, Client } from './conversation.ts'
import { type Entry, listAnswer, type Merged } from './merge.ts'

export interface ViewsOptions {
  readonly program: Program
  /** The resource that a client's URI stands for, as far as it is known now. */
  readonly resource: (uri: string) => ServerItem | undefined
}

/** Views of one list that are kept, and characters of them: five thousand tools are some megabytes. */
const MOST = 1_000
const CHARACTERS = 32 << 20

interface Kept {
  readonly answers: Map<string, Answer>
  characters: number
}

/** A catalog that changes makes other lists, so nothing here needs to be told. */
export class Views {
  readonly #options: ViewsOptions
  readonly #kept = new WeakMap<Merged, Kept>()
  readonly #wholes = new WeakMap<Merged, Answer>()
  readonly #number = randomUUID()
  #entrance: Entrance | undefined = undefined

  constructor(options: ViewsOptions) {
    this.#options = options
  }

  /** The list as the caller of an exchange may see it. */
  of(merged: Merged, x: Exchange): Answer {
    const { program } = this.#options
    if (program.permits.length === 0) return merged.answer
    this.#entrance = x.entrance
    const audience = program.audience(x)
    if (audience === undefined) return this.#chosen(merged, x)
    const kept = this.#keptOf(merged)
    const there = kept.answers.get(audience)
    if (there !== undefined) {
      // The one that was used last comes last.
      kept.answers.delete(audience)
      kept.answers.set(audience, there)
      return there
    }
    const made = this.#chosen(merged, x)
    kept.answers.set(audience, made)
    kept.characters += made.raw.length
    for (const [oldest, { raw }] of kept.answers) {
      if (kept.answers.size === 1 || (kept.answers.size <= MOST && kept.characters <= CHARACTERS)) break
      kept.answers.delete(oldest)
      kept.characters -= raw.length
    }
    return made
  }

  /**
   * A list for who used a client last, to tell whether it has changed for them: a change of what somebody may not see
   * is nothing to them. Where the rules look at more than at who is calling, nobody can tell but by asking, so the whole list
   * counts, and under other rules it is another one.
   */
  seenBy({ who }: Client, merged: Merged): Answer {
    const { program } = this.#options
    if (program.permits.length === 0) return merged.answer
    const x = this.#asIfFrom(who)
    return x === undefined || program.audience(x) === undefined ? this.#whole(merged) : this.of(merged, x)
  }

  #whole(merged: Merged): Answer {
    let whole = this.#wholes.get(merged)
    if (whole === undefined) {
      whole = { kind: 'result', raw: rawJson(`[${JSON.stringify(this.#number)},${merged.answer.raw}]`) }
      this.#wholes.set(merged, whole)
    }
    return whole
  }

  /** An exchange with nothing to it but its caller. */
  #asIfFrom(who: Who | undefined): Exchange | undefined {
    if (this.#entrance === undefined) return undefined
    const x = new Exchange(new IncomingMessage(new Socket()), this.#entrance)
    x.protocol = 'mcp'
    Object.assign(x, who)
    return x
  }

  #chosen(merged: Merged, x: Exchange): Answer {
    const { program } = this.#options
    const seen: Entry[] = []
    let whole = true
    for (const entry of merged.entries) {
      if (permitted(program, entry.item, x) === 'no') {
        whole = false
        continue
      }
      const shown = merged.kind === 'tool' ? this.#withoutApps(entry, x) : entry
      whole &&= shown === entry
      seen.push(shown)
    }
    return whole ? merged.answer : listAnswer(merged.kind, seen, merged.extra)
  }

  /** The address of an app is a resource: whoever may not read it is not told of it. */
  #withoutApps(entry: Entry, x: Exchange): Entry {
    const { program, resource } = this.#options
    const text = withoutApps(entry.text, (uri) => {
      const item = resource(uri)
      return item !== undefined && permitted(program, item, x) !== 'no'
    })
    return text === entry.text ? entry : { ...entry, text }
  }

  #keptOf(merged: Merged): Kept {
    let kept = this.#kept.get(merged)
    if (kept === undefined) this.#kept.set(merged, (kept = { answers: new Map(), characters: 0 }))
    return kept
  }
}

// What one caller may see of a list: chosen by the policies among ready texts, and kept for all who are permitted the same.
import { randomUUID } from 'node:crypto'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { rawJson, type TargetName } from '../core/brand.ts'
import { type Entrance, Exchange, type Who } from '../core/exchange.ts'
import { type Program, permitted } from '../policy/policy.ts'
import type { Log } from '../telemetry/log.ts'
import type { ServerItem } from './admissions.ts'
import { withoutApps } from './apps.ts'
import type { Answer, Client } from './conversation.ts'
import { type Entry, listAnswer, type Merged } from './merge.ts'
import { type Seeable, type Shape, Shapes } from './shapes.ts'

export interface ViewsOptions {
  readonly program: Program
  /** The resource that a client's URI stands for, as far as it is known now. */
  readonly resource: (uri: string) => ServerItem | undefined
  readonly log: Log
  /** Calls of a target's tools become tasks though its definitions cannot say so. */
  readonly makesTasks: (target: TargetName) => boolean
}

/** Views of one list that are kept, and characters of them: five thousand tools are some megabytes. */
const MOST = 1_000
const CHARACTERS = 32 << 20

/** What callers of one audience may see. */
interface View extends Seeable {
  /** For kinds of clients that take another form of it. */
  shaped: Map<Shape, Answer> | undefined
  characters: number
}

interface Kept {
  readonly views: Map<string, View>
  characters: number
}

/** A catalog that changes makes other lists, so nothing here needs to be told. */
export class Views {
  readonly #options: ViewsOptions
  readonly #shapes: Shapes
  readonly #kept = new WeakMap<Merged, Kept>()
  readonly #all = new WeakMap<Merged, View>()
  readonly #wholes = new WeakMap<Merged, Answer>()
  readonly #number = randomUUID()
  #entrance: Entrance | undefined = undefined

  constructor(options: ViewsOptions) {
    this.#options = options
    this.#shapes = new Shapes(options.log, options.makesTasks)
  }

  /** The list as the caller of an exchange may see it, in the form that the client takes. */
  of(merged: Merged, client: Pick<Client, 'clientInfo' | 'revision'>, x: Exchange): Answer {
    const { program } = this.#options
    if (program.permits.length === 0) return this.#shaped(this.#everything(merged), client, undefined)
    this.#entrance = x.entrance
    const audience = program.audience(x)
    if (audience === undefined) return this.#shaped(this.#chosen(merged, x), client, undefined)
    const kept = this.#keptOf(merged)
    const there = kept.views.get(audience)
    if (there !== undefined) {
      // The one that was used last comes last.
      kept.views.delete(audience)
      kept.views.set(audience, there)
      return this.#shaped(there, client, kept)
    }
    const made = this.#chosen(merged, x)
    kept.views.set(audience, made)
    kept.characters += made.characters
    makeRoom(kept)
    return this.#shaped(made, client, kept)
  }

  /**
   * A list for who used a client last, to tell whether it has changed for them: a change of what somebody may not see
   * is nothing to them. Where the rules look at more than at who is calling, nobody can tell but by asking, so the whole list
   * counts, and under other rules it is another one.
   */
  seenBy(client: Client, merged: Merged): Answer {
    const { program } = this.#options
    if (program.permits.length === 0) return this.#shaped(this.#everything(merged), client, undefined)
    const x = this.#asIfFrom(client.who)
    return x === undefined || program.audience(x) === undefined ? this.#whole(merged) : this.of(merged, client, x)
  }

  #everything(merged: Merged): View {
    let view = this.#all.get(merged)
    if (view === undefined) this.#all.set(merged, (view = viewOf(merged, merged.answer, merged.entries)))
    return view
  }

  /** Only lists of tools have forms. `kept`: where the view is, so that what is made of it counts. */
  #shaped(view: View, client: Pick<Client, 'clientInfo' | 'revision'>, kept: Kept | undefined): Answer {
    if (view.kind !== 'tool') return view.answer
    const shape = this.#shapes.of(client)
    const there = view.shaped?.get(shape)
    if (there !== undefined) return there
    const made = this.#shapes.shaped(view, shape)
    ;(view.shaped ??= new Map()).set(shape, made)
    if (made !== view.answer && kept !== undefined) {
      view.characters += made.raw.length
      kept.characters += made.raw.length
      makeRoom(kept)
    }
    return made
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
    // After a reload clients are known that nobody has come with yet.
    const entrance = who?.entrance ?? this.#entrance
    if (entrance === undefined) return undefined
    const x = new Exchange(new IncomingMessage(new Socket()), entrance)
    x.protocol = 'mcp'
    Object.assign(x, who)
    return x
  }

  #chosen(merged: Merged, x: Exchange): View {
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
    return whole
      ? viewOf(merged, merged.answer, merged.entries)
      : viewOf(merged, listAnswer(merged.kind, seen, merged.extra), seen)
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
    if (kept === undefined) this.#kept.set(merged, (kept = { views: new Map(), characters: 0 }))
    return kept
  }
}

const viewOf = (all: Merged, answer: Answer, entries: readonly Entry[]): View => ({
  all,
  kind: all.kind,
  extra: all.extra,
  answer,
  entries,
  shaped: undefined,
  characters: answer.raw.length,
})

function makeRoom(kept: Kept): void {
  for (const [oldest, { characters }] of kept.views) {
    if (kept.views.size === 1 || (kept.views.size <= MOST && kept.characters <= CHARACTERS)) break
    kept.views.delete(oldest)
    kept.characters -= characters
  }
}

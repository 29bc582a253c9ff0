// `toolgate policy replay`: what has been decided, decided again with other rules.
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { targetName } from '../core/brand.ts'
import type { Expectation } from '../policy/explain-cases.ts'
import type { Caller } from '../policy/explain-context.ts'
import { recordedFacts } from '../policy/explain-record.ts'
import { usageError } from './arguments.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { type Asking, ask, reasonOf, verdictOf } from './policy-ask.ts'
import { openRulebook, type Place, type Rulebook, reasonOf as systemReason } from './policy-config.ts'
import { type Change, changesText, countText } from './policy-diff.ts'
import { placesFor, type ServerItem } from './policy-items.ts'
import { jsonDocument, oneLine } from './terminal.ts'
import { isRecord, textOf, textsOf } from './values.ts'

/** A decision of the log, as far as it is used here. */
interface Decided {
  readonly id: string
  readonly time: string
  readonly port: number
  readonly route: string
  readonly request: { readonly method: string; readonly path: string; readonly headers: { readonly host: string } }
  readonly item: ServerItem | undefined
  readonly input: unknown
  readonly verdict: 'allow' | 'deny'
  readonly caller: Caller
  readonly facts: Readonly<Record<string, unknown>>
  readonly absent: readonly string[]
}

/** Requests of which there may be further decisions. */
const PENDING = 10_000
/** Different changes that are told apart, and ways of requests that are remembered. */
const MOST = 10_000

/** 0: the same comes out, 1: something else does, 3: the log cannot be read, or does not say enough. */
export async function replay(args: Arguments, io: Io): Promise<number> {
  const [, file, more] = args.words
  if (file === undefined || more !== undefined)
    throw usageError({ name: 'policy' }, 'replay takes one decision log: LOG -f CONFIG')
  const again = new Again(await openRulebook(args.value('file'), io))
  for await (const line of linesOf(file, io)) {
    if (io.signal.aborted) return exit.interrupted
    if (line.trim() !== '') again.line(line)
  }
  again.end()
  const changes = again.changes.toSorted((a, b) => (a.route + a.label < b.route + b.label ? -1 : 1))
  const { decided, untold, unreadable, missing } = again
  if (args.value('format') === 'json')
    io.stdout.write(
      jsonDocument({ version: 1, decided, untold, unreadable, missing: [...missing].toSorted(), changes }),
    )
  else {
    io.stdout.write(changesText(changes, io))
    const times = changes.reduce((sum, change) => sum + (change.times ?? 1), 0)
    io.stderr.write(`${decided} decisions: ${countText(times)}\n${openText(again)}`)
  }
  if (changes.length > 0) return exit.no
  return untold > 0 || unreadable > 0 ? exit.unasked : exit.fine
}

function openText({ untold, unreadable, missing }: Again): string {
  const what = [...missing].toSorted().slice(0, 8).map(oneLine).join(', ')
  return [
    untold === 0 ? '' : `${untold} cannot be told: the log does not have ${what}\n`,
    unreadable === 0 ? '' : `${unreadable} lines are no decisions\n`,
  ].join('')
}

async function* linesOf(file: string, io: Io): AsyncIterable<string> {
  const input = file === '-' ? io.stdin : createReadStream(path.resolve(io.cwd, file))
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  } catch (cause) {
    throw new CommandError(exit.unasked, `cannot read ${file}: ${systemReason(cause)}`, { cause })
  }
}

/** Decides again, line by line; what it keeps is bounded however long the log is. */
class Again {
  decided = 0
  /** Decisions that hang on something that was not written down. */
  untold = 0
  unreadable = 0
  /** What was not written down. */
  readonly missing = new Set<string>()
  readonly #book: Rulebook
  readonly #changes = new Map<string, Change & { times: number }>()
  readonly #pending = new Map<string, Decided>()
  readonly #ways = new Map<string, readonly Place[]>()

  constructor(book: Rulebook) {
    this.#book = book
  }

  get changes(): readonly Change[] {
    return [...this.#changes.values()]
  }

  line(text: string): void {
    const found = decidedIn(text)
    if (found === undefined) this.unreadable++
    else if (found.item === undefined) this.#wait(found)
    else this.#decide(found)
  }

  end(): void {
    for (const each of this.#pending.values()) this.#decide(each)
    this.#pending.clear()
  }

  /** Whether a request gets in is decided on each level that has rules: it was denied when one of them said so. */
  #wait(found: Decided): void {
    const before = this.#pending.get(found.id)
    this.#pending.set(found.id, before === undefined ? found : joined(before, found))
    const [oldest] = this.#pending
    if (this.#pending.size <= PENDING || oldest === undefined) return
    this.#pending.delete(oldest[0])
    this.#decide(oldest[1])
  }

  #decide(found: Decided): void {
    this.decided++
    const place = this.#placeOf(found)
    const asking = place && askingOf(place, found)
    const after: Expectation = asking === undefined ? 'deny' : verdictOf(asking)
    if (after === found.verdict) return
    const answer = asking && ask(asking)
    if (after === 'depends') {
      this.untold++
      for (const what of answer?.explanation.unknown ?? []) if (this.missing.size < MOST) this.missing.add(what)
      return
    }
    this.#changed(found, after, answer === undefined ? 'it is not there any more' : reasonOf(answer))
  }

  #changed(found: Decided, after: Expectation, why: string): void {
    const { item, request, route, verdict: before } = found
    const label = item === undefined ? `${request.method} ${request.path}` : `${item.target}/${item.name}`
    const change = { route, label, identity: nameOf(found), before, after, why, first: found.time }
    const key = JSON.stringify([route, label, change.identity, after])
    const same = this.#changes.get(key)
    if (same !== undefined) same.times++
    else if (this.#changes.size < MOST) this.#changes.set(key, { ...change, times: 1 })
  }

  #placeOf({ request, port, item }: Decided): Place | undefined {
    const key = `${request.method} ${request.headers.host} ${request.path}`
    let places = this.#ways.get(key)
    if (places === undefined) {
      places = this.#route(request)
      if (this.#ways.size < MOST) this.#ways.set(key, places)
    }
    const there = places.filter(({ targets }) => item === undefined || targets?.includes(item.target) === true)
    return there.find(({ bind }) => bind.port === port) ?? there[0]
  }

  #route(request: Decided['request']): readonly Place[] {
    try {
      return placesFor(this.#book, undefined, request)
    } catch (thrown) {
      if (thrown instanceof CommandError) return [] // no route answers this any more
      throw thrown
    }
  }
}

function askingOf(place: Place, { request, item, input, caller, facts, absent }: Decided): Asking {
  const identity = { name: '', caller, headers: {} }
  const known = recordedFacts({ facts, absent })
  return { place, identity, request, item, facts: known, ...(input !== undefined && { input }) }
}

const joined = (a: Decided, b: Decided): Decided => ({
  ...b,
  verdict: a.verdict === 'deny' ? 'deny' : b.verdict,
  facts: { ...a.facts, ...b.facts },
  absent: [...new Set([...a.absent, ...b.absent])],
})

function nameOf({ caller, facts }: Decided): string {
  const subject = textOf(facts['jwt.sub'])
  if (subject !== '') return subject
  if (caller.user !== undefined) return caller.user
  if (caller.claims !== undefined) return 'with a token'
  return caller.apiKey === undefined ? 'nobody' : 'with an API key'
}

const kinds = ['tool', 'prompt', 'resource', 'template', 'task'] as const

/** `undefined`: the line is no decision. */
function decidedIn(line: string): Decided | undefined {
  const written = parsed(line)
  if (!isRecord(written) || written['v'] !== 1) return undefined
  const verdict = (['allow', 'deny'] as const).find((one) => one === written['verdict'])
  const kind = kinds.find((one) => one === written['kind'])
  if (verdict === undefined || (kind === undefined && written['kind'] !== 'request')) return undefined
  const known = textsOf(written['known'])
  const user = written['user']
  return {
    id: textOf(written['id']),
    time: textOf(written['time']),
    port: Number(written['port']),
    route: textOf(written['route']),
    request: {
      method: textOf(written['method']),
      path: textOf(written['path']),
      headers: { host: textOf(written['host']) },
    },
    item: kind && { kind, target: targetName(textOf(written['target'])), name: textOf(written['name']) },
    input: written['arguments'],
    verdict,
    caller: {
      claims: known.includes('jwt') ? {} : undefined,
      apiKey: known.includes('apiKey') ? {} : undefined,
      user: typeof user === 'string' ? user : undefined,
    },
    facts: isRecord(written['facts']) ? written['facts'] : {},
    absent: textsOf(written['absent']),
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

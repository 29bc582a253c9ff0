// What servers of 2026-07-28 say unasked (`subscriptions/listen`): one stream for all conversations of one principal with a server.
import { type RawJson, rawJson, type TargetName } from '../../core/brand.ts'
import type { Log } from '../../telemetry/log.ts'
import { cut, elements, find, members } from '../json.ts'
import { stringAt } from '../outline.ts'
import { SUBSCRIPTION } from './modern-results.ts'

/** Lists that a server may say have changed. */
export type ListName = 'tools' | 'prompts' | 'resources'

/** One conversation, as far as it wants to hear something. */
export interface Ear {
  readonly lists: readonly ListName[]
  readonly uris: Set<string>
  /** Tasks that it follows, by the server's own ids. */
  readonly tasks?: ReadonlySet<string>
  notification(method: string, params: RawJson | undefined): void
  /** Asks the server for a stream. `params`: without the envelope. */
  listen(params: RawJson, reader: StreamReader): { close(): void }
}

/** Who reads a stream of notifications. */
export interface StreamReader {
  heard(method: string, params: RawJson | undefined): void
  /** It is over. `again`: it may be there later. Said once. */
  ended(again: boolean): void
}

interface Filter {
  readonly lists: ReadonlySet<ListName>
  readonly uris: ReadonlySet<string>
  readonly tasks: ReadonlySet<string>
}

interface Waiter {
  readonly uri: string
  resolve(honoured: boolean): void
}

/** Changes of what is wanted that come together need one new stream only: what a stream tells of cannot be changed. */
const DEBOUNCE_MS = 10
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000
/** A stream that lived this long was no failure. */
const STEADY_MS = 10_000
/** Addresses in one stream's filter. */
const MOST = 10_000
const LIST_NAMES = ['tools', 'prompts', 'resources'] as const
/** News of a task (2026-07-28, tasks extension). */
const TASK = 'notifications/tasks'

export class Listening {
  readonly #target: TargetName
  readonly #log: Log
  /** Nobody listens here any more. */
  readonly #left: () => void
  readonly #ears = new Set<Ear>()
  readonly #waiters = new Set<Waiter>()
  #current: Stream | undefined = undefined
  #opening: Stream | undefined = undefined
  #timer: NodeJS.Timeout | undefined = undefined
  #failures = 0
  /** It waits before it opens a stream again. */
  #waits = false
  /** Something may have been said while there was no stream. */
  #missed = false

  constructor(target: TargetName, log: Log, left: () => void) {
    this.#target = target
    this.#log = log
    this.#left = left
  }

  join(ear: Ear): void {
    this.#ears.add(ear)
    this.changed()
  }

  leave(ear: Ear): void {
    if (!this.#ears.delete(ear)) return
    if (this.#ears.size > 0) {
      this.changed()
      return
    }
    clearTimeout(this.#timer)
    this.#close()
    this.#left()
  }

  /** Whether the server will tell of this resource, as soon as it has said so. */
  subscribe(ear: Ear, uri: string): Promise<boolean> {
    const honoured = this.#current?.honours(uri)
    if (honoured === undefined && this.#wanted().uris.size >= MOST) return Promise.resolve(false)
    ear.uris.add(uri)
    if (honoured !== undefined) return Promise.resolve(honoured)
    return new Promise((resolve) => {
      this.#waiters.add({ uri, resolve })
      this.changed()
    })
  }

  unsubscribe(ear: Ear, uri: string): void {
    if (!ear.uris.delete(uri)) return
    this.changed()
    if ([...this.#ears].some(({ uris }) => uris.has(uri))) return
    for (const waiter of this.#waiters) if (waiter.uri === uri && this.#waiters.delete(waiter)) waiter.resolve(false)
  }

  // --- what streams tell

  acknowledged(stream: Stream): void {
    if (stream !== this.#opening) return
    const before = this.#current
    before?.close()
    this.#current = stream
    this.#opening = undefined
    this.#settle(stream)
    // What became of a task since it was first wanted nobody has told.
    for (const id of stream.filter.tasks)
      if (this.#missed || before?.filter.tasks.has(id) !== true) this.told(TASK, named(id))
    if (!this.#missed) return
    this.#missed = false
    for (const name of stream.filter.lists) this.told(`notifications/${name}/list_changed`, undefined)
    for (const uri of stream.filter.uris)
      this.told('notifications/resources/updated', rawJson(`{"uri":${JSON.stringify(uri)}}`))
  }

  told(method: string, params: RawJson | undefined): void {
    if (method === TASK) {
      const id = params && stringAt(params, find(params, ['taskId']))
      if (id !== undefined)
        for (const ear of this.#ears) if (ear.tasks?.has(id) === true) ear.notification(method, params)
      return
    }
    if (method !== 'notifications/resources/updated') {
      for (const ear of this.#ears)
        if (ear.lists.some((name) => method === `notifications/${name}/list_changed`)) ear.notification(method, params)
      return
    }
    const uri = params && stringAt(params, find(params, ['uri']))
    if (uri === undefined) return
    const exact = [...this.#ears].filter(({ uris }) => uris.has(uri))
    // A server may speak of a part of what was subscribed to.
    const ears = exact.length > 0 ? exact : [...this.#ears].filter((ear) => holds(ear, uri))
    for (const ear of ears) ear.notification(method, params)
  }

  ended(stream: Stream, again: boolean): void {
    if (stream === this.#opening) {
      this.#opening = undefined
      this.#settle(undefined)
    } else if (stream === this.#current) {
      this.#current = undefined
      this.#missed = true
    } else return
    if (!again) {
      this.#failures = 0
      this.#log.debug('a target does not tell of changes', { target: this.#target })
      return
    }
    if (performance.now() - stream.openedAt > STEADY_MS) this.#failures = 0
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.#failures++, LONGEST_WAIT_MS)
    this.#log.debug('the stream of a target broke off and is opened again', { target: this.#target, wait })
    this.#waits = true
    this.#later(wait)
  }

  // --- the stream that is wanted

  /** Somebody wants to hear of something else than before. */
  changed(): void {
    if (!this.#waits || this.#waiters.size > 0) this.#later(DEBOUNCE_MS)
  }

  #later(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#open(), ms).unref()
  }

  #wanted(): Filter {
    const lists = new Set<ListName>()
    const uris = new Set<string>()
    const tasks = new Set<string>()
    for (const ear of this.#ears) {
      for (const name of ear.lists) lists.add(name)
      for (const uri of ear.uris) uris.add(uri)
      for (const id of ear.tasks ?? []) tasks.add(id)
    }
    return { lists, uris, tasks }
  }

  #open(): void {
    this.#waits = false
    const wanted = this.#wanted()
    const ear = [...this.#ears].at(-1)
    if (ear === undefined || wanted.lists.size + wanted.uris.size + wanted.tasks.size === 0) {
      this.#close()
      return
    }
    if (sameFilter(this.#opening?.filter ?? this.#current?.filter, wanted)) return
    this.#opening?.close()
    const stream = new Stream(this, wanted)
    this.#opening = stream
    stream.open(ear)
  }

  #close(): void {
    this.#opening?.close()
    this.#current?.close()
    this.#opening = undefined
    this.#current = undefined
    this.#settle(undefined)
  }

  #settle(stream: Stream | undefined): void {
    for (const waiter of this.#waiters) {
      const honoured = stream === undefined ? false : stream.honours(waiter.uri)
      if (honoured === undefined) continue // it came too late for this stream
      this.#waiters.delete(waiter)
      waiter.resolve(honoured)
    }
  }
}

/** One stream, from its request to its end. */
class Stream implements StreamReader {
  readonly filter: Filter
  readonly openedAt = performance.now()
  readonly #host: Listening
  #handle: { close(): void } | undefined = undefined
  #honoured: ReadonlySet<string> | undefined = undefined
  #some = true
  #over = false

  constructor(host: Listening, filter: Filter) {
    this.#host = host
    this.filter = filter
  }

  open(ear: Ear): void {
    this.#handle = ear.listen(paramsOf(this.filter), this)
    if (this.#over) this.#handle.close()
  }

  close(): void {
    this.#over = true
    this.#handle?.close()
  }

  /** Whether it tells of a resource; `undefined`: it was not asked to, or has not said yet. */
  honours(uri: string): boolean | undefined {
    return this.filter.uris.has(uri) ? this.#honoured?.has(uri) : undefined
  }

  heard(method: string, params: RawJson | undefined): void {
    if (this.#over) return
    if (method === 'notifications/subscriptions/acknowledged') {
      if (this.#honoured !== undefined) return
      this.#honoured = honouredBy(params)
      this.#some =
        this.#honoured.size > 0 || params?.includes('ListChanged') === true || params?.includes('taskIds') === true
      this.#host.acknowledged(this)
    } else if (this.#honoured !== undefined && this.#asked(method)) this.#host.told(method, withoutStream(params))
  }

  ended(again: boolean): void {
    if (this.#over) return
    this.#over = true
    // A server that has agreed to tell nothing ends the stream at once, and would do so again.
    this.#host.ended(this, again && this.#some)
  }

  /** Nothing is believed that was not asked for. */
  #asked(method: string): boolean {
    if (method === 'notifications/resources/updated') return this.filter.uris.size > 0
    if (method === TASK) return this.filter.tasks.size > 0
    return LIST_NAMES.some((name) => this.filter.lists.has(name) && method === `notifications/${name}/list_changed`)
  }
}

/** Whether a resource is a part of one that somebody has subscribed to, as far as addresses tell. */
function holds({ uris }: Ear, uri: string): boolean {
  for (const each of uris) if (uri.startsWith(each)) return true
  return false
}

function paramsOf({ lists, uris, tasks }: Filter): RawJson {
  const wanted: Record<string, unknown> = {}
  for (const name of lists) wanted[`${name}ListChanged`] = true
  if (uris.size > 0) wanted['resourceSubscriptions'] = [...uris]
  if (tasks.size > 0) wanted['taskIds'] = [...tasks]
  return rawJson(JSON.stringify({ notifications: wanted }))
}

function sameFilter(one: Filter | undefined, other: Filter): boolean {
  if (one === undefined) return false
  return same(one.lists, other.lists) && same(one.uris, other.uris) && same(one.tasks, other.tasks)
}

const named = (id: string): RawJson => rawJson(`{"taskId":${JSON.stringify(id)}}`)

const same = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((each) => other.has(each))

function honouredBy(params: RawJson | undefined): ReadonlySet<string> {
  const span = params && find(params, ['notifications', 'resourceSubscriptions'])
  if (params === undefined || span === undefined) return new Set()
  return new Set(elements(params, span.start).flatMap((each) => stringAt(params, each) ?? []))
}

/** Params without the id of the stream they came on, which is nobody else's business. */
function withoutStream(params: RawJson | undefined): RawJson | undefined {
  if (params?.includes(SUBSCRIPTION) !== true) return params
  const kept: string[] = []
  for (const [name, span] of members(params)) {
    let value: string = cut(params, span)
    if (name === '_meta' && value.startsWith('{')) {
      const rest = [...members(value)].filter(([key]) => key !== SUBSCRIPTION)
      value = `{${rest.map(([key, at]) => `${JSON.stringify(key)}:${cut(value, at)}`).join(',')}}`
      if (rest.length === 0) continue
    }
    kept.push(`${JSON.stringify(name)}:${value}`)
  }
  return kept.length === 0 ? undefined : rawJson(`{${kept.join(',')}}`)
}

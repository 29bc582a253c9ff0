// What a request of 2026-07-28 says of its sender (`_meta`), and the request without it: the rest goes on as it came.
import { type RawJson, rawJson } from '../../core/brand.ts'
import type { JsonObject } from '../../core/item.ts'
import type { Incoming } from '../conversation.ts'
import { cut, members, type Span } from '../json.ts'
import { stringAt } from '../outline.ts'
import { logLevels } from '../relay.ts'

/** Reserved for what holds between two neighbours: none of it travels further. */
const PER_HOP = 'io.modelcontextprotocol/'
const VERSION = `${PER_HOP}protocolVersion`
const INFO = `${PER_HOP}clientInfo`
const CAPABILITIES = `${PER_HOP}clientCapabilities`
const LEVEL = `${PER_HOP}logLevel`

/** Who sends a request, in the words of the request. */
export interface Envelope {
  readonly revision: string
  readonly clientInfo: RawJson
  readonly capabilities: RawJson
  readonly logLevel: string | undefined
}

/** A request without an envelope that could be understood: what is missing, or wrong. */
export interface Unenveloped {
  readonly problem: string
  readonly key: string
}

/** What one `_meta` says. */
interface Meta {
  readonly claim: string | undefined
  readonly envelope: Envelope | Unenveloped
  /** What of it goes on. */
  readonly rest: string
}

/** Texts of `_meta` that are remembered, and how long one may be. */
const REMEMBERED = 256
const LONGEST = 2_048

/** Clients say the same of themselves with every request: what was read once need not be read again. */
class Metas {
  readonly #known = new Map<string, Meta>()

  of(text: string): Meta {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    // A token of its own makes each request's another text.
    if (text.length > LONGEST || text.includes('progressToken')) return readMeta(text)
    const own = Buffer.from(text, 'utf16le').toString('utf16le') // a slice would keep the whole request
    const meta = readMeta(own)
    if (this.#known.size >= REMEMBERED) this.#known.clear()
    this.#known.set(own, meta)
    return meta
  }
}

const metas = new Metas()

function metaIn({ rawParams }: Pick<Incoming, 'rawParams'>, at: Span | undefined): Meta | undefined {
  if (rawParams === undefined || at === undefined || !isObject(rawParams, at)) return undefined
  return metas.of(cut(rawParams, at))
}

function readMeta(text: string): Meta {
  const said = members(text)
  const version = said.get(VERSION)
  let rest = ''
  for (const [name, span] of said)
    if (!name.startsWith(PER_HOP)) rest += `${rest === '' ? '' : ','}${JSON.stringify(name)}:${cut(text, span)}`
  return {
    claim: version && (stringAt(text, version) ?? ''),
    envelope: readEnvelope(text, said),
    rest: `{${rest}}`,
  }
}

/** The revision that a message says of itself: a text, the empty text for what is none, `undefined` when it says nothing. */
export function claimOf(message: Incoming): string | undefined {
  if (message.rawParams?.includes(VERSION) !== true) return undefined
  return metaIn(message, message.at('_meta'))?.claim
}

/** The envelope (2026-07-28, basic): version and capabilities must be there, information and level may. */
export const envelopeOf = (message: Incoming): Envelope | Unenveloped =>
  metaIn(message, message.at('_meta'))?.envelope ?? wrong('_meta', 'missing')

function readEnvelope(rawParams: string, said: ReadonlyMap<string, Span>): Envelope | Unenveloped {
  const version = said.get(VERSION)
  if (version === undefined) return wrong(VERSION, 'missing')
  const revision = stringAt(rawParams, version)
  if (revision === undefined) return wrong(VERSION, 'must be a string')
  const capabilities = said.get(CAPABILITIES)
  if (capabilities === undefined) return wrong(CAPABILITIES, 'missing')
  if (!isObject(rawParams, capabilities)) return wrong(CAPABILITIES, 'must be an object')
  const info = said.get(INFO)
  if (info !== undefined && !isObject(rawParams, info)) return wrong(INFO, 'must be an object')
  const level = said.get(LEVEL)
  const logLevel = stringAt(rawParams, level)
  if (level !== undefined && !logLevels.some((known) => known === logLevel))
    return wrong(LEVEL, `must be one of ${logLevels.join(', ')}`)
  return {
    revision,
    clientInfo: info === undefined ? NOBODY : cut(rawParams, info),
    capabilities: cut(rawParams, capabilities),
    logLevel,
  }
}

const wrong = (key: string, problem: string): Unenveloped => ({ key, problem })
const isObject = (text: string, { start }: Span): boolean => text.charCodeAt(start) === 123
const NOBODY = rawJson('{"name":"unknown","version":"0"}')

/** A request as it goes on: what held for this hop only is gone from its `_meta`, every other byte is as it came. */
export class Onward implements Incoming {
  readonly method: string
  readonly rawParams: RawJson | undefined
  readonly #said: Incoming
  /** The new `_meta`, and by how much what follows it has moved. */
  readonly #meta: Span | undefined
  readonly #shift: number
  #params: JsonObject | undefined = undefined

  constructor(said: Incoming) {
    const { method, rawParams } = said
    const at = said.at('_meta')
    this.method = method
    this.#said = said
    if (rawParams === undefined || at === undefined) {
      this.rawParams = rawParams
      this.#meta = undefined
      this.#shift = 0
      return
    }
    const rest = metaIn(said, at)?.rest ?? '{}'
    this.#meta = { start: at.start, end: at.start + rest.length }
    this.#shift = this.#meta.end - at.end
    this.rawParams = rawJson(rawParams.slice(0, at.start) + rest + rawParams.slice(at.end))
  }

  get params(): JsonObject {
    this.#params ??= this.rawParams === undefined ? {} : JSON.parse(this.rawParams)
    return this.#params ?? {}
  }

  at(name: string): Span | undefined {
    const span = this.#said.at(name)
    if (span === undefined || this.#meta === undefined || span.start < this.#meta.start) return span
    if (name === '_meta') return this.#meta
    return { start: span.start + this.#shift, end: span.end + this.#shift }
  }

  string(name: string): string | undefined {
    return this.rawParams === undefined ? undefined : stringAt(this.rawParams, this.at(name))
  }
}

/** A request with other params than it came with. */
export class Reworded implements Incoming {
  readonly method: string
  readonly rawParams: RawJson
  readonly #members: ReadonlyMap<string, Span>
  #params: JsonObject | undefined = undefined

  /** `changed`: members that are exchanged, or left out when `undefined`. */
  constructor(
    { method, rawParams }: Pick<Incoming, 'method' | 'rawParams'>,
    changed: ReadonlyMap<string, RawJson | undefined>,
  ) {
    const text = rawParams ?? '{}'
    const parts = [...members(text)].flatMap(([name, span]) => {
      const value = changed.has(name) ? changed.get(name) : cut(text, span)
      return value === undefined ? [] : [[name, value] as const]
    })
    for (const [name, value] of changed)
      if (value !== undefined && !parts.some(([has]) => has === name)) parts.push([name, value])
    this.method = method
    this.rawParams = rawJson(`{${parts.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`)
    this.#members = members(this.rawParams)
  }

  get params(): JsonObject {
    this.#params ??= JSON.parse(this.rawParams)
    return this.#params ?? {}
  }

  at(name: string): Span | undefined {
    return this.#members.get(name)
  }

  string(name: string): string | undefined {
    return stringAt(this.rawParams, this.at(name))
  }
}

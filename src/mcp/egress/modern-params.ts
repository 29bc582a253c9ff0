// Params of a request as servers of 2026-07-28 read them: who asks and what they can answer stands in `_meta` of each.
import { type RawJson, rawJson } from '../../core/brand.ts'
import type { JsonObject } from '../../core/item.ts'
import type { Peer } from '../conversation.ts'
import { cut, members, type Span } from '../json.ts'
import { stringAt } from '../outline.ts'
import { modernRevision } from '../wire.ts'

/** Keys of `_meta` that hold between two neighbours and travel no further (reference: mcp §8, generic rule). */
export const PER_HOP = 'io.modelcontextprotocol/'
export const TASKS = `${PER_HOP}tasks`

/** Capabilities of clients that both eras know. Tasks are another thing in each (reference: mcp §2.2). */
const COMMON = ['sampling', 'elicitation', 'extensions', 'experimental'] as const

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a peer says of itself in every request (2026-07-28, basic: `_meta`). */
export class Envelope {
  /** As the server reads them: nothing else may be asked for. */
  readonly capabilities: JsonObject
  readonly #text: string

  /** `tasks`: whoever sends the requests waits for tasks itself, whatever the peer knows of them. */
  constructor({ revision, clientInfo, capabilities }: Introduced, { tasks }: { readonly tasks: boolean }) {
    const declared: unknown = JSON.parse(capabilities)
    this.capabilities = revision === modernRevision ? objectOf(declared) : translated(objectOf(declared), tasks)
    const said = revision === modernRevision ? capabilities : JSON.stringify(this.capabilities)
    this.#text =
      `"${PER_HOP}protocolVersion":"${modernRevision}",` +
      `"${PER_HOP}clientInfo":${clientInfo},"${PER_HOP}clientCapabilities":${said}`
  }

  /** Members of `_meta`. Without a level the server must not send log messages. */
  members(logLevel: string | undefined): string {
    return logLevel === undefined ? this.#text : `${this.#text},"${PER_HOP}logLevel":${JSON.stringify(logLevel)}`
  }
}

type Introduced = Pick<Peer, 'revision' | 'clientInfo' | 'capabilities'>

const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {})

function translated(declared: JsonObject, tasks: boolean): JsonObject {
  const known: Record<string, unknown> = {}
  if (isObject(declared['roots'])) known['roots'] = {}
  for (const name of COMMON) if (isObject(declared[name])) known[name] = declared[name]
  if (tasks) known['extensions'] = { ...objectOf(known['extensions']), [TASKS]: {} }
  return known
}

/** What a retry brings: answers to what the server wanted to know, and its own note to itself. */
export interface Input {
  readonly responses: RawJson | undefined
  readonly state: RawJson | undefined
}

/** Params of one request, looked into once. */
export class Params {
  readonly #text: RawJson
  readonly #found: ReadonlyMap<string, Span>

  constructor(text: RawJson | undefined) {
    this.#text = text ?? NOTHING
    this.#found = members(this.#text)
  }

  /** Text of a member. */
  raw(name: string): RawJson | undefined {
    const span = this.#found.get(name)
    return span === undefined ? undefined : cut(this.#text, span)
  }

  /** A member, if it is a string. */
  string(name: string): string | undefined {
    return stringAt(this.#text, this.#found.get(name))
  }

  /**
   * The params as they are sent: values keep their bytes. `input` replaces what they bring of their own to an earlier question;
   * `undefined`: that stays.
   */
  enveloped(envelope: string, input: Input | undefined): RawJson {
    let text = `{"_meta":{${envelope}${this.#ownMeta()}}`
    for (const [name, span] of this.#found) {
      if (name === '_meta' || (input !== undefined && (name === 'inputResponses' || name === 'requestState'))) continue
      text += `,${JSON.stringify(name)}:${this.#text.slice(span.start, span.end)}`
    }
    if (input?.responses !== undefined) text += `,"inputResponses":${input.responses}`
    if (input?.state !== undefined) text += `,"requestState":${input.state}`
    return rawJson(`${text}}`)
  }

  #ownMeta(): string {
    const meta = this.#found.get('_meta')
    if (meta === undefined) return ''
    let text = ''
    for (const [name, span] of members(this.#text, meta.start))
      if (!name.startsWith(PER_HOP)) text += `,${JSON.stringify(name)}:${this.#text.slice(span.start, span.end)}`
    return text
  }
}

const NOTHING = rawJson('{}')

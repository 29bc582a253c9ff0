// Every string of a definition, result or request that can reach a model, with where it stands; it judges nothing.
import { unreachable } from '../core/failure.ts'
import type { JsonObject } from '../core/item.ts'

/** What is scanned. `server`: its name, instructions and serverInfo, with or without its lists; `request`: elicitation and sampling. */
export type Kind = 'tool' | 'prompt' | 'resource' | 'server' | 'result' | 'request' | 'message'

/** What a string is for. Prose has no business in some of them (reference/security.md §2.5, 2). */
export type Surface =
  | 'name' // of a tool, prompt, server
  | 'title'
  | 'description' // of a tool, prompt, resource
  | 'instructions' // of a server
  | 'key' // name of a schema property or of a prompt's argument
  | 'parameter' // description of a property or argument
  | 'value' // default, enum, const, examples
  | 'pattern'
  | 'schema' // any other string of a schema: $comment, title, unknown keywords
  | 'annotation'
  | 'icon'
  | 'meta' // _meta and fields nobody knows
  | 'uri'
  | 'content' // of a result: what a tool answered
  | 'field' // name of a member of a result
  | 'message' // of a prompt, of an elicitation, of sampling

/** One string. The pointer is made when somebody asks: most strings are never named. */
export interface Piece {
  readonly text: string
  readonly surface: Surface
  /** The text is the name of the member that `at` leads to, not its value. */
  readonly isKey: boolean
  readonly at: Step
  /** Nearest schema property or argument that the text belongs to. */
  readonly property: string | undefined
  /** The text is an answer marked as an error. */
  readonly isError: boolean
}

/** One step from the root: a list from the end. */
export interface Step {
  readonly up: Step | undefined
  readonly key: string | number
}

/** What was too large to be looked at whole. */
export type Excess = 'depth' | 'nodes' | 'length'

export interface Walked {
  readonly pieces: readonly Piece[]
  /** Where a bound was hit first, by bound. */
  readonly excess: ReadonlyMap<Excess, Step>
}

/** Bounds of one walk (reference/security.md §4.3): what lies beyond is not looked at, and that is a finding. */
export interface WalkLimits {
  readonly depth: number
  readonly nodes: number
  /** UTF-16 units of all strings together. */
  readonly length: number
}

const definitionLimits: WalkLimits = { depth: 64, nodes: 20_000, length: 1 << 20 }
const resultLimits: WalkLimits = { depth: 64, nodes: 200_000, length: 4 << 20 }

/** JSON Pointer (RFC 6901 §3) of a step. */
export function pointer(step: Step | undefined): string {
  let path = ''
  for (let at = step; at?.up !== undefined; at = at.up)
    path = `/${String(at.key).replaceAll('~', '~0').replaceAll('/', '~1')}${path}`
  return path
}

/** State of the walk: which fields mean what below here. */
type Area =
  | 'root'
  | 'server'
  | 'items'
  | 'schema'
  | 'properties'
  | 'values'
  | 'annotation'
  | 'icon'
  | 'meta'
  | 'arguments'
  | 'messages'
  | 'content'
  | 'data'

interface Frame {
  readonly value: unknown
  readonly at: Step
  readonly area: Area
  /** Surface of a string that stands right here. */
  readonly surface: Surface
  readonly depth: number
  readonly property: string | undefined
  /** The name of the member is a text as well, of this surface. */
  readonly names: Surface | undefined
}

type Into = readonly [area: Area, surface: Surface]
type Fields = { readonly [field: string]: Into }

const items: Fields = {
  name: ['meta', 'name'],
  title: ['meta', 'title'],
  description: ['meta', 'description'],
  uri: ['meta', 'uri'],
  uriTemplate: ['meta', 'uri'],
  inputSchema: ['schema', 'schema'],
  outputSchema: ['schema', 'schema'],
  annotations: ['annotation', 'annotation'],
  icons: ['icon', 'icon'],
  arguments: ['arguments', 'parameter'],
  messages: ['messages', 'message'],
}
const servers: Fields = {
  name: ['meta', 'name'],
  title: ['meta', 'title'],
  description: ['meta', 'description'],
  instructions: ['meta', 'instructions'],
  serverInfo: ['server', 'meta'],
  icons: ['icon', 'icon'],
  tools: ['items', 'meta'],
  prompts: ['items', 'meta'],
  resources: ['items', 'meta'],
  resourceTemplates: ['items', 'meta'],
  servers: ['server', 'meta'],
}
const answers: Fields = {
  content: ['content', 'content'],
  contents: ['content', 'content'],
  structuredContent: ['data', 'content'],
  message: ['meta', 'content'],
  error: ['data', 'content'],
  messages: ['messages', 'message'],
}
const requests: Fields = {
  message: ['meta', 'message'],
  requestedSchema: ['schema', 'schema'],
  url: ['meta', 'uri'],
  messages: ['messages', 'message'],
  systemPrompt: ['meta', 'message'],
}
const roots: { readonly [kind in Kind]: Fields } = {
  tool: items,
  prompt: items,
  resource: items,
  server: servers,
  result: answers,
  request: requests,
  message: { messages: ['messages', 'message'] },
}
const schemaFields: Fields = {
  description: ['schema', 'parameter'],
  default: ['values', 'value'],
  const: ['values', 'value'],
  enum: ['values', 'value'],
  examples: ['values', 'value'],
  example: ['values', 'value'],
  required: ['values', 'key'],
  pattern: ['schema', 'pattern'],
  properties: ['properties', 'schema'],
  patternProperties: ['properties', 'schema'],
  $defs: ['properties', 'schema'],
  definitions: ['properties', 'schema'],
  dependentSchemas: ['properties', 'schema'],
  _meta: ['meta', 'meta'],
}
/** Bytes in base64: nothing a model reads as text, unless they are one. */
const binary = new Set(['data', 'blob'])
const textual = /^\s*(?:text\/|application\/(?:json|xml|yaml|x-yaml|javascript|[\w.-]+\+(?:json|xml))\b)/i

/** Fields of the protocol where others may stand beside them. */
const given = new Set(['_meta', 'structuredContent', 'isError', 'error', 'execution', 'mimeType', 'size', 'version'])

/** Walks a definition: never throws, always ends, in the order of the document. */
export function walk(definition: JsonObject, kind: Kind, limits?: WalkLimits): Walked {
  const walker = new Walker(kind, limits ?? (kind === 'result' ? resultLimits : definitionLimits))
  walker.run(definition)
  return walker
}

class Walker implements Walked {
  readonly pieces: Piece[] = []
  readonly excess = new Map<Excess, Step>()
  readonly #kind: Kind
  readonly #limits: WalkLimits
  readonly #stack: Frame[] = []
  #nodes = 0
  #length = 0
  #isError = false

  constructor(kind: Kind, limits: WalkLimits) {
    this.#kind = kind
    this.#limits = limits
  }

  run(definition: JsonObject): void {
    this.#isError = this.#kind === 'result' && definition['isError'] === true
    const at: Step = { up: undefined, key: '' }
    const base = { depth: 0, property: undefined, surface: 'meta' as const, names: undefined }
    this.#stack.push({ value: definition, at, area: 'root', ...base })
    for (let frame = this.#stack.pop(); frame !== undefined; frame = this.#stack.pop()) {
      if (++this.#nodes > this.#limits.nodes) return this.#exceed('nodes', frame.at)
      if (frame.names !== undefined) this.#add(String(frame.at.key), frame.names, frame, true)
      if (typeof frame.value === 'string') this.#string(frame.value, frame)
      else if (typeof frame.value === 'object' && frame.value !== null) this.#open(frame.value, frame)
    }
  }

  #exceed(excess: Excess, at: Step): void {
    if (!this.excess.has(excess)) this.excess.set(excess, at)
  }

  #string(text: string, frame: Frame): void {
    this.#add(text, frame.surface, frame, false)
  }

  #add(text: string, surface: Surface, frame: Omit<Frame, 'value'>, isKey: boolean): void {
    if (text === '') return
    const room = this.#limits.length - this.#length
    if (text.length > room) this.#exceed('length', frame.at)
    if (room <= 0) return
    this.#length += text.length
    const { at, property } = frame
    const cut = text.length > room ? text.slice(0, room) : text
    this.pieces.push({ text: cut, surface, isKey, at, property, isError: this.#isError })
  }

  /** Puts the members of an object or array on the stack, the first on top. */
  #open(value: object, frame: Frame): void {
    if (frame.depth >= this.#limits.depth) return this.#exceed('depth', frame.at)
    const keys = Array.isArray(value) ? undefined : Object.keys(value)
    const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
    // What is beyond the bound is not even put on the stack: a list of millions costs no memory.
    const count = Math.min(members.length, this.#limits.nodes)
    if (count < members.length) this.#exceed('nodes', frame.at)
    const isBlob = keys !== undefined && frame.area === 'content' && textOf(value, 'text') === undefined
    const children: Frame[] = []
    for (let index = 0; index < count; index++) {
      const key = keys?.[index] ?? index
      const isBytes = isBlob && binary.has(String(key))
      const member = isBytes ? textIn(value, members[index]) : members[index]
      if (!isBytes || member !== undefined) children.push(this.#child(key, member, frame))
    }
    for (let child = children.pop(); child !== undefined; child = children.pop()) this.#stack.push(child)
  }

  #child(key: string | number, value: unknown, frame: Frame): Frame {
    const at: Step = { up: frame.at, key }
    const depth = frame.depth + 1
    if (typeof key === 'number') return { ...frame, value, at, depth, names: undefined }
    const [area, surface] = this.#into(key, frame)
    const isProperty = frame.area === 'properties'
    return {
      value,
      at,
      area,
      surface,
      depth,
      property: isProperty ? key : frame.property,
      names: isProperty ? 'key' : isChosen(key, area, surface) ? 'field' : undefined,
    }
  }

  #into(key: string, frame: Frame): Into {
    switch (frame.area) {
      case 'root':
        return own(roots[this.#kind], key) ?? (this.#kind === 'result' ? ['data', 'content'] : ['meta', 'meta'])
      case 'server':
        return own(servers, key) ?? ['meta', 'meta']
      case 'items':
        return own(items, key) ?? ['meta', 'meta']
      case 'schema':
        return own(schemaFields, key) ?? ['schema', 'schema']
      case 'properties':
        return ['schema', 'schema']
      case 'arguments':
        return key === 'name' ? ['arguments', 'key'] : ['arguments', 'parameter']
      case 'messages':
        return key === 'content' ? ['content', 'message'] : ['messages', 'meta']
      case 'content':
        if (key === 'type' || key === 'mimeType' || key === 'role') return ['content', 'meta']
        return key === 'uri' || key === 'url' ? ['content', 'uri'] : ['content', frame.surface]
      case 'values':
      case 'annotation':
      case 'icon':
      case 'meta':
      case 'data':
        return [frame.area, frame.surface]
      default:
        return unreachable(frame.area)
    }
  }
}

/** Names of fields that the protocol gives are no news; all others were chosen by the server. */
function isChosen(key: string, area: Area, surface: Surface): boolean {
  if (area === 'meta') return surface === 'meta' && !given.has(key)
  return area === 'data' && surface === 'content' && !given.has(key)
}

/** What a server calls `constructor` or `__proto__` is a field like any other. */
const own = (fields: Fields, key: string): Into | undefined => (Object.hasOwn(fields, key) ? fields[key] : undefined)

/** What a model is shown as such, whatever is in it. */
const shown = /^\s*(?:image|audio|video|font)\//i
/** So much of the beginning shows whether bytes can be a text. A multiple of four. */
const HEAD = 1_024

/** The text that bytes are, by what they are said to be, or where that says nothing, by what they look like. */
function textIn(block: object, bytes: unknown): string | undefined {
  const type = textOf(block, 'mimeType')
  const isText = type !== undefined && textual.test(type)
  if (typeof bytes !== 'string' || (type !== undefined && shown.test(type))) return undefined
  if (!isText && /[\0\ufffd]./su.test(Buffer.from(bytes.slice(0, HEAD), 'base64').toString())) return undefined
  const text = Buffer.from(bytes, 'base64').toString()
  return isText || !/[\0\ufffd]/.test(text) ? text : undefined
}

function textOf(value: object, field: string): string | undefined {
  const found: unknown = Object.getOwnPropertyDescriptor(value, field)?.value
  return typeof found === 'string' ? found : undefined
}

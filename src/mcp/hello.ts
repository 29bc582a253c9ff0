// The answer to `initialize`: one upstream's own, or what several are together.
import { type RawJson, rawJson, type TargetName } from '../core/brand.ts'
import type { JsonObject } from '../core/item.ts'
import type { Answer, Hello } from './conversation.ts'
import { type Edit, edited, find, setMember } from './json.ts'
import { quoted } from './uris.ts'
import { modernRevision } from './wire.ts'

export interface Greeting {
  readonly target: TargetName
  readonly hello: Hello
}

export interface HelloOptions {
  /** Revision that the client and we have agreed on. */
  readonly revision: string
  /** Clients have sessions, so that they can hear what nobody asked for. */
  readonly stateful: boolean
  /** Version of the gateway. */
  readonly version: string
  /** Not every target has answered yet: what it offers may still come. */
  readonly incomplete: boolean
  /** There are resources whatever the servers have: rests of long answers. */
  readonly reads: boolean
}

/** An extension that takes a revision without `initialize`: tasks of before are a capability (reference: mcp §8). */
const TASKS = 'io.modelcontextprotocol/tasks'

/** A lone upstream speaks for itself; we add that we tell when its lists change. */
export function singleHello({ raw, capabilities }: Hello, options: HelloOptions): Answer {
  const edits: Edit[] = [setMember(raw, 0, 'protocolVersion', quoted(options.revision))]
  const { extensions } = capabilities
  const place = isObject(extensions) && TASKS in extensions ? find(raw, ['capabilities', 'extensions']) : undefined
  if (place !== undefined && isObject(extensions) && options.revision !== modernRevision)
    edits.push({ ...place, with: JSON.stringify(Object.fromEntries(bridgedBy(extensions, options))) })
  for (const name of LISTED) {
    const span = isObject(capabilities[name]) ? find(raw, ['capabilities', name]) : undefined
    if (options.stateful && span !== undefined) edits.push(setMember(raw, span.start, 'listChanged', 'true'))
  }
  const at = find(raw, ['capabilities'])
  if (options.reads && at !== undefined && !isObject(capabilities['resources']))
    edits.push(setMember(raw, at.start, 'resources', '{}'))
  return { kind: 'result', raw: edited(raw, edits) }
}

/** Several upstreams as one server (reference: agentgateway §3.4, mcp §3.2). */
export function mergedHello(greetings: readonly Greeting[], options: HelloOptions): Answer {
  const instructions = mergedInstructions(greetings)
  const hello = {
    protocolVersion: options.revision,
    capabilities: mergedCapabilities(greetings, options),
    serverInfo: { name: 'toolgate', version: options.version },
    ...(instructions !== undefined && { instructions }),
  }
  return { kind: 'result', raw: json(hello) }
}

/** Whether a server of 2026-07-28 has tasks, as those who read for older clients say of it. */
export const makesTasks = (hello: Hello | undefined): boolean =>
  hello?.revision === modernRevision && isObject(hello.capabilities['tasks'])

/** Whether a server can list its tasks. */
export const listsTasks = ({ capabilities: { tasks } }: Hello): boolean => isObject(tasks) && isObject(tasks['list'])

const LISTED = ['tools', 'prompts', 'resources'] as const

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Extensions that the client's revision can carry. */
const bridgedBy = (extensions: JsonObject, { revision }: HelloOptions) =>
  Object.entries(extensions).filter(([name]) => name !== TASKS || revision === modernRevision)

function mergedCapabilities(greetings: readonly Greeting[], options: HelloOptions): JsonObject {
  const { stateful, incomplete, reads } = options
  const all = greetings.map(({ hello }) => hello.capabilities)
  const some = (name: string): boolean =>
    all.some((capabilities) => isObject(capabilities[name])) || (reads && name === 'resources')
  const merged: Record<string, unknown> = {}
  for (const name of LISTED) if (incomplete || some(name)) merged[name] = stateful ? { listChanged: true } : {}
  const subscribe = all.some(({ resources }) => isObject(resources) && resources['subscribe'] === true)
  if (stateful && subscribe) merged['resources'] = { listChanged: true, subscribe: true }
  for (const name of ['completions', 'logging']) if (some(name)) merged[name] = {}
  // A task is found again by its id: whoever has it cancels it, if its server can.
  const list = greetings.some(({ hello }) => listsTasks(hello)) ? { list: {} } : {}
  if (some('tasks')) merged['tasks'] = { ...list, cancel: {}, requests: { tools: { call: {} } } }
  const extensions = mergedExtensions(all, options)
  if (extensions !== undefined) merged['extensions'] = extensions
  return merged
}

/** Union; where settings differ nobody's are right. */
function mergedExtensions(all: readonly JsonObject[], options: HelloOptions): JsonObject | undefined {
  const merged = new Map<string, unknown>()
  for (const { extensions } of all) {
    if (!isObject(extensions)) continue
    for (const [name, settings] of bridgedBy(extensions, options)) {
      const there = merged.get(name)
      merged.set(name, there === undefined || JSON.stringify(there) === JSON.stringify(settings) ? settings : {})
    }
  }
  return merged.size === 0 ? undefined : Object.fromEntries(merged)
}

/** Bytes of one server's advice, and of all together. */
const EACH = 8 * 1024
const TOTAL = 32 * 1024
const PREAMBLE =
  'Several MCP servers are reached through this one. Each section below is the advice of the server that its heading names.'

function mergedInstructions(greetings: readonly Greeting[]): string | undefined {
  const headings = new Set<string>(greetings.map(({ target }) => `[${target}]`))
  let merged = ''
  for (const { target, hello } of greetings) {
    if (hello.instructions === undefined || hello.instructions.trim() === '') continue
    // A server must not write into another one's section.
    const own = hello.instructions
      .split('\n')
      .map((line) => (headings.has(line.trim()) ? `> ${line}` : line))
      .join('\n')
    merged += `\n\n[${target}]\n${clipped(own, EACH)}`
  }
  return merged === '' ? undefined : clipped(PREAMBLE + merged, TOTAL)
}

/** At most so many bytes of UTF-8, never half a character. */
function clipped(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text
  const bytes = Buffer.from(text)
  let end = limit
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return `${bytes.toString('utf8', 0, end)}…`
}

const json = (value: JsonObject): RawJson => rawJson(JSON.stringify(value))

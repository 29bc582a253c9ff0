// URIs of resources and templates as clients see them, and the places in results where URIs occur.
import type { RawJson, TargetName } from '../core/brand.ts'
import { rawJson } from '../core/brand.ts'
import { cut, type Edit, edited, elements, members, type Span } from './json.ts'

const WEB = /^https?:\/\//i
const APP = 'ui://'

/**
 * The client's form of an upstream's URI where several targets are one server: `target+scheme:…`, `ui://target+…` (hosts look
 * at that scheme), and web addresses as they are, since a client may fetch them itself (reference: mcp §3.2, agentgateway §3.4).
 */
export function exposeUri(target: TargetName, uri: string): string {
  if (WEB.test(uri)) return uri
  if (uri.startsWith(APP)) return `${APP}${target}+${uri.slice(APP.length)}`
  return `${target}+${uri}`
}

/** Web addresses carry no target: whoever lists them owns them. */
export function ownedByIndex(uri: string): boolean {
  return WEB.test(uri)
}

/** Takes a client's URI apart. `undefined`: it names no target of ours. */
export function splitUri(
  uri: string,
  known: (name: string) => TargetName | undefined,
): { target: TargetName; uri: string } | undefined {
  const from = uri.startsWith(APP) ? APP.length : 0
  const plus = uri.indexOf('+', from) // target names hold no plus sign
  if (plus < 0) return undefined
  const target = known(uri.slice(from, plus))
  return target === undefined ? undefined : { target, uri: uri.slice(0, from) + uri.slice(plus + 1) }
}

/** Literal text before the first expression of a URI template (RFC 6570). */
export function literalPrefix(template: string): string {
  const brace = template.indexOf('{')
  return brace < 0 ? template : template.slice(0, brace)
}

type Expose = (uri: string) => string

/**
 * Text in which a URI may stand has one of these member names. A name spelled with JSON escapes is missed: such a URI stays as it
 * came, which no client can use, and costs nothing.
 */
const mayHoldUri = (text: string): boolean => text.includes('"uri"') || text.includes('esourceUri"')

/**
 * Rewrites every URI of an answer or of a question's params: `content` of tool results, `messages` of prompts and of sampling,
 * `contents` of resources, and addresses of apps in `_meta`. All other bytes stay; `structuredContent` is the server's own
 * and is never looked into.
 */
export function exposeUris(text: RawJson, expose: Expose): RawJson {
  if (!mayHoldUri(text)) return text
  const edits: Edit[] = []
  const at = members(text)
  inMeta(text, at.get('_meta'), expose, edits)
  inBlocks(text, at.get('content'), expose, edits)
  for (const span of list(text, at.get('contents'))) inResource(text, span, expose, edits)
  for (const span of list(text, at.get('messages')))
    inBlocks(text, members(text, span.start).get('content'), expose, edits)
  return edited(text, edits)
}

/** Edits for the address of an app in a definition's `_meta` (`ui.resourceUri` and its older flat spelling). */
export function exposeApp(text: string, expose: Expose): Edit[] {
  if (!text.includes('esourceUri"')) return []
  const edits: Edit[] = []
  inMeta(text, members(text).get('_meta'), expose, edits)
  return edits
}

/** Rewrites the value of one member that is a URI. */
export function exposeMember(text: RawJson, name: string, expose: Expose): RawJson {
  const edits: Edit[] = []
  inString(text, members(text).get(name), expose, edits)
  return edited(text, edits)
}

/** An error about a URI as whoever asked knows it: in its message, and where the revision has it, in `data.uri`. */
export function exposeError(text: RawJson, uri: string, said: string): RawJson {
  if (uri === said || uri === '') return text
  const edits: Edit[] = []
  const at = members(text)
  const whole = (found: string): string => (found === uri ? said : found)
  inString(text, at.get('message'), (message) => message.replaceAll(uri, () => said), edits)
  const details = at.get('data')
  if (details !== undefined) inString(text, members(text, details.start).get('uri'), whole, edits)
  return edited(text, edits)
}

/** One content block, or an array of them: both occur in messages. */
function inBlocks(text: string, span: Span | undefined, expose: Expose, edits: Edit[]): void {
  if (span === undefined) return
  if (text[span.start] !== '[') return inBlock(text, span, expose, edits)
  for (const element of elements(text, span.start)) inBlock(text, element, expose, edits)
}

function inBlock(text: string, span: Span, expose: Expose, edits: Edit[]): void {
  const at = members(text, span.start)
  const type = at.get('type')
  if (type === undefined) return
  switch (text.slice(type.start, type.end)) {
    case '"resource_link"':
      inString(text, at.get('uri'), expose, edits)
      inMeta(text, at.get('_meta'), expose, edits)
      return
    case '"resource"': {
      const resource = at.get('resource')
      if (resource !== undefined) inResource(text, resource, expose, edits)
      return
    }
    case '"tool_result"': // a sampling message of 2025-11-25 carries results of tools
      return inBlocks(text, at.get('content'), expose, edits)
    default:
  }
}

function inResource(text: string, span: Span, expose: Expose, edits: Edit[]): void {
  const at = members(text, span.start)
  inString(text, at.get('uri'), expose, edits)
  inMeta(text, at.get('_meta'), expose, edits)
}

function inMeta(text: string, span: Span | undefined, expose: Expose, edits: Edit[]): void {
  if (span === undefined) return
  const at = members(text, span.start)
  inString(text, at.get('ui/resourceUri'), expose, edits)
  const ui = at.get('ui')
  if (ui !== undefined) inString(text, members(text, ui.start).get('resourceUri'), expose, edits)
}

function inString(text: string, span: Span | undefined, expose: Expose, edits: Edit[]): void {
  if (span === undefined || text[span.start] !== '"') return
  const uri: unknown = JSON.parse(cut(text, span))
  if (typeof uri !== 'string') return
  const exposed = expose(uri)
  if (exposed !== uri) edits.push({ ...span, with: JSON.stringify(exposed) })
}

function list(text: string, span: Span | undefined): readonly Span[] {
  return span === undefined ? [] : elements(text, span.start)
}

/** The text of a string. */
export const quoted = (value: string): RawJson => rawJson(JSON.stringify(value))

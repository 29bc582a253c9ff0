// Answers in the words of 2026-07-28: stamps spliced into texts as they come, codes of its own, and the statuses that go with them.
import { type RawJson, rawJson } from '../../core/brand.ts'
import type { Exchange, Reply } from '../../core/exchange.ts'
import { version } from '../../core/version.ts'
import type { Answer } from '../conversation.ts'
import { cut, type Edit, edited, elements, find, members, setMember } from '../json.ts'
import { codes, errorObject, errorText } from '../wire.ts'
import { jsonReply } from './replies.ts'

const SERVER = `"io.modelcontextprotocol/serverInfo":${JSON.stringify({ name: 'toolgate', version })}`
/**
 * How long a list may be used unseen. What a caller may see can change with the next configuration, and whoever listens hears of
 * it; for the others so much is what they may be late.
 */
const LIST = '"ttlMs":5000,"cacheScope":"private",'
/** What was read may be another thing at once. */
const READ = '"ttlMs":0,"cacheScope":"private",'
const hints: ReadonlyMap<string, string> = new Map([
  ['server/discover', LIST],
  ['tools/list', LIST],
  ['prompts/list', LIST],
  ['resources/list', LIST],
  ['resources/templates/list', LIST],
  ['resources/read', READ],
])

/** From this length on a stamped text is kept for as long as the answer that it was made of: lists are megabytes. */
const LARGE = 16_384
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/** Results as modern clients read them; one for each ingress. */
export class Stamper {
  readonly #stamped = new WeakMap<Answer, Answer>()

  /** The answer with its stamps. Answers that are given again and again are stamped once. */
  stamp(answer: Answer, method: string): Answer {
    if (answer.raw.length < LARGE) return stamped(answer, method)
    let done = this.#stamped.get(answer)
    if (done === undefined) this.#stamped.set(answer, (done = stamped(answer, method)))
    return done
  }
}

function stamped(answer: Answer, method: string): Answer {
  if (answer.kind === 'error') return { kind: 'error', raw: modernError(answer.raw) }
  return {
    kind: 'result',
    raw: stampedText(method === 'tools/list' ? withoutExecution(answer.raw) : answer.raw, method),
  }
}

function stampedText(raw: RawJson, method: string): RawJson {
  if (raw.charCodeAt(0) !== OPEN_OBJECT) return rawJson('{"resultType":"complete"}')
  const hint = hints.get(method) ?? ''
  if (!raw.includes('resultType"') && !raw.includes('_meta"') && !raw.includes('cacheScope"'))
    return opened(`"resultType":"complete",${hint}"_meta":{${SERVER}}`, raw)
  const said = members(raw)
  const meta = said.get('_meta')
  const edits: Edit[] = []
  if (meta !== undefined && raw.charCodeAt(meta.start) === OPEN_OBJECT)
    edits.push({
      start: meta.start,
      end: meta.start + 1,
      with: raw.charCodeAt(meta.start + 1) === CLOSE_OBJECT ? `{${SERVER}` : `{${SERVER},`,
    })
  const scope = said.get('cacheScope')
  // What one caller was shown is nothing for a cache that others share.
  if (scope !== undefined && hint !== '') edits.push({ ...scope, with: '"private"' })
  const head =
    (said.has('resultType') ? '' : '"resultType":"complete",') +
    (scope === undefined && !said.has('ttlMs') ? hint : '') +
    (meta === undefined ? `"_meta":{${SERVER}},` : '')
  const text = edited(raw, edits)
  return head === '' ? text : opened(head.slice(0, -1), text)
}

/** An object with further members at its front. */
function opened(head: string, raw: RawJson): RawJson {
  const empty = /^\{\s*\}$/.test(raw)
  return rawJson(empty ? `{${head}}` : `{${head},${raw.slice(1)}`)
}

/** `execution` is a word of 2025-11-25 only. */
function withoutExecution(raw: RawJson): RawJson {
  if (!raw.includes('"execution"')) return raw
  const tools = find(raw, ['tools'])
  if (tools === undefined) return raw
  const edits = elements(raw, tools.start).flatMap((span): Edit[] => {
    const text = cut(raw, span)
    const said = members(text)
    if (!said.has('execution')) return []
    said.delete('execution')
    const kept = [...said].map(([name, at]) => `${JSON.stringify(name)}:${cut(text, at)}`)
    return [{ ...span, with: `{${kept.join(',')}}` }]
  })
  return edited(raw, edits)
}

/** An error object whose code means the same to a client of this revision (reference: mcp §1.4). */
function modernError(raw: RawJson): RawJson {
  const code = codeOf(raw)
  const meant = meaning(code)
  return meant === code ? raw : edited(raw, [setMember(raw, 0, 'code', String(meant))])
}

export function codeOf(raw: RawJson): number {
  const span = members(raw).get('code')
  return span === undefined ? codes.internal : Number(cut(raw, span))
}

function meaning(code: number): number {
  if (code === codes.resourceNotFound) return codes.invalidParams
  // Those of our own neighbours upstream, and what libraries of before made up: nothing that this client has done.
  const foreign =
    code === codes.headerMismatch || code === codes.unsupportedVersion || code === codes.urlElicitationRequired
  return foreign || (code <= -32_000 && code > -32_020) ? codes.internal : code
}

/** Status of an answer that nothing has gone before. */
export function statusOf(answer: Answer): number {
  if (answer.kind === 'result') return 200
  const code = codeOf(answer.raw)
  if (code === codes.methodNotFound) return 404
  return code === codes.missingCapability ? 400 : 200
}

const json = Object.freeze({ 'content-type': 'application/json' })

export const answerReply = (body: RawJson, status: number): Reply =>
  status === 200 ? jsonReply(body) : { kind: 'bytes', status, headers: json, body }

interface Told {
  readonly status: number
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/** A refusal of the ingress itself; without an id the answer is to no request in particular. */
export function refuseModern(x: Exchange, id: RawJson | undefined, { status, code, message, data }: Told): Reply {
  x.reason = 'MCP'
  x.error = message
  x.mcpErrorCode = code
  x.mcpErrorMessage = message
  return { kind: 'bytes', status, headers: json, body: errorText(id, errorObject(code, message, data)) }
}

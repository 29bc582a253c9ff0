// An HTTP response → the result of the call, as JSON text: what a model reads of it, and what programs do (reference: openapi §10).
import { STATUS_CODES } from 'node:http'
import { rawJson } from '../core/brand.ts'
import type { Result } from '../core/item.ts'
import { Checks } from './check.ts'
import { checking, WRONG } from './checking.ts'
import { events } from './events.ts'
import { header } from './headers.ts'
import { compactJson, exactJson } from './json-text.ts'
import { essence, isJson, isLines, isMediaType, isText } from './media.ts'
import { nextPage } from './pages.ts'
import type { Plan, PlannedTool } from './plan.ts'
import { shortened } from './text.ts'
import type { HttpRequest, HttpResponse } from './tool.ts'
import { fields, isFields } from './value.ts'

const INLINE_BYTES = 1024 * 1024
const REFUSAL_BYTES = 64 * 1024
const BREAKAGE_BYTES = 2 * 1024

/** What went with a call: its arguments, for the next page's; and who wants to know of answers that are not as documented. */
export interface Asked {
  readonly args?: unknown
  readonly request?: HttpRequest
  readonly mismatch?: (problem: string) => void
  /** What is to be said of pages that were read together. */
  readonly pages?: { readonly read: number; readonly stopped?: string } | undefined
}

/** Never throws: whatever a server says is a result. 4xx and 5xx are results that say so (`isError`). */
export function result(tool: PlannedTool, response: HttpResponse, asked: Asked = {}): Result {
  const { plan, name } = tool
  const { status } = response
  if (plan.asOriginal) return asOriginal(tool, response)
  if (status >= 500) return broken(tool, response)
  if (status >= 400) return refused(response)
  if (status >= 300 && status !== 304) return elsewhere(response)
  const type = header(response, 'content-type') ?? ''
  const head = asked.request?.method === 'HEAD' || tool.operation.method === 'HEAD'
  if (head || response.body.length === 0) return empty(plan, response, head)
  if (/^text\/event-stream/i.test(type) || isLines(type)) return sequence(plan, response, type)
  const text = jsonText(response, type)
  const value = text === undefined ? undefined : parsed(text)
  if (text !== undefined && value !== undefined) return json(plan, response, { text, value: value.value, asked })
  if (isReadable(type)) return readable(plan, response, type)
  return bytes(plan, response, type, name)
}

/** A call that got no answer: unreachable, too late, too large. */
export function unanswered({ name, plan }: PlannedTool, problem: string): Result {
  const text = plan.results === 'compatible' ? `Upstream API call for tool '${name}' failed: ${problem}` : problem
  return plan.asOriginal ? rpcError(text) : made({ texts: [text], isError: true })
}

interface Shape {
  readonly texts?: readonly string[]
  /** Blocks that are no text, as JSON. */
  readonly blocks?: readonly string[]
  /** JSON text. */
  readonly structured?: string | undefined
  readonly meta?: Readonly<Record<string, unknown>> | undefined
  readonly isError?: boolean
}

/** Put together as text: an answer's JSON goes through as the server spelled it. */
function made({ texts = [], blocks = [], structured, meta, isError }: Shape): Result {
  const content = [...texts.map((text) => `{"type":"text","text":${JSON.stringify(text)}}`), ...blocks]
  const also = structured === undefined ? '' : `,"structuredContent":${structured}`
  const about = meta === undefined ? '' : `,"_meta":${JSON.stringify(meta)}`
  return {
    kind: 'result',
    raw: rawJson(`{"content":[${content.join(',')}]${also}${isError === true ? ',"isError":true' : ''}${about}}`),
  }
}

/** The text of an answer that is JSON, or looks like it where its type says nothing of the kind. */
function jsonText(response: HttpResponse, type: string): string | undefined {
  if (isJson(type)) return utf8(response.body)
  const first = response.body.subarray(0, 64).toString('latin1').trimStart().charAt(0)
  return first === '{' || first === '[' ? utf8(response.body) : undefined
}

const decoder = new TextDecoder() // stateless without `stream`; making one costs more than a small answer
const utf8 = (body: Buffer): string => decoder.decode(body)

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

interface Answered {
  readonly text: string
  readonly value: unknown
  readonly asked: Asked
}

function json(plan: Plan, response: HttpResponse, { text, value, asked }: Answered): Result {
  const plain = compactJson(text)
  if (value === null) return empty(plan, response, false)
  const bare = isFields(value) && plan.outputRoot !== 'data'
  const structured = bare ? plain : `{"data":${plain}}`
  const { args, pages } = asked
  // A cursor may be a number of more digits than JavaScript's have.
  const next = nextPage(plan, response, /\d{16}/.test(plain) ? exactJson(plain) : value, args)
  if (plan.strictOutput !== undefined && asked.mismatch !== undefined)
    compared(plan, bare ? value : { data: value }, asked.mismatch)
  return made({ texts: [plain], structured, meta: metaOf({ next, pages }) })
}

/** What is there, or nothing at all. */
function metaOf(said: { readonly next: unknown; readonly pages: Asked['pages'] }): Shape['meta'] {
  const found = Object.entries(said).filter(([, one]) => one !== undefined)
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

function compared(plan: Plan, value: unknown, mismatch: (problem: string) => void): void {
  const schema = fields(plan.strictOutput)
  plan.outputCheck ??= new Checks(fields(schema['$defs']), plan.pattern).compile(schema)
  const c = { ...checking(), repairs: false }
  if (plan.outputCheck(value, c) === WRONG) mismatch(`${c.at === '' ? 'the answer' : c.at} ${c.problem}`)
}

/** What clients must find once a schema was announced, where an answer has nothing of the kind. */
const promised = (plan: Plan, data: unknown): string | undefined => {
  if (plan.outputRoot === undefined) return undefined
  return plan.outputRoot === 'data' ? JSON.stringify({ data }) : '{}'
}

function empty(plan: Plan, response: HttpResponse, head: boolean): Result {
  const named = head
    ? plan.answerHeaders.flatMap((name) => {
        const value = header(response, name.toLowerCase())
        return value === undefined ? [] : [[name, value] as const]
      })
    : []
  const headers = named.length === 0 ? {} : { headers: Object.fromEntries(named) }
  return made({
    texts: [JSON.stringify({ code: response.status, message: '', ...headers })],
    structured: promised(plan, null),
  })
}

const isReadable = (type: string): boolean =>
  type === '' || isText(type) || isJson(type) || /^application\/(?:x-www-form-urlencoded|x-sh|toml|csv)/i.test(type)

function readable(plan: Plan, response: HttpResponse, type: string): Result {
  const text = decoded(response.body, type)
  const { status: code } = response
  const structured =
    plan.outputRoot === 'data'
      ? promised(plan, text)
      : plan.results === 'compatible'
        ? JSON.stringify({ code, message: text })
        : promised(plan, text)
  return made({ texts: [text], structured })
}

/** In the charset that the type names, as far as it is one. */
function decoded(body: Buffer, type: string): string {
  const charset = /;\s*charset="?([\w:.-]+)"?/i.exec(type)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(charset).decode(body)
  } catch {
    return utf8(body)
  }
}

function sequence(plan: Plan, response: HttpResponse, type: string): Result {
  const all = events(decoded(response.body, type), essence(type), plan.maxEvents + 1)
  const texts = all.slice(0, plan.maxEvents)
  const meta =
    all.length > plan.maxEvents
      ? { truncated: { maxEvents: plan.maxEvents } }
      : response.cut === undefined
        ? undefined
        : { truncated: { reason: response.cut } }
  return made({ texts: texts.length === 0 ? [''] : texts, structured: promised(plan, null), meta })
}

function bytes(plan: Plan, response: HttpResponse, type: string, tool: string): Result {
  const { body, status: code } = response
  const mimeType = isMediaType(type) ? essence(type) : 'application/octet-stream'
  const name = fileName(header(response, 'content-disposition'))
  const structured = promised(plan, null)
  if (body.length > INLINE_BYTES)
    return made({
      texts: [
        JSON.stringify({
          code,
          message: 'too large to be shown',
          contentType: mimeType,
          bytes: body.length,
          ...(name !== undefined && { name }),
        }),
      ],
      structured,
    })
  const data = body.toString('base64')
  const media = /^(image|audio)\//.exec(mimeType)?.[1]
  if (media !== undefined) return made({ blocks: [JSON.stringify({ type: media, data, mimeType })], structured })
  const uri = `openapi://${encodeURIComponent(plan.target)}/${tool}/${encodeURIComponent(name ?? 'body')}`
  return made({ blocks: [JSON.stringify({ type: 'resource', resource: { uri, mimeType, blob: data } })], structured })
}

/** RFC 6266, without directories: it becomes the last part of an address. */
function fileName(disposition: string | undefined): string | undefined {
  const found =
    /filename\*=utf-8''([^;\s]+)/i.exec(disposition ?? '')?.[1] ?? /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1]
  const plain = found
    ?.replace(/%([0-9a-f]{2})/gi, (whole, hex: string) =>
      Number.parseInt(hex, 16) < 0x80 ? String.fromCharCode(Number.parseInt(hex, 16)) : whole,
    )
    .split(/[/\\]/)
    .at(-1)
    ?.toWellFormed()
  return plain === undefined || plain === '' ? undefined : plain.slice(0, 200)
}

const reason = (status: number): string => `${status} ${STATUS_CODES[status] ?? ''}`.trimEnd()

function refused(response: HttpResponse): Result {
  const { status, body } = response
  const text =
    body.length === 0 ? reason(status) : shortened(decoded(body, header(response, 'content-type') ?? ''), REFUSAL_BYTES)
  const retryAfter = header(response, 'retry-after')
  return made({
    texts: [text],
    isError: true,
    meta: { status, ...(retryAfter !== undefined && { retryAfter: retryAfter.slice(0, 100) }) },
  })
}

function broken({ name, plan }: PlannedTool, response: HttpResponse): Result {
  const { status, body } = response
  const said = shortened(
    decoded(body.subarray(0, BREAKAGE_BYTES * 2), header(response, 'content-type') ?? ''),
    BREAKAGE_BYTES,
  )
  const first = plan.results === 'compatible' ? failedText(name, status) : reason(status)
  const retryAfter = header(response, 'retry-after')
  return made({
    texts: [said === '' ? first : `${first}: ${said}`],
    isError: true,
    meta: { status, ...(retryAfter !== undefined && { retryAfter: retryAfter.slice(0, 100) }) },
  })
}

const failedText = (name: string, status: number): string =>
  `Upstream API call for tool '${name}' failed with status ${reason(status)}`

function elsewhere(response: HttpResponse): Result {
  const location = header(response, 'location')
  const plain = location !== undefined && /^[\x21-\x7e]{1,2048}$/.test(location) ? location : undefined
  const to = plain === undefined ? 'and does not say where to' : `to ${plain}`
  return made({
    texts: [`the server redirects (${reason(response.status)}) ${to}`],
    meta: { status: response.status, ...(plain !== undefined && { location: plain }) },
  })
}

/** `compatibility: agentgateway`: no `isError`, and from 500 on an error of the protocol (reference: agentgateway §3.10). */
function asOriginal({ name }: PlannedTool, response: HttpResponse): Result {
  const { status: code } = response
  if (code >= 500) return rpcError(failedText(name, code))
  const value = parsed(utf8(response.body))
  if (value === undefined) {
    const text = JSON.stringify({ code, message: decoded(response.body, header(response, 'content-type') ?? '') })
    return made({ texts: [text], structured: text })
  }
  const plain = compactJson(utf8(response.body))
  if (value.value === null) return made({ texts: [plain] })
  const structured = isFields(value.value) ? plain : `{"data":${plain}}`
  return made({ texts: [structured], structured })
}

const rpcError = (message: string): Result => ({
  kind: 'error',
  raw: rawJson(JSON.stringify({ code: -32603, message })),
})

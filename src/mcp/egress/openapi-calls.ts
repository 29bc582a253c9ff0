// Calls of a REST API's tools: arguments checked, one HTTP request sent, its answer made a result.
import { type RawJson, rawJson, type TargetName } from '../../core/brand.ts'
import type { Who } from '../../core/exchange.ts'
import { asFailure, type Failure } from '../../core/failure.ts'
import { Roster } from '../../core/roster.ts'
import { Pages } from '../../openapi/follow.ts'
import type { PlannedTool } from '../../openapi/plan.ts'
import { request as requestOf } from '../../openapi/request.ts'
import { result, unanswered } from '../../openapi/result.ts'
import type { HttpRequest, HttpResponse, Credentials as Secrets } from '../../openapi/tool.ts'
import { fields } from '../../openapi/value.ts'
import type { Credentials } from '../../policy/policy.ts'
import type { Answer, Caller, Outgoing } from '../conversation.ts'
import { codes, errorObject } from '../wire.ts'
import { asFailing, closing, failing } from './failing.ts'
import { Gate } from './gate.ts'
import { requestHeaders } from './headers.ts'
import { agreed } from './openapi-confirm.ts'
import type { Edition } from './openapi-edition.ts'
import { RestExchange } from './openapi-exchange.ts'
import type { Places, Route } from './openapi-places.ts'
import type { TargetSite } from './site.ts'

export interface CallOptions {
  readonly site: TargetSite
  readonly places: Places
  /** Secrets of security schemes. */
  readonly secrets: Secrets
  /** All that have to be got first: the target's own, and those of security schemes. */
  readonly proofs: readonly Credentials[]
  readonly maxBytes: number
}

/** A call, as far as it has been read. */
interface Call {
  readonly tool: PlannedTool
  readonly args: unknown
  readonly token: string | number | undefined
  readonly asked: HttpRequest
  readonly who: Who | undefined
  /** Of a further page: what is left of the bounds of the whole call. */
  readonly left?: { readonly bytes: number; readonly since: number }
}

interface Following {
  readonly route: Route
  readonly call: Call
  readonly asking: Asking
  readonly first: HttpResponse
  readonly since: number
}

/** Who asks, and what came along. */
export interface Asking {
  readonly caller: Caller
  readonly who: Who | undefined
  readonly headers: Outgoing['headers']
}

/** Calls that are under way, and the clock that they go by. */
export class RestCalls {
  readonly #target: TargetName
  readonly #options: CallOptions
  readonly #gate: Gate
  readonly #open = new Roster<RestExchange>()
  readonly #everyMs: number
  #timer: NodeJS.Timeout | undefined = undefined

  constructor(options: CallOptions) {
    const { target, limits, metrics } = options.site
    this.#target = target
    this.#options = options
    this.#gate = new Gate(target, limits, metrics)
    this.#everyMs = Math.min(Math.max(Math.min(limits.upstreamTotalMs, limits.upstreamFirstByteMs) / 4, 10), 1_000)
  }

  /** `tools/call`. Rejects with what somebody has to do something about: a login, a gateway that is busy, a caller who has gone. */
  call(edition: Edition, params: RawJson | undefined, asking: Asking): Promise<Answer> {
    let call: Call | Answer
    try {
      call = this.#called(edition, params, asking.who)
    } catch (thrown) {
      return Promise.reject(asFailure(thrown))
    }
    if ('kind' in call) return Promise.resolve(call)
    // An async function costs a kilobyte and a turn of the microtask queue: most calls need only one.
    if (call.tool.confirm) return this.#confirmed(call, asking)
    const wait = this.#gate.enter(call.tool.name)
    return wait === undefined ? this.#sent(call, asking) : wait.then(() => this.#sent(call, asking))
  }

  /** Ends all of them. */
  close(): void {
    clearInterval(this.#timer)
    for (const exchange of this.#open.all()) exchange.fail(closing(this.#target))
  }

  /** What is to be sent, or what the call is answered with because nothing is. */
  #called({ tools }: Edition, params: RawJson | undefined, who: Who | undefined): Call | Answer {
    const said = fields(params === undefined ? {} : JSON.parse(params))
    const { name, arguments: args = {} } = said
    const tool = typeof name === 'string' ? tools.get(name) : undefined
    if (tool === undefined) return { kind: 'error', raw: errorObject(codes.invalidParams, 'there is no such tool') }
    const asked = requestOf(tool, args, this.#secrets(tool))
    // A model can mend what it reads of; an error of the protocol is shown to nobody (MCP 2025-11-25, tools, error handling).
    if ('problem' in asked)
      return toolError(`nothing was sent: ${asked.at === '' ? 'the arguments' : asked.at}: ${asked.problem}`)
    // It would turn the connection into a tunnel.
    if (asked.method.toUpperCase() === 'CONNECT') return toolError('nothing was sent: CONNECT is no request of an API')
    const token = fields(said['_meta'])['progressToken']
    return { tool, args, asked, who, token: typeof token === 'string' || typeof token === 'number' ? token : undefined }
  }

  /** Secrets of the schemes that the operation uses, and no others. */
  #secrets({ security = [] }: PlannedTool): Secrets | undefined {
    const { secrets } = this.#options
    if (security.length === 0) return undefined
    return Object.fromEntries(security.flatMap((name) => (name in secrets ? [[name, secrets[name] ?? '']] : [])))
  }

  async #confirmed(call: Call, asking: Asking): Promise<Answer> {
    if (!(await agreed(call, asking))) return toolError('nothing was sent: the user has not agreed')
    const wait = this.#gate.enter(call.tool.name)
    if (wait !== undefined) await wait
    return await this.#sent(call, asking)
  }

  /** A call that the gate has let in, which it leaves at its end. */
  async #sent(call: Call, asking: Asking): Promise<Answer> {
    const { tool, args, asked } = call
    const where = [this.#target, tool.name] as const
    try {
      const route = this.#options.places.of(tool)
      const since = performance.now()
      let response = await this.#exchange(route, call, asking)
      if (response.status === 401 || response.status === 403)
        response = await this.#repeated(response, { route, call, asking })
      const mismatch = (problem: string): void => this.#mismatch(tool, problem)
      if (tool.plan.pages > 1 && response.status === 200) {
        const pages = new Pages(tool, args)
        await this.#followed(pages, { route, call, asking, first: response, since })
        const whole = pages.joined() ?? { response, args }
        return result(tool, whole.response, { args: whole.args, request: asked, mismatch, pages: pages.about() })
      }
      return result(tool, response, { args, request: asked, mismatch })
    } catch (thrown) {
      const failure = asFailing(where, thrown)
      // Somebody has to do something about these: log in, wait, or nothing at all.
      if (['upstream.credentials', 'request.aborted', 'internal'].includes(failure.code)) throw failure
      if (asking.caller.signal?.aborted === true) throw failure
      this.#tooLarge(failure)
      this.#options.site.log.debug('a call was not answered', { target: this.#target, error: failure.message })
      return unanswered(tool, failure.message)
    } finally {
      this.#gate.leave()
    }
  }

  /** The answer to a refused call, sent once more where there are other credentials. */
  async #repeated(
    response: HttpResponse,
    { route, call, asking }: Pick<Following, 'route' | 'call' | 'asking'>,
  ): Promise<HttpResponse> {
    if (!(await this.#mended(response, call, false))) return response
    const again = await this.#exchange(route, call, asking)
    if (again.status === 401 || again.status === 403) await this.#mended(again, call, true)
    return again
  }

  /** Reads further pages into `pages`, within the bounds that the call as a whole has. What cannot be read ends it, and loses nothing. */
  async #followed(pages: Pages, { route, call, asking, first, since }: Following): Promise<void> {
    const { tool, token } = call
    let next = pages.take(first, call.args)
    while (next !== undefined) {
      if (token !== undefined) asking.caller.notification('notifications/progress', progressOf(token, pages.read))
      const bytes = this.#options.maxBytes - pages.bytes
      const asked = requestOf(tool, next, this.#secrets(tool))
      if ('problem' in asked) return pages.stop(`the next page cannot be asked for: ${asked.at}: ${asked.problem}`)
      if (bytes <= 0) return pages.stop(`more than ${this.#options.maxBytes} bytes are not read`)
      try {
        const part = { ...call, asked, token: undefined, left: { bytes, since } }
        let page = await this.#exchange(route, part, asking)
        if (page.status === 401 || page.status === 403) page = await this.#repeated(page, { route, call: part, asking })
        if (page.status !== 200) return pages.stop(`the next page was answered with status ${page.status}`)
        next = pages.take(page, next)
      } catch (thrown) {
        const failure = asFailing([this.#target, tool.name], thrown)
        if (failure.code === 'internal' || asking.caller.signal?.aborted === true) throw failure
        this.#tooLarge(failure)
        return pages.stop(failure.message)
      }
    }
  }

  #exchange(
    { pool, origin, prefix }: Route,
    { asked, tool, token, who, left }: Call,
    { caller, headers }: Asking,
  ): Promise<HttpResponse> {
    const exchange = new RestExchange(
      {
        pool,
        origin,
        method: asked.method,
        path: `${prefix}${asked.path === '' ? (prefix === '' ? '/' : '') : asked.path}${asked.query}`,
        headers: headersOf(asked, headers),
        body: asked.body,
        who,
        signal: caller.signal,
        maxBytes: left?.bytes ?? this.#options.maxBytes,
        since: left?.since,
        maxEvents: tool.plan.maxEvents,
        progress:
          token === undefined
            ? undefined
            : (count) => caller.notification('notifications/progress', progressOf(token, count)),
      },
      (ended) => this.#over(ended),
    )
    this.#open.add(exchange)
    this.#timer ??= setInterval(() => this.#watch(), this.#everyMs).unref()
    exchange.send()
    return exchange.answer
  }

  /** Whether other credentials may fare better. */
  async #mended({ status, headers }: HttpResponse, { who }: Call, again: boolean): Promise<boolean> {
    let mended = false
    for (const proof of this.#options.proofs) {
      // Those that people log in for know what to make of every refusal; others may be old, once.
      if (!('login' in proof) && (status !== 401 || again)) continue
      if ((await proof.refused?.(who, { status, challenge: headers['www-authenticate'], again })) === true)
        mended = true
    }
    return mended
  }

  #tooLarge({ code }: Failure): void {
    if (code === 'upstream.too-large') this.#options.site.metrics.limitHit('resultBytes')
  }

  #mismatch(tool: PlannedTool, problem: string): void {
    const { target, log } = this.#options.site
    log.warn('an answer is not as its document says', { target, tool: tool.name, error: problem })
  }

  #over(exchange: RestExchange): void {
    this.#open.delete(exchange)
    this.#options.site.metrics.upstreamCall('Primary', 'OpenAPI', performance.now() - exchange.startedAt)
  }

  /** One timer for all, and none while there are none: deadlines are minutes, calls milliseconds. */
  #watch(): void {
    if (this.#open.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
      return
    }
    const { upstreamTotalMs, upstreamFirstByteMs } = this.#options.site.limits
    const now = performance.now()
    for (const exchange of this.#open.all()) {
      if (now - exchange.since >= upstreamTotalMs) exchange.late(this.#late('upstreamTotalMs'))
      else if (exchange.awaitsHead && now - exchange.startedAt >= upstreamFirstByteMs)
        exchange.late(this.#late('upstreamFirstByteMs'))
    }
  }

  #late(limit: 'upstreamTotalMs' | 'upstreamFirstByteMs'): Failure {
    const { limits, metrics } = this.#options.site
    metrics.limitHit(limit)
    return failing('upstream.timeout', [this.#target, 'tools/call'], `no answer within ${limits[limit]} ms`)
  }
}

const toolError = (text: string): Answer => ({
  kind: 'result',
  raw: rawJson(JSON.stringify({ content: [{ type: 'text', text }], isError: true })),
})

const progressOf = (token: string | number, count: number): RawJson =>
  rawJson(JSON.stringify({ progressToken: token, progress: count }))

/** Ours first: nothing that a client sends replaces what the document or a credential says. */
function headersOf({ headers }: HttpRequest, client: Outgoing['headers']): string[] {
  const ours: string[] = ['accept-encoding', 'identity', 'user-agent', 'toolgate']
  for (const name in headers) {
    const plain = name.toLowerCase()
    if (plain === 'user-agent') ours[3] = headers[name] ?? ''
    else ours.push(plain, headers[name] ?? '')
  }
  const all = requestHeaders(ours, client)
  if (all === ours) return ours
  for (let i = all.length - 2; i >= ours.length; i -= 2) {
    const name = all[i]
    if (ours.some((each, at) => at % 2 === 0 && each === name)) all.splice(i, 2)
  }
  return all
}

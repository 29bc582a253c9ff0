// One processor of `mcpGuardrails`: what it is shown of a request or a result, and what its answer means.
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { z } from 'zod'
import { toJsonText } from '../cel/json.ts'
import { stops } from '../cel/value.ts'
import { type RawJson, rawJson } from '../core/brand.ts'
import type { Exchange } from '../core/exchange.ts'
import { asFailure } from '../core/failure.ts'
import type { JsonObject } from '../core/item.ts'
import { contextOf } from './context.ts'
import { bounded } from './evaluated.ts'
import type { Channel } from './grpc/channel.ts'
import type { AuthorizationError, ExtMcp, HeaderMessage, McpRequestResult, McpResponseResult } from './grpc/ext-mcp.ts'
import { fromStruct, type StructMessage, toStruct } from './grpc/struct.ts'
import { type GuardrailPhase, phaseOf } from './guardrail-methods.ts'
import type { Guarded, Guarding } from './plan.ts'
import type { Expression, Site } from './policy.ts'
import { serviceFields, serviceOf } from './service.ts'

const names = () => z.array(z.string().min(1)).default([])

export const processorSchema = z.strictObject({
  ...serviceFields(),
  kind: z.literal('remote'),
  failureMode: z.enum(['failClosed', 'failOpen']).default('failClosed'),
  methods: z.record(z.string(), z.enum(['off', 'request', 'response', 'full'])).default({}),
  metadata: z.record(z.string(), z.string()).default({}),
  requestHeaders: z.strictObject({ allowed: names(), disallowed: names() }).nullish(),
})
export type ProcessorConfig = z.output<typeof processorSchema>

export interface Processor {
  runs(method: string, phase: 'request' | 'response'): boolean
  request(message: Guarded, x: Exchange): Promise<Guarding>
  response(message: Guarded, x: Exchange): Promise<Guarding>
}

/** Characters of JSON that one metadata expression may become. */
const METADATA = 64 << 10
/** Methods whose phase is remembered: clients choose methods. */
const MOST_METHODS = 256
/** Of a processor's own words. */
const REASON = 1_024

/** By the number of the processor's code (reference: agentgateway §3.9). */
const errorCodes = [-32603, -32001, -32003, -32600] as const
const NAMES = ['UNKNOWN', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'INVALID'] as const

/** `undefined`: something is wrong with it, and that has been reported. The gRPC library is loaded by whoever first needs it. */
export async function processorOf(config: ProcessorConfig, site: Site): Promise<Processor | undefined> {
  const service = serviceOf(config, site)
  const metadata = Object.entries(config.metadata).flatMap(([name, source]) => {
    const expression = site.cel(['metadata', name], source, { phase: 'request' })
    return expression === undefined ? [] : [[name, expression] as const]
  })
  if (service === undefined) return undefined
  const [{ Channel }, { extMcp }] = await Promise.all([import('./grpc/channel.ts'), import('./grpc/ext-mcp.ts')])
  const channel = site.keep(`grpc ${service.origin} ${JSON.stringify(service.tls ?? null)}`, () => new Channel(service))
  return new RemoteProcessor({ config, site, channel, protocol: extMcp(), metadata })
}

interface Options {
  readonly config: ProcessorConfig
  readonly site: Site
  readonly channel: Channel
  readonly protocol: ExtMcp
  readonly metadata: readonly (readonly [string, Expression])[]
}

class RemoteProcessor implements Processor {
  readonly #options: Options
  readonly #methods: ReadonlyMap<string, GuardrailPhase>
  readonly #phases = new Map<string, GuardrailPhase>()
  readonly #allowed: ReadonlySet<string>
  readonly #disallowed: ReadonlySet<string>

  constructor(options: Options) {
    const { methods, requestHeaders } = options.config
    const lower = (names: readonly string[] = []): ReadonlySet<string> =>
      new Set(names.map((name) => name.toLowerCase()))
    this.#options = options
    this.#methods = new Map(Object.entries(methods))
    this.#allowed = lower(requestHeaders?.allowed)
    this.#disallowed = lower(requestHeaders?.disallowed)
  }

  runs(method: string, phase: 'request' | 'response'): boolean {
    let found = this.#phases.get(method)
    if (found === undefined) {
      found = phaseOf(method, this.#methods)
      if (this.#phases.size < MOST_METHODS) this.#phases.set(method, found)
    }
    return found === 'full' || found === phase
  }

  async request(message: Guarded, x: Exchange): Promise<Guarding> {
    const { channel, protocol } = this.#options
    const { text } = message
    const asked = {
      ...this.#base(message, x),
      ...(text !== undefined && { mcpRequest: Buffer.from(text) }),
      headers: this.#headers(x),
    }
    let answer: McpRequestResult
    try {
      answer = await channel.ask(protocol.CheckRequest, asked)
    } catch (thrown) {
      return this.#failed(`mcpGuardrails checkRequest failed: ${asFailure(thrown).message}`, message, thrown)
    }
    const said = this.#verdict(answer, message)
    if (said?.kind === 'refused') return said
    applyHeaders(answer.headerMutation, x)
    if (answer.metadata !== undefined) remember(fromStruct(answer.metadata), x)
    return text === undefined ? undefined : said // a list has no params to change
  }

  async response(message: Guarded, x: Exchange): Promise<Guarding> {
    const { channel, protocol } = this.#options
    const asked = { ...this.#base(message, x), mcpResponse: Buffer.from(message.text ?? '{}') }
    try {
      return this.#verdict(await channel.ask(protocol.CheckResponse, asked), message)
    } catch (thrown) {
      return this.#failed(`mcpGuardrails checkResponse failed: ${asFailure(thrown).message}`, message, thrown)
    }
  }

  #base({ method, targets }: Guarded, x: Exchange) {
    const { metadata } = this.#options
    return { serviceNames: targets, method, ...(metadata.length > 0 && { metadataContext: this.#metadata(x) }) }
  }

  #metadata(x: Exchange): StructMessage {
    const context = contextOf(x)
    const values: [string, unknown][] = []
    for (const [name, expression] of this.#options.metadata) {
      const value = expression.evaluate(context)
      const text = stops(value) ? value : toJsonText(value, bounded(METADATA))
      if (typeof text === 'string') values.push([name, JSON.parse(text)])
    }
    return toStruct(Object.fromEntries(values))
  }

  /** What the client sent, and how it asked, as far as the configuration lets it be shown. One entry for each value. */
  #headers({ request, headers, authority, path, query, entrance }: Exchange): readonly HeaderMessage[] {
    const shown: HeaderMessage[] = []
    const show = (key: string, value: string): void => {
      if (this.#disallowed.has(key) || (this.#allowed.size > 0 && !this.#allowed.has(key))) return
      shown.push({ key, value: Buffer.from(value, 'latin1') })
    }
    show(':method', request.method ?? '')
    show(':scheme', entrance.scheme)
    show(':authority', authority)
    show(':path', path + query)
    for (const [key, value] of Object.entries(headers))
      for (const one of Array.isArray(value) ? value : [value ?? '']) show(key, one)
    return shown
  }

  #verdict({ mutated, error, pass }: McpResponseResult, message: Guarded): Guarding {
    if (error !== undefined && error !== null) return { kind: 'refused', error: errorOf(error) }
    if (mutated !== undefined && mutated !== null) {
      const text = objectText(mutated)
      return text === undefined
        ? this.#broken('what was changed is no JSON object', message)
        : { kind: 'changed', text }
    }
    return pass === undefined || pass === null ? this.#broken('the answer has no result', message) : undefined
  }

  #broken(what: string, message: Guarded): Guarding {
    return this.#failed(`mcpGuardrails protocol violation: ${what}`, message, undefined)
  }

  #failed(text: string, { method, targets }: Guarded, cause: unknown): Guarding {
    const { config, site } = this.#options
    site.log.warn('a processor of mcpGuardrails could not judge', {
      policy: site.path.join('.'),
      method,
      targets: targets.join(' '),
      error: text,
      cause: cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : undefined,
      outcome: config.failureMode === 'failOpen' ? 'the message went on' : 'the message was refused',
    })
    return config.failureMode === 'failOpen' ? undefined : { kind: 'refused', error: errorText(errorCodes[0], text) }
  }
}

/** The whole of a JSON object in UTF-8. */
function objectText(bytes: Buffer): RawJson | undefined {
  const text = bytes.toString()
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? rawJson(text) : undefined
  } catch {
    return undefined
  }
}

function errorOf({ code = 0, reason = '', mcpError }: AuthorizationError): RawJson {
  const message = reason === '' ? (NAMES[code] ?? NAMES[0]) : reason.slice(0, REASON)
  let data: unknown
  try {
    data = mcpError === undefined || mcpError === null ? undefined : JSON.parse(mcpError.toString())
  } catch {
    data = undefined // what cannot be read cannot be passed on; the refusal stands
  }
  return errorText(errorCodes[code] ?? errorCodes[0], message, data)
}

const errorText = (code: number, message: string, data?: unknown): RawJson =>
  rawJson(JSON.stringify({ code, message, ...(data !== undefined && { data }) }))

/** Headers of the request to the upstream: several values of one name replace what was there together. */
function applyHeaders(mutation: McpRequestResult['headerMutation'], x: Exchange): void {
  const set = new Map<string, string[]>()
  for (const { key, value } of mutation?.set ?? []) {
    const [name, text] = [key.toLowerCase(), Buffer.from(value).toString('latin1')]
    if (!isHeader(name, text)) continue
    const values = set.get(name)
    if (values === undefined) set.set(name, [text])
    else values.push(text)
  }
  for (const [name, values] of set) x.headers[name] = values.join(', ')
  for (const name of mutation?.remove ?? []) delete x.headers[name.toLowerCase()]
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}

function remember(metadata: JsonObject, x: Exchange): void {
  x.found ??= {}
  x.found['mcpGuardrails'] = { ...x.found['mcpGuardrails'], ...metadata }
}

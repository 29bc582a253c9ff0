// A conversation in revision 2026-07-28: no session, no `initialize`; every request stands for itself.
import { nearestWord } from '../config/suggest.ts'
import { defaultPoolSettings, Pools } from '../http/pools.ts'
import { codes, modernRevision } from '../mcp/wire.ts'
import { CommandError, exit } from './command.ts'
import { type Heard, type Message, Wire } from './mcp-wire.ts'
import { modernRequest, offeredBy } from './modern-wire.ts'
import { refused } from './refusals.ts'
import type { Talk } from './talk.ts'
import { oneLine } from './terminal.ts'
import { toolPages } from './tool-pages.ts'
import { isRecord, textOf } from './values.ts'

interface ModernOptions {
  readonly url: URL
  readonly headers: Headers
  readonly signal: AbortSignal
  readonly timeoutMs: number
  /** How long the first question may take; whoever is silent for so long speaks something else. Absent: it must be answered. */
  readonly probeMs?: number
}

type Opened =
  | { readonly kind: 'open'; readonly talk: Talk }
  /** The server speaks something else: which revisions, as far as it says. */
  | { readonly kind: 'other'; readonly offers: readonly string[] }

/**
 * Asks the server what it is. A server is modern when it offers the revision, not when it answers at all: there are some that know
 * the method and offer nothing but older ones (reference: mcp §12.2.1).
 * @throws CommandError when nothing answers, or when whoever answers wants credentials
 */
export async function openModern({ probeMs, ...options }: ModernOptions): Promise<Opened> {
  const pools = new Pools(defaultPoolSettings)
  const wire = new Wire({ ...options, pools })
  let talk: ModernTalk | undefined
  try {
    const heard = await probed(
      probeMs === undefined ? wire : new Wire({ ...options, pools, timeoutMs: probeMs }),
      probeMs,
    )
    if (heard === undefined) return { kind: 'other', offers: [] }
    if (heard.status === 401 || heard.status === 403) throw notLetIn(wire, heard)
    const answer = answerTo(1, heard)
    const offers = offeredBy(answer)
    if (!offers.includes(modernRevision)) return { kind: 'other', offers }
    if (isRecord(answer?.['error'])) throw said(wire, answer['error'])
    talk = new ModernTalk(wire, pools, isRecord(answer?.['result']) ? answer['result'] : {})
    return { kind: 'open', talk }
  } finally {
    if (talk === undefined) await pools[Symbol.asyncDispose]()
  }
}

async function probed(wire: Wire, probeMs: number | undefined): Promise<Heard | undefined> {
  try {
    return await wire.ask(modernRequest(1, 'server/discover', {}))
  } catch (error) {
    if (probeMs === undefined || !(error instanceof CommandError) || error.exitCode !== exit.unasked) throw error
    return undefined
  }
}

class ModernTalk implements Talk {
  readonly server: unknown
  readonly revision = modernRevision
  readonly #wire: Wire
  readonly #pools: Pools
  #ids = 1

  constructor(wire: Wire, pools: Pools, discovered: Message) {
    const meta = discovered['_meta']
    this.#wire = wire
    this.#pools = pools
    this.server = discovered['serverInfo'] ?? (isRecord(meta) ? meta['io.modelcontextprotocol/serverInfo'] : undefined)
  }

  tools(): Promise<Record<string, unknown>[]> {
    return toolPages((params) => this.#ask('tools/list', params))
  }

  async call(
    name: string,
    input: Record<string, unknown>,
    onProgress: (done: string) => void,
  ): Promise<Record<string, unknown>> {
    const params = { name, arguments: input, _meta: { progressToken: 1 } }
    const hear = (message: Message): void => {
      const { progress, total, message: words } = isRecord(message['params']) ? message['params'] : {}
      if (message['method'] !== 'notifications/progress') return
      onProgress(`${Number(progress)}${total === undefined ? '' : `/${Number(total)}`} ${textOf(words)}`.trim())
    }
    try {
      return await this.#ask('tools/call', params, { hear })
    } catch (error) {
      if (codeOf(error) === codes.headerMismatch) return await this.#withHeaders(name, params, hear)
      if (codeOf(error) === codes.invalidParams && error instanceof CommandError)
        throw await this.#withSuggestion(error, name)
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pools[Symbol.asyncDispose]()
  }

  /** Some arguments have to be said in headers as well, and only the definition of the tool says which. */
  async #withHeaders(
    name: string,
    params: Message,
    hear: (message: Message) => void,
  ): Promise<Record<string, unknown>> {
    const tool = (await this.tools()).find((each) => each['name'] === name)
    return await this.#ask('tools/call', params, { hear, tool })
  }

  async #ask(
    method: string,
    params: Message,
    more: { readonly hear?: (message: Message) => void; readonly tool?: Message | undefined } = {},
  ): Promise<Record<string, unknown>> {
    const id = ++this.#ids
    const heard = await this.#wire.ask({
      ...modernRequest(id, method, params, { tool: more.tool }),
      hear: (message) => {
        more.hear?.(message)
        return message['id'] === id
      },
    })
    const answer = answerTo(id, heard)
    if (answer === undefined) throw noAnswer(this.#wire, heard)
    if (isRecord(answer['error'])) throw said(this.#wire, answer['error'])
    const result = isRecord(answer['result']) ? answer['result'] : {}
    const kind = textOf(result['resultType']) || 'complete'
    if (kind !== 'complete')
      throw new CommandError(exit.no, `the server wants more than a command can give: ${oneLine(kind)}`, {
        where: this.#wire.options.url.href,
        hint: 'a client that asks its user, such as MCP Inspector: toolgate connect inspector',
      })
    return result
  }

  async #withSuggestion(error: CommandError, name: string): Promise<CommandError> {
    const names = (await this.tools().catch(() => [])).map((tool) => textOf(tool['name']))
    const near = names.includes(name) ? undefined : nearestWord(name, names)
    if (near === undefined) return error
    const more = { where: this.#wire.options.url.href, hint: 'toolgate tools list', cause: error.cause }
    return new CommandError(exit.no, `${error.message}: did you mean \`${oneLine(near)}\`?`, more)
  }
}

const answerTo = (id: number, { messages }: Heard): Message | undefined =>
  messages.find((message) => message['id'] === id && message['method'] === undefined) ??
  messages.find((message) => message['id'] === null && isRecord(message['error']))

const codeOf = (error: unknown): unknown =>
  error instanceof CommandError && isRecord(error.cause) ? error.cause['code'] : undefined

/** An error answer; its code stays with it. */
function said({ options }: Wire, error: Message): CommandError {
  const words = oneLine(textOf(error['message'])).slice(0, 500) || `error ${Number(error['code'])}`
  return new CommandError(exit.no, words, { where: options.url.href, cause: error })
}

const provenBy = ({ options }: Wire) => ({ proven: options.headers.has('authorization') })

const notLetIn = (wire: Wire, { status, text }: Heard): CommandError =>
  refused(status, wire.options.url.href, new Error(text), provenBy(wire))

function noAnswer(wire: Wire, heard: Heard): CommandError {
  const { url, timeoutMs } = wire.options
  if (heard.ended === 'late')
    return new CommandError(exit.unasked, `no answer within ${timeoutMs / 1000} s`, {
      where: url.href,
      hint: '--timeout 300',
    })
  if (heard.status !== 200) return refused(heard.status, url.href, new Error(heard.text), provenBy(wire))
  return new CommandError(exit.unasked, 'the server closed its answer without one', { where: url.href })
}

// A client's conversation with one MCP server, through the official library: only this file knows it, and it is loaded when wanted.
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport, SseError } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { type Progress as Done, ErrorCode, McpError, ResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { nearestWord } from '../config/suggest.ts'
import { version } from '../core/version.ts'
import { CommandError, exit } from './command.ts'
import { networkReason, refused } from './refusals.ts'
import type { Talk } from './talk.ts'
import { oneLine } from './terminal.ts'
import { toolPages } from './tool-pages.ts'
import { textOf } from './values.ts'

interface Bounds {
  readonly signal: AbortSignal
  readonly timeoutMs: number
  /** Credentials go with each request: who is refused then does not lack them. */
  readonly proven?: boolean
}

/**
 * Opens a conversation: Streamable HTTP, or HTTP+SSE for an address that ends in `/sse`.
 * @throws CommandError that says why it did not work
 */
export async function open(url: URL, headers: Headers, given: Bounds): Promise<Conversation> {
  const bounds = { ...given, proven: headers.has('authorization') }
  const client = new Client({ name: 'toolgate', version })
  const options = { requestInit: { headers } }
  const transport = url.pathname.endsWith('/sse')
    ? new SSEClientTransport(url, options)
    : new StreamableHTTPClientTransport(url, options)
  try {
    // The SDK's own class misses its own interface under `exactOptionalPropertyTypes`: its session id is a getter.
    await untilAborted(client.connect(transport as Transport, requestOptions(bounds)), bounds.signal)
  } catch (error) {
    await client.close().catch(() => undefined)
    throw explained(error, url, bounds)
  }
  return new Conversation(client, transport, url, bounds)
}

export class Conversation implements Talk {
  readonly server: unknown
  readonly revision: string | undefined
  readonly #client: Client
  readonly #transport: StreamableHTTPClientTransport | SSEClientTransport
  readonly #url: URL
  readonly #bounds: Bounds

  constructor(client: Client, transport: StreamableHTTPClientTransport | SSEClientTransport, url: URL, bounds: Bounds) {
    this.#client = client
    this.#transport = transport
    this.#url = url
    this.#bounds = bounds
    this.server = client.getServerVersion()
    this.revision = 'protocolVersion' in transport ? transport.protocolVersion : undefined
  }

  /** All pages of `tools/list`, each tool as it came. */
  tools(): Promise<Record<string, unknown>[]> {
    return toolPages((params) => this.#ask('tools/list', params))
  }

  /** `tools/call`; the result as it came. */
  async call(
    name: string,
    input: Record<string, unknown>,
    onProgress: (done: string) => void,
  ): Promise<Record<string, unknown>> {
    const onprogress = ({ progress, total, message }: Done): void =>
      onProgress(`${progress}${total === undefined ? '' : `/${total}`} ${message ?? ''}`.trim())
    try {
      return await this.#ask('tools/call', { name, arguments: input }, { onprogress, resetTimeoutOnProgress: true })
    } catch (error) {
      if (error instanceof CommandError && error.cause instanceof McpError)
        throw await this.#withSuggestion(error, name)
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Ends the session on the server as well, when it is quick; whoever was interrupted does not wait for it.
    if (!this.#bounds.signal.aborted && 'terminateSession' in this.#transport) {
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, 1_000)
      await Promise.race([this.#transport.terminateSession().catch(() => undefined), late])
      clearTimeout(timer)
    }
    await this.#client.close().catch(() => undefined)
  }

  async #ask(
    method: string,
    params: Record<string, unknown>,
    more: RequestOptions = {},
  ): Promise<Record<string, unknown>> {
    try {
      const options = { ...requestOptions(this.#bounds), ...more }
      return await this.#client.request({ method, params }, ResultSchema, options)
    } catch (error) {
      throw explained(error, this.#url, this.#bounds)
    }
  }

  /** A call that was refused: was the name mistyped? */
  async #withSuggestion(error: CommandError, name: string): Promise<CommandError> {
    const names = (await this.tools().catch(() => [])).map((tool) => textOf(tool['name']))
    if (names.includes(name)) return error
    const near = nearestWord(name, names)
    const meant = near === undefined ? '' : `: did you mean \`${oneLine(near)}\`?`
    const more = { where: this.#url.href, hint: 'toolgate tools list', cause: error.cause }
    return new CommandError(exit.no, `${error.message}${meant}`, more)
  }
}

const requestOptions = ({ signal, timeoutMs }: Bounds): RequestOptions => ({ signal, timeout: timeoutMs })

/** The library does not always notice that nobody waits any more. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** What went wrong, said for people: exit code 1 when the server said no, 3 when it could not be asked. */
function explained(error: unknown, url: URL, bounds: Bounds): CommandError {
  const where = url.href
  const { cause, because } = { cause: error, because: networkReason(error) }
  if (bounds.signal.aborted) return new CommandError(exit.interrupted, 'interrupted', { cause })
  if (error instanceof McpError && error.code === ErrorCode.RequestTimeout.valueOf())
    return new CommandError(exit.unasked, `no answer within ${bounds.timeoutMs / 1000} s`, {
      where,
      cause,
      hint: '--timeout 300',
    })
  if (error instanceof McpError)
    return new CommandError(exit.no, oneLine(error.message.replace(/^(?:MCP error -?\d+: )+/, '')), { where, cause })
  if (error instanceof StreamableHTTPError || error instanceof SseError)
    return refused(error.code, where, error, bounds)
  if (because !== undefined)
    return new CommandError(exit.unasked, `cannot reach ${url.host}: ${because}`, {
      where,
      cause,
      hint: /localhost|127\.0\.0\.1|\[::1\]/.test(url.hostname) ? 'start the gateway: toolgate' : 'check the address',
    })
  return new CommandError(
    exit.unasked,
    `this is no MCP server: ${oneLine(error instanceof Error ? error.message : '').slice(0, 200)}`,
    { where, cause },
  )
}

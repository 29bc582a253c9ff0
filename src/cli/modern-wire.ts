// Requests of revision 2026-07-28 as a client writes them: each says which revision it is in, who asks, and what that one can do.
import { version } from '../core/version.ts'
import { encodedHeader, paramHeaderValue, readParamHeaders } from '../mcp/param-headers.ts'
import { modernRevision } from '../mcp/wire.ts'
import type { Asking, Message } from './mcp-wire.ts'
import { isRecord, textOf } from './values.ts'

const META = 'io.modelcontextprotocol/'

export interface Sender {
  readonly name: string
  readonly version?: string
  readonly capabilities?: Message
}

const toolgate: Sender = { name: 'toolgate' }

/** What a request names, by method (2026-07-28, transports: `Mcp-Name`). */
const named: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
])

/** One request, its headers made from its body. `tool`: the definition, for arguments that headers repeat. */
export function modernRequest(
  id: number,
  method: string,
  params: Message,
  { from = toolgate, tool }: { readonly from?: Sender; readonly tool?: Message | undefined } = {},
): Pick<Asking, 'method' | 'headers' | 'body'> {
  const own = isRecord(params['_meta']) ? params['_meta'] : {}
  const meta = {
    ...own,
    [`${META}protocolVersion`]: modernRevision,
    [`${META}clientInfo`]: { name: from.name, version: from.version ?? version },
    [`${META}clientCapabilities`]: from.capabilities ?? {},
  }
  const name = textOf(params[named.get(method) ?? ''])
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': modernRevision,
      'mcp-method': method,
      ...(name !== '' && { 'mcp-name': encodedHeader(name) }),
      ...repeated(tool, params['arguments']),
    },
    body: { jsonrpc: '2.0', id, method, params: { ...params, _meta: meta } },
  }
}

/** Arguments of a call that its tool wants in headers as well. */
function repeated(tool: Message | undefined, args: unknown): Readonly<Record<string, string>> {
  const read = readParamHeaders(tool?.['inputSchema'])
  if (read.kind === 'unfit') return {}
  return Object.fromEntries(
    read.headers.flatMap((header) => {
      const value = paramHeaderValue(header, args)
      return value === undefined ? [] : [[`mcp-param-${header.name.toLowerCase()}`, value]]
    }),
  )
}

/** Revisions that a server offers, in `server/discover` or in what it refuses with. */
export function offeredBy(message: Message | undefined): readonly string[] {
  const { result, error } = message ?? {}
  const inside = isRecord(error) ? error['data'] : undefined
  const listed = isRecord(result) ? result['supportedVersions'] : isRecord(inside) ? inside['supported'] : undefined
  return Array.isArray(listed) ? listed.filter((each) => typeof each === 'string') : []
}

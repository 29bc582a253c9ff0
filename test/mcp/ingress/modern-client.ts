// Raw requests of revision 2026-07-28, with whatever a test wants to be wrong about them.
import { type Answered, ask, both, type Opened, open, rpc } from './serve.ts'

const PREFIX = 'io.modelcontextprotocol/'

export interface Said {
  readonly id?: string | number
  readonly capabilities?: object
  readonly info?: object
  readonly version?: string
  readonly level?: string
  readonly meta?: object
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/** The envelope of a request. */
export const envelope = ({ capabilities = {}, info, version, level, meta }: Said = {}): object => ({
  [`${PREFIX}protocolVersion`]: version ?? '2026-07-28',
  [`${PREFIX}clientInfo`]: info ?? { name: 'raw', version: '1' },
  [`${PREFIX}clientCapabilities`]: capabilities,
  ...(level !== undefined && { [`${PREFIX}logLevel`]: level }),
  ...meta,
})

const named: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
}

/** Headers that go with a request; those that are `undefined` in `changed` are left out. */
export function headersOf(method: string, params: object, changed: Said['headers'] = {}): Record<string, string> {
  const name = Object.entries(params).find(([member]) => member === named[method])?.[1]
  const all: Record<string, string | undefined> = {
    ...both,
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(typeof name === 'string' && { 'mcp-name': name }),
    ...changed,
  }
  const headers: Record<string, string> = {}
  for (const [header, value] of Object.entries(all)) if (value !== undefined) headers[header] = value
  return headers
}

const body = (method: string, params: object, said: Said): string =>
  rpc({ id: said.id ?? 1, method, params: { ...params, _meta: envelope(said) } })

/** Sends a request and reads the whole answer. */
export const send = (url: string, method: string, params: object = {}, said: Said = {}): Promise<Answered> =>
  ask(url, { headers: headersOf(method, params, said.headers), body: body(method, params, said) })

/** Sends a request whose answer is read as it comes. */
export const stream = (url: string, method: string, params: object = {}, said: Said = {}): Promise<Opened> =>
  open(url, { method: 'POST', headers: headersOf(method, params, said.headers), body: body(method, params, said) })

// Where a `host` backend is: `name:port` or `unix:/path`, as configurations spell it.

export interface Place {
  /** For the pool: `http://name:port`, `https://…`, or `unix:/path`. */
  readonly origin: string
  /** As it is written: for log and metrics. */
  readonly name: string
  /** Authority to ask for; `undefined`: whatever the client asked for, because the place has no name of its own. */
  readonly authority: string | undefined
  /** Name of the server for TLS; what is sent and verified is settled by the pool. */
  readonly servername: string
}

const HOST_PORT = /^([a-z0-9._-]+|\[[0-9a-f:.]+\]):(\d{1,5})$/i
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])$/

/** The place, or `undefined` when the text is none. A route's backend needs a port (reference: agentgateway §1.6.3). */
export function placeOf(text: string, secure: boolean): Place | undefined {
  const scheme = secure ? 'https' : 'http'
  if (text.startsWith('unix:/')) return { origin: text, name: text, authority: undefined, servername: 'localhost' }
  const parts = HOST_PORT.exec(text)
  const [, host = '', port = ''] = parts ?? []
  if (parts === null || Number(port) < 1 || Number(port) > 65_535) return undefined
  const authority = Number(port) === (secure ? 443 : 80) ? host : `${host}:${port}`
  // The original replaces the client's Host where the backend has a name, not where it is an address (reference: §7.9).
  return {
    origin: `${scheme}://${host}:${port}`,
    name: text,
    authority: ADDRESS.test(host) ? undefined : authority,
    servername: host,
  }
}

// What a login at an upstream is made of: where the server is, what the operator has said, and the tools it is given. Types only.
import type { IncomingHttpHeaders } from 'node:http'
import type { Store } from '../../core/store.ts'

/** The MCP server that wants its users to log in. */
export interface UpstreamServer {
  /** Name for people and logs. */
  readonly target: string
  /** Where requests go, the query included. */
  readonly url: string
  /** The same without the query, where keys are often written: what logins are kept under. */
  readonly place: string
}

export interface LoginSettings {
  /** A client that was registered by hand. */
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
  /** The only authorization server that is accepted; `undefined`: whichever the upstream names. */
  readonly issuer: string | undefined
  /** Always asked for, besides what the upstream asks for. */
  readonly scopes: readonly string[]
  /** The authorization server does not understand `resource` (RFC 8707). */
  readonly omitResource: boolean
  /** The authorization server checks PKCE although it does not say so, or says nothing at all (servers of 2025-03-26). */
  readonly assumePkce: boolean
}

interface Outbound {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Who has chosen the address: the configuration, or somebody on the network. */
  readonly trust: 'operator' | 'stranger'
}

export interface Fetched {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** What logins are given: this room does no HTTP, keeps no files and has no log. */
export interface LoginTools {
  readonly store: () => Promise<Store>
  /** The guarded client, bounded in size and time. Rejects with Failures of `upstream.*`. */
  readonly ask: (url: string, request: Outbound) => Promise<Fetched>
  /** Strangers may be on this machine, and without TLS: for development. */
  readonly loopback: boolean
  readonly warn: (message: string, fields: { readonly [name: string]: string }) => void
}

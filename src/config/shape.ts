// A configuration brought to its one normal form: ports, listeners, routes, backends. `gateways`, `routes`, `mcp` and the rest
// have become binds; module bodies are what their schemas made of them. Types only.
import type { Path } from '../core/module.ts'

/** The body of one module (policy, backend, target) and where it stands. */
export interface Body {
  /** Empty, in a draft only: it could not be read. */
  readonly key: string
  readonly body: unknown
  readonly path: Path
}

export type Pattern = { readonly kind: 'exact' | 'regex'; readonly value: string }

export interface MatchShape {
  readonly path: { readonly kind: 'exact' | 'prefix' | 'regex'; readonly value: string }
  readonly method: string | undefined
  readonly headers: readonly { readonly name: string; readonly value: Pattern }[]
  readonly query: readonly { readonly name: string; readonly value: Pattern }[]
  readonly at: Path
}

export interface BackendShape extends Body {
  /** Its name under `backends`; of an inline one: the route's and its place, as in the original. */
  readonly name: string
  /** Share of the traffic; 0: none. */
  readonly weight: number
  readonly policies: readonly Body[]
}

/** A backend of the top-level `backends`, for those that refer to it by name. */
interface NamedBackendShape {
  readonly name: string
  readonly kind: Body
  readonly policies: readonly Body[]
}

export interface RouteShape {
  /** As the access log prints them: `route0`, and `route0/default` for the rule. */
  readonly name: string
  readonly rule: string
  /** Exact or `*.wildcard`; none: every host. */
  readonly hostnames: readonly string[]
  readonly matches: readonly MatchShape[]
  readonly policies: readonly Body[]
  readonly backends: readonly BackendShape[]
  readonly path: Path
}

/** Certificates are file names as written; the compiler reads (and watches) them. */
export interface TlsShape {
  readonly cert: string
  readonly key: string
  readonly root: string | undefined
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3' | undefined
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3' | undefined
  readonly cipherSuites: readonly string[]
  readonly path: Path
}

/** What holds for every port (`frontendPolicies`), besides what is a limit. */
export interface FrontendShape {
  /** Where a listener's own `tls` says nothing. */
  readonly tls: Pick<TlsShape, 'minVersion' | 'maxVersion' | 'cipherSuites'> & {
    readonly keyExchangeGroups: readonly string[]
  }
  /** How long a connection may stay open; none: for ever. */
  readonly maxConnectionMs: number | undefined
}

export interface ListenerShape {
  readonly name: string
  readonly gateway: string
  readonly protocol: 'HTTP' | 'HTTPS'
  /** Exact or `*.wildcard`. */
  readonly hostname: string | undefined
  readonly tls: TlsShape | undefined
  readonly policies: readonly Body[]
  readonly routes: readonly RouteShape[]
  readonly path: Path
}

export interface BindShape {
  readonly port: number
  /** `bind/3000`. */
  readonly name: string
  readonly listeners: readonly ListenerShape[]
  readonly path: Path
}

/** An expression, under a name, and where it is written. */
export interface Written {
  readonly name: string
  readonly source: string
  readonly path: Path
}

/** What the access log says besides, or does not say. */
export interface AccessLogShape {
  readonly format: 'text' | 'json'
  /** Which requests are logged: all that are true of each of them. */
  readonly filters: readonly Written[]
  readonly add: readonly Written[]
  readonly remove: readonly string[]
}

/** An address the gateway listens on for itself; `undefined`: switched off. */
export type Address = { readonly host: string; readonly port: number } | { readonly unix: string } | undefined

/** Every bound that a configuration may move; names as under `config.limits`. */
export interface Limits {
  readonly requestLine: number
  readonly headerBytes: number
  readonly headerCount: number
  readonly headerValue: number
  readonly mcpBody: number
  /** Bytes of a body that expressions may look at. */
  readonly bufferSize: number
  readonly jsonDepth: number
  /** Members of one object. */
  readonly jsonKeys: number
  readonly batch: number
  readonly connections: number
  readonly connectionsPerAddress: number
  readonly requestsPerConnection: number
  /** Requests that may wait behind another one on a connection: their answers are made at once and kept until their turn. */
  readonly pipelined: number
  readonly tlsHandshakeMs: number
  readonly connectionIdleMs: number
  readonly headerTimeMs: number
  readonly requestTimeMs: number
  /** Bytes a second that a request body must bring after its first five seconds. */
  readonly bodyRate: number
  readonly upstreamConnectMs: number
  readonly upstreamFirstByteMs: number
  readonly upstreamTotalMs: number
  /** How long nothing may move in a tunnel; and once one side has said all it had to say. */
  readonly tunnelIdleMs: number
  readonly tunnelHalfOpenMs: number
  readonly resultBytes: number
  readonly sseEvent: number
  readonly sseKeepAliveMs: number
  readonly writeStallMs: number
  readonly sessions: number
  readonly sessionsPerSubject: number
  readonly sessionIdleMs: number
  readonly callsPerSession: number
  readonly callsPerUpstream: number
  /** Calls that wait for answers of clients of 2026-07-28: of all, of one caller; for how long, with how many bytes of questions, how often. */
  readonly parkedCalls: number
  readonly parkedPerSubject: number
  readonly parkedMs: number
  readonly parkedBytes: number
  readonly parkedRounds: number
  /** Calls that may wait for an upstream that has as many as it may have, and how long. */
  readonly upstreamQueue: number
  readonly upstreamQueueMs: number
  /** Messages a second that nobody asked for, of one conversation; and for how long a server may send more than that. */
  readonly upstreamMessages: number
  readonly upstreamFloodMs: number
  readonly stdioLine: number
  /** Bytes a second of what a process says beside the protocol; what is above is counted, not logged. */
  readonly stderrRate: number
  readonly stdioStartMs: number
  readonly stdioRestartsPerMinute: number
  readonly listBudgetMs: number
  readonly listPages: number
  readonly toolsPerServer: number
  readonly toolsTotal: number
  readonly definitionBytes: number
  readonly schemaDepth: number
}

/** Where decisions on authorization are written down. */
interface DecisionLogShape {
  readonly file: string
  readonly sample: number
  readonly arguments: boolean
  readonly size: number
  readonly keep: number
}

export interface Shape {
  readonly binds: readonly BindShape[]
  readonly backends: readonly NamedBackendShape[]
  readonly frontend: FrontendShape
  readonly admin: Address
  readonly stats: Address
  readonly readiness: Address
  readonly limits: Limits
  /** Functions of CEL that the configuration defines; empty: none. */
  readonly customFunctions: string
  /** 32 bytes, when configured: seals session ids. */
  readonly sessionKey: Buffer | undefined
  /** 32 bytes that seal the cookies of browser logins. */
  readonly cookieSecret: Buffer | undefined
  /** Where state is kept: none, where the process thinks best. Keys of 32 bytes encrypt it; none: from the file beside it. */
  readonly store: { readonly url: string | undefined; readonly keys: readonly Buffer[] }
  readonly accessLog: AccessLogShape
  /** Label and expression, of every metric. */
  readonly metricsFields: readonly Written[]
  readonly logLevel: string
  readonly terminationGraceMs: number
  readonly metricsRemoved: readonly string[]
  /** Listen on IPv6 too. */
  readonly ipv6: boolean
  /** Which addresses of an upstream's name count. */
  readonly dnsFamily: 'any' | 'v4' | 'v6' | 'v4-first'
  readonly pool: PoolShape
  /** URLs that strangers name may lead to this machine's loopback, by http too: for development. */
  readonly strangersOnLoopback: boolean
  readonly decisionLog: DecisionLogShape | undefined
  /** Headers that are written down nowhere, in lower case; those that are credentials never are. */
  readonly sensitiveHeaders: readonly string[]
}

/** Connections to upstreams; how long connecting may take is a limit. */
export interface PoolShape {
  readonly idleTimeoutMs: number
  /** Connections to one place; none: as many as needed. */
  readonly maxSize: number | undefined
  /** Idle time before TCP keep-alive probes; `undefined`: off. */
  readonly keepAliveMs: number | undefined
}

// Counters and histograms for `/metrics`, in the original's names. Recording must cost next to nothing: children are bound once.
import type { OpenMetricsContentType } from 'prom-client'
import type { Entrance, Exchange, RouteNames } from '../core/exchange.ts'
import { Bounded, buckets, type Family, Histogram, type Labels, render, type Sample, Series } from './families.ts'
import { judgedFamily, type Outcome } from './judged.ts'
import { offeredFamily } from './offered.ts'

/** What the house reports; each call is one event. */
export interface Metrics {
  /** A reply has been sent whole (or broke off). `bytes` is its body. */
  requestDone(x: Exchange, status: number, bytes: number, durationMs: number): void
  /** A JSON-RPC request went through the federation; labels come from the exchange's `mcp…` fields. */
  mcpRequest(x: Exchange): void
  connectionOpened(bind: string, gateway: string, listener: string, protocol: string): void
  connectionClosed(
    bind: string,
    gateway: string,
    listener: string,
    protocol: string,
    bytes: { received: number; sent: number },
  ): void
  upstreamCall(kind: 'Primary' | 'Policy' | 'Mirror', subtype: string, durationMs: number): void
  upstreamConnected(transport: 'plaintext' | 'tls', durationMs: number): void
  /** Something reached a bound; `limit` is its name in the configuration. */
  limitHit(limit: string): void
  /** Counts how often a rule (its place in the configuration) could not be decided because of one kind of error. */
  ruleErrors(rule: string, error: string): { count: number }
  /** How many tools a target offers, asked at scrape time; `undefined`: nobody knows yet. Shown until the returned function is called. */
  targetTools(target: string, count: () => number | undefined): () => void
  /** A definition of a server was judged; `rule` is what decided, if anything. */
  judged(server: string, outcome: Outcome, rule: string): void
  /** 1: the running configuration is the file's; 0: the file is broken and an older one runs. */
  configSynchronized(yes: boolean): void
  /** OpenMetrics text. */
  render(): Promise<string>
  readonly contentType: string
}

/** What only the gateway itself reports, besides. */
export interface GatewayMetrics extends Metrics {
  /** Time spent on our side: until the request left for the backend, and from the backend's head to ours. */
  processed(x: Exchange, phase: 'request' | 'response', durationMs: number): void
  tlsHandshake(entrance: Entrance, durationMs: number): void
}

export interface MetricsOptions {
  /** Shown as `build_info{tag}`. */
  readonly version: string
  /** `config.metrics.remove`: families that are not shown; with or without prefix and `_total`. */
  readonly removed?: readonly string[]
  /** Distinct values of a label that upstreams or callers choose, and (times ten) series of one family. */
  readonly labelValues?: number
  /** Adds CPU, memory, descriptors, event loop and garbage collection of this process. */
  readonly process?: boolean
}

const PREFIX = 'agentgateway_'
const MCP_METHODS = 64 // the revisions' own methods, and room for extensions

/** Metrics of one process. Series are found by identity of the route on the hot path, by text only once. */
export function createMetrics(options: MetricsOptions): GatewayMetrics {
  const { version, removed = [], labelValues = 1_000, process: ofProcess = true } = options
  const http = httpFamilies(labelValues * 10)
  const processing = processingFamilies(labelValues * 10)
  const mcp = mcpFamily(labelValues)
  const offered = offeredFamily()
  const judged = judgedFamily(labelValues * 10)
  const wire = connectionFamilies(labelValues)
  const rules = new Series(() => ({ count: 0 }), labelValues * 10)
  const ruleErrors = counter('rule_errors', 'Rules that could not be decided', () => rules.samples((it) => it.count))
  let synchronized = true
  const build: Family = {
    name: 'build',
    type: 'info',
    help: 'Version of the gateway',
    samples: () => [{ labels: `tag="${version}"`, value: 1 }],
  }
  const config: Family = {
    name: 'config_synchronized',
    type: 'gauge',
    help: 'Whether the running configuration is the one in the file',
    samples: () => [{ labels: '', value: synchronized ? 1 : 0 }],
  }
  const hidden = new Set(removed)
  const shown = [
    build,
    config,
    ...http.families,
    ...processing.families,
    ...mcp.families,
    ...offered.families,
    ...judged.families,
    ...wire.families,
    ruleErrors,
  ].filter(
    ({ name }) =>
      ![name, `${name}_total`, `${name}_info`].some((spelled) => hidden.has(spelled) || hidden.has(PREFIX + spelled)),
  )
  const processText = ofProcess ? lazyProcessMetrics() : async (): Promise<string> => ''
  return {
    ...http.record,
    ...processing.record,
    ...mcp.record,
    ...offered.record,
    ...judged.record,
    ...wire.record,
    ruleErrors: (rule, error) => rules.at({ rule, error }),
    configSynchronized: (yes) => {
      synchronized = yes
    },
    render: async () => `${render(PREFIX, shown)}${await processText()}# EOF\n`,
    contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  }
}

/** Loaded at the first scrape: prom-client costs a tenth of a second of start time, its observers a little of every second. */
function lazyProcessMetrics(): () => Promise<string> {
  let loaded: Promise<{ metrics(): Promise<string> }> | undefined
  const load = async (): Promise<{ metrics(): Promise<string> }> => {
    const { collectDefaultMetrics, Registry } = await import('prom-client')
    const registry = new Registry<OpenMetricsContentType>()
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 })
    return registry
  }
  return async () => {
    loaded ??= load()
    return (await (await loaded).metrics()).replace(/# EOF\n$/, '')
  }
}

/** What is known of one route: its series, by the labels that vary. */
class PerRoute<T> {
  readonly #routes = new WeakMap<Entrance, WeakMap<RouteNames, T>>()
  readonly #nowhere: RouteNames = { route: '', rule: '' }
  readonly #make: () => T

  constructor(make: () => T) {
    this.#make = make
  }

  of(x: Exchange): T {
    const route = x.route ?? this.#nowhere
    let routes = this.#routes.get(x.entrance)
    if (routes === undefined) this.#routes.set(x.entrance, (routes = new WeakMap()))
    let found = routes.get(route)
    if (found === undefined) routes.set(route, (found = this.#make()))
    return found
  }
}

const routeLabels = ({ entrance, route }: Exchange, custom: Labels | undefined): Labels => ({
  bind: entrance.bind,
  gateway: entrance.gateway,
  listener: entrance.listener,
  route: route?.route ?? '',
  route_rule: route?.rule ?? '',
  ...custom,
})

/** Labels of the configuration (`config.metrics.fields.add`): the same object for equal values. */
const customLabels = (x: Exchange): Labels | undefined => x.entrance.told?.labels(x)

/** Everything that is counted for requests with the same labels: one look-up serves four families. */
class Requests {
  count = 0
  bytes = 0
  retries = 0
  readonly duration = new Histogram(buckets.http)
}

interface RequestChild {
  readonly backend: string
  readonly protocol: string
  readonly method: string
  readonly status: number
  readonly reason: string
  readonly custom: Labels | undefined
  readonly requests: Requests
}

function httpFamilies(limit: number) {
  const series = new Series(() => new Requests(), limit)
  const children = new PerRoute<RequestChild[]>(() => [])

  const bind = (x: Exchange, status: number, known: RequestChild[]): RequestChild => {
    const { backend, protocol, reason } = x
    const custom = customLabels(x)
    const method = x.request.method ?? ''
    // The reference says Upstream for whatever a backend answered, refusals of the gateway say who refused.
    const why = reason === '' && backend !== '' ? 'Upstream' : reason
    const labels = { backend, protocol, method, status: String(status), reason: why, ...routeLabels(x, custom) }
    const child = { backend, protocol, method, status, reason, custom, requests: series.at(labels) }
    if (known.length < 256) known.push(child) // an upstream may invent statuses: those beyond are found by text
    return child
  }

  return {
    record: {
      requestDone: (x: Exchange, status: number, bytes: number, durationMs: number): void => {
        const known = children.of(x)
        const { method } = x.request
        const custom = customLabels(x)
        let child: RequestChild | undefined
        for (const it of known)
          if (
            it.status === status &&
            it.method === method &&
            it.backend === x.backend &&
            it.protocol === x.protocol &&
            it.reason === x.reason &&
            it.custom === custom
          ) {
            child = it
            break
          }
        const { requests } = child ?? bind(x, status, known)
        requests.count++
        requests.bytes += bytes
        requests.retries += x.retries
        requests.duration.observe(durationMs / 1_000)
      },
    },
    families: [
      counter('requests', 'HTTP requests answered', () => series.samples((it) => it.count)),
      counter('response_bytes', 'Bytes of response bodies', () => series.samples((it) => it.bytes)),
      counter('retries', 'Further attempts of requests', () => series.samples((it) => it.retries || undefined)),
      histogram('request_duration_seconds', 'Time from the head of a request to the end of its reply', () =>
        series.samples((it) => it.duration),
      ),
    ],
  }
}

function processingFamilies(limit: number) {
  const phases = {
    request: new Series(() => new Histogram(buckets.processing), limit),
    response: new Series(() => new Histogram(buckets.processing), limit),
  }
  const children = new PerRoute<Map<string, { request: Histogram; response: Histogram }>>(() => new Map())
  const custom = new WeakMap<Labels, typeof children>()
  const childrenOf = (labels: Labels | undefined): typeof children => {
    if (labels === undefined) return children
    let own = custom.get(labels)
    if (own === undefined) custom.set(labels, (own = new PerRoute(() => new Map())))
    return own
  }
  return {
    record: {
      processed: (x: Exchange, phase: 'request' | 'response', durationMs: number): void => {
        const further = customLabels(x)
        const known = childrenOf(further).of(x)
        let pair = known.get(x.backend)
        if (pair === undefined) {
          const labels = { backend: x.backend, ...routeLabels(x, further) }
          pair = { request: phases.request.at(labels), response: phases.response.at(labels) }
          known.set(x.backend, pair)
        }
        pair[phase].observe(durationMs / 1_000)
      },
    },
    families: [
      histogram('request_processing_seconds', 'Time until a request left for its backend', () =>
        phases.request.samples((it) => it),
      ),
      histogram('response_processing_seconds', "Time from the backend's head to ours", () =>
        phases.response.samples((it) => it),
      ),
    ],
  }
}

interface McpChild {
  readonly method: string
  readonly kind: string
  readonly target: string
  readonly custom: Labels | undefined
  readonly cell: { count: number }
}

function mcpFamily(labelValues: number) {
  const series = new Series(() => ({ count: 0 }), labelValues * 10)
  const methods = new Bounded(MCP_METHODS)
  // One bound for each kind: resources read by invented URIs must not push tools out.
  const names = new Map<string, Bounded>()
  const children = new PerRoute<Map<string, McpChild[]>>(() => new Map())

  const bind = (x: Exchange): McpChild => {
    const { mcpMethod: method, mcpKind: kind, mcpTarget: target, mcpName: name } = x
    let bounded = names.get(kind)
    if (bounded === undefined) names.set(kind, (bounded = new Bounded(labelValues)))
    // A name that no target answered for is the caller's invention.
    const resource = target === '' ? '' : bounded.value(name)
    const custom = customLabels(x)
    const named = { method: methods.value(method), resource_type: kind, server: target, resource }
    return { method, kind, target, custom, cell: series.at({ ...named, ...routeLabels(x, custom) }) }
  }

  return {
    record: {
      mcpRequest: (x: Exchange): void => {
        const route = children.of(x)
        const custom = customLabels(x)
        const named = route.get(x.mcpName)
        if (named !== undefined)
          for (const it of named)
            if (
              it.method === x.mcpMethod &&
              it.target === x.mcpTarget &&
              it.kind === x.mcpKind &&
              it.custom === custom
            ) {
              it.cell.count++
              return
            }
        const child = bind(x)
        child.cell.count++
        if (named !== undefined && named.length < 16) named.push(child)
        else if (named === undefined && route.size < labelValues) route.set(x.mcpName, [child])
      },
    },
    families: [counter('mcp_requests', 'MCP requests', () => series.samples((it) => it.count))],
  }
}

function connectionFamilies(labelValues: number) {
  const cell = (): { count: number; received: number; sent: number } => ({ count: 0, received: 0, sent: 0 })
  const downstream = new Series(cell, labelValues)
  const connects = new Series(() => new Histogram(buckets.connect), labelValues)
  const calls = new Series(() => new Histogram(buckets.http), labelValues)
  const handshakes = new Series(() => new Histogram(buckets.connect), labelValues)
  const limits = new Series(() => ({ count: 0 }), labelValues)
  const callOf = new Map<string, Histogram>()
  return {
    record: {
      connectionOpened: (bind, gateway, listener, protocol) => {
        downstream.at({ bind, gateway, listener, protocol }).count++
      },
      connectionClosed: (bind, gateway, listener, ...[protocol, bytes]) => {
        const it = downstream.at({ bind, gateway, listener, protocol })
        it.received += bytes.received
        it.sent += bytes.sent
      },
      upstreamCall: (kind, subtype, durationMs) => {
        const key = kind + subtype
        let found = callOf.get(key)
        if (found === undefined) callOf.set(key, (found = calls.at({ kind, subtype })))
        found.observe(durationMs / 1_000)
      },
      upstreamConnected: (transport, durationMs) => connects.at({ transport }).observe(durationMs / 1_000),
      limitHit: (limit) => {
        limits.at({ limit }).count++
      },
      tlsHandshake: ({ bind, gateway, listener }: Entrance, durationMs: number): void =>
        handshakes.at({ bind, gateway, listener, protocol: 'https' }).observe(durationMs / 1_000),
    } satisfies Partial<GatewayMetrics>,
    families: [
      counter('downstream_connections', 'Connections accepted', () => downstream.samples((it) => it.count)),
      counter('downstream_received_bytes', 'Bytes received from clients', () =>
        downstream.samples((it) => it.received),
      ),
      counter('downstream_sent_bytes', 'Bytes sent to clients', () => downstream.samples((it) => it.sent)),
      histogram('tls_handshake_duration_seconds', 'Time of TLS handshakes with clients', () =>
        handshakes.samples((it) => it),
      ),
      histogram('upstream_connect_duration_seconds', 'Time to connect to upstreams', () =>
        connects.samples((it) => it),
      ),
      histogram('upstream_call_duration_seconds', 'Time of calls to upstreams', () => calls.samples((it) => it)),
      counter('limit_hits', 'Times that a bound of the configuration was reached', () =>
        limits.samples((it) => it.count),
      ),
    ],
  }
}

const counter = (name: string, help: string, samples: () => Iterable<Sample>): Family => ({
  name,
  type: 'counter',
  help,
  samples,
})

const histogram = (name: string, help: string, samples: () => Iterable<Sample>): Family => ({
  name,
  type: 'histogram',
  help,
  samples,
})

// Counters and histograms for `/metrics`, in the original's names. Recording must cost next to nothing: children are bound once.
import type { Exchange } from '../core/exchange.ts'

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
  /** 1: the running configuration is the file's; 0: the file is broken and an older one runs. */
  configSynchronized(yes: boolean): void
  /** OpenMetrics text. */
  render(): Promise<string>
  readonly contentType: string
}

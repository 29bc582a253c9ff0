// What the servers of a configuration offer, read from them without a gateway: nothing listens, and no policy on callers is asked.
import type { Body, Shape } from '../config/shape.ts'
import type { Path } from '../core/module.ts'
import { defaultPoolSettings, Pools } from '../http/pools.ts'
import type { TargetOffering } from '../policy/offered.ts'
import { silent } from '../telemetry/log.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { type CompileContext, compile } from './compile.ts'
import { Refused } from './gateway.ts'
import { Keeper } from './state.ts'

export interface OfferingsOptions {
  readonly read: CompileContext['read']
  /** Nobody waits any longer: what has not been read is a failure. */
  readonly signal: AbortSignal
  readonly connectTo?: ReadonlyMap<string, string>
}

/** The servers of one MCP backend. */
export interface BackendOfferings {
  readonly route: string
  /** Where the backend stands in the configuration. */
  readonly path: Path
  readonly servers: readonly TargetOffering[]
}

/** Asks every server of every MCP backend. Rejects with Refused when the configuration cannot run. */
export async function offeringsOf(shape: Shape, options: OfferingsOptions): Promise<readonly BackendOfferings[]> {
  await using pools = new Pools({
    ...defaultPoolSettings,
    connectTimeoutMs: shape.limits.upstreamConnectMs,
    dnsFamily: shape.dnsFamily,
    strangersOnLoopback: shape.strangersOnLoopback,
    ...(options.connectTo !== undefined && { connectTo: options.connectTo }),
  })
  await using keeper = new Keeper()
  const metrics = createMetrics({ version: '', process: false })
  const context = { generation: 0, pools, keeper, read: options.read, metrics, log: silent, sealKey: Buffer.alloc(32) }
  const { snapshot, problems } = await compile(unshielded(shape), context)
  try {
    const errors = problems.filter(({ severity }) => severity === 'error')
    if (errors.length > 0) throw new Refused(errors)
    const asked = shape.binds.flatMap(({ port, listeners }) =>
      listeners.flatMap(({ routes }, at) => {
        const compiled = snapshot.binds.get(port)?.listeners[at]?.router.routes ?? []
        return routes.flatMap((route, place) =>
          route.backends.map(async ({ path }, index): Promise<BackendOfferings | undefined> => {
            const ask = compiled[place]?.backends[index]?.handler.offerings
            return ask && { route: route.name, path, servers: await ask(options.signal) }
          }),
        )
      }),
    )
    return (await Promise.all(asked)).filter((one) => one !== undefined)
  } finally {
    snapshot.retire()
  }
}

const KEY = 'mcpShield'
const off = (path: Path): Body => ({ key: KEY, body: { mode: 'off' }, path: [...path, 'policies', KEY] })

/** What is asked here is judged by whoever asks. */
function unshielded(shape: Shape): Shape {
  const without = (bodies: readonly Body[]): readonly Body[] => bodies.filter(({ key }) => key !== KEY)
  const binds = shape.binds.map((bind) => ({
    ...bind,
    listeners: bind.listeners.map((listener) => ({
      ...listener,
      policies: without(listener.policies),
      routes: listener.routes.map((route) => ({
        ...route,
        policies: without(route.policies),
        backends: route.backends.map((backend) => ({
          ...backend,
          policies: [...without(backend.policies), ...(backend.key === 'mcp' ? [off(backend.path)] : [])],
        })),
      })),
    })),
  }))
  return { ...shape, binds }
}

// The OpenAPI documents that a configuration names, read for whoever wants to know what became of them. Nothing is served.
import { randomBytes } from 'node:crypto'
import type { Shape } from '../config/shape.ts'
import { asFailure } from '../core/failure.ts'
import type { Path } from '../core/module.ts'
import { defaultPoolSettings, Pools } from '../http/pools.ts'
import type { DocumentFacts } from '../openapi/facts.ts'
import { silent } from '../telemetry/log.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { type CompileContext, compile } from './compile.ts'
import { Keeper } from './state.ts'

export type TargetDocument = {
  readonly target: string
  /** Where the target stands in the configuration. */
  readonly path: Path
} & (
  | { readonly kind: 'read'; readonly facts: DocumentFacts }
  /** `unreachable`: nobody could be asked; otherwise it was read, and cannot be used. */
  | { readonly kind: 'failed'; readonly problem: string; readonly unreachable: boolean }
)

interface Reading {
  readonly read: CompileContext['read']
  /** Outbound connections that go elsewhere than the configuration says. */
  readonly connectTo: ReadonlyMap<string, string>
}

/** Reads them all, at addresses too, as a gateway would: with the same limits, through the same guard. */
export async function documentsOf(shape: Shape, { read, connectTo }: Reading): Promise<readonly TargetDocument[]> {
  const { strangersOnLoopback, dnsFamily } = shape
  await using pools = new Pools({ ...defaultPoolSettings, strangersOnLoopback, dnsFamily, connectTo })
  await using keeper = new Keeper()
  const metrics = createMetrics({ version: '', process: false })
  const sealKey = randomBytes(32)
  const { snapshot } = await compile(shape, { generation: 0, pools, keeper, read, metrics, log: silent, sealKey })
  try {
    return await Promise.all(
      snapshot.targets().flatMap(({ name: target, path, document }) => {
        return document === undefined ? [] : [readOne({ target, path }, document.ready())]
      }),
    )
  } finally {
    snapshot.retire()
  }
}

async function readOne(
  place: Pick<TargetDocument, 'target' | 'path'>,
  document: Promise<DocumentFacts>,
): Promise<TargetDocument> {
  try {
    return { ...place, kind: 'read', facts: await document }
  } catch (thrown) {
    const { message: problem, cause } = asFailure(thrown)
    const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
    return { ...place, kind: 'failed', problem, unreachable: code === 'openapi.fetch' }
  }
}

// The fixture behind each transport and revision that a server can have, and what a configuration says of it.
import path from 'node:path'
import { everythingShared } from '../../servers/everything.ts'
import { everythingModern } from '../../servers/everything-modern.ts'
import { serveModern } from '../../servers/modern.ts'
import { type ServeOptions, serve } from '../../servers/serve.ts'
import { type Owner, root } from './gateway.ts'

export interface Placed {
  /** Of a target, what it is. */
  readonly target: Readonly<Record<string, unknown>>
  /** Where clients reach it without a gateway, if they can. */
  readonly url?: string
}

const legacy =
  (options: ServeOptions) =>
  async (t: Owner): Promise<Placed> => {
    const serving = await serve(everythingShared(), options)
    t.after(() => serving.close())
    const { url } = serving
    return options.transport === 'sse' ? { target: { sse: { host: url } } } : { target: { mcp: { host: url } }, url }
  }

const program =
  (name: string, ...args: readonly string[]) =>
  async (): Promise<Placed> => ({
    target: { stdio: { cmd: process.execPath, args: [path.join(root, 'servers', name), ...args] } },
  })

export const fixtures = {
  'legacy sessionful': legacy({ transport: 'http' }),
  'legacy stateless': legacy({ transport: 'http', stateless: true }),
  'HTTP+SSE': legacy({ transport: 'sse' }),
  stdio: program('everything.ts'),
  'stdio modern': program('everything-modern.ts', '--era', 'modern'),
  modern: async (t: Owner): Promise<Placed> => {
    const { make, bus } = everythingModern()
    const serving = await serveModern(make, { bus })
    t.after(() => serving.close())
    const { url } = serving
    return { target: { mcp: { host: url } }, url }
  },
} as const satisfies Record<string, (t: Owner) => Promise<Placed>>

export type FixtureName = keyof typeof fixtures

/** A configuration with one route to one target. */
export const inFront = ({ target }: Placed, config: object = {}): string =>
  JSON.stringify({
    config,
    binds: [
      { port: 1, listeners: [{ routes: [{ backends: [{ mcp: { targets: [{ name: 'fixture', ...target }] } }] }] }] },
    ],
  })

// Opens the admin API. What it answers stands in application.ts, which is loaded when somebody asks.
import { createServer, type RequestListener } from 'node:http'
import { type Listening, listen } from '../telemetry/listen.ts'
import type { AdminOptions } from './application.ts'
import { Exposed, isLoopback } from './guard.ts'

/**
 * Opens the admin API (contract §3; reference §1.2). Rejects when the address can be reached from other machines: there is no
 * authentication yet that could stand in front of it.
 */
export async function createAdmin(options: AdminOptions): Promise<Listening> {
  const { address } = options
  if (!('unix' in address) && !isLoopback(address))
    throw new Exposed(
      `adminAddr ${address.host}:${address.port} can be reached from other machines, and the admin API has no authentication: ` +
        `use localhost:${address.port}, unix:/path or off`,
    )
  const began = { atMs: performance.now(), level: options.level.get() }
  let loaded: Promise<RequestListener> | undefined
  const server = createServer((request, response) => {
    // Express is fifteen megabytes and a tenth of a second, and most gateways are never asked.
    loaded ??= import('./application.ts').then(({ application }) => application(options, began))
    void loaded.then(
      (answer) => answer(request, response),
      (error: unknown) => {
        options.log.error('the admin API cannot be loaded', {
          error: error instanceof Error ? error.message : 'unknown',
        })
        response.writeHead(500).end()
      },
    )
  })
  return listen(server, address)
}

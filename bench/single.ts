// One request at a time: what a single one costs when nothing else is going on.
import type { Subject } from './processes.ts'
import { Connection, type Place, requestBytes } from './wire.ts'

/** A session on a connection of its own. */
export interface Asking extends Disposable {
  /** CPU of the gateway for one request, in microseconds. Throws when it is not answered with 200. */
  cpuOf(method: string): Promise<number>
}

/** Opens a session; what that costs is not counted. */
export async function asking(gateway: Subject, token?: string): Promise<Asking> {
  const place: Place = { port: gateway.port, path: '/mcp', ...(token !== undefined && { token }) }
  const connection = new Connection(gateway.port)
  const session = await connection.initialize(place)
  let id = 0
  return {
    cpuOf: async (method) => {
      const text = `{"jsonrpc":"2.0","id":${++id},"method":"${method}","params":{}}`
      const before = gateway.cpuMicros()
      const { status } = await connection.ask(requestBytes(place, text, session))
      const used = gateway.cpuMicros() - before
      if (status !== 200) throw new Error(`${method} was answered ${status}`)
      return used
    },
    [Symbol.dispose]: () => connection.close(),
  }
}

// Many clients at once, as cheap as they can be: heads and bodies as bytes on sockets of their own.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import type { RunningGateway } from '../../support/gateway.ts'

const hello = JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'crowd', version: '1' } },
})

export const head = (method: string, headers: readonly string[]): string =>
  `${[`${method} /mcp HTTP/1.1`, 'host: localhost', ...headers].join('\r\n')}\r\n\r\n`

export const posting = (length: number): readonly string[] => [
  'content-type: application/json',
  'accept: application/json, text/event-stream',
  `content-length: ${length}`,
]

/** One connection; what comes back is read to its end. */
export class One {
  readonly socket: Socket
  got = ''
  #wake = (): void => {}

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => undefined) // a gateway that cuts us is what some tests are about
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.got += text
      this.#wake()
    })
    socket.on('close', () => this.#wake())
  }

  static async open(t: TestContext, port: number): Promise<One> {
    const one = new One(connect(port, '127.0.0.1'))
    t.after(() => one.socket.destroy())
    await once(one.socket, 'connect')
    return one
  }

  /** Sends; resolves with the status of the next answer once all of `until` has come. */
  async ask(bytes: string, until: RegExp): Promise<number> {
    this.got = ''
    this.socket.write(bytes)
    while (!until.test(this.got)) {
      if (this.socket.destroyed) throw new Error(`cut after ${JSON.stringify(this.got)}`)
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    return Number(this.got.slice(9, 12))
  }

  async initialize(): Promise<string> {
    await this.ask(head('POST', posting(hello.length)) + hello, /\r\n\r\n\{.*\}$/)
    return /mcp-session-id: (\S+)/i.exec(this.got)?.[1] ?? ''
  }

  /** Opens the stream of the session, and leaves it open. */
  async listen(session: string): Promise<number> {
    return this.ask(head('GET', ['accept: text/event-stream', `mcp-session-id: ${session}`]), /\r\n\r\n[^]*retry: /)
  }
}

/** Does something so many times, some at once. */
export async function times(count: number, task: (index: number) => Promise<void>, atOnce = 50): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < count) await task(next++)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, work))
}

/** Values of the gateway's own metrics. */
export async function cost(gateway: RunningGateway): Promise<{ readonly bytes: number; readonly seconds: number }> {
  const text = await (await fetch(`${gateway.stats}/metrics`)).text()
  const value = (name: string): number => Number(new RegExp(`^(?:agentgateway_)?${name} (\\S+)`, 'm').exec(text)?.[1])
  return { bytes: value('process_resident_memory_bytes'), seconds: value('process_cpu_seconds_total') }
}

/** Sessions that are opened for nothing but their stream. */
export async function idlers(t: TestContext, gateway: RunningGateway, count: number): Promise<readonly One[]> {
  const crowd: One[] = []
  await times(count, async () => {
    const one = await One.open(t, gateway.port)
    const session = await one.initialize()
    const status = await one.listen(session)
    if (status !== 200) throw new Error(`a stream was answered ${status}`)
    crowd.push(one)
  })
  return crowd
}

// Between a gateway and its upstream: a TCP proxy that breaks connections at a given step of the next request.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Owner } from './gateway.ts'

/**
 * What happens: the connection is cut, or nothing comes through any more, or the server is gone, or it is gone and comes back, or
 * it says what nobody can read.
 */
export type Fault = 'reset' | 'stall' | 'die' | 'restart' | 'garble'
/** When: before the server has seen anything, when it has seen it, or in the middle of its answer. */
export type Step = 'asking' | 'working' | 'answering'

interface Pair {
  readonly near: Socket
  readonly far: Socket
}

export interface FaultProxy {
  readonly port: number
  /** Connections through it that are open. */
  readonly open: number
  /** The next request meets this fault. */
  arm(fault: Fault, step: Step): void
  /** Whether it has. */
  readonly fired: boolean
  /** Everything works again. */
  heal(): Promise<void>
}

export interface FaultOptions {
  readonly port: number
  /** Starts the server anew; its port. */
  readonly restart: () => Promise<number>
}

/** Neither a line of a process nor an answer over HTTP: half a message, bytes that are no text, and the end of both. */
const GARBAGE = Buffer.concat([
  Buffer.from('{"jsonrpc":"2.0","id":1,"result":'),
  Buffer.from([0x0a, 0xff, 0xfe, 0x00, 0x0a]),
  Buffer.from('HTTP/7.7 what?\r\n\r\n{"jsonrpc":"2.0","id":null,"error":{"code":"?"}}\n'),
])

export async function faultProxy(t: Owner, { port, restart }: FaultOptions): Promise<FaultProxy> {
  const pairs = new Set<Pair>()
  let target = port
  let armed: { readonly fault: Fault; readonly step: Step } | undefined
  let answering: Pair | undefined
  let fired = false
  let dead = false
  let restarting: Promise<void> | undefined

  const cut = (pair: Pair): void => {
    // One that is connecting would wait for that, and one that has said its last word cannot be reset.
    for (const socket of [pair.near, pair.far])
      if (socket.connecting || socket.writableEnded) socket.destroy()
      else socket.resetAndDestroy()
  }
  const strike = (pair: Pair, fault: Fault): void => {
    armed = answering = undefined
    fired = true
    if (fault === 'reset') cut(pair)
    else if (fault === 'garble') pair.near.write(GARBAGE)
    else if (fault === 'stall') {
      pair.near.pause().removeAllListeners('data')
      pair.far.pause().removeAllListeners('data')
    } else {
      dead = true
      for (const each of pairs) cut(each)
      if (fault === 'restart')
        restarting = restart().then((fresh) => {
          target = fresh
          dead = false
        })
    }
  }
  const server = createServer((near) => {
    if (dead) return void near.resetAndDestroy()
    const pair: Pair = { near, far: connect(target, '127.0.0.1') }
    pairs.add(pair)
    const { far } = pair
    near.on('data', (chunk) => {
      const now = armed
      if (now?.step === 'asking') return strike(pair, now.fault)
      far.write(chunk)
      if (now?.step === 'working') strike(pair, now.fault)
      else if (now !== undefined) answering = pair
    })
    far.on('data', (chunk) => {
      const now = armed
      const mine = now !== undefined && answering === pair
      near.write(mine ? Buffer.from(chunk).subarray(0, chunk.length >> 1) : chunk)
      if (!mine) return
      answering = undefined
      const late = (): void => (armed === now ? strike(pair, now.fault) : undefined)
      setTimeout(late, 5) // the half is on its way by then
    })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => {}) // what breaks here is meant to
      one.once('close', () => {
        pairs.delete(pair)
        other.destroy()
      })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const pair of pairs) cut(pair)
    server.close()
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get fired() {
      return fired
    },
    get open() {
      return pairs.size
    },
    arm: (fault, step) => {
      fired = false
      armed = { fault, step }
    },
    heal: async () => {
      armed = answering = undefined
      await restarting
      restarting = undefined
      dead = false
      for (const pair of pairs) if (pair.near.isPaused()) cut(pair)
    },
  }
}

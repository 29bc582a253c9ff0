// Resident memory of a gateway when nothing is left that a collection could take.
import type { Gateway } from './processes.ts'

/** Resident memory after a full collection: when the engine would collect by itself is chance, what it must keep is not. */
export async function settled(gateway: Gateway): Promise<number> {
  await sleep(500) // sockets of the last wave are still closing
  await collectGarbage(gateway)
  return gateway.rss()
}

/** Through the inspector the gateway was started with. */
async function collectGarbage(gateway: Gateway): Promise<void> {
  const url = /ws:\/\/127\.0\.0\.1:\d+\/\S+/.exec(gateway.said())?.[0]
  if (url === undefined) throw new Error('the gateway has no inspector')
  const socket = new WebSocket(url)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.addEventListener('error', () => reject(new Error('the inspector does not answer')))
  socket.addEventListener('open', () => socket.send('{"id":1,"method":"HeapProfiler.collectGarbage"}'))
  socket.addEventListener('message', () => resolve())
  await promise
  socket.close()
}

/** How a gateway is started whose memory is measured. */
export const INSPECTOR = ['--inspect=127.0.0.1:0']
export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

// Two sockets joined after a switch of protocols: bytes pass both ways as they come, each side may stop talking first.
import type { Duplex } from 'node:stream'

/** Joins them until both are gone. A tunnel in which nothing moves for `idleMs` is cut. */
export function join(client: Duplex, upstream: Duplex, idleMs: number): void {
  // By default the other's end would end us: a half-closed side still wants to hear (RFC 9293 §3.6).
  client.allowHalfOpen = true
  upstream.allowHalfOpen = true
  let moved = false
  const note = (): void => {
    moved = true
  }
  const watch = setInterval(() => {
    if (!moved) client.destroy()
    moved = false
  }, idleMs)
  let open = 2
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.on('data', note)
    from.on('error', () => to.destroy())
    from.once('close', () => {
      if (--open === 0) clearInterval(watch)
      // Whoever is cut off in the middle takes the other along; whoever has said and heard everything lets it finish.
      if (!from.readableEnded || !from.writableFinished) to.destroy()
    })
    from.pipe(to)
  }
}

// Two sockets joined after a switch of protocols: bytes pass both ways as they come, each side may stop talking first.
import type { Duplex } from 'node:stream'

/** How long a tunnel may be silent: while both sides may talk, and once one of them has said all it had to say. */
export interface Patience {
  readonly tunnelIdleMs: number
  readonly tunnelHalfOpenMs: number
  /** Hears which of them has run out. */
  cut(limit: 'tunnelIdleMs' | 'tunnelHalfOpenMs'): void
}

/** Joins them until both are gone, or silent for too long. */
export function join(client: Duplex, upstream: Duplex, patience: Patience): void {
  // By default the other's end would end us: a half-closed side still wants to hear (RFC 9293 §3.6).
  client.allowHalfOpen = true
  upstream.allowHalfOpen = true
  let moved = false
  const note = (): void => {
    moved = true
  }
  const watchFor = (limit: 'tunnelIdleMs' | 'tunnelHalfOpenMs'): NodeJS.Timeout =>
    setInterval(() => {
      if (!moved && !client.destroyed) {
        patience.cut(limit)
        client.destroy()
      }
      moved = false
    }, patience[limit])
  let watch = watchFor('tunnelIdleMs')
  let open = 2
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.on('data', note)
    from.on('error', () => to.destroy())
    from.once('end', () => {
      clearInterval(watch)
      if (open > 0) watch = watchFor('tunnelHalfOpenMs')
    })
    from.once('close', () => {
      if (--open === 0) clearInterval(watch)
      // Whoever is cut off in the middle takes the other along; whoever has said and heard everything lets it finish.
      if (!from.readableEnded || !from.writableFinished) to.destroy()
    })
    from.pipe(to)
  }
}

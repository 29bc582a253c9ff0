// Upgrades through a `host` backend (WebSocket and others): asked for as the client asks, granted as the backend grants.
import type { Duplex } from 'node:stream'
import type { Exchange, Reply } from '../core/exchange.ts'
import { Failure } from '../core/failure.ts'
import { replyFields } from '../http/headers.ts'
import type { UpgradeHandler } from '../policy/policy.ts'
import { attemptSwitch, type Backend, type Switched } from './attempt.ts'
import { join, type Patience } from './tunnel.ts'

/** An `upgrade` for a backend. A backend that stays with HTTP has its answer relayed. */
export function upgrading(backend: Backend, patience: Patience): UpgradeHandler {
  return async (x, socket, head): Promise<Reply | undefined> => {
    const wanted = x.request.headers.upgrade ?? ''
    const answer = await attemptSwitch(x, backend, wanted)
    if ('status' in answer) return answer
    const given = answer.headers.upgrade ?? ''
    if (!offered(wanted, given)) {
      answer.socket.on('error', () => undefined).destroy()
      throw new Failure('upstream.upgrade', `${given === '' ? 'nothing' : given} but ${wanted} is requested`)
    }
    open(x, socket, head, answer)
    join(socket, answer.socket, patience)
    return undefined
  }
}

/** A backend may only choose what the client offers (RFC 9110 §7.8). */
const offered = (wanted: string, given: string): boolean =>
  wanted
    .toLowerCase()
    .split(',')
    .some((protocol) => protocol.trim() === given.toLowerCase())

function open(x: Exchange, socket: Duplex, head: Buffer, { headers, socket: upstream }: Switched): void {
  const lines = ['HTTP/1.1 101 Switching Protocols', 'connection: Upgrade', `upgrade: ${headers.upgrade ?? ''}`]
  const answered = replyFields(headers)
  for (const name in answered) for (const value of [answered[name] ?? []].flat()) lines.push(`${name}: ${value}`)
  socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  if (head.length > 0) upstream.write(head)
  x.work = {
    stop: () => {
      socket.destroy()
      upstream.destroy()
    },
  }
}

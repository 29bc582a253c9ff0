// What both doctors are asked with: an address, a token, a patience, and a way to read documents.
import { asFailure } from '../core/failure.ts'
import { addressKind } from '../http/address.ts'
import { fetchDocument } from '../http/fetch.ts'
import type { Pools } from '../http/pools.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import type { WalkOptions } from './oauth-walk.ts'
import { oneLine } from './terminal.ts'

const MAX_BYTES = 1024 * 1024

export const isJson = (args: Arguments): boolean => args.has('json') || args.value('format') === 'json'

export function addressOf(given = 'http://localhost:3000/mcp'): URL {
  const url = URL.parse(given.includes('://') ? given : `http://${given}`)
  if (url !== null && /^https?:$/.test(url.protocol)) return url
  throw new CommandError(exit.usage, `--url ${oneLine(given)} is no address`, {
    hint: '--url http://localhost:3000/mcp',
  })
}

/** Milliseconds. */
export function timeoutOf(args: Arguments): number {
  const seconds = Number(args.value('timeout') ?? '10')
  if (seconds > 0 && seconds <= 600) return seconds * 1_000
  throw new CommandError(exit.usage, '--timeout is a number of seconds', { hint: '--timeout 10' })
}

export function tokenOf(args: Arguments, io: Io): string | undefined {
  const own = args.value('token') ?? io.env['TOOLGATE_TOKEN'] ?? ''
  return own === '' ? undefined : own
}

/** Without the brackets of IPv6. */
const hostIn = (address: string): string => (URL.parse(address)?.hostname ?? '').replace(/^\[(.*)\]$/, '$1')

/** Where machines in clouds are told their own secrets: no login is there, whoever names it. */
const never: ReadonlySet<string> = new Set(['metadata', 'link-local'])

/**
 * Reads documents. As with any client, it is the user's own machine that asks, and the user who named the server; what that server
 * names may be on this machine or near it, but not where only the machine itself is answered.
 */
export function askWith(pools: Pools, timeoutMs: number, io: Io): WalkOptions['ask'] {
  return async (address, asking = {}) => {
    if (never.has(addressKind(hostIn(address))))
      throw new CommandError(
        exit.unasked,
        `${oneLine(address)} is an address that no document should name: it is not asked`,
      )
    try {
      return await fetchDocument(address, {
        pools,
        trust: 'operator',
        maxBytes: MAX_BYTES,
        timeoutMs,
        maxRedirects: 'answer',
        signal: io.signal,
        ...asking,
      })
    } catch (cause) {
      if (io.signal.aborted) throw cause
      throw new CommandError(exit.unasked, `${oneLine(address)}: ${oneLine(asFailure(cause).message)}`, { cause })
    }
  }
}

// A conversation with an MCP server in the era that was asked for, or in the one that the server speaks.
import { CommandError, exit } from './command.ts'

export type Era = 'legacy' | 'modern' | 'auto'

/** A client of one server. */
export interface Talk extends AsyncDisposable {
  /** What the server says of itself. */
  readonly server: unknown
  readonly revision: string | undefined
  /** All pages of `tools/list`, each tool as it came. */
  tools(): Promise<Record<string, unknown>[]>
  /** `tools/call`; the result as it came. */
  call(
    name: string,
    input: Record<string, unknown>,
    onProgress: (done: string) => void,
  ): Promise<Record<string, unknown>>
}

export interface TalkOptions {
  readonly url: URL
  readonly headers: Headers
  readonly signal: AbortSignal
  readonly timeoutMs: number
  readonly era: Era
}

/** There are servers that say nothing at all to what they do not know. */
const PROBE_MS = 5_000

/**
 * Opens a conversation. `auto` asks as the newest clients do: first in 2026-07-28, and with `initialize` where that is not spoken
 * (reference: mcp §1.3, §12.2.1). What answers at `/sse` is older than both.
 * @throws CommandError that says why it did not work
 */
export async function openTalk({ url, headers, signal, timeoutMs, era }: TalkOptions): Promise<Talk> {
  if (era !== 'legacy' && !url.pathname.endsWith('/sse')) {
    const { openModern } = await import('./modern-talk.ts')
    const probe = era === 'auto' && { probeMs: Math.min(timeoutMs, PROBE_MS) }
    const opened = await openModern({ url, headers, signal, timeoutMs, ...probe })
    if (opened.kind === 'open') return opened.talk
    if (era === 'modern') throw notModern(url, opened.offers)
  } else if (era === 'modern') throw notModern(url, [])
  const { open } = await import('./conversation.ts')
  return await open(url, headers, { signal, timeoutMs })
}

function notModern(url: URL, offers: readonly string[]): CommandError {
  const instead = offers.length === 0 ? '' : `: it offers ${offers.join(', ')}`
  return new CommandError(exit.no, `the server does not speak revision 2026-07-28${instead}`, {
    where: url.href,
    hint: '--era legacy',
  })
}

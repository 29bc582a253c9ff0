// An answer that refuses the gateway's credentials: other ones may help, and nobody else hears of the challenge.
import type { TargetName } from '../../core/brand.ts'
import type { Who } from '../../core/exchange.ts'
import type { Credentials } from '../../policy/policy.ts'
import { asFailing, failing } from './failing.ts'
import type { Post } from './post.ts'

export interface Refused {
  readonly target: TargetName
  readonly credentials: Credentials | undefined
  /** On whose behalf requests are made that do not say it. */
  readonly who: Who | undefined
  readonly status: number
  /** Sends the call once more, with whatever credentials there are now. */
  readonly repeat: () => void
}

/** Ends the call, or sends it again. The challenge is never handed on: a client would take it for its own (reference: mcp §1.4). */
export async function unwelcome(post: Post, { target, credentials, status, who, repeat }: Refused): Promise<void> {
  const { call, challenge, again, mended } = post
  const where = [target, call.method] as const
  try {
    // Those that people log in for know what to make of every refusal; others may be old, once.
    const ask = credentials !== undefined && ('login' in credentials || (status === 401 && !again))
    const asker = call.request.who ?? who
    if (ask && (await credentials.refused?.(asker, { status, challenge, again: mended })) === true) repeat()
    else call.failed(failing('upstream.protocol', where, `it does not accept the gateway's credentials (${status})`))
  } catch (thrown) {
    call.failed(asFailing(where, thrown))
  }
}

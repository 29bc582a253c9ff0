// Opening words: the `initialize` request, and what its answer says of the server.
import { type RawJson, rawJson, type TargetName } from '../../core/brand.ts'
import type { JsonObject } from '../../core/item.ts'
import type { Answer, Hello, Outgoing } from '../conversation.ts'
import { isLegacyRevision, legacyRevisions, newestLegacy } from '../wire.ts'
import { failing } from './failing.ts'

export interface Introduction {
  readonly revision: string
  readonly capabilities: RawJson
  readonly clientInfo: RawJson
}

/** The request that opens a conversation with `initialize`: offers the newest revision of the peer that opens so. */
export const initializeRequest = ({ revision, capabilities, clientInfo }: Introduction): Outgoing => ({
  method: 'initialize',
  params: rawJson(
    `{"protocolVersion":"${isLegacyRevision(revision) ? revision : newestLegacy}","capabilities":${capabilities},"clientInfo":${clientInfo}}`,
  ),
})

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What servers said of themselves last, oldest first: each of thousands of conversations hears the same, advice and all. */
const known = new Map<string, Hello>()
const KNOWN = 64
const LONGEST = 65_536

/** What the server said of itself. Throws a Failure when we cannot go on with it. */
export function readHello(target: TargetName, answer: Answer): Hello {
  const there = answer.kind === 'result' ? known.get(answer.raw) : undefined
  if (there !== undefined) return there
  const hello = read(target, answer)
  if (answer.raw.length > LONGEST) return hello
  // A copy: a slice would keep the message that it was cut from.
  const raw = rawJson(Buffer.from(answer.raw).toString())
  const kept = { ...hello, raw }
  known.set(raw, kept)
  const [oldest] = known.keys()
  if (known.size > KNOWN && oldest !== undefined) known.delete(oldest)
  return kept
}

function read(target: TargetName, answer: Answer): Hello {
  const said: unknown = JSON.parse(answer.raw)
  if (answer.kind === 'error') throw failing('upstream.protocol', [target, 'initialize'], refusal(said))
  const where = [target, 'initialize'] as const
  if (!isObject(said)) throw failing('upstream.protocol', where, 'the answer is no object')
  const { protocolVersion, capabilities, instructions } = said
  if (!isLegacyRevision(protocolVersion))
    throw failing('upstream.protocol', where, `it speaks none of the revisions ${legacyRevisions.join(', ')}`)
  return {
    revision: protocolVersion,
    capabilities: isObject(capabilities) ? capabilities : {},
    raw: answer.raw,
    instructions: typeof instructions === 'string' ? instructions : undefined,
  }
}

/** The server's own words are shown, but short: they come from outside and end in logs and answers. */
function refusal(error: unknown): string {
  const { code, message } = isObject(error) ? error : {}
  const words = typeof message === 'string' ? `: ${message.replace(/[^\x20-\x7e]/g, ' ').slice(0, 160)}` : ''
  return `it answered with error ${typeof code === 'number' ? code : 'of no code'}${words}`
}

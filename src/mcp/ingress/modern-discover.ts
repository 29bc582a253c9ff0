// `server/discover`: what opens a conversation in other revisions, as an answer that opens nothing.
import { rawJson } from '../../core/brand.ts'
import type { Reply } from '../../core/exchange.ts'
import type { JsonObject } from '../../core/item.ts'
import type { Answer } from '../conversation.ts'
import { modernRevision } from '../wire.ts'
import type { Asking } from './modern-desk.ts'
import { answerReply, statusOf } from './modern-result.ts'
import { TASKS } from './modern-task-words.ts'
import { messageText } from './replies.ts'

/** Says what is here, and that this revision is spoken: of every upstream, whatever it speaks itself (reference: mcp §2.2). */
export async function discover({ x, request, envelope, principal, desk }: Asking): Promise<Reply> {
  const client = {
    revision: modernRevision,
    capabilities: JSON.parse(envelope.capabilities),
    principal,
  }
  const answer = discovered(await desk.federation.initialize(client, x))
  const stamped = desk.stamper.stamp(answer, request.method)
  return answerReply(messageText(request.id, stamped), statusOf(stamped))
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function discovered(answer: Answer): Answer {
  if (answer.kind === 'error') return answer
  const said: unknown = JSON.parse(answer.raw)
  const { capabilities, instructions } = isObject(said) ? said : {}
  const { tasks, ...others } = isObject(capabilities) ? capabilities : {}
  const { extensions } = others
  const named = {
    ...(isObject(extensions) && extensions),
    ...(tasks !== undefined && { [TASKS]: {} }),
  }
  const result = {
    supportedVersions: [modernRevision],
    capabilities: { ...others, ...(Object.keys(named).length > 0 && { extensions: named }) },
    ...(typeof instructions === 'string' && { instructions }),
  }
  return { kind: 'result', raw: rawJson(JSON.stringify(result)) }
}

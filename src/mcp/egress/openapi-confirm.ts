// A tool that the configuration wants confirmed: the user is asked before anything is sent.
import { type RawJson, rawJson } from '../../core/brand.ts'
import type { PlannedTool } from '../../openapi/plan.ts'
import type { HttpRequest } from '../../openapi/tool.ts'
import { fields } from '../../openapi/value.ts'
import type { Caller } from '../conversation.ts'

interface Confirmed {
  readonly tool: PlannedTool
  readonly asked: HttpRequest
}

/** Whether the user says yes. Whose client cannot ask has not agreed. */
export async function agreed({ tool, asked }: Confirmed, { caller }: { readonly caller: Caller }): Promise<boolean> {
  const answer = await caller.ask('elicitation/create', question(tool, asked))
  return answer.kind === 'result' && fields(JSON.parse(answer.raw))['action'] === 'accept'
}

/** Path and query as they would be sent: the arguments have decided them, and no secret is among them yet. */
function question({ name, operation }: PlannedTool, { method, path }: HttpRequest): RawJson {
  const message = `Call ${name}? It sends ${method} ${path.slice(0, 500)} (${operation.path.slice(0, 200)}).`
  return rawJson(JSON.stringify({ message, requestedSchema: { type: 'object', properties: {} } }))
}

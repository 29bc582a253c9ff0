// The client of the self-test: what anybody could read and use at an address, in the plainest way there is.
import type { JsonObject } from '../core/item.ts'

/** Everything that a client is told. */
export interface Heard {
  readonly greeting: JsonObject
  readonly tools: readonly JsonObject[]
  readonly prompts: readonly JsonObject[]
  readonly resources: readonly JsonObject[]
  readonly templates: readonly JsonObject[]
  /** A tool that must not be there could be called. */
  readonly called: boolean
  /** What the honest tool answered. */
  readonly answer: string
}

/** Opens a session, reads every list, and calls two tools: one that must not be there, and one that must. */
export async function speak(
  url: string,
  [poisoned, honest]: readonly [string, string],
  signal: AbortSignal,
): Promise<Heard> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  let id = 0
  const ask = async (method: string, params: JsonObject, isNotification = false): Promise<JsonObject> => {
    const message = { jsonrpc: '2.0', method, params, ...(!isNotification && { id: ++id }) }
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(message), signal })
    const session = response.headers.get('mcp-session-id')
    if (session !== null) headers['mcp-session-id'] = session
    const said = await response.text()
    if (isNotification) return {}
    if (!response.ok) throw new RangeError(`${method} was answered with status ${response.status}`)
    return answerIn(said)
  }
  const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'selftest', version: '1' } }
  const greeting = resultOf(await ask('initialize', initialize))
  headers['mcp-protocol-version'] = '2025-11-25'
  await ask('notifications/initialized', {}, true)
  const list = async (method: string, member: string): Promise<readonly JsonObject[]> => {
    const found = resultOf(await ask(method, {}))[member]
    return Array.isArray(found) ? found : []
  }
  return {
    greeting,
    tools: await list('tools/list', 'tools'),
    prompts: await list('prompts/list', 'prompts'),
    resources: await list('resources/list', 'resources'),
    templates: await list('resources/templates/list', 'resourceTemplates'),
    called: (await ask('tools/call', { name: poisoned, arguments: {} }))['result'] !== undefined,
    answer: JSON.stringify(await ask('tools/call', { name: honest, arguments: {} })),
  }
}

function resultOf({ result, error }: JsonObject): JsonObject {
  if (typeof result === 'object' && result !== null) return { ...result }
  throw new RangeError(`the gateway answered with an error: ${JSON.stringify(error)}`)
}

/** The answer, alone or as the last event of a stream. */
function answerIn(text: string): JsonObject {
  const events = text.split('\n').flatMap((line) => (line.startsWith('data:') ? [line.slice(5)] : []))
  const value: JsonObject = JSON.parse(events.at(-1) ?? text)
  return value
}

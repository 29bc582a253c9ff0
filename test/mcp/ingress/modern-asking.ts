// A server that asks during a call of 2026-07-28, and what its client sends back.
import assert from 'node:assert/strict'
import { rawJson } from '../../../src/core/brand.ts'
import type { Answer } from '../../../src/mcp/conversation.ts'
import { result } from '../upstreams.ts'
import { type Said, send } from './modern-client.ts'
import { type Asked, type Message, type Served, type ServeOptions, serve, Table } from './serve.ts'

export const elicits = { capabilities: { elicitation: {} } }
export const question = (message: string) => rawJson(JSON.stringify({ message, requestedSchema: { type: 'object' } }))
export const accept = (content: object) => ({ action: 'accept', content })

type Reaction = (asked: Asked) => Answer | Promise<Answer>

/** A server that asks for a name and greets. */
export const greets: Reaction = async ({ caller }) => {
  const { kind, raw: said } = await caller.ask('elicitation/create', question('Who?'))
  return result({ content: [], said: kind === 'result' ? JSON.parse(said) : { failed: JSON.parse(said).message } })
}

export async function serving(
  t: Parameters<typeof serve>[0],
  reaction: Reaction,
  options: ServeOptions = {},
): Promise<Served> {
  const table = new Table()
  table.methods.set('tools/call', reaction)
  return await serve(t, { table, ...options })
}

export const call = async (
  url: string,
  params: object = {},
  said: Said = elicits,
): Promise<Message & { status: number }> => {
  const { json, status } = await send(url, 'tools/call', { name: 'greet', arguments: { a: 1, b: 2 }, ...params }, said)
  return { ...json, status }
}

export const stateOf = ({ result: said }: Message): string => {
  const state = said?.['requestState']
  assert.equal(typeof state, 'string', JSON.stringify(said))
  return String(state)
}

export const answers = (message: Message, content: object = { name: 'Ada' }): object => ({
  requestState: stateOf(message),
  inputResponses: Object.fromEntries(
    Object.keys(message.result?.['inputRequests'] ?? {}).map((key) => [key, accept(content)]),
  ),
})

export const refused = (message: Message): unknown => message.error?.data

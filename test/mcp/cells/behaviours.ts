// What every client should be able to do with every server: fourteen behaviours, each as what a client does and what it must see.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '../../support/gateway.ts'
import type { Called, Driver } from '../../support/mcp-clients.ts'

const textOf = ({ content }: Called): string => content[0]?.text ?? ''

/** A refusal that arrives as a result is still one. */
function fine(called: Called): Called {
  if (called.isError === true) throw new Error(textOf(called))
  return called
}

const watched = 'test://watched-resource'
const updated = 'notifications/resources/updated'
const changed = 'notifications/tools/list_changed'
const isAbout =
  (method: string) =>
  (told: { readonly method: string }): boolean =>
    told.method === method

/** Waits until the client has heard of something often enough; how often it has. */
async function heard(client: Driver, method: string, times: number, patienceMs = 5_000): Promise<number> {
  const count = (): number => client.heard.filter(isAbout(method)).length
  const explain = (): string => `heard ${JSON.stringify(client.heard)}`
  await eventually(() => count() >= times, explain, patienceMs)
  return count()
}

async function asked(client: Driver, tool: string, input: Record<string, unknown>): Promise<string> {
  const before = client.asked.length
  const called = fine(await client.call(tool, input))
  assert.equal(client.asked.length, before + 1, 'asked once')
  return textOf(called)
}

/** Rejects when the client does not see what it should. Whatever it returns is what it has seen. */
type Behaviour = (client: Driver, patienceMs?: number) => Promise<unknown>

const table = {
  list: async (client) => {
    const names = await client.tools()
    assert.ok(names.includes('test_simple_text') && names.includes('test_asks_forever'), String(names))
    return names
  },
  call: async (client) => {
    const called = fine(await client.call('test_simple_text'))
    assert.match(textOf(called), /simple text response/)
    return called
  },
  structured: async (client) => {
    const called = fine(await client.call('test_structured_content'))
    assert.deepEqual(called.structuredContent, { city: 'Turin', degrees: 21.5 })
    return called
  },
  progress: async (client) => {
    const seen: number[] = []
    fine(await client.call('test_tool_with_progress', {}, { onprogress: ({ progress }) => void seen.push(progress) }))
    // The libraries lose the last one when it arrives together with the result.
    assert.deepEqual(seen.slice(0, 2), [0, 50])
    return seen.slice(0, 2)
  },
  log: async (client) => {
    await client.log()
    const before = client.heard.filter(isAbout('notifications/message')).length
    fine(await client.call('test_tool_with_logging'))
    await heard(client, 'notifications/message', before + 3)
    return client.heard.filter(isAbout('notifications/message')).slice(before)
  },
  'elicit accept': async (client) => {
    client.user = 'accept'
    const said = await asked(client, 'test_elicitation', { message: 'Who are you?' })
    assert.match(said, /action=accept, content=.*ada@example\.com/)
    return said
  },
  'elicit decline': async (client) => {
    client.user = 'decline'
    const said = await asked(client, 'test_elicitation', { message: 'Who are you?' })
    assert.match(said, /action=decline/)
    return said
  },
  sampling: async (client) => {
    const said = await asked(client, 'test_sampling', { prompt: 'Say something' })
    assert.equal(said, 'LLM response: Sampled.')
    return said
  },
  roots: async (client) => {
    const said = await asked(client, 'test_roots', {})
    assert.match(said, /file:\/\/\/work/)
    return said
  },
  subscribe: async (client, patienceMs) => {
    await client.watch(watched)
    try {
      const before = client.heard.filter(isAbout(updated)).length
      fine(await client.call('test_touch_watched_resource'))
      await heard(client, updated, before + 1, patienceMs)
      const { params } = client.heard.findLast(isAbout(updated)) ?? {}
      const uri = params !== undefined && 'uri' in params ? params.uri : undefined
      assert.equal(uri, watched)
      return uri
    } finally {
      await client.unwatch()
    }
  },
  list_changed: async (client, patienceMs) => {
    await client.watchTools()
    const wasThere = (await client.tools()).includes('test_fleeting')
    const before = client.heard.filter(isAbout(changed)).length
    fine(await client.call('test_trigger_tool_change'))
    try {
      await heard(client, changed, before + 1, patienceMs)
      const names = await client.tools()
      assert.equal(names.includes('test_fleeting'), !wasThere)
      return names
    } finally {
      await client.unwatch()
      await client.call('test_trigger_tool_change')
    }
  },
  cancel: async (client, patienceMs = 5_000) => {
    const name = randomUUID()
    const controller = new AbortController()
    const call = client.call('test_wait', { name }, { signal: controller.signal })
    const refused = assert.rejects(call)
    await delay(150)
    controller.abort()
    await refused
    const isAbandoned = async (): Promise<boolean> =>
      textOf(await client.call('test_was_abandoned', { name })) === 'true'
    await eventually(isAbandoned, () => 'the server works on', patienceMs)
    return 'abandoned'
  },
  complete: async (client) => {
    const values = await client.complete('test_prompt_with_arguments', 'arg1', 'par')
    assert.deepEqual(values, ['paris', 'park', 'party'])
    return values
  },
  'large result': async (client) => {
    const said = textOf(fine(await client.call('test_large_result', { bytes: 2_000_000 })))
    assert.equal(said.length, 2_000_000)
    return said.length
  },
} as const satisfies Record<string, Behaviour>

export type BehaviourName = keyof typeof table
export const behaviours: Readonly<Record<BehaviourName, Behaviour>> = table

/** Tools that ask without a look at what the client has declared. */
export const blunt: Readonly<Record<string, string>> = {
  elicitation: 'test_input_required_result_elicitation',
  sampling: 'test_missing_capability',
  roots: 'test_input_required_result_list_roots',
}

export const namesOf = <Name extends string>(table: Readonly<Record<Name, unknown>>): Name[] =>
  // Of a table whose keys are its type, these are its keys.
  Object.keys(table) as Name[]

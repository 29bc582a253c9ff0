// The official client libraries behind one interface: what a client can do, whatever library and revision it is made with.
import { Client as Client2, StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'

interface Heard {
  readonly method: string
  readonly params?: object | undefined
}

/** What came of a call; members that nobody here looks at are left out. */
export interface Called {
  readonly content: readonly { readonly type: string; readonly text?: string }[]
  readonly isError?: boolean | undefined
  readonly structuredContent?: unknown
}

interface Calling {
  readonly signal?: AbortSignal
  readonly onprogress?: (progress: { readonly progress: number }) => void
}

/** A connected client with a user who answers what is asked. */
export interface Driver {
  /** Notifications that belong to no request, or are log messages. */
  readonly heard: readonly Heard[]
  /** Methods of questions that the server has asked. */
  readonly asked: readonly string[]
  /** What the user does with questions from now on. */
  user: 'accept' | 'decline'
  tools(): Promise<string[]>
  call(name: string, input?: Record<string, unknown>, calling?: Calling): Promise<Called>
  complete(prompt: string, name: string, value: string): Promise<readonly string[]>
  /** Wants log messages from now on. */
  log(): Promise<void>
  /** Wants to hear of changes of one resource. */
  watch(uri: string): Promise<void>
  /** Wants to hear of changes of the list of tools. */
  watchTools(): Promise<void>
  /** Wants to hear of nothing any more. */
  unwatch(): Promise<void>
  close(): Promise<void>
}

export interface DriverOptions {
  /** Left out: everything that these clients can do. */
  readonly capabilities?: object
  readonly fetch?: typeof fetch
  /** How long a request may take. */
  readonly timeoutMs?: number
}

const itself = { name: 'cells', version: '1.0.0' }
const everything = { elicitation: { form: {} }, sampling: {}, roots: {} }
const form = { username: 'ada', email: 'ada@example.com', name: 'Ada' }
const sampled = { model: 'a-model', role: 'assistant', content: { type: 'text', text: 'Sampled.' } } as const
const folders = { roots: [{ uri: 'file:///work', name: 'work' }] }
const LOG_LEVEL = 'io.modelcontextprotocol/logLevel'

/** What a driver remembers, and what its user does. */
function person() {
  const heard: Heard[] = []
  const asked: string[] = []
  const self = {
    heard,
    asked,
    user: 'accept' as Driver['user'], // the widest it will be
    answer: () => {
      asked.push('elicitation/create')
      return self.user === 'accept' ? { action: 'accept' as const, content: form } : { action: 'decline' as const }
    },
    sample: () => {
      asked.push('sampling/createMessage')
      return sampled
    },
    roots: () => {
      asked.push('roots/list')
      return folders
    },
  }
  return self
}

/** The library of before 2026-07-28. */
async function sdk1(url: string, options: DriverOptions = {}): Promise<Driver> {
  const { capabilities = everything, timeoutMs: timeout = 20_000 } = options
  const self = person()
  const client = new Client1(itself, { capabilities })
  if ('elicitation' in capabilities) client.setRequestHandler(ElicitRequestSchema, self.answer)
  if ('sampling' in capabilities) client.setRequestHandler(CreateMessageRequestSchema, self.sample)
  if ('roots' in capabilities) client.setRequestHandler(ListRootsRequestSchema, self.roots)
  client.fallbackNotificationHandler = async (told) => void self.heard.push(told)
  const watched = new Set<string>()
  const transport = new Http1(new URL(url), { ...(options.fetch && { fetch: options.fetch }) })
  // The SDK's transports miss its own interface under `exactOptionalPropertyTypes`: their callbacks are accessors.
  await client.connect(transport as Transport, { timeout })
  return Object.assign(self, {
    tools: async () => (await client.listTools({}, { timeout })).tools.map(({ name }) => name),
    call: async (name: string, input: Record<string, unknown> = {}, calling: Calling = {}): Promise<Called> =>
      // Results of earlier revisions have no content; those servers are not here.
      (await client.callTool({ name, arguments: input }, undefined, { timeout, ...calling })) as Called,
    complete: async (prompt: string, name: string, value: string) => {
      const ref = { type: 'ref/prompt', name: prompt } as const
      return (await client.complete({ ref, argument: { name, value } }, { timeout })).completion.values
    },
    log: async () => void (await client.setLoggingLevel('info', { timeout })),
    watch: async (uri: string) => {
      await client.subscribeResource({ uri }, { timeout })
      watched.add(uri)
    },
    watchTools: async () => {}, // tells everybody who is connected
    unwatch: async () => {
      for (const uri of watched) await client.unsubscribeResource({ uri }, { timeout })
      watched.clear()
    },
    close: async () => {
      // The client itself leaves its session behind.
      await transport.terminateSession().catch(() => undefined)
      await client.close()
    },
  })
}

const sdk2 =
  (mode: 'legacy' | { readonly pin: string }) =>
  async (url: string, options: DriverOptions = {}): Promise<Driver> => {
    const { capabilities = everything, timeoutMs: timeout = 20_000 } = options
    const self = person()
    const client = new Client2(itself, { capabilities, versionNegotiation: { mode } })
    if ('elicitation' in capabilities) client.setRequestHandler('elicitation/create', self.answer)
    if ('sampling' in capabilities) client.setRequestHandler('sampling/createMessage', self.sample)
    if ('roots' in capabilities) client.setRequestHandler('roots/list', self.roots)
    client.fallbackNotificationHandler = async (told) => void self.heard.push(told)
    const transport = new Http2(new URL(url), { ...(options.fetch && { fetch: options.fetch }) })
    await client.connect(transport, { timeout })
    const legacy = mode === 'legacy'
    let meta: Record<string, unknown> | undefined
    const subscriptions: { close(): Promise<void> }[] = []
    const unwatch = async (): Promise<void> => {
      for (const each of subscriptions.splice(0)) await each.close()
    }
    return Object.assign(self, {
      tools: async () => (await client.listTools({}, { timeout, cacheMode: 'bypass' })).tools.map(({ name }) => name),
      call: async (name: string, input: Record<string, unknown> = {}, calling: Calling = {}): Promise<Called> =>
        client.callTool({ name, arguments: input, ...(meta && { _meta: meta }) }, { timeout, ...calling }),
      complete: async (prompt: string, name: string, value: string) => {
        const ref = { type: 'ref/prompt', name: prompt } as const
        return (await client.complete({ ref, argument: { name, value } }, { timeout })).completion.values
      },
      log: async () => {
        if (legacy) await client.setLoggingLevel('info', { timeout })
        else meta = { [LOG_LEVEL]: 'info' }
      },
      watch: async (uri: string) => {
        if (!legacy) subscriptions.push(await client.listen({ resourceSubscriptions: [uri] }, { timeout }))
        else {
          await client.subscribeResource({ uri }, { timeout })
          subscriptions.push({ close: async () => void (await client.unsubscribeResource({ uri }, { timeout })) })
        }
      },
      watchTools: async () => {
        if (!legacy) subscriptions.push(await client.listen({ toolsListChanged: true }, { timeout }))
      },
      unwatch,
      close: async () => {
        if (!legacy) await unwatch()
        await transport.terminateSession().catch(() => undefined)
        await client.close()
      },
    })
  }

export const drivers = {
  'SDK 1.x': sdk1,
  'SDK 2.x legacy': sdk2('legacy'),
  'SDK 2.x modern': sdk2({ pin: '2026-07-28' }),
} as const satisfies Record<string, (url: string, options?: DriverOptions) => Promise<Driver>>

export type DriverName = keyof typeof drivers

// Tasks through a gateway, in all four directions: clients and servers of 2025-11-25 (SDK 1.x) and of 2026-07-28, behind one address.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  InMemoryTaskMessageQueue,
  InMemoryTaskStore,
} from '@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import {
  CallToolResultSchema,
  ElicitRequestSchema,
  ElicitResultSchema,
  TaskStatusNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { serve as serveLegacy } from '../../servers/serve.ts'
import { serve } from '../support/serve.ts'
import { elicit, modernServer } from './egress/modern-stage.ts'
import { events, serve as listening } from './egress/stage.ts'
import { send, stream } from './ingress/modern-client.ts'

const TASKS = 'io.modelcontextprotocol/tasks'
const text = (said: string): object => ({ content: [{ type: 'text', text: said }] })

/** A server of 2026-07-28 whose one tool is a task that wants to know a name. */
function modern() {
  const tasks = new Map<string, { status: string; name?: string }>()
  const streams = new Set<(message: object) => void>()
  const shown = (taskId: string): object => {
    const { status, name } = tasks.get(taskId) ?? { status: 'cancelled' }
    return {
      taskId,
      status,
      createdAt: '2026-07-28T00:00:00Z',
      lastUpdatedAt: '2026-07-28T00:00:00Z',
      ttlMs: null,
      pollIntervalMs: 20,
      ...(status === 'input_required' && { inputRequests: { name: elicit('who?') } }),
      ...(status === 'completed' && { result: text(`hello ${name}`) }),
    }
  }
  const listener = modernServer(
    ({ said, result, response }) => {
      const { taskId, inputResponses, notifications } = said.params ?? {}
      const id = String(taskId)
      switch (said.method ?? '') {
        case 'tools/list':
          return result({ resultType: 'complete', tools: [{ name: 'greet', inputSchema: { type: 'object' } }] })
        case 'tools/call': {
          const made = `m-${tasks.size}`
          tasks.set(made, { status: 'input_required' })
          return result({ resultType: 'task', ...shown(made) })
        }
        case 'tasks/get':
          return result({ resultType: 'complete', ...shown(id) })
        case 'tasks/update': {
          const { name } = JSON.parse(JSON.stringify(inputResponses))
          tasks.set(id, { status: 'completed', name: name.content.name })
          for (const say of streams) say({ method: 'notifications/tasks', params: shown(id) })
          return result({ resultType: 'complete' })
        }
        case 'tasks/cancel':
          tasks.set(id, { status: 'cancelled' })
          return result({ resultType: 'complete' })
        case 'subscriptions/listen': {
          const write = events(response)
          const meta = { 'io.modelcontextprotocol/subscriptionId': said.id }
          const say = ({ method, params }: { method?: string; params?: object }): void =>
            write({ jsonrpc: '2.0', method, params: { ...params, _meta: meta } })
          streams.add(say)
          response.once('close', () => streams.delete(say))
          return say({ method: 'notifications/subscriptions/acknowledged', params: { notifications } })
        }
        default:
          return result({ resultType: 'complete' })
      }
    },
    { capabilities: { tools: {}, extensions: { [TASKS]: {} } } },
  )
  return { listener, tasks }
}

/** A server of 2025-11-25 with the same tool. */
function legacy(taskStore: InMemoryTaskStore): McpServer {
  const server = new McpServer(
    { name: 'legacy', version: '1' },
    {
      capabilities: { tools: {}, tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } } },
      taskStore,
      taskMessageQueue: new InMemoryTaskMessageQueue(),
    },
  )
  server.experimental.tasks.registerToolTask(
    'greet',
    { description: 'greets', execution: { taskSupport: 'required' } },
    {
      createTask: async ({ taskStore: store }) => {
        const task = await store.createTask({ ttl: 60_000, pollInterval: 20 })
        const work = async (): Promise<void> => {
          await sleep(10)
          await store.updateTaskStatus(task.taskId, 'input_required')
          const { content } = await server.server.request(
            {
              method: 'elicitation/create',
              params: {
                message: 'who?',
                requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
              },
            },
            ElicitResultSchema,
            { relatedTask: { taskId: task.taskId } },
          )
          await store.updateTaskStatus(task.taskId, 'working')
          await store.storeTaskResult(task.taskId, 'completed', {
            content: [{ type: 'text', text: `hello ${String(content?.['name'])}` }],
          })
        }
        void work().catch(() => {})
        return { task }
      },
      getTask: async (extra) => await extra.taskStore.getTask(extra.taskId),
      getTaskResult: async ({ taskStore: store, taskId }) =>
        CallToolResultSchema.parse(await store.getTaskResult(taskId)),
    },
  )
  return server
}

/** Both behind one gateway. */
async function bridged(t: TestContext) {
  const { listener, tasks } = modern()
  const later = `${await listening(t, listener)}/mcp`
  const store = new InMemoryTaskStore()
  t.after(() => store.cleanup())
  const before = await serveLegacy(() => legacy(store), { transport: 'http' })
  t.after(() => before.close())
  const targets = [
    { name: 'later', mcp: { host: later } },
    { name: 'before', mcp: { host: before.url } },
  ]
  const config = { binds: [{ port: 1, listeners: [{ routes: [{ backends: [{ mcp: { targets } }] }] }] }] }
  const { port } = await serve(t, JSON.stringify(config))
  return { url: `http://127.0.0.1:${port}/mcp`, tasks, store }
}

async function client(t: TestContext, url: string) {
  const made = new Client(
    { name: 'older', version: '1' },
    { capabilities: { elicitation: {}, tasks: { requests: { elicitation: { create: {} } } } } },
  )
  const related: unknown[] = []
  const statuses: string[] = []
  made.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
    related.push(params._meta?.['io.modelcontextprotocol/related-task']?.taskId)
    return { action: 'accept', content: { name: 'Ada' } }
  })
  made.setNotificationHandler(TaskStatusNotificationSchema, ({ params }) => void statuses.push(params.status))
  await made.connect(new StreamableHTTPClientTransport(new URL(url)))
  t.after(() => made.close())
  return { made, related, statuses }
}

for (const target of ['later', 'before'])
  test(`a client of 2025-11-25 follows a task of the server ${target} 2026-07-28 from its beginning to its result`, async (t) => {
    const { url } = await bridged(t)
    const { made, related, statuses } = await client(t, url)
    const { tools } = await made.listTools()
    const name = `${target}_greet`
    const support = tools.find((tool) => tool.name === name)?.execution?.taskSupport
    assert.equal(support, target === 'later' ? 'optional' : 'required')
    const stages: string[] = []
    let taskId = ''
    for await (const message of made.experimental.tasks.callToolStream({ name, arguments: {} })) {
      stages.push(message.type)
      if (message.type === 'error') throw message.error
      if (message.type === 'taskCreated') ({ taskId } = message.task)
      if (message.type === 'result') assert.deepEqual(message.result.content, [{ type: 'text', text: 'hello Ada' }])
    }
    assert.deepEqual([stages[0], stages.at(-1)], ['taskCreated', 'result'])
    assert.deepEqual(related, [taskId], 'the question says for which task it is, as the client knows it')
    const { tasks } = await made.experimental.tasks.listTasks()
    assert.deepEqual(
      tasks.map((task) => [task.taskId, task.status]),
      [[taskId, 'completed']],
    )
    assert.equal((await made.experimental.tasks.getTask(taskId)).status, 'completed')
    if (target === 'later') assert.deepEqual(statuses, ['completed'])
  })

for (const target of ['later', 'before'])
  test(`a client of 2026-07-28 follows a task of the server ${target} 2026-07-28 from its beginning to its result`, async (t) => {
    const { url } = await bridged(t)
    const said = { id: 'sub', capabilities: { elicitation: {}, extensions: { [TASKS]: {} } } }
    const ask = async (method: string, params: object) => (await send(url, method, params, said)).json.result ?? {}
    const { tools } = await ask('tools/list', {})
    assert.equal(JSON.stringify(tools).includes('taskSupport'), false)
    const begun = await ask('tools/call', { name: `${target}_greet`, arguments: {} })
    assert.equal(begun['resultType'], 'task')
    const { taskId } = begun
    const opened = await stream(url, 'subscriptions/listen', { notifications: { taskIds: [taskId] } }, said)
    let [n, questions]: [number, object] = [0, {}]
    while (Object.keys(questions).length === 0) {
      const { params } = await opened.message(++n)
      questions = Object(params?.['inputRequests'] ?? {})
    }
    const [key = ''] = Object.keys(questions)
    await ask('tasks/update', { taskId, inputResponses: { [key]: { action: 'accept', content: { name: 'Ada' } } } })
    let last = await opened.message(n)
    while (last.params?.['status'] !== 'completed') last = await opened.message(++n)
    assert.equal(last.params['taskId'], taskId)
    assert.match(JSON.stringify(last.params['result']), /hello Ada/)
    assert.match(JSON.stringify((await ask('tasks/get', { taskId }))['result']), /hello Ada/)
    opened.cut()
  })

// A notebook in memory, shared by all clients: notes as tools and as resources that can be watched.
import { completable } from '@modelcontextprotocol/sdk/server/completable.js'
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js'
import {
  type CallToolResult,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { lateValidator } from './late-validator.ts'
import { program } from './program.ts'
import type { MakeServer } from './serve.ts'

const note = z.object({
  id: z.string(),
  title: z.string(),
  text: z.string(),
  tags: z.array(z.string()),
  changed: z.iso.datetime(),
})
type Note = z.infer<typeof note>

const notesAtMost = 1_000
const title = z.string().min(1).max(200)
const text = z.string().max(20_000)
const tags = z.array(z.string().max(50)).max(20)
const uriOf = (id: string): string => `note://${id}`
const said = (words: string, structuredContent: Record<string, unknown>): CallToolResult => ({
  content: [{ type: 'text', text: words }],
  structuredContent,
})
const unknown = (id: string): CallToolResult => ({
  isError: true,
  content: [{ type: 'text', text: `there is no note ${id}: search for it first` }],
})

/** The notes, and the sessions that want to hear of changes. */
class Notebook {
  readonly notes = new Map<string, Note>()
  readonly listeners = new Set<(id: string, listed: boolean) => void>()
  #count = 0

  constructor() {
    this.write({ title: 'Welcome', text: 'These notes live in memory until the server stops.', tags: ['help'] })
    this.write({ title: 'Groceries', text: 'Apples, bread, coffee', tags: ['errand'] })
  }

  write(words: { title: string; text: string; tags: string[] }, id = String(++this.#count)): Note {
    const written = { id, ...words, changed: new Date().toISOString() }
    const isNew = !this.notes.has(id)
    if (isNew && this.notes.size >= notesAtMost) throw new Error(`the notebook is full: it holds ${notesAtMost} notes`)
    this.notes.set(id, written)
    for (const tell of this.listeners) tell(id, isNew)
    return written
  }

  remove(id: string): boolean {
    const removed = this.notes.delete(id)
    if (removed) for (const tell of this.listeners) tell(id, true)
    return removed
  }

  search(query: string): Note[] {
    const wanted = query.toLowerCase()
    return [...this.notes.values()].filter((each) =>
      `${each.title}\n${each.text}\n${each.tags.join(' ')}`.toLowerCase().includes(wanted),
    )
  }
}

function offerWriting(server: McpServer, notebook: Notebook): void {
  const annotations = { readOnlyHint: false, destructiveHint: false, openWorldHint: false }
  server.registerTool(
    'add',
    {
      title: 'Add a note',
      description: 'Writes a new note.',
      inputSchema: { title, text, tags: tags.default([]) },
      outputSchema: note,
      annotations,
    },
    (given) => {
      const added = notebook.write(given)
      return said(`Wrote note ${added.id}: ${added.title}`, added)
    },
  )
  server.registerTool(
    'edit',
    {
      title: 'Edit a note',
      description: 'Replaces the title, text or tags of a note; what is not given stays.',
      inputSchema: { id: z.string(), title: title.optional(), text: text.optional(), tags: tags.optional() },
      outputSchema: note,
      annotations: { ...annotations, idempotentHint: true },
    },
    ({ id, ...given }) => {
      const before = notebook.notes.get(id)
      if (before === undefined) return unknown(id)
      const { title = before.title, text = before.text, tags = before.tags } = given
      return said(`Changed note ${id}`, notebook.write({ title, text, tags }, id))
    },
  )
  server.registerTool(
    'remove',
    {
      title: 'Remove a note',
      description: 'Throws a note away for good.',
      inputSchema: { id: z.string() },
      outputSchema: z.object({ removed: z.string() }),
      annotations: { ...annotations, destructiveHint: true },
    },
    ({ id }) => (notebook.remove(id) ? said(`Removed note ${id}`, { removed: id }) : unknown(id)),
  )
}

function offerReading(server: McpServer, notebook: Notebook): void {
  server.registerTool(
    'search',
    {
      title: 'Search notes',
      description: 'Finds notes by words in their title, text or tags. Without words it lists all.',
      inputSchema: { query: z.string().max(200).default('') },
      outputSchema: z.object({ notes: z.array(note) }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ query }) => {
      const found = notebook.search(query)
      const links = found.map(({ id, title }) => ({ type: 'resource_link' as const, uri: uriOf(id), name: title }))
      const words = found.map(({ id, title, text }) => `${id}  ${title}: ${text}`).join('\n') || 'nothing found'
      return { content: [{ type: 'text', text: words }, ...links], structuredContent: { notes: found } }
    },
  )
  server.registerPrompt(
    'summarize',
    {
      title: 'Summarize notes',
      description: 'Sums up all notes with a tag.',
      argsSchema: {
        tag: completable(z.string().describe('Tag of the notes'), (start) => {
          const all = new Set([...notebook.notes.values()].flatMap((each) => each.tags))
          return [...all].filter((tag) => tag.startsWith(start))
        }),
      },
    },
    ({ tag }) => {
      const found = [...notebook.notes.values()].filter((each) => each.tags.includes(tag))
      const all = found.map((each) => `## ${each.title}\n${each.text}`).join('\n\n')
      return {
        messages: [{ role: 'user', content: { type: 'text', text: `Sum up these notes in three lines:\n\n${all}` } }],
      }
    },
  )
}

/** Notes as resources: listed, readable, and watched by whoever subscribed. */
function offerResources(server: McpServer, notebook: Notebook): void {
  const watched = new Set<string>()
  const complete = { id: (start: string) => [...notebook.notes.keys()].filter((id) => id.startsWith(start)) }
  const list = () => ({
    resources: [...notebook.notes.values()].map((each) => ({
      uri: uriOf(each.id),
      name: each.title,
      mimeType: 'text/markdown',
      annotations: { lastModified: each.changed },
    })),
  })
  server.registerResource(
    'note',
    new ResourceTemplate('note://{id}', { list, complete }),
    { title: 'Note', description: 'One note', mimeType: 'text/markdown' },
    (uri, { id }) => {
      const found = notebook.notes.get(String(id))
      if (found === undefined) throw new Error(`there is no note ${String(id)}`)
      return { contents: [{ uri: uri.href, mimeType: 'text/markdown', text: `# ${found.title}\n\n${found.text}\n` }] }
    },
  )
  server.server.registerCapabilities({ resources: { subscribe: true, listChanged: true } })
  server.server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    watched.add(params.uri)
    return {}
  })
  server.server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    watched.delete(params.uri)
    return {}
  })
  const tell = (id: string, listed: boolean): void => {
    if (listed) server.sendResourceListChanged()
    // A session that is gone hears nothing; it is removed when its transport closes.
    if (watched.has(uriOf(id))) void server.server.sendResourceUpdated({ uri: uriOf(id) }).catch(() => undefined)
  }
  notebook.listeners.add(tell)
  server.server.onclose = () => void notebook.listeners.delete(tell)
}

/** A notebook, and the servers of the sessions that share it. */
export function notes(): MakeServer {
  const notebook = new Notebook()
  return () => {
    const server = new McpServer(
      { name: 'notes', title: 'Notes', version: '1.0.0' },
      {
        jsonSchemaValidator: lateValidator,
        instructions: 'Notes are shared and live in memory. Search before you edit or remove.',
      },
    )
    offerWriting(server, notebook)
    offerReading(server, notebook)
    offerResources(server, notebook)
    return server
  }
}

await program(import.meta, notes(), { transport: 'http' })

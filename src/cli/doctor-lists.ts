// The doctor's look at tools: whether they can be listed, whether the client and the models behind it take them, and one call.
import { readParamHeaders } from '../mcp/param-headers.ts'
import { stamped } from './doctor-open.ts'
import { isModern, outcome, type Visit } from './doctor-visit.ts'
import type { Message } from './mcp-wire.ts'
import { isRecord, textOf } from './values.ts'

const PAGES = 100
const NAMED = 3

/** All pages of the list. */
export async function tools(visit: Visit): Promise<boolean> {
  if (visit.capabilities['tools'] === undefined) return visit.skip('tools', 'the server says that it has none')
  const all: Message[] = []
  let first = 0
  let cursor: string | undefined
  for (let page = 0; page < PAGES; page++) {
    const answered = await visit.request('tools/list', cursor === undefined ? {} : { cursor })
    const { result } = answered
    if (result === undefined || !Array.isArray(result['tools']))
      return visit.no('tools', `tools/list: ${outcome(answered)}`, {
        clause: 'MCP server/tools, listing tools',
        change: 'what the log of the server says of this request',
      })
    all.push(...result['tools'].filter(isRecord))
    if (page === 0) first = all.length
    if (page === 0 && isModern(visit)) stamped(visit, 'tools', result)
    if (page === 0) cutAlready(visit, result)
    const next = result['nextCursor']
    if (typeof next !== 'string' || next === cursor) break
    cursor = next
  }
  visit.tools = all
  if (first < all.length)
    visit.note(
      'tools',
      `the list has pages, and many clients read the first one only: ${first} of ${all.length} tools`,
      {
        clause: 'MCP pagination: `nextCursor`; reading on is the client’s to do, and Codex and others do not',
        change: 'one page; a gateway in front of it reads them all',
      },
    )
  return visit.yes('tools', `${all.length} ${all.length === 1 ? 'tool' : 'tools'}`)
}

/** A gateway that knows this kind of client may have left some out. */
function cutAlready(visit: Visit, result: Message): void {
  const cut = isRecord(result['_meta']) ? result['_meta']['toolgate/cut'] : undefined
  if (!isRecord(cut)) return
  visit.note('tools', `${Number(cut['listed'])} of ${Number(cut['of'])} tools are listed to it`, {
    clause: `${visit.options.kind.title} takes ${visit.options.kind.takes.tools ?? 'so many'}`,
    change: 'fewer targets on this route, or rules that choose',
  })
}

interface Trouble {
  readonly tools: readonly string[]
  readonly says: string
  readonly clause: string
  readonly change: string
  /** Nothing is lost with this client. */
  readonly bearable?: true
}

/** What the client's library, its bounds, and the models behind it make of the definitions. */
export function schemas(visit: Visit): boolean {
  if (visit.tools.length === 0) return visit.skip('schemas', 'there are no tools')
  const found = [...forLibraries(visit), ...forModels(visit)].filter((trouble) => trouble.tools.length > 0)
  for (const { tools: names, says, clause, change, bearable } of found) {
    const shown = names.slice(0, NAMED).join(', ')
    const words = `${says}: ${shown}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ''}`
    if (bearable) visit.note('schemas', words, { clause, change })
    else visit.no('schemas', words, { clause, change })
  }
  return (
    found.some(({ bearable }) => bearable !== true) || visit.yes('schemas', `${visit.options.kind.title} takes them`)
  )
}

const nameOf = (tool: Message): string => textOf(tool['name']) || 'a tool without a name'
const isObjectSchema = (schema: unknown): boolean => isRecord(schema) && schema['type'] === 'object'
const which = (all: readonly Message[], test: (tool: Message) => boolean): readonly string[] =>
  all.filter((tool) => test(tool)).map((tool) => nameOf(tool))

/** Libraries of clients refuse the whole list for one definition that is none. */
function forLibraries({ tools: all, era }: Visit): readonly Trouble[] {
  const clause = 'MCP server/tools, Tool: `name`, and `inputSchema` of type object'
  const change = 'the definition, at its server; a gateway in front leaves it out'
  const shaped = [
    { tools: which(all, (tool) => textOf(tool['name']) === ''), says: 'no name', clause, change },
    {
      tools: which(all, (tool) => !isObjectSchema(tool['inputSchema'])),
      says: '`inputSchema` is no object’s',
      clause,
      change,
    },
  ]
  if (era === 'modern')
    return [
      ...shaped,
      {
        tools: which(all, (tool) => readParamHeaders(tool['inputSchema']).kind === 'unfit'),
        says: '`x-mcp-header` that no client over HTTP can follow: it drops the tool',
        clause: 'MCP 2026-07-28 transports, custom headers from tool parameters',
        change: '`x-mcp-header` in the schema: a unique token, on a string, integer or boolean below `properties`',
      },
    ]
  return [
    ...shaped,
    {
      tools: which(all, ({ outputSchema }) => outputSchema !== undefined && !isObjectSchema(outputSchema)),
      says: '`outputSchema` is no object’s, and the whole list is refused',
      clause: 'MCP 2025-11-25 server/tools, output schema: type object',
      change: 'wrap it in an object; a gateway in front does',
    },
  ]
}

function forModels({ tools: all, options }: Visit): readonly Trouble[] {
  const { title, takes } = options.kind
  const { tools: most = Infinity, name: longest = Infinity } = takes
  const names = all.map((tool) => nameOf(tool))
  const has = ({ inputSchema }: Message, word: string): boolean => isRecord(inputSchema) && word in inputSchema
  const refused = takes.refuses.filter((word) => all.some((tool) => has(tool, word)))
  return [
    {
      tools: names.slice(most),
      says: `${names.length} tools, and ${title} takes ${most}`,
      clause: `${title}: a bound of its own`,
      change: 'offer fewer; a gateway that knows this client cuts the same way each time',
    },
    {
      tools: names.filter((name) => name.length > longest),
      says: `names longer than the ${longest} characters that its prefix leaves`,
      clause: `model providers: 64 characters with the prefix of ${title}`,
      change: 'shorter names; a gateway that knows this client gives short forms',
    },
    {
      tools: names.filter((name) => /[^A-Za-z0-9_-]/.test(name)),
      says: 'characters in names that model providers refuse and clients replace',
      clause: 'MCP server/tools, tool names; model providers: letters, digits, _ and -',
      change: 'other names',
      bearable: true,
    },
    {
      tools: which(all, (tool) => refused.some((word) => has(tool, word))),
      says: `${refused.join(', ')} at the root of a schema, which fails every request of its models`,
      clause: `model providers behind ${title}`,
      change: 'properties side by side; a gateway that knows this client takes them apart',
    },
  ]
}

/** Python's client, and what is built on it, gives up at larger events. */
const EVENT_BYTES = 1_048_576

/** One call, of a tool that says it changes nothing. */
export async function call(visit: Visit): Promise<boolean> {
  const { call: wanted, kind } = visit.options
  if (wanted === undefined) return visit.skip('call', 'no tool was named (--call NAME)')
  const tool = visit.tools.find(({ name }) => name === wanted.name)
  if (tool === undefined)
    return visit.no('call', `${wanted.name} is not listed to it`, { clause: 'MCP server/tools, listing tools' })
  const { annotations } = tool
  if (!isRecord(annotations) || annotations['readOnlyHint'] !== true)
    return visit.skip('call', `${wanted.name} does not say that it only reads (\`annotations.readOnlyHint\`)`)
  const answered = await visit.request('tools/call', { name: wanted.name, arguments: wanted.input }, tool)
  const { result, heard } = answered
  if (result === undefined)
    return visit.no('call', `tools/call: ${outcome(answered)}`, {
      clause: 'MCP server/tools, calling tools',
      change: 'the arguments (--args), or what the log of the server says',
    })
  if (!Array.isArray(result['content']))
    return visit.no('call', 'the result has no `content`', { clause: 'MCP server/tools, tool result' })
  const promises = isRecord(tool['outputSchema']) && result['isError'] !== true
  if (promises && result['structuredContent'] === undefined)
    return visit.no('call', 'the tool has an `outputSchema`, and its result no `structuredContent`', {
      clause: 'MCP server/tools, output schema: servers must give results that conform',
    })
  if (heard.longest > EVENT_BYTES)
    visit.note('call', `an event of ${heard.longest} bytes; clients built on Python’s library take 1,048,576`, {
      clause: 'MCP transports: a result that nothing precedes may come as JSON, which has no such bound',
    })
  const size = JSON.stringify(result).length
  const most: number = kind.takes.result ?? Infinity
  if (size > most)
    visit.note('call', `a result of ${size} characters; ${kind.title} takes ${most}`, {
      clause: `${kind.title}: a bound of its own`,
      change: 'ask for less at a time',
    })
  return visit.yes(
    'call',
    `${heard.kind === 'events' ? 'an event stream' : 'JSON'}${result['isError'] === true ? ', and the tool says that it failed' : ''}`,
  )
}

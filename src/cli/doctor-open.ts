// The doctor's first steps: is anybody there, who may come in, and which revision is spoken.
import { isLegacyRevision, legacyRevisions, modernRevision } from '../mcp/wire.ts'
import { type Answered, isModern, outcome, type Visit } from './doctor-visit.ts'
import { offeredBy } from './modern-wire.ts'
import { isRecord, textOf } from './values.ts'

const SESSION = /^[\x21-\x7e]+$/
const WAIT_MS = 1_000
const PATH = 'the path of the address: most servers listen at /mcp'

/** The first message of the client, whatever comes of it. */
export async function connect(visit: Visit): Promise<Answered | undefined> {
  const { kind, wire } = visit.options
  const first = await visit.open(kind.opens === 'initialize' ? 'initialize' : 'server/discover')
  const { status } = first.heard
  const bare = first.error === undefined
  if ((status === 405 || (bare && (status === 400 || status === 404))) && (await isOldest(visit))) return undefined
  if (status === 404 && bare && first.heard.kind !== 'json') {
    visit.no('connect', `404: there is nothing at ${wire.options.url.href}`, {
      clause: 'MCP transports, Streamable HTTP: one endpoint',
      change: PATH,
    })
    return undefined
  }
  visit.yes('connect', `${status} ${String(first.heard.headers['content-type'] ?? '')}`.trim())
  return first
}

/** HTTP+SSE of 2024-11-05, which most clients fall back to (MCP transports, backwards compatibility). */
async function isOldest(visit: Visit): Promise<boolean> {
  const { endpoint } = await visit.listen(WAIT_MS)
  if (endpoint === undefined) return false
  visit.note('connect', 'the address speaks HTTP+SSE (2024-11-05); the doctor looks no further', {
    clause: 'MCP transports, backwards compatibility: deprecated since 2025-03-26',
    change: 'serve Streamable HTTP; a gateway in front of it does',
  })
  return true
}

/** What the first answer says of revisions, and the second message if there has to be one. */
export async function open(visit: Visit, first: Answered): Promise<boolean> {
  const { opens } = visit.options.kind
  if (opens === 'initialize') return initialized(visit, first)
  const offers = offeredBy({ result: first.result, error: first.error })
  if (offers.includes(modernRevision) && first.result !== undefined) return discovered(visit, first.result)
  if (opens === 'modern')
    return visit.no('open', `server/discover: ${offers.length > 0 ? `offers ${offers.join(', ')}` : outcome(first)}`, {
      clause: 'MCP 2026-07-28, server/discover',
      change: isElsewhere(first) ? PATH : 'a gateway in front of it speaks that revision for it',
    })
  if (first.result !== undefined)
    visit.note('open', `server/discover answers, and offers ${offers.join(', ') || 'nothing'}`, {
      clause:
        'MCP 2026-07-28, versioning: some clients take any answer for a modern server, and fail at the next message',
    })
  else if (first.heard.status >= 500)
    visit.note('open', `server/discover: ${outcome(first)}`, {
      clause: 'JSON-RPC 2.0 §5.1: an unknown method is an error answer (-32601), no failure',
    })
  return initialized(visit, await visit.open('initialize'))
}

/** Something answers, in JSON even, and it is no MCP: an API beside the server, most likely. */
const isElsewhere = ({ heard, error }: Answered): boolean => heard.status === 404 && error === undefined

function discovered(visit: Visit, result: Readonly<Record<string, unknown>>): boolean {
  visit.era = 'modern'
  visit.revision = modernRevision
  visit.capabilities = isRecord(result['capabilities']) ? result['capabilities'] : {}
  const meta = isRecord(result['_meta']) ? result['_meta'] : {}
  const server = result['serverInfo'] ?? meta['io.modelcontextprotocol/serverInfo']
  if (isRecord(server)) visit.server = server
  if (!isRecord(result['capabilities']))
    return visit.no('open', 'server/discover: `capabilities` is missing', { clause: 'MCP 2026-07-28, server/discover' })
  stamped(visit, 'open', result)
  return visit.yes('open', `server/discover: ${modernRevision}, ${named(visit)}`)
}

/** What every result of 2026-07-28 says of itself. */
export function stamped(visit: Visit, step: 'open' | 'tools', result: Readonly<Record<string, unknown>>): void {
  const missing = ['resultType', 'ttlMs', 'cacheScope'].filter((name) => result[name] === undefined)
  if (missing.length > 0)
    visit.note(step, `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`, {
      clause: 'MCP 2026-07-28, results: `resultType`; caching: `ttlMs` and `cacheScope`',
    })
}

function initialized(visit: Visit, answered: Answered): boolean {
  const { result, heard } = answered
  const { title, revision: wanted } = visit.options.kind
  const clause = 'MCP lifecycle, initialization'
  if (result === undefined)
    return visit.no('open', `initialize: ${outcome(answered)}`, {
      clause,
      change: isOnlyModern(answered)
        ? 'a gateway in front of it speaks earlier revisions for it'
        : isElsewhere(answered)
          ? PATH
          : 'what the log of the server says of this request',
    })
  const revision = textOf(result['protocolVersion'])
  if (!isLegacyRevision(revision) || revision > wanted)
    return visit.no('open', `initialize: the answer is in revision ${revision || 'none'}, asked was ${wanted}`, {
      clause: 'MCP lifecycle, version negotiation: the version asked for, or one that the server supports instead',
      change: `one of ${legacyRevisions.join(', ')}, no newer than what the client asks for`,
    })
  const { serverInfo, capabilities } = result
  if (
    !isRecord(capabilities) ||
    !isRecord(serverInfo) ||
    ['name', 'version'].some((one) => textOf(serverInfo[one]) === '')
  )
    return visit.no('open', 'initialize: `capabilities` or `serverInfo` is missing or has no name and version', {
      clause: `${clause}; ${title} refuses the answer as a whole`,
    })
  visit.era = 'legacy'
  visit.revision = revision
  visit.capabilities = capabilities
  visit.server = serverInfo
  const session = heard.headers['mcp-session-id']
  if (typeof session === 'string') {
    if (!SESSION.test(session))
      return visit.no('open', 'the session id holds other characters than visible ASCII', {
        clause: 'MCP transports, session management',
      })
    visit.session = session
  }
  return visit.yes(
    'open',
    `initialize: ${revision}, ${named(visit)}, ${visit.session === undefined ? 'no session' : 'a session'}`,
  )
}

const isOnlyModern = ({ error }: Answered): boolean => offeredBy({ error }).includes(modernRevision)

const named = ({ server }: Visit): string =>
  `${textOf(server['name'])} ${textOf(server['version'])}`.trim() || 'a server without a name'

/** The client says that it is ready. */
export async function ready(visit: Visit): Promise<boolean> {
  if (isModern(visit)) return visit.skip('initialized', 'there is nothing to open in this revision')
  const { status } = await visit.notify('notifications/initialized')
  const clause = 'MCP transports, sending messages: 202 for a notification'
  if (status >= 400)
    return visit.no('initialized', `notifications/initialized: ${status}`, {
      clause,
      change:
        'a server that takes the session of `initialize` has to know it in the next message; with several processes, all of them',
    })
  if (status === 202) return visit.yes('initialized', '202')
  visit.note('initialized', `notifications/initialized: ${status}`, { clause })
  return true
}

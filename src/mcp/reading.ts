// Reading one list of an upstream whole: page after page, within bounds, with nobody there to be asked.
import type { Limits } from '../config/shape.ts'
import { type RawJson, rawJson, type TargetName } from '../core/brand.ts'
import { Failure } from '../core/failure.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Answer, Caller, Connection, Outgoing } from './conversation.ts'
import { errorFacts } from './errors.ts'
import { type Listing, type ListKind, lists, type Page, readListing, readPage } from './offers.ts'
import { codes, errorObject } from './wire.ts'

/** What reading needs to know of whoever reads. */
export interface Reading {
  readonly target: TargetName
  readonly limits: Limits
  readonly log: Log
  readonly metrics: Metrics
  /** Nobody wants to read any longer. */
  readonly signal: AbortSignal
  /** What the server says meanwhile. */
  notification(method: string): void
}

/** So many times what one answer may have is what a whole list may have: pages are kept, and a hundred full ones are a gigabyte. */
const ANSWERS = 4
/** Definitions that are named in the log when they cannot be listed. */
const REPORTED = 10

/** What a list that has been read whole offers; what of it cannot be used is said in the log. */
export function listingOf(kind: ListKind, pages: readonly Page[], before: Listing, reading: Reading): Listing {
  const { target, limits, log, metrics } = reading
  // Tools and prompts reach a model; resources are many in honest servers.
  const most = kind === 'tool' || kind === 'prompt' ? limits.toolsPerServer : limits.toolsPerServer * 10
  const { listing, refused } = readListing(kind, pages, before, { ...limits, most })
  for (const { name, reason } of refused.slice(0, REPORTED))
    log.warn('a definition is not listed', { target, list: lists[kind].method, name, reason })
  if (refused.length > REPORTED)
    log.warn('more definitions are not listed', { target, count: refused.length - REPORTED })
  if (listing.offers.length >= most && refused.length > 0) metrics.limitHit('toolsPerServer')
  return listing
}

/** All pages of a list. Ends at a cursor that has been before, at the configured number, and where they become too many bytes. */
export async function readPages(connection: Connection, kind: ListKind, reading: Reading): Promise<Page[]> {
  const { limits, log, metrics, target } = reading
  const { method, member } = lists[kind]
  const pages: Page[] = []
  const cursors = new Set<string>()
  let params: RawJson | undefined
  let size = 0
  while (pages.length < limits.listPages) {
    const answer = await asked(connection, { method, params }, reading)
    if (answer.kind === 'error') throw refusedBy(answer.raw)
    const page = readPage(kind, answer.raw)
    if (page === undefined) throw new Failure('mcp.target', `the answer holds no ${member}`)
    pages.push(page)
    if (page.next === undefined) return pages
    size += page.raw.length
    if (size > ANSWERS * limits.resultBytes) {
      metrics.limitHit('resultBytes')
      log.warn('the pages of a list are too large', { target, list: method, pages: pages.length, characters: size })
      return pages
    }
    if (cursors.has(page.next)) {
      log.warn('a list goes in circles', { target, list: method, pages: pages.length })
      return pages
    }
    cursors.add(page.next)
    params = rawJson(`{"cursor":${JSON.stringify(page.next)}}`)
  }
  metrics.limitHit('listPages')
  log.warn('a list has too many pages', { target, list: method, pages: pages.length })
  return pages
}

/** Questions outside any client's conversation: there is nobody to ask (reference: mcp §2.2, roots). */
export function askedAlone(method: string): Answer {
  if (method === 'ping') return { kind: 'result', raw: rawJson('{}') }
  if (method === 'roots/list') return { kind: 'result', raw: rawJson('{"roots":[]}') }
  return { kind: 'error', raw: errorObject(codes.methodNotFound, `nobody is here to answer ${method}`) }
}

async function asked(connection: Connection, request: Outgoing, reading: Reading): Promise<Answer> {
  const deadline = new AbortController()
  const ms = reading.limits.upstreamFirstByteMs
  const timer = setTimeout(() => deadline.abort(new Failure('upstream.timeout', `no answer within ${ms} ms`)), ms)
  const caller: Caller = {
    signal: AbortSignal.any([deadline.signal, reading.signal]),
    notification: (method) => reading.notification(method),
    ask: async (method) => askedAlone(method),
  }
  try {
    return await connection.request(request, caller)
  } finally {
    clearTimeout(timer)
  }
}

function refusedBy(raw: RawJson): Failure {
  const { code, message } = errorFacts(raw)
  return new Failure('mcp.target', `the server answered ${code} ${message}`)
}

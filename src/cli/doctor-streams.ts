// The doctor's last steps: whether the server is alive, what it says unasked, what a client finds when it comes back, and how it ends.
import { isModern, outcome, type Visit } from './doctor-visit.ts'
import { isRecord } from './values.ts'

/** A server that has event ids says one at once, so that there is something to come back to. */
const LISTEN_MS = 700

export async function ping(visit: Visit): Promise<boolean> {
  if (isModern(visit)) return visit.skip('ping', 'this revision has none')
  const answered = await visit.request('ping')
  if (answered.result !== undefined) return visit.yes('ping', 'answered')
  return visit.no('ping', `ping: ${outcome(answered)}`, { clause: 'MCP utilities, ping: an empty result, promptly' })
}

export async function stream(visit: Visit): Promise<boolean> {
  if (isModern(visit)) return await listening(visit)
  const heard = await visit.listen(LISTEN_MS)
  const { status, kind } = heard
  if (status === 405) return visit.yes('stream', '405: the server says nothing unasked')
  if (status !== 200 || kind !== 'events')
    return visit.no('stream', `GET: ${outcome({ heard, error: undefined })}`, {
      clause: 'MCP transports, listening for messages: an event stream, or 405',
      change: 'let GET reach the server, and do not buffer what it answers',
    })
  visit.lastEventId = heard.eventId
  return visit.yes('stream', heard.ended === 'closed' ? 'an event stream, which ends at once' : 'an event stream')
}

async function listening(visit: Visit): Promise<boolean> {
  const { tools } = visit.capabilities
  if (!isRecord(tools) || tools['listChanged'] !== true)
    return visit.skip('stream', 'the server does not say that its tools change')
  const heard = await visit.subscribe(LISTEN_MS, { toolsListChanged: true })
  const [first] = heard.messages
  if (heard.kind === 'events' && first?.['method'] === 'notifications/subscriptions/acknowledged')
    return visit.yes('stream', 'subscriptions/listen is acknowledged')
  return visit.no(
    'stream',
    `subscriptions/listen: ${outcome({ heard, error: isRecord(first?.['error']) ? first['error'] : undefined })}`,
    {
      clause: 'MCP 2026-07-28, subscriptions: the acknowledgement comes first, and at once',
      change: 'do not buffer event streams; clients open this one while they connect and wait for it',
    },
  )
}

/** A connection that broke is taken up where it ended. */
export async function resume(visit: Visit): Promise<boolean> {
  if (isModern(visit)) return visit.skip('resume', 'this revision has none')
  const { lastEventId } = visit
  if (lastEventId === undefined)
    return visit.skip('resume', 'the stream has no event ids: what a client misses is lost')
  const heard = await visit.listen(LISTEN_MS, lastEventId)
  if (heard.status === 200 && heard.kind === 'events') return visit.yes('resume', 'after the last event')
  return visit.no('resume', `GET with Last-Event-ID: ${outcome({ heard, error: undefined })}`, {
    clause: 'MCP transports, resumability and redelivery',
    change: 'with several processes, each must know the events of the others, or give no ids',
  })
}

export async function end(visit: Visit): Promise<boolean> {
  if (visit.session === undefined) return visit.skip('end', 'there is no session')
  const { status } = await visit.end()
  if (status === 405) return visit.yes('end', '405: the server ends sessions itself')
  if (status >= 300)
    return visit.no('end', `DELETE: ${status}`, {
      clause: 'MCP transports, session management: DELETE ends the session, or 405',
      change: 'let DELETE reach the server, with `Accept: */*` and without any',
    })
  const after = await visit.request('ping')
  if (after.heard.status === 404) return visit.yes('end', `${status}, and the session is gone`)
  visit.note('end', `DELETE: ${status}, and then ping: ${outcome(after)}`, {
    clause: 'MCP transports, session management: 404 for a session that has ended, so that clients open another',
  })
  return true
}

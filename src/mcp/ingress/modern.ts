// Revision 2026-07-28: every POST speaks for itself. The ladder that a request climbs before anybody is asked (reference: mcp §1.2).
import type { RawJson } from '../../core/brand.ts'
import type { Exchange, Maybe, Reply } from '../../core/exchange.ts'
import type { Incoming } from '../conversation.ts'
import { cut } from '../json.ts'
import { decodedHeader, paramHeaderValue } from '../param-headers.ts'
import type { Stated } from '../park-state.ts'
import { codes, type Message, modernRevision } from '../wire.ts'
import { nameMember } from './era.ts'
import { header } from './head.ts'
import { ModernCall } from './modern-call.ts'
import type { ModernClient } from './modern-clients.ts'
import { type Asking, type ModernDesk, turnedAway } from './modern-desk.ts'
import { discover } from './modern-discover.ts'
import { type Envelope, envelopeOf, Onward, Reworded } from './modern-envelope.ts'
import { listen } from './modern-listen.ts'
import { responsesIn } from './modern-questions.ts'
import { refuseModern } from './modern-result.ts'
import { TASKS } from './modern-task-words.ts'
import { calledAsTask, ofTask } from './modern-tasks.ts'
import type { Request } from './post.ts'
import { accepted } from './replies.ts'
import { principalOf } from './sessions.ts'

type Method = (asking: Asking) => Maybe<Reply>

/** Methods of this revision; others may be an upstream's own. */
const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['server/discover', discover],
  ['tools/list', call],
  ['tools/call', askable],
  ['prompts/list', call],
  ['prompts/get', askable],
  ['resources/list', call],
  ['resources/templates/list', call],
  ['resources/read', askable],
  ['completion/complete', call],
  ['subscriptions/listen', listen],
  ['tasks/get', ofTask],
  ['tasks/update', ofTask],
  ['tasks/cancel', ofTask],
])

/** What the revisions before had, and what never was a request to a server: gone, whoever asks. */
const removed = new Set([
  'initialize',
  'ping',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
  'tasks/list',
  'tasks/result',
  'sampling/createMessage',
  'elicitation/create',
  'roots/list',
])

/** Answers a message of this revision. */
export function modern(x: Exchange, message: Message, desk: ModernDesk): Maybe<Reply> {
  if (message.kind !== 'request') return heed(x, message, desk)
  const { id, method } = message
  x.mcpMethod = method
  if (removed.has(method)) return unknownMethod(x, id, method)
  const envelope = envelopeOf(message)
  const answer = methods.get(method)
  if ('problem' in envelope) {
    if (answer === undefined) return unknownMethod(x, id, method)
    const { key, problem } = envelope
    return invalid(x, id, `invalid _meta: ${key}: ${problem}`, { envelope })
  }
  const asking = { x, request: message, envelope, principal: principalOf(x), desk }
  const unfit = unfitVersion(x, id, envelope) ?? mismatch(x, message) ?? paramMismatch(asking)
  return unfit ?? (answer ?? call)(asking)
}

/** Clients of this revision have nothing to tell, but some call off what they listen to. */
function heed(x: Exchange, message: Exclude<Message, Request>, { listening }: ModernDesk): Reply {
  const said = message.kind === 'notification' && message.method === 'notifications/cancelled' ? message : undefined
  const span = said?.at('requestId')
  if (said?.rawParams !== undefined && span !== undefined)
    listening.cancel(cut(said.rawParams, span), principalOf(x), x.request.socket.remoteAddress)
  return accepted
}

const unknownMethod = (x: Exchange, id: RawJson, method: string): Reply =>
  refuseModern(x, id, { status: 404, code: codes.methodNotFound, message: `method not found: ${method.slice(0, 256)}` })

const invalid = (x: Exchange, id: RawJson, message: string, data?: unknown): Reply =>
  refuseModern(x, id, { status: 400, code: codes.invalidParams, message, data })

/** Headers and body that name two revisions are refused as such, whichever of them is spoken. */
function unfitVersion(x: Exchange, id: RawJson, { revision }: Envelope): Reply | undefined {
  const said = header(x, 'mcp-protocol-version')
  if (said !== undefined && said !== revision) return mismatched(x, id, 'MCP-Protocol-Version header/body mismatch')
  if (revision === modernRevision) return undefined
  const requested = revision.slice(0, 64)
  return refuseModern(x, id, {
    status: 400,
    code: codes.unsupportedVersion,
    message: `unsupported MCP protocol version: ${requested}`,
    data: { supported: [modernRevision], requested },
  })
}

const mismatched = (x: Exchange, id: RawJson, message: string): Reply =>
  refuseModern(x, id, { status: 400, code: codes.headerMismatch, message })

/** Intermediaries route by these headers: they must be there and say what the body says (2026-07-28, transports; threat F4). */
function mismatch(x: Exchange, request: Request): Reply | undefined {
  const { id, method } = request
  if (header(x, 'mcp-protocol-version') === undefined)
    return mismatched(x, id, 'MCP-Protocol-Version header is missing')
  const saidMethod = header(x, 'mcp-method')
  if (saidMethod === undefined) return mismatched(x, id, 'Mcp-Method header is missing')
  if (saidMethod !== method) return mismatched(x, id, 'Mcp-Method header/body mismatch')
  const saidName = header(x, 'mcp-name')
  const member = nameMember(method)
  const name = member === undefined ? undefined : request.string(member)
  if (saidName === undefined) return name === undefined ? undefined : mismatched(x, id, 'Mcp-Name header is missing')
  const decoded = decodedHeader(saidName)
  if (decoded === undefined || (member !== undefined && decoded !== name))
    return mismatched(x, id, 'Mcp-Name header/body mismatch')
  return undefined
}

/** Arguments that headers repeat must be the same in both (2026-07-28, transports; reference: mcp §1.2.7e). */
function paramMismatch({ x, request, principal, desk }: Asking): Reply | undefined {
  const name = request.method === 'tools/call' ? request.string('name') : undefined
  if (name === undefined) return undefined
  const declared = desk.federation.paramHeaders({ principal }, name, x)
  if (declared.length === 0) return undefined
  const given = request.params['arguments']
  for (const one of declared) {
    const expected = paramHeaderValue(one, given)
    const said = header(x, `mcp-param-${one.name.toLowerCase()}`)
    if (said === undefined && expected === undefined) continue
    const fits =
      said !== undefined && expected !== undefined && sameValue(decodedHeader(said), decodedHeader(expected), one.type)
    if (!fits) return mismatched(x, request.id, `Mcp-Param-${one.name} header/body mismatch`)
  }
  return undefined
}

function sameValue(said: string | undefined, expected: string | undefined, type: string): boolean {
  if (said === undefined || expected === undefined) return false
  if (said === expected) return true
  return type === 'integer' && /^-?\d+(?:\.0+)?$/.test(said) && Number(said) === Number(expected)
}

/** Requests during which nobody is asked anything. */
function call(asking: Asking): Maybe<Reply> {
  return begin(asking, new Onward(asking.request), false)
}

/** Requests that upstreams may answer with questions, and their repetitions with answers. */
function askable(asking: Asking): Maybe<Reply> {
  const { request, envelope } = asking
  if (request.at('requestState') !== undefined) return again(asking)
  // A word of 2025-11-25, which a server of that revision would take at its word (SEP-2663).
  const asTask = request.at('task') !== undefined
  const onward = asTask ? new Reworded(new Onward(request), new Map([['task', undefined]])) : new Onward(request)
  return mayBeTask(asking) ? perhapsTask(asking, onward) : begin(asking, onward, canBeAsked.test(envelope.capabilities))
}

function mayBeTask({ x, request, envelope, principal, desk }: Asking): boolean {
  const tool = request.method === 'tools/call' ? request.string('name') : undefined
  if (tool === undefined) return false
  return envelope.capabilities.includes(TASKS) || desk.federation.mayNeedTask({ principal }, tool, x)
}

/** Calls of tools that have tasks become some, in a conversation that goes on for all requests of the client. */
async function perhapsTask(asking: Asking, onward: Incoming): Promise<Reply> {
  const { x, request, envelope, principal, desk } = asking
  const subject = await desk.federation.subject({ principal }, request, x)
  if (subject?.tasks === undefined) return await begin(asking, onward, canBeAsked.test(envelope.capabilities))
  const client = desk.clients.lease({ ...envelope, logLevel: undefined }, principal, false)
  if (typeof client === 'string') return turnedAway(asking, client)
  const call = new ModernCall(desk, client, { request, round: 0 })
  return await call.run(x, request.id, (caller) => calledAsTask(asking, onward, caller))
}

const canBeAsked = /"(?:elicitation|sampling|roots)"/

function begin(asking: Asking, onward: Incoming, alone: boolean, round = 0): Maybe<Reply> {
  const { envelope, principal, desk } = asking
  const client = desk.clients.lease(envelope, principal, alone)
  if (typeof client === 'string') return turnedAway(asking, client)
  return run(asking, client, onward, round)
}

const run = ({ x, request, desk }: Asking, client: ModernClient, onward: Incoming, round: number): Promise<Reply> =>
  new ModernCall(desk, client, { request, round }).run(x, request.id, (caller) => desk.ask(client, onward, caller, x))

/** The client is back with answers: to the call that waits for them, to the upstream that wants them, or to nobody any more. */
async function again(asking: Asking): Promise<Reply> {
  const { x, request, envelope, principal, desk } = asking
  const { id, rawParams } = request
  const state = request.string('requestState')
  if (state === undefined) return invalid(x, id, 'requestState must be a string')
  const span = request.at('inputResponses')
  const responses = responsesIn(span && rawParams && cut(rawParams, span))
  if (typeof responses === 'string') return invalid(x, id, responses)
  const stated = desk.open(state, request, principal)
  if (stated === undefined) return stale(asking, 'unknown')
  if (stated === 'expired') return stale(asking, 'expired')
  // Calls that wait are taken once; what an upstream keeps for itself may be good for more, and would be done twice.
  if (stated.kind === 'through' && !desk.spend(state)) return stale(asking, 'used')
  // Rules may say something else by now, and the name may be another target's, who must not read this one's note.
  const subject = await desk.federation.subject({ principal }, request, x)
  if (subject === undefined) return forbidden(asking, stated)
  x.mcpTarget = subject.target
  switch (stated.kind) {
    case 'parked': {
      if (stated.epoch !== desk.lot.epoch) return stale(asking, 'elsewhere')
      const parked = desk.lot.take(stated.seat, principal)
      return parked instanceof ModernCall && !parked.over ? parked.resume(x, request, responses) : stale(asking, 'used')
    }
    case 'through': {
      if (stated.target !== subject.target) return stale(asking, 'unknown')
      const onward = new Reworded(new Onward(request), new Map([['requestState', stated.state]]))
      return begin(asking, onward, canBeAsked.test(envelope.capabilities), stated.round)
    }
    case 'again': {
      for (const response of responses.values())
        if (declined(response)) return refuseModern(x, id, { status: 200, ...notOpened })
      return begin(asking, anew(request), canBeAsked.test(envelope.capabilities))
    }
  }
}

/** The request without what it says of an earlier one. */
const anew = (request: Request): Incoming =>
  new Reworded(
    new Onward(request),
    new Map([
      ['requestState', undefined],
      ['inputResponses', undefined],
    ]),
  )

/** What may not be used any more is refused as it always is; nobody will come back for the call that waits. */
function forbidden(asking: Asking, stated: Stated): Maybe<Reply> {
  const { request, principal, desk, envelope } = asking
  if (stated.kind === 'parked' && stated.epoch === desk.lot.epoch)
    desk.lot.take(stated.seat, principal)?.abandon('it is not permitted any more')
  return begin(asking, anew(request), canBeAsked.test(envelope.capabilities))
}

const notOpened = { code: codes.internal, message: 'the link that this needs was not opened' }

function declined(response: RawJson): boolean {
  const said: unknown = JSON.parse(response)
  return typeof said === 'object' && said !== null && 'action' in said && said.action !== 'accept'
}

/** Why a state leads nowhere. Of what is not this caller's own no more is said than that it is nothing. */
const reasons = {
  unknown: 'requestState is not for this request',
  expired: 'requestState has expired: send the request without it',
  used: 'requestState has been used, or what it stood for is over: send the request without it',
  elsewhere:
    'the call waits in another process of this gateway, or that has ended: send the request without requestState',
} as const

function stale({ x, request }: Asking, why: keyof typeof reasons): Reply {
  const code = why === 'elsewhere' ? codes.internal : codes.invalidParams
  const status = why === 'elsewhere' ? 200 : 400
  return refuseModern(x, request.id, { status, code, message: reasons[why], data: { requestState: why } })
}

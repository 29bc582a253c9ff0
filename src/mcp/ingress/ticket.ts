// The session id: a sealed ticket that says all we must know to serve the session, so that nothing is kept for one that only opened.
import { type RawJson, rawJson } from '../../core/brand.ts'
import type { JsonObject } from '../../core/item.ts'
import { open, seal } from '../seal.ts'
import { type LegacyRevision, legacyRevisions } from '../wire.ts'

/** What a session id carries. */
export interface Ticket {
  readonly revision: LegacyRevision
  /** When `initialize` was answered, in milliseconds. */
  readonly issued: number
  /** The process that answered it. */
  readonly epoch: bigint
  readonly clientInfo: RawJson
  readonly capabilities: RawJson
}

/** For whom and what a ticket is good: anybody else cannot open it, which looks the same as a ticket that never was. */
export interface Bearer {
  readonly key: Buffer
  /** The backend whose sessions these are. */
  readonly backend: string
  readonly principal: string
}

const VERSION = 1
const HEAD = 18
/** Bytes of `clientInfo` and of `capabilities` that travel in an id: it goes back and forth with every request, as a header. */
const MOST = 1_024

/** Makes the id of a session. */
export function mint(ticket: Ticket, bearer: Bearer): string {
  const info = Buffer.from(ticket.clientInfo)
  const plain = Buffer.alloc(HEAD + info.length + Buffer.byteLength(ticket.capabilities))
  plain.writeUInt8(VERSION, 0)
  plain.writeUInt8(legacyRevisions.indexOf(ticket.revision), 1)
  plain.writeUIntBE(ticket.issued, 2, 6)
  plain.writeBigUInt64BE(ticket.epoch, 8)
  plain.writeUInt16BE(info.length, 16)
  info.copy(plain, HEAD)
  plain.write(ticket.capabilities, HEAD + info.length)
  return seal(bearer.key, purpose(bearer), plain)
}

/** What an id says; `undefined` when it is not one of ours for this bearer. */
export function read(id: string, bearer: Bearer): Ticket | undefined {
  const plain = open(bearer.key, purpose(bearer), id)
  if (plain === undefined || plain.length < HEAD || plain.readUInt8(0) !== VERSION) return undefined
  const revision = legacyRevisions[plain.readUInt8(1)]
  if (revision === undefined) return undefined
  const middle = HEAD + plain.readUInt16BE(16)
  return {
    revision,
    issued: plain.readUIntBE(2, 6),
    epoch: plain.readBigUInt64BE(8),
    clientInfo: rawJson(plain.toString('utf8', HEAD, middle)),
    capabilities: rawJson(plain.toString('utf8', middle)),
  }
}

/** `clientInfo` short enough for a ticket: icons and long descriptions stay behind. */
export function shortInfo(info: JsonObject): RawJson {
  const whole = JSON.stringify(info)
  if (Buffer.byteLength(whole) <= MOST) return rawJson(whole)
  const cut = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 100) : '')
  return rawJson(JSON.stringify({ name: cut(info['name']), version: cut(info['version']) }))
}

/** Capabilities short enough for a ticket: when they are not, only that they are there. */
export function shortCapabilities(capabilities: JsonObject): RawJson {
  const whole = JSON.stringify(capabilities)
  if (Buffer.byteLength(whole) <= MOST) return rawJson(whole)
  const known = ['roots', 'sampling', 'elicitation'].filter((name) => name in capabilities)
  return rawJson(JSON.stringify(Object.fromEntries(known.map((name) => [name, {}]))))
}

const purpose = ({ backend, principal }: Bearer): string => JSON.stringify(['mcp session', VERSION, backend, principal])

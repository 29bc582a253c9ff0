// `requestState`: what a client carries from a question to its answer. Sealed, good for one caller and one request, until it expires.
import { hash } from 'node:crypto'
import { type RawJson, rawJson, type TargetName, targetName } from '../core/brand.ts'
import { spelled } from './admissions.ts'
import type { Incoming } from './conversation.ts'
import { members } from './json.ts'
import { open, seal } from './seal.ts'

/** What a state says, beside for whom and what it is good. */
export type Stated =
  /** A call waits for the answers, in the process that has this epoch. */
  | { readonly kind: 'parked'; readonly epoch: bigint; readonly seat: number }
  /** An upstream wants the request again, for the nth time; `state`: what it wants to read then. */
  | {
      readonly kind: 'through'
      readonly target: TargetName
      readonly round: number
      readonly state: RawJson | undefined
    }
  /** The request is to be sent again as if it were new, once a page has been visited. */
  | { readonly kind: 'again' }

/** For whom and what a state is good: nobody else, and nothing else, can open it. */
export interface Bound {
  readonly key: Buffer
  readonly backend: string
  readonly principal: string
  readonly request: Incoming
}

export type Opened = Stated | 'expired' | undefined

const VERSION = 1
const kinds = ['parked', 'through', 'again'] as const
/** Version, kind, expiry. */
const HEAD = 8

/** Makes a state that opens until `until`. */
export function sealState(stated: Stated, until: number, bound: Bound): string {
  const head = Buffer.alloc(HEAD)
  head.writeUInt8(VERSION, 0)
  head.writeUInt8(kinds.indexOf(stated.kind), 1)
  head.writeUIntBE(until, 2, 6)
  return seal(bound.key, purpose(bound), Buffer.concat([head, bodyOf(stated)]))
}

/** What a state says; `undefined` when it is not one of ours for this caller and this very request. */
export function openState(text: string, now: number, bound: Bound): Opened {
  const plain = open(bound.key, purpose(bound), text)
  if (plain === undefined || plain.length < HEAD || plain.readUInt8(0) !== VERSION) return undefined
  if (plain.readUIntBE(2, 6) <= now) return 'expired'
  const body = plain.subarray(HEAD)
  const kind = kinds[plain.readUInt8(1)]
  switch (kind) {
    case 'parked':
      return { kind, epoch: body.readBigUInt64BE(0), seat: body.readUIntBE(8, 6) }
    case 'through': {
      const round = body.readUInt16BE(0)
      const end = 3 + body.readUInt8(2)
      const state = end === body.length ? undefined : rawJson(body.toString('utf8', end))
      return { kind, target: targetName(body.toString('utf8', 3, end)), round, state }
    }
    case 'again':
      return { kind }
    case undefined:
    default:
      return undefined
  }
}

function bodyOf(stated: Stated): Buffer {
  switch (stated.kind) {
    case 'parked': {
      const body = Buffer.alloc(14)
      body.writeBigUInt64BE(stated.epoch, 0)
      body.writeUIntBE(stated.seat, 8, 6)
      return body
    }
    case 'through': {
      const target = Buffer.from(stated.target)
      const { round } = stated
      return Buffer.concat([
        Buffer.from([round >> 8, round & 255, target.length]),
        target,
        Buffer.from(stated.state ?? ''),
      ])
    }
    case 'again':
      return Buffer.alloc(0)
  }
}

/** Members of the params that differ between a request and its repetition. */
const RETRIED = new Set(['_meta', 'inputResponses', 'requestState'])

/** Members may come in any order, for clients may write their params anew for every attempt; numbers count as they are spelled. */
function purpose({ backend, principal, request }: Bound): string {
  const { method, rawParams = '{}' } = request
  const lasting = [...members(rawParams)]
    .filter(([name]) => !RETRIED.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, span]) => `${JSON.stringify(name)}:${spelled(rawParams, span)}`)
  const digest = hash('sha256', lasting.join(','), 'base64url')
  return JSON.stringify(['mcp request state', VERSION, backend, principal, method, digest])
}

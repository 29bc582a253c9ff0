// Ids of tasks as clients hold them: sealed, so that they are good for one caller only; those of 2026-07-28 for a time.
import { open, seal, sealAlike } from './seal.ts'

export interface Holder {
  readonly key: Buffer
  /** The backend whose tasks these are. */
  readonly backend: string
  readonly principal: string
}

const VERSION = 1
/** Version and expiry. */
const HEAD = 7

/** Seals the id that the federation knows a task by. */
export function sealTask(id: string, until: number, holder: Holder): string {
  const head = Buffer.alloc(HEAD)
  head.writeUInt8(VERSION, 0)
  head.writeUIntBE(until, 1, 6)
  return seal(holder.key, purpose(holder), Buffer.concat([head, Buffer.from(id)]))
}

/** `undefined`: it is not one of ours for this caller, or its time is up. */
export function openTask(sealed: string, now: number, holder: Holder): string | undefined {
  const plain = open(holder.key, purpose(holder), sealed)
  if (plain === undefined || plain.length < HEAD || plain.readUInt8(0) !== VERSION) return undefined
  return plain.readUIntBE(1, 6) <= now ? undefined : plain.toString('utf8', HEAD)
}

/** The id by which a client of 2025-11-25 knows a task: always the same, for there it is compared with what lists say. */
export const nameTask = (name: string, holder: Holder): string =>
  sealAlike(holder.key, named(holder), Buffer.from(name))

/** `undefined`: it is not one of ours for this caller. */
export const readTaskName = (sealed: string, holder: Holder): string | undefined =>
  open(holder.key, named(holder), sealed)?.toString()

const named = ({ backend, principal }: Holder): string => JSON.stringify(['mcp task name', VERSION, backend, principal])
const purpose = ({ backend, principal }: Holder): string => JSON.stringify(['mcp task', VERSION, backend, principal])

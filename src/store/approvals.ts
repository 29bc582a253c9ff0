// Calls that wait for a person who looks after the gateway: asked for by id, decided once, used once, gone when their time is over.
import { hash } from 'node:crypto'
import type { Store, StoreEntry, StoreKey } from '../core/store.ts'

/** What a person must know to decide. */
export interface ApprovalRequest {
  /** Hash over caller, thing, arguments and policy: the same call asks under the same id. */
  readonly id: string
  readonly target: string
  readonly tool: string
  /** Arguments as text, all of them. */
  readonly arguments: string
  /** Who calls, as far as somebody has found out. */
  readonly caller: string
  /** Milliseconds since 1970 after which neither question nor answer counts. */
  readonly until: number
}

export type ApprovalState = 'pending' | 'approved' | 'denied'

export type Approval = ApprovalRequest & { readonly state: ApprovalState }

/** Questions that may wait at once, of all callers and of one: nobody fills the book for the others. */
const MOST = 1_000
const EACH = 100
const PLACE = ['approval']
/** Characters of arguments that one value of a store can hold, whatever they are; further ones have values of their own. */
const PIECE = 16_384
const FURTHER = ['approval arguments']
/** A question never outlives what is asked. */
const LATER_MS = 60_000
/** So many characters of an id say whose it is. */
const WHOSE = 8

/** As it is kept: the beginning of its arguments, and how many pieces follow. */
type Kept = Approval & { readonly further?: number }

const pieceOf = (id: string, piece: number): StoreKey => [...FURTHER, id, String(piece)]
const placeOf = (id: string): StoreKey => [...PLACE, id.slice(0, WHOSE)]
const keyOf = (id: string): StoreKey => [...placeOf(id), id.slice(WHOSE)]

/** The id of a caller's question about a call. */
export const approvalId = (principal: string, call: string): string =>
  hash('sha256', principal).slice(0, WHOSE) + hash('sha256', call).slice(0, 24)

/** The book of approvals in a store, which several processes may share. */
export class ApprovalBook {
  readonly #store: () => Promise<Store>

  constructor(store: () => Promise<Store>) {
    this.#store = store
  }

  /**
   * What became of a question: its answer, which nobody gets a second time, or `pending`; a new question is written down. `full`: too
   * many wait.
   */
  async ask(request: ApprovalRequest): Promise<ApprovalState | 'full'> {
    const store = await this.#store()
    const key = keyOf(request.id)
    const there = approvalIn(await store.get(key))
    if (there?.state === 'pending') return 'pending'
    if (there !== undefined) {
      // Of several that ask at once one takes the answer; the others ask anew.
      const taken = approvalOf(await store.take(key))
      for (let piece = 1; piece <= (taken?.further ?? 0); piece++) await store.delete(pieceOf(request.id, piece))
      if (taken !== undefined && taken.state !== 'pending') return taken.state
    }
    if ((await store.count(placeOf(request.id), EACH)) >= EACH) return 'full'
    if ((await store.count(PLACE, MOST)) >= MOST) return 'full'
    const ttlMs = Math.max(1, request.until - Date.now())
    const { arguments: all } = request
    const further = Math.max(0, Math.ceil(all.length / PIECE) - 1)
    for (let piece = 1; piece <= further; piece++) {
      const text = all.slice(piece * PIECE, (piece + 1) * PIECE)
      await store.put(pieceOf(request.id, piece), JSON.stringify(text), { ttlMs: ttlMs + LATER_MS })
    }
    const entry: Kept = {
      ...request,
      arguments: all.slice(0, PIECE),
      state: 'pending',
      ...(further > 0 && { further }),
    }
    await store.put(key, JSON.stringify(entry), { ttlMs, when: 'absent' })
    return 'pending'
  }

  /** Questions and answers that nobody has used yet, in the order of their ids. */
  async list(): Promise<readonly Approval[]> {
    const store = await this.#store()
    const all: Approval[] = []
    for (const entry of await store.list(PLACE, { limit: MOST })) {
      const kept = approvalIn(entry)
      if (kept !== undefined) all.push(await whole(store, kept))
    }
    return all
  }

  /** Answers a question. `false`: there is none with this id, it has been answered, or its time is over. */
  async decide(id: string, state: Exclude<ApprovalState, 'pending'>): Promise<boolean> {
    const store = await this.#store()
    const entry = await store.get(keyOf(id))
    const there = approvalIn(entry)
    if (entry === undefined || there?.state !== 'pending') return false
    const ttlMs = Math.max(1, there.until - Date.now())
    return (
      (await store.put(entry.key, JSON.stringify({ ...there, state }), { ttlMs, when: entry.version })) !== undefined
    )
  }
}

/** With all of its arguments: whoever decides sees what is decided. */
async function whole(store: Store, { further = 0, ...approval }: Kept): Promise<Approval> {
  let all = approval.arguments
  for (let piece = 1; piece <= further; piece++) {
    const text = (await store.get(pieceOf(approval.id, piece)))?.value
    all += text === undefined ? '… (a part is lost: deny it)' : String(JSON.parse(text))
  }
  return { ...approval, arguments: all }
}

const approvalIn = (entry: StoreEntry | undefined): Kept | undefined => approvalOf(entry?.value)

/** Only what this file has written is in the store, and what is over counts no more. */
function approvalOf(text: string | undefined): Kept | undefined {
  if (text === undefined) return undefined
  const approval: Kept = JSON.parse(text)
  return approval.until > Date.now() ? approval : undefined
}

// The rest of answers that were too long to be passed on at once: kept for a while, for whom they were for, and read as resources.
import { randomBytes } from 'node:crypto'
import { type RawJson, rawJson } from '../core/brand.ts'
import { tagPiece } from '../policy/tag-piece.ts'
import type { Answer } from './conversation.ts'

/** URIs of kept texts: `toolgate-result:ID/FROM`, from which character on. */
export const KEPT = 'toolgate-result:'

/** How long a text is kept, and characters of all of them, and of those of one principal. */
const KEPT_MS = 600_000
const TOTAL = 32 << 20
const EACH = 8 << 20

interface Kept {
  readonly principal: string
  readonly text: string
  readonly until: number
}

/** In memory, oldest first; what has no room any more is gone as what is too old. */
export class KeptResults {
  readonly #all = new Map<string, Kept>()
  readonly #of = new Map<string, number>()
  readonly #characters: number
  #total = 0

  /** `characters`: how much is read at once. */
  constructor(characters: number) {
    this.#characters = characters
  }

  /** Keeps a text and returns the URI under which it is read; `undefined`: it is too long to be kept. */
  keep(principal: string, text: string): string | undefined {
    if (text.length > EACH) return undefined
    this.#forget((kept) => kept.until < Date.now() || this.#total + text.length > TOTAL)
    this.#forget((kept) => kept.principal === principal && (this.#of.get(principal) ?? 0) + text.length > EACH)
    const id = randomBytes(16).toString('base64url')
    this.#all.set(id, { principal, text, until: Date.now() + KEPT_MS })
    this.#count(principal, text.length)
    return `${KEPT}${id}/0`
  }

  /** A part of a kept text, and where the next one is. `undefined`: it is not there, or somebody else's. */
  read(principal: string, uri: string): Answer | undefined {
    const [, id = '', from = ''] = /^([\w-]{22})\/(\d{1,9})$/.exec(uri.slice(KEPT.length)) ?? []
    const kept = this.#all.get(id)
    if (kept === undefined || kept.principal !== principal || kept.until < Date.now()) return undefined
    const { text } = kept
    const start = Number(from)
    if (start > text.length) return undefined
    const { text: part, end } = tagPiece(text, start, endOf(text, start + this.#characters))
    const more =
      end < text.length ? `\n[${text.length - end} of ${text.length} characters follow at ${KEPT}${id}/${end}]` : ''
    const contents = [{ uri, mimeType: 'text/plain', text: part + more }]
    return { kind: 'result', raw: json({ contents }) }
  }

  #forget(goes: (kept: Kept) => boolean): void {
    for (const [id, kept] of this.#all) {
      if (!goes(kept)) continue
      this.#all.delete(id)
      this.#count(kept.principal, -kept.text.length)
    }
  }

  #count(principal: string, characters: number): void {
    this.#total += characters
    const own = (this.#of.get(principal) ?? 0) + characters
    if (own > 0) this.#of.set(principal, own)
    else this.#of.delete(principal)
  }
}

/** No half of a pair at the end. */
export function endOf(text: string, most: number): number {
  if (most >= text.length) return text.length
  const last = text.charCodeAt(most - 1)
  return last >= 0xd8_00 && last <= 0xdb_ff ? most - 1 : most
}

const json = (value: object): RawJson => rawJson(JSON.stringify(value))

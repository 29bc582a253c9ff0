// What several clients want of one shared process: subscriptions are counted, and of log levels the most talkative one is set.
import { type RawJson, rawJson } from '../../core/brand.ts'
import type { Outgoing } from '../conversation.ts'
import { edited, find } from '../json.ts'
import type { Speaker } from './call.ts'

const levels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']
const MOST = 10_000

export class Wishes {
  readonly #holders = new Map<string, Set<Speaker>>()
  readonly #levels = new Map<Speaker, number>()

  /** The request as the process should see it; `undefined`: it need not, and `{}` is the answer. */
  heed(request: Outgoing, speaker: Speaker): Outgoing | undefined {
    const { method, params } = request
    if (params === undefined) return request
    if (method === 'logging/setLevel') return this.#level(request, params, speaker)
    if (method === 'resources/subscribe') this.#hold(text(params, 'uri'), speaker)
    else if (method === 'resources/unsubscribe' && this.#stillHeld(text(params, 'uri'), speaker)) return undefined
    return request
  }

  /** Someone has gone: what must be told to the process. */
  forget(speaker: Speaker): Outgoing[] {
    this.#levels.delete(speaker)
    const told: Outgoing[] = []
    for (const [uri, holders] of this.#holders) {
      if (holders.has(speaker) && !this.#stillHeld(uri, speaker))
        told.push({ method: 'resources/unsubscribe', params: rawJson(JSON.stringify({ uri })) })
    }
    return told
  }

  #hold(uri: string | undefined, speaker: Speaker): void {
    if (uri === undefined) return
    const holders = this.#holders.get(uri)
    if (holders !== undefined) holders.add(speaker)
    else if (this.#holders.size < MOST) this.#holders.set(uri, new Set([speaker]))
  }

  #stillHeld(uri: string | undefined, speaker: Speaker): boolean {
    const holders = uri === undefined ? undefined : this.#holders.get(uri)
    if (uri === undefined || holders === undefined) return false
    holders.delete(speaker)
    if (holders.size === 0) this.#holders.delete(uri)
    return holders.size > 0
  }

  #level(request: Outgoing, params: RawJson, speaker: Speaker): Outgoing {
    const wanted = levels.indexOf(text(params, 'level') ?? '')
    if (wanted < 0) return request // the server has its own answer to that
    this.#levels.set(speaker, wanted)
    const lowest = Math.min(...this.#levels.values())
    const span = find(params, ['level'])
    if (lowest === wanted || span === undefined) return request
    return { ...request, params: edited(params, [{ ...span, with: JSON.stringify(levels[lowest]) }]) }
  }
}

function text(params: RawJson, name: string): string | undefined {
  const span = find(params, [name])
  const value: unknown = span === undefined ? undefined : JSON.parse(params.slice(span.start, span.end))
  return typeof value === 'string' ? value : undefined
}

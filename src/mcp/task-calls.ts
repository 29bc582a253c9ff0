// Calls that tasks came of, for a while: whoever is asked in the middle of a task answers the call, and rules are about that.
import type { TargetName } from '../core/brand.ts'
import type { Call } from '../core/item.ts'

interface TaskKey {
  readonly principal: string
  readonly target: TargetName
  readonly id: string
}

interface Begun {
  /** A server's processes may count alike, and one that is started anew from the beginning: it may be any of these. */
  readonly calls: readonly Call[]
  readonly size: number
}

/** Tasks that are remembered, characters of what they were called with, and calls that one id may stand for. */
const MOST = 10_000
const TOTAL = 16 << 20
const ALIKE = 8

/** Oldest first. Beyond the bounds nothing is known of a task but what rules say of tasks. */
export class TaskCalls {
  readonly #begun = new Map<string, Begun>()
  #total = 0

  /** `size`: characters of the params. */
  note(task: TaskKey, call: Call, size: number): void {
    const key = keyOf(task)
    const there = this.#forget(key)
    const all = size + (there?.size ?? 0)
    this.#begun.set(key, { calls: [...(there?.calls ?? []), call].slice(-ALIKE), size: all })
    this.#total += all
    for (const oldest of this.#begun.keys()) {
      if (this.#begun.size <= MOST && this.#total <= TOTAL) return
      this.#forget(oldest)
    }
  }

  of(task: TaskKey): readonly Call[] {
    return this.#begun.get(keyOf(task))?.calls ?? NONE
  }

  #forget(key: string): Begun | undefined {
    const there = this.#begun.get(key)
    this.#begun.delete(key)
    this.#total -= there?.size ?? 0
    return there
  }
}

const NONE: readonly Call[] = Object.freeze([])
const keyOf = ({ principal, target, id }: TaskKey): string => JSON.stringify([principal, target, id])

// A use that waits for somebody: the rules are asked again before it goes on, for its session may have met something meanwhile.
import type { Call } from '../core/item.ts'
import { type Program, permitted } from '../policy/policy.ts'
import type { Asked } from './asked.ts'

/** A request; of several in one batch, the exchange speaks of whichever was noted last. */
type Waiting = Pick<Asked, 'x' | 'note'>

/** What the rules have said of a use, and whether they still do. */
export class Standing {
  readonly #program: Program
  readonly #call: Call
  readonly #asked: Waiting
  readonly #approved: boolean
  /** Of a task: the calls that it may have come of. Rules speak of tools, and of tasks only by their ids. */
  begun: readonly Call[] = NONE
  #over = false

  /** `approved`: a person has agreed to it, so that nobody needs to be asked any more. */
  constructor(program: Program, call: Call, asked: Waiting, approved: boolean) {
    this.#program = program
    this.#call = call
    this.#asked = asked
    this.#approved = approved
  }

  /** It was found to be permitted no more. That stays so, whatever rules say later. */
  get over(): boolean {
    return this.#over
  }

  /** Asks the rules again. */
  holds(): boolean {
    if (this.#over) return false
    this.#asked.note()
    // Whoever had to agree to the beginning of a task has agreed.
    this.#over = !this.#says(this.#call, this.#approved) || !this.begun.every((call) => this.#says(call, true))
    return !this.#over
  }

  #says({ item, input }: Call, approved: boolean): boolean {
    const verdict = permitted(this.#program, item, this.#asked.x, input)
    return verdict === 'yes' || (verdict === 'ask' && approved)
  }
}

const NONE: readonly Call[] = Object.freeze([])

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
    const verdict = permitted(this.#program, this.#call.item, this.#asked.x, this.#call.input)
    this.#over = verdict !== 'yes' && !(verdict === 'ask' && this.#approved)
    return !this.#over
  }
}

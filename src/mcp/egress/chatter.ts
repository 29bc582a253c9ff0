// What a process says beside the protocol, brought to the log: its stderr and its stray lines, as much as a log can bear.
import type { TargetName } from '../../core/brand.ts'
import type { Log } from '../../telemetry/log.ts'

const LONGEST_LINE = 2_048
const LF = 10

export class Chatter {
  readonly #log: Log
  readonly #target: TargetName
  readonly #rate: number
  #rest = ''
  #second = 0
  #spent = 0
  #dropped = 0

  /** `rate`: bytes a second. */
  constructor(log: Log, target: TargetName, rate: number) {
    this.#log = log
    this.#target = target
    this.#rate = rate
  }

  /** Takes what came on stderr. */
  take(chunk: Buffer): void {
    let from = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      this.#append(chunk, from, end)
      this.#flush()
      from = end + 1
      // A flood is not even looked at: counting it is enough.
      if (this.#over()) {
        this.#dropped += chunk.length - from
        return
      }
    }
    this.#append(chunk, from, chunk.length)
  }

  /** One line, from whichever side. */
  line(from: 'stderr' | 'stdout', text: string): void {
    if (this.#over()) {
      this.#dropped += text.length
      return
    }
    this.#spent += text.length + 1
    const cut = text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text
    this.#log.info(cut, { target: this.#target, from })
  }

  /** Nothing more will come. */
  end(): void {
    this.#flush()
    this.#second = 0
    this.#over()
  }

  #append(chunk: Buffer, from: number, end: number): void {
    const room = LONGEST_LINE + 1 - this.#rest.length
    if (room > 0) this.#rest += chunk.toString('utf8', from, Math.min(end, from + room))
    this.#spent += Math.max(end - from - Math.max(room, 0), 0)
  }

  #flush(): void {
    const text = this.#rest.trimEnd()
    this.#rest = ''
    if (text !== '') this.line('stderr', text)
  }

  #over(): boolean {
    const second = Math.floor(performance.now() / 1_000)
    if (second !== this.#second) {
      if (this.#dropped > 0)
        this.#log.warn('a target says more than is logged', { target: this.#target, bytes: this.#dropped })
      this.#second = second
      this.#spent = 0
      this.#dropped = 0
    }
    return this.#spent > this.#rate
  }
}

// Where losses are collected while a document is converted; their lines are looked up once, at the end.
import type { Loss, LossCode } from './loss.ts'
import type { Place } from './place.ts'
import { Broken } from './references.ts'

type Noted = Omit<Loss, 'line' | 'file'> & { readonly place: Place }

interface Note {
  readonly code: LossCode
  readonly severity?: Loss['severity']
  readonly operation?: string | undefined
  readonly problem: string
  readonly fix?: string | undefined
}

/** More are no help to anybody, and a document can have a million. */
const MOST = 1000

export class Report {
  #more = 0
  readonly #noted: Noted[] = []

  note(place: Place, { code, severity = 'warning', operation, problem, fix }: Note): void {
    const { pointer } = place
    // Errors are kept: each stands for an operation that is not there, and those are bounded.
    if (this.#noted.length >= MOST && severity === 'warning') {
      this.#more++
      return
    }
    this.#noted.push({ place, code, severity, pointer, operation, problem, fix })
  }

  /** Notes what spoils an operation; throws on what is no fault of the document. */
  broken(thrown: unknown, operation: string | undefined, severity: Loss['severity'] = 'error'): void {
    if (!(thrown instanceof Broken)) throw thrown
    const { code, message: problem, fix, place } = thrown
    this.note(place, { code, severity, operation, problem, fix })
  }

  /** How many were too many to be kept. */
  get more(): number {
    return this.#more
  }

  /** All of them, in the order in which they were noted, each once. */
  losses(): readonly Loss[] {
    const byFile = Map.groupBy(this.#noted, ({ place }) => place.file)
    const lines = new Map([...byFile].map(([file, noted]) => [file, file.lines(noted.map(({ pointer }) => pointer))]))
    const seen = new Set<string>()
    return this.#noted.flatMap(({ place, ...noted }): Loss[] => {
      const key = `${place.file.base}#${noted.pointer} ${noted.operation ?? ''} ${noted.problem}`
      if (seen.has(key)) return []
      seen.add(key)
      return [{ ...noted, file: place.file.name, line: lines.get(place.file)?.get(noted.pointer) }]
    })
  }
}

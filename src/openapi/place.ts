// A value of a document and where it stands: what every message about it needs.
import { token } from './value.ts'

/** One file of a document, read. */
export interface SourceFile {
  /** As messages call it. */
  readonly name: string
  /** What relative references in it are relative to. */
  readonly base: string
  readonly value: unknown
  /** Lines of pointers, the nearest written parent's where a pointer leads nowhere. */
  lines(pointers: Iterable<string>): ReadonlyMap<string, number>
}

export class Place {
  readonly file: SourceFile
  readonly value: unknown
  readonly pointer: string

  constructor(file: SourceFile, value: unknown, pointer: string) {
    this.file = file
    this.value = value
    this.pointer = pointer
  }

  /** The member or element; its value is `undefined` when there is none. */
  at(name: string | number): Place {
    const { value } = this
    const inside =
      typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
    return new Place(this.file, inside, `${this.pointer}/${token(name)}`)
  }

  /** Its members with their names, in the order in which they are written. */
  *members(): Generator<readonly [name: string, place: Place]> {
    if (typeof this.value !== 'object' || this.value === null) return
    for (const name of Object.keys(this.value)) yield [name, this.at(name)]
  }
}

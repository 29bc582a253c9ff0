// A schema's use of another one: the joint between translating schemas once and writing them out for each tool.
import type { Place } from './place.ts'
import type { References } from './references.ts'
import type { Fields } from './value.ts'

/** Whose eyes a schema is for: what a caller writes, what a server says, or what it says when taken lightly (reference: openapi §6). */
export type Side = 'request' | 'response' | 'loose'

/** One schema that references name, translated once for all that use it. */
export interface Component {
  readonly place: Place
  schema: unknown
  /** Why there is no schema. */
  broken: unknown
}

/** Stands where a schema refers to another one; `beside` is what was written next to `$ref`. */
export class Use {
  readonly component: Component
  readonly beside: Fields | undefined

  constructor(component: Component, beside: Fields | undefined) {
    this.component = component
    this.beside = beside
  }
}

/** What of a translation its parts need to know. */
export interface Translation {
  readonly references: References
  readonly side: Side
  /** Remembers whether there is a use in it. */
  opened<T extends object>(made: T): T
  schema(place: Place): unknown
}

// What servers offer, as they wrote it: what policies on definitions look at.
import type { RawJson, TargetName } from '../core/brand.ts'
import type { ItemKind } from '../core/item.ts'

/** One definition as its server wrote it; the same object as long as the text is the same. */
export interface Offered {
  /** Name, or URI for resources and templates. */
  readonly name: string
  readonly raw: RawJson
}

/** What one server says of itself and lists at a moment; each list is the same object until it is read anew. */
export interface Offering {
  readonly target: TargetName
  /** Where it is: a URL without credentials, or a command with a print of its arguments. */
  readonly endpoint: string
  /** Its whole answer to `initialize`; `undefined`: it has not been reached. */
  readonly greeting: RawJson | undefined
  readonly lists: { readonly [kind in Exclude<ItemKind, 'task'>]: readonly Offered[] | undefined }
}

/** The same, read whole; `failure` says why it could not be. */
export type TargetOffering = Offering & { readonly failure: string | undefined }

// What things were made of, as one short text: for keys, which must hold no secret.
import { hash } from 'node:crypto'

/** Equal for equal texts. */
export const printOf = (texts: Iterable<string>): string => hash('sha256', JSON.stringify([...texts]))

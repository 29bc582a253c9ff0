// What may be in a text beside open words, as bits: what a skim suspects, and what is then looked for.

/** Elements, references or gaps that a page does not show. */
export const UNSEEN = 1
/** Stretches of an encoding. */
export const RUNS = 2
/** Letters that stand alone. */
export const APART = 4
/** Words turned round. */
export const MASKED = 8
/** Signs and digits for letters. */
export const SIGNED = 16
export const MISSPELT = 32
/** Characters that no screen shows. */
export const TAGGED = 64
export const ANYTHING = -1

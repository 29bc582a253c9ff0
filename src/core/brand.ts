// Identifiers that must not be mixed up, and the only functions that make them.

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** Name of a target (an upstream server) as the configuration spells it. */
export type TargetName = Branded<'target'>
/** Text of one JSON value exactly as it came over a wire: number spelling, key order and unknown fields included. */
export type RawJson = Branded<'json'>
/** SHA-256 over the canonical form of a definition, in lower-case hex. */
export type Digest = Branded<'digest'>

/** Brands the name of a configured target. */
export const targetName = (name: string): TargetName => name as TargetName
/** Brands text that is known to be one JSON value: because it was parsed, or made by `JSON.stringify`. */
export const rawJson = (text: string): RawJson => text as RawJson
/** Brands a computed digest. */
export const digest = (hex: string): Digest => hex as Digest

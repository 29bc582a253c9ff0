// Values of expressions, in a form that JSON needs no conversion for; and the two that are no values: Fault and Unknown.

/**
 * - `int`: a JavaScript number that is a safe integer, or a bigint beyond that (within 64 bits; never a bigint for a safe integer)
 * - `double`: any other number; one with an integral value is a `Double`
 * - `uint`: a `Uint` · `bytes`: a Uint8Array · `list`: an array
 * - `map`: a Map (literals; keys are values), a plain object (JSON, claims) or a `HostObject`
 *
 * A Fault or Unknown travels like a value, because a rule that fails is the common case when a list is filtered, and throwing
 * costs microseconds. Only `&&`, `||`, `?:` and the lazy forms look into them; everything else hands on the first that it meets.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Double
  | Uint
  | Uint8Array
  | Timestamp
  | Duration
  | Type
  | Optional
  | Address
  | Network
  | readonly Value[]
  | ReadonlyMap<Value, Value>
  | PlainObject
  | HostObject
  | Fault
  | Unknown

/** JSON object. Only own fields are ever read. */
export interface PlainObject {
  readonly [key: string]: Value
}

/** A double whose value is integral. */
export class Double {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/** An unsigned 64-bit integer. */
export class Uint {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
}

/** Nanoseconds since 1970-01-01T00:00:00Z, within the years 1 to 9999. */
export class Timestamp {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

export class Duration {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

/** What `type(x)` answers. */
export class Type {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

export class Optional {
  /** `undefined`: none. */
  readonly value: Value | undefined
  constructor(value: Value | undefined) {
    this.value = value
  }
}

/** An IP address: 4 or 16 bytes. */
export class Address {
  readonly bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

/** A CIDR range. */
export class Network {
  readonly address: Address
  readonly prefix: number
  constructor(address: Address, prefix: number) {
    this.address = address
    this.prefix = prefix
  }
}

/** An object of the gateway that expressions may look at: header view, query-aware URI, secret, the exchange's roots. */
export abstract class HostObject {
  /** A field; `undefined`: there is none. May answer Unknown. */
  abstract get(field: string): Value | undefined
  /** A method; `undefined`: it has none of that name. */
  call(_name: string, _args: readonly Value[]): Value | undefined {
    return undefined
  }
  /** What it is to operators, functions and JSON: a string for a secret or URI, a map for everything with fields. */
  abstract plain(): Value
}

/** Names are those that agentgateway logs and counts (cel.md §4.5). */
export type FaultKind =
  | 'no-such-key'
  | 'no-such-overload'
  | 'undeclared-reference'
  | 'division-by-zero'
  | 'overflow'
  | 'index-out-of-bounds'
  | 'function-error'
  | 'invalid-argument'
  | 'cost-limit'

/** An evaluation that went wrong. Its text names fields, functions and types, never a value. */
export class Fault {
  readonly kind: FaultKind
  readonly detail: string
  constructor(kind: FaultKind, detail: string) {
    this.kind = kind
    this.detail = detail
  }
}

/** Not known yet: what the caller will pass, while only a list is made. */
export class Unknown {
  readonly what: string
  constructor(what: string) {
    this.what = what
  }
}

/** Whether something is no value that one can go on with. */
export function stops(value: Value): value is Fault | Unknown {
  return value instanceof Fault || value instanceof Unknown
}

// JSON values as protobuf's `google.protobuf.Struct` has them, and back.
import type { JsonObject } from '../../core/item.ts'

/** `google.protobuf.Value` as messages of this room read and write it: one of its members is set (protobuf, struct.proto). */
export interface ValueMessage {
  readonly nullValue?: 0
  readonly numberValue?: number
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly structValue?: StructMessage
  readonly listValue?: { readonly values?: readonly ValueMessage[] }
}

/** `google.protobuf.Struct`. */
export interface StructMessage {
  readonly fields?: { readonly [name: string]: ValueMessage }
}

/** What is deeper than this in an answer is read as null: no processor says anything there. */
const DEEPEST = 64

/** An object of JSON values as a Struct. Whole numbers beyond a double are said as text. */
export function toStruct(value: JsonObject): StructMessage {
  const fields: { [name: string]: ValueMessage } = {}
  for (const [name, each] of Object.entries(value)) define(fields, name, toValue(each))
  return { fields }
}

function toValue(value: unknown): ValueMessage {
  if (value === null || value === undefined) return { nullValue: 0 }
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'number') return { numberValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (Array.isArray(value)) return { listValue: { values: value.map(toValue) } }
  if (typeof value === 'object') return { structValue: toStruct({ ...value }) }
  return { stringValue: typeof value === 'bigint' ? value.toString() : '' }
}

/** A Struct as the object that it means. */
export function fromStruct({ fields = {} }: StructMessage, depth = 0): JsonObject {
  const object: { [name: string]: unknown } = {}
  for (const [name, each] of Object.entries(fields)) define(object, name, fromValue(each, depth + 1))
  return object
}

function fromValue(value: ValueMessage, depth: number): unknown {
  if (depth > DEEPEST) return null
  if (value.structValue !== undefined) return fromStruct(value.structValue, depth)
  if (value.listValue !== undefined) return (value.listValue.values ?? []).map((each) => fromValue(each, depth + 1))
  return value.stringValue ?? value.numberValue ?? value.boolValue ?? null
}

/** Whatever the name is: `__proto__` is a member like any other. */
function define<T>(object: { [name: string]: T }, name: string, value: T): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
}

/** The messages, as reflection reads them (protobuf, struct.proto). */
export const structMessages = {
  Struct: { fields: { fields: { keyType: 'string', type: 'Value', id: 1 } } },
  Value: {
    oneofs: { kind: { oneof: ['nullValue', 'numberValue', 'stringValue', 'boolValue', 'structValue', 'listValue'] } },
    fields: {
      nullValue: { type: 'int32', id: 1 },
      numberValue: { type: 'double', id: 2 },
      stringValue: { type: 'string', id: 3 },
      boolValue: { type: 'bool', id: 4 },
      structValue: { type: 'Struct', id: 5 },
      listValue: { type: 'ListValue', id: 6 },
    },
  },
  ListValue: { fields: { values: { rule: 'repeated', type: 'Value', id: 1 } } },
}

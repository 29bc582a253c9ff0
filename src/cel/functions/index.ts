// The table of all functions, by the name they are written with. Macros and the forms that look at expressions are the compiler's.
import * as bits from './bits.ts'
import * as calendar from './calendar.ts'
import * as convert from './convert.ts'
import * as core from './core.ts'
import * as encoding from './encoding.ts'
import { format } from './format.ts'
import type { CelFunction } from './function.ts'
import * as json from './json.ts'
import * as math from './math.ts'
import * as net from './net.ts'
import * as optional from './optional.ts'
import * as pattern from './pattern.ts'
import * as positions from './positions.ts'
import * as random from './random.ts'
import * as strings from './strings.ts'
import * as time from './time.ts'

/** Names are looked up in a Map: an object would know `constructor` and `toString` as well (cel.md §4.1). */
export type Functions = ReadonlyMap<string, CelFunction>

const table = (rows: readonly CelFunction[]): Functions => new Map(rows.map((row) => [row.name, row]))

const common: readonly CelFunction[] = [
  // core
  core.contains,
  core.startsWith,
  core.endsWith,
  core.max,
  core.min,
  core.type,
  core.dyn,
  convert.bytes,
  convert.int,
  convert.uint,
  convert.double,
  convert.float,
  convert.bool,
  // strings
  pattern.matches,
  pattern.regexReplace,
  positions.charAt,
  strings.join,
  strings.lowerAscii,
  strings.upperAscii,
  strings.trim,
  strings.replace,
  strings.split,
  strings.stripPrefix,
  strings.stripSuffix,
  strings.reverse,
  strings.quote,
  strings.stringsQuote,
  format,
  // numbers
  math.least,
  math.greatest,
  math.ceil,
  math.floor,
  math.round,
  math.trunc,
  math.abs,
  math.sign,
  math.sqrt,
  math.isInf,
  math.isNaN,
  math.isFinite,
  bits.bitAnd,
  bits.bitOr,
  bits.bitXor,
  bits.bitNot,
  bits.bitShiftLeft,
  bits.bitShiftRight,
  // time
  time.timestamp,
  time.duration,
  calendar.getFullYear,
  calendar.getMonth,
  calendar.getDayOfYear,
  calendar.getDayOfMonth,
  calendar.getDate,
  calendar.getDayOfWeek,
  calendar.getHours,
  calendar.getMinutes,
  calendar.getSeconds,
  // JSON and maps
  json.json,
  json.jsonField,
  json.toJson,
  json.toJsonOld,
  json.unvalidatedJwtPayload,
  json.merge,
  json.flatten,
  json.flattenRecursive,
  json.flattenRecursiveOld,
  // encodings
  encoding.base64Encode,
  encoding.base64Decode,
  encoding.base64EncodeOld,
  encoding.base64DecodeOld,
  encoding.urlEncode,
  encoding.urlDecode,
  encoding.formEncode,
  encoding.formDecode,
  encoding.sha1,
  encoding.sha256,
  encoding.md5,
  // addresses
  net.ip,
  net.isIP,
  net.isCanonical,
  net.family,
  net.isUnspecified,
  net.isLoopback,
  net.isLinkLocalMulticast,
  net.isLinkLocalUnicast,
  net.isGlobalUnicast,
  net.cidr,
  net.isCIDR,
  net.containsIP,
  net.containsCIDR,
  net.masked,
  net.prefixLength,
  // optionals
  optional.none,
  optional.of,
  optional.ofNonZeroValue,
  optional.value,
  optional.hasValue,
  optional.or,
  optional.orValue,
  // others
  random.random,
  random.uuid,
  random.fail,
]

/** agentgateway's dialect. */
export const dialectFunctions: Functions = table([
  ...common,
  core.size,
  convert.lossyString,
  positions.indexOf,
  positions.lastIndexOf,
  positions.substring,
  calendar.getMilliseconds,
])

/** The specification where the dialect departs from it (cel.md §2.3): for its own conformance tests. */
export const specFunctions: Functions = table([
  ...common,
  core.sizeInPoints,
  convert.strictString,
  positions.strictIndexOf,
  positions.strictLastIndexOf,
  positions.strictSubstring,
  calendar.getMillisecondsOfSecond,
])

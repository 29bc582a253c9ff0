// `"%s: %d".format([name, count])` of the strings extension (cel-go, ext/formatting.go). Texts of faults name types only.
import { asDouble, asInt } from '../number.ts'
import { costLimit, entries, isList, isMap, plain, typeName } from '../operators.ts'
import { Double, Fault, stops, Type, Uint, type Unknown, type Value } from '../value.ts'
import { fixed, mostDigits, scientific } from './decimal.ts'
import type { CelFunction, Meter } from './function.ts'
import { reads, two, unusable } from './overload.ts'
import { asBuffer, lossyText, scalarText } from './text.ts'

type Text = string | Fault | Unknown

const deepest = 128
const clause = /%(?:(%)|(?:\.(\d{1,3}))?([sdfebxXo]))/y

export const format: CelFunction = {
  name: 'format',
  answers: 'string',
  two: two('format', (a, b, meter) => {
    if (typeof a !== 'string' || !isList(b)) return undefined
    return reads(meter, a.length) ? formatted(a, b, meter) : costLimit
  }),
}

function formatted(template: string, values: readonly Value[], meter: Meter): Text {
  let out = ''
  let used = 0
  let from = 0
  for (let at = template.indexOf('%'); at >= 0; at = template.indexOf('%', from)) {
    clause.lastIndex = at
    const found = clause.exec(template)
    if (found === null) return unusable('format', 'a clause is not known')
    out += template.slice(from, at)
    from = clause.lastIndex
    if (found[1] !== undefined) {
      out += '%'
      continue
    }
    const value = values[used++]
    if (value === undefined) return new Fault('index-out-of-bounds', 'format: there are more clauses than values')
    const text = clauseText(found[3] ?? '', found[2], plain(value), meter)
    if (typeof text !== 'string') return text
    if (!meter.step(1) || !meter.bytes(text.length)) return costLimit
    out += text
  }
  return meter.bytes(template.length) ? out + template.slice(from) : costLimit
}

function clauseText(letter: string, precision: string | undefined, value: Value, meter: Meter): Text {
  if (stops(value)) return value
  const digits = precision === undefined ? 6 : Number(precision)
  if (digits > mostDigits) return unusable('format', `a precision is at most ${mostDigits}`)
  const text = letter === 's' ? stringText(value, meter, deepest) : numberText(letter, digits, value, meter)
  return text ?? new Fault('no-such-overload', `format: %${letter} does not take ${typeName(value)}`)
}

function numberText(letter: string, digits: number, value: Value, meter: Meter): Text | undefined {
  const double = asDouble(value)
  const integer = value instanceof Uint ? value.value : asInt(value)
  switch (letter) {
    case 'd':
      // Doubles are refused but for those that no integer can stand for.
      if (double !== undefined) return Number.isFinite(double) ? undefined : String(double)
      return integer?.toString()
    case 'f':
    case 'e': {
      const number = double ?? (integer === undefined ? undefined : Number(integer))
      if (number === undefined) return undefined
      return letter === 'f' ? fixed(number, digits) : scientific(number, digits)
    }
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : integer?.toString(2)
    case 'o':
      return integer?.toString(8)
    case 'X':
      return hex(value, integer, meter, true)
    default:
      return hex(value, integer, meter, false)
  }
}

function hex(value: Value, integer: bigint | undefined, meter: Meter, upper: boolean): Text | undefined {
  const bytes = typeof value === 'string' || value instanceof Uint8Array
  if (bytes && !meter.bytes(value.length * 4)) return costLimit
  const text = bytes
    ? (typeof value === 'string' ? Buffer.from(value) : asBuffer(value)).toString('hex')
    : integer?.toString(16)
  return upper ? text?.toUpperCase() : text
}

/** `%s`. Maps are in the order of their keys' texts, so that the same map always gives the same text. */
function stringText(value: Value, meter: Meter, levels: number): Text | undefined {
  if (!meter.step(1)) return costLimit
  if (levels === 0) return unusable('format', 'a value is nested too deep')
  if (stops(value)) return value
  if (value === null) return 'null'
  if (value instanceof Type) return value.name
  if (value instanceof Uint8Array) return meter.bytes(value.length) ? lossyText(value) : costLimit
  if (value instanceof Double && Object.is(value.value, -0)) return '-0'
  if (isList(value)) return listText(value, meter, levels)
  return isMap(value) ? mapText(value, meter, levels) : scalarText(value)
}

function listText(list: readonly Value[], meter: Meter, levels: number): Text | undefined {
  const parts: string[] = []
  for (const item of list) {
    const text = stringText(plain(item), meter, levels - 1)
    if (typeof text !== 'string') return text
    if (!meter.bytes(text.length + 2)) return costLimit
    parts.push(text)
  }
  return `[${parts.join(', ')}]`
}

function mapText(map: Parameters<typeof entries>[0], meter: Meter, levels: number): Text | undefined {
  const parts: (readonly [string, string])[] = []
  for (const [key, item] of entries(map)) {
    const name = stringText(key, meter, levels - 1)
    const text = stringText(plain(item), meter, levels - 1)
    if (typeof name !== 'string') return name
    if (typeof text !== 'string') return text
    if (!meter.bytes(name.length + text.length + 4)) return costLimit
    parts.push([name, text])
  }
  parts.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
  return `{${parts.map(([name, text]) => `${name}: ${text}`).join(', ')}}`
}

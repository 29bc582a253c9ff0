// What expressions of the configuration answer, in the forms that policies need: conditions, bodies, header values, durations.
import { validateHeaderValue } from 'node:http'
import type { Meter } from '../cel/functions/function.ts'
import { toJsonText } from '../cel/json.ts'
import { Double, Duration, Fault, stops, type Unknown, type Value } from '../cel/value.ts'
import type { Exchange } from '../core/exchange.ts'
import { Failure } from '../core/failure.ts'
import type { Context } from './context.ts'
import { contextOf } from './context.ts'
import type { Expression } from './policy.ts'

/** A condition that fails, or is no boolean, does not hold (reference: agentgateway §4.3). */
export const holds = (condition: Expression, x: Exchange): boolean => condition.evaluate(contextOf(x)) === true

/** Most bytes that a body made by an expression may have. */
const BODY_BYTES = 16 * 1024 * 1024

/**
 * Text and bytes as they are, anything else as JSON (reference: cel §6.2). Throws `policy.expression` when it fails: half of what
 * was meant must not be sent in its place.
 */
export function bodyFrom(expression: Expression, context: Context, what: string): string | Buffer {
  const value = expression.evaluate(context)
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return Buffer.from(value)
  const text = stops(value) ? value : toJsonText(value, bounded(BODY_BYTES))
  if (typeof text === 'string') return text
  throw new Failure('policy.expression', `${what}: ${why(text)}`)
}

/** The text of a header; `undefined` when the expression fails, answers null or something that no header may have. */
export function headerFrom(expression: Expression, context: Context): string | undefined {
  const value = expression.evaluate(context)
  const text = headerText(value)
  if (text === undefined) return undefined
  try {
    validateHeaderValue('x', text)
    return text
  } catch {
    return undefined
  }
}

function headerText(value: Value): string | undefined {
  if (typeof value === 'string') return value
  if (value === null || stops(value)) return undefined
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  const text = toJsonText(value, bounded(65_536))
  return typeof text === 'string' ? text : undefined
}

/** Milliseconds: a duration, or a number of them. `undefined` when it is neither. */
export function millisecondsFrom(expression: Expression, context: Context): number | undefined {
  const value = expression.evaluate(context)
  if (value instanceof Duration) return Number(value.nanos) / 1_000_000
  if (value instanceof Double) return value.value
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** Names kinds and fields only, never a value (reference: cel §4.5). */
const why = (value: Fault | Unknown): string =>
  value instanceof Fault ? `${value.kind}: ${value.detail}` : `${value.what} is not known`

/** Counts what a conversion to JSON makes, and nothing else. */
export function bounded(bytes: number): Meter {
  let left = bytes
  return {
    step: () => true,
    bytes: (count) => {
      left -= count
      return left >= 0
    },
  }
}

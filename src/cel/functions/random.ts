// What is different each time, and what always fails.
import { randomUUID } from 'node:crypto'
import { double } from '../number.ts'
import { Fault } from '../value.ts'
import type { CelFunction } from './function.ts'

/** From 0 up to, not including, 1. For sampling: it is not a secret. */
export const random: CelFunction = {
  name: 'random',
  answers: 'double',
  volatile: true,
  none: () => double(Math.random()),
}

/** Version 4, from the system's generator. */
export const uuid: CelFunction = { name: 'uuid', answers: 'string', volatile: true, none: () => randomUUID() }

const failed = new Fault('function-error', 'fail was called')

/** A message that stands in the expression is its author's, and may be told; one that was computed may quote a request. */
export const fail: CelFunction = {
  name: 'fail',
  volatile: true,
  none: () => failed,
  one: () => failed,
  prepare: ([message]) => {
    if (typeof message !== 'string') return undefined
    const fault = new Fault('function-error', `fail: ${message}`)
    return { one: () => fault }
  },
}

// The bodies of policies that look after what models read, wherever they stand in a configuration.
import type { Body, Shape } from '../config/shape.ts'
import { type GuardBody, guarding } from '../gateway/selftest.ts'

/** Bodies of `mcpShield`. */
export const shieldsIn = (shape: Shape): readonly unknown[] =>
  bodiesIn(shape).flatMap(({ key, body }) => (key === 'mcpShield' ? [body] : []))

/** Those that can be tried, each once. */
export function guardsIn(shape: Shape): readonly GuardBody[] {
  const all = bodiesIn(shape).flatMap(({ key, body }): GuardBody[] => {
    const known = guarding.find((one) => one === key)
    return known === undefined ? [] : [{ key: known, body }]
  })
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
}

const bodiesIn = ({ binds }: Shape): readonly Body[] =>
  binds.flatMap(({ listeners }) =>
    listeners.flatMap((listener) => [
      ...listener.policies,
      ...listener.routes.flatMap((route) => [...route.policies, ...route.backends.flatMap((each) => each.policies)]),
    ]),
  )

// The bodies of `mcpShield` in a configuration, wherever they stand.
import type { Shape } from '../config/shape.ts'

export function shieldsIn({ binds }: Shape): readonly unknown[] {
  const all = binds.flatMap(({ listeners }) =>
    listeners.flatMap((listener) => [
      ...listener.policies,
      ...listener.routes.flatMap((route) => [...route.policies, ...route.backends.flatMap((each) => each.policies)]),
    ]),
  )
  return all.filter(({ key }) => key === 'mcpShield').map(({ body }) => body)
}

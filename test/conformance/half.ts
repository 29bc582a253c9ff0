// The conformance fixture in two halves, of either era: together they offer what it offers, and nothing is offered by both.
import { everythingShared } from '../../servers/everything.ts'
import { everythingModern } from '../../servers/everything-modern.ts'
import type { Part, World } from '../../servers/everything-talk.ts'
import { tools } from '../../servers/everything-tools.ts'
import type { ModernServer } from '../../servers/modern.ts'
import type { MakeServer } from '../../servers/serve.ts'

export type Half = 'one' | 'two'

const ofTwo: ReadonlySet<string> = new Set(
  tools.filter((_, index) => index % 2 === 1).map(({ definition }) => definition.name),
)

/** Every other tool; the first half has all prompts, the second all resources. */
const parts: Readonly<Record<Half, Part>> = {
  one: { tools: (name) => !ofTwo.has(name), resources: false },
  two: { tools: (name) => ofTwo.has(name), prompts: false },
}

/** Where a tool or a prompt is. */
export const halfWith = (name: string): Half => (ofTwo.has(name) ? 'two' : 'one')

export const legacyHalf = (half: Half, world: World): MakeServer => everythingShared(world, parts[half])
export const modernHalf = (half: Half, world: World): ModernServer => everythingModern(world, parts[half])

// THE table of ways to prove to an upstream who asks. To add one: its file, and a line here.
import { key } from './key.ts'
import type { KindModule } from './kind.ts'
import { passthrough } from './passthrough.ts'

export const kinds = [key, passthrough] as const satisfies readonly KindModule[]

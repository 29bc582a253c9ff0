// Table of the backend kinds a route can have. To add one: its file, and a line here.
import { mcp } from '../mcp/backend.ts'
import type { BackendModule } from '../policy/policy.ts'
import { host } from '../proxy/host.ts'

export const backends = [mcp, host] as const satisfies readonly BackendModule[]

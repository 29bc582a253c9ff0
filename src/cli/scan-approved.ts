// What has been approved in the locks of a configuration: whoever scans it has seen that already.
import type { Shape } from '../config/shape.ts'
import { mcpShield } from '../policy/mcp-shield.ts'
import type { Io } from './command.ts'
import { approvalKey, type Known } from './scan-items.ts'
import { pinsOfFile } from './tools-pins.ts'

/**
 * What has been approved in the lock of the shield that stands in front of each backend.
 * @throws CommandError when a lock cannot be used: it approves nothing, and whoever asks has to know
 */
export async function approvalsIn(shape: Shape, io: Io): Promise<NonNullable<Known['approvals']>> {
  const files = new Map<string, Promise<ReadonlySet<string>>>()
  const known = new Map<string, ReadonlySet<string>>()
  const routes = shape.binds.flatMap(({ listeners }) => listeners.flatMap((listener) => listener.routes))
  for (const { path, policies } of routes.flatMap(({ backends }) => backends)) {
    const body = policies.find(({ key }) => key === 'mcpShield')?.body
    const file = mcpShield.schema.safeParse(body).data?.lock?.file
    if (file === undefined) continue
    const reading = files.get(file) ?? approvedIn(file, io)
    files.set(file, reading)
    known.set(JSON.stringify(path), await reading)
  }
  return (path) => known.get(JSON.stringify(path)) ?? new Set()
}

async function approvedIn(file: string, io: Io): Promise<ReadonlySet<string>> {
  const pins = await pinsOfFile(file, io)
  return new Set(pins.filter(({ by }) => by === 'approve').map((pin) => approvalKey(pin)))
}

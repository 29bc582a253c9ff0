// Starts a program of servers/ in a process of its own and says where it listens; the test that asked for it ends it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { TestContext } from 'node:test'

export interface Started {
  readonly url: string
  readonly process: ChildProcess
}

/** The file of a server: what a configuration names in `stdio.args`. */
export const serverFile = (name: string): string => path.join(import.meta.dirname, '../../servers', `${name}.ts`)

/** Starts `servers/NAME.ts ARGS` and waits for its first line. */
export async function startServer(t: TestContext, name: string, args: readonly string[] = []): Promise<Started> {
  const child = spawn(process.execPath, [serverFile(name), ...args], { stdio: ['pipe', 'ignore', 'pipe'] })
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  })
  let said = ''
  for await (const chunk of child.stderr) {
    said += String(chunk)
    const url = /listening on (\S+)\n/.exec(said)?.[1]
    if (url !== undefined) return { url, process: child }
  }
  throw new Error(`${name} ended before it listened: ${said}`)
}

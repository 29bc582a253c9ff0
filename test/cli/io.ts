// A command without a process: what it says is kept, what it may read is given.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import type { Io } from '../../src/cli/command.ts'
import { runCommand } from '../../src/cli/index.ts'

export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface Given {
  readonly env?: Record<string, string>
  readonly cwd?: string
  readonly stdin?: string
  readonly tty?: boolean
  readonly platform?: NodeJS.Platform
  readonly signal?: AbortSignal
}

/** Does `toolgate ARGV…` and returns what came of it. */
export async function toolgate(argv: readonly string[], given: Given = {}): Promise<Said> {
  const out: string[] = []
  const err: string[] = []
  const tty = given.tty === true
  const io: Io = {
    stdin: Object.assign(Readable.from(given.stdin === undefined ? [] : [Buffer.from(given.stdin)]), { isTTY: tty }),
    stdout: { write: (text) => out.push(text), isTTY: tty, columns: 80 },
    stderr: { write: (text) => err.push(text), isTTY: tty, columns: 80 },
    env: { LANG: 'en_GB.UTF-8', ...given.env },
    cwd: given.cwd ?? tmpdir(),
    platform: given.platform ?? 'linux',
    signal: given.signal ?? new AbortController().signal,
  }
  const code = await runCommand(argv, io)
  return { code, out: out.join(''), err: err.join('') }
}

/** A folder that is gone after the test. */
export async function folder(t: TestContext): Promise<string> {
  const name = await mkdtemp(path.join(tmpdir(), 'toolgate-'))
  t.after(() => rm(name, { recursive: true, force: true }))
  return name
}

// The Go SDK of MCP: a client and a server, built from test/wide/go by the Go toolchain of the machine.
import path from 'node:path'
import { command, type Part } from './part.ts'

const source = path.join(import.meta.dirname, '../wide/go')

/** Builds the program; what has not changed is not built again. Its path. */
export async function build(home: string): Promise<string> {
  const program = path.join(home, 'wide')
  await command('go', ['build', '-o', program, '.'], { cwd: source })
  return program
}

export const goSdk: Part = {
  name: 'go-sdk',
  version: '1.8.0',
  what: 'Go SDK of MCP (Go modules)',
  install: async (home) => void (await build(home)),
}

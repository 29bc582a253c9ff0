// The program line of the servers in this folder: options, transports, and the end.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { MakeServer, ServeOptions } from './serve.ts'

interface ProgramDefaults {
  readonly transport?: 'stdio' | 'http' | 'sse'
  readonly path?: string
  readonly hosts?: readonly string[]
}

const usage = `options: [--transport stdio|http|sse] [--port N] [--host ADDRESS] [--path /mcp]
         [--cert FILE --key FILE] [--stateless] [--json] [--era modern|both] [--until-stdin-ends]`

/** What every program of this folder understands. */
export function programOptions(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        transport: { type: 'string' },
        port: { type: 'string', default: '0' },
        host: { type: 'string', default: '127.0.0.1' },
        path: { type: 'string' },
        cert: { type: 'string' },
        key: { type: 'string' },
        stateless: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        era: { type: 'string' },
        'until-stdin-ends': { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`)
    return process.exit(2)
  }
}

/** Whether a module is the program that was started, and not imported by one. */
export function isProgram(meta: ImportMeta): boolean {
  const started = process.argv[1]
  return started !== undefined && existsSync(started) && realpathSync(started) === meta.filename
}

/**
 * Ends the process on SIGTERM, SIGINT and, when asked, when standard input ends: a pipe that a parent holds closes with the
 * parent, however it died.
 */
export function endWith(close: () => Promise<void>, stdin: boolean): void {
  const end = (): void => {
    // Whatever closing brings: the process is over.
    void close().finally(() => process.exit(0))
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  if (stdin) process.stdin.once('end', end).once('error', end).resume()
}

/** Reads `--cert` and `--key`. */
export function tlsOf(options: { cert?: string | undefined; key?: string | undefined }): Pick<ServeOptions, 'tls'> {
  const { cert, key } = options
  return cert === undefined || key === undefined ? {} : { tls: { cert: readFileSync(cert), key: readFileSync(key) } }
}

/** Makes a file of this folder a program: `node servers/clock.ts --transport http --port 8000`. Does nothing when imported. */
export async function program(meta: ImportMeta, make: MakeServer, defaults: ProgramDefaults = {}): Promise<void> {
  if (!isProgram(meta)) return
  const options = programOptions(process.argv.slice(2))
  const transport = options.transport ?? defaults.transport ?? 'stdio'
  if (transport === 'stdio') {
    const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js')
    const server = make()
    await server.connect(new StdioServerTransport() satisfies Transport)
    endWith(() => server.close(), true)
    return
  }
  if (transport !== 'http' && transport !== 'sse') {
    process.stderr.write(`there is no transport ${transport}\n${usage}\n`)
    process.exit(2)
  }
  const path = options.path ?? defaults.path
  // Only now: HTTP is a tenth of the start of a server that has no use for it.
  const { serve } = await import('./serve.ts')
  const serving = await serve(make, {
    transport,
    port: Number(options.port),
    host: options.host,
    hosts: defaults.hosts ?? [],
    stateless: options.stateless,
    json: options.json,
    ...(path === undefined ? {} : { path }),
    ...tlsOf(options),
  })
  // First ready to be ended, then announced: whoever reads the line may end us at once.
  endWith(() => serving.close(), options['until-stdin-ends'])
  process.stderr.write(`listening on ${serving.url}\n`)
}

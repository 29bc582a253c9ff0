// The servers of a configuration, asked for everything they offer: what scanning, pinning and comparing begin with.
import { loadConfig } from '../config/load.ts'
import type { Shape } from '../config/shape.ts'
import { Refused } from '../gateway/gateway.ts'
import { type BackendOfferings, offeringsOf } from '../gateway/offerings.ts'
import { parts } from '../gateway/parts.ts'
import { connectTo, usageError } from './arguments.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { ConfigFiles } from './config-files.ts'
import { oneLine, Progress } from './terminal.ts'

/**
 * Asks every server of every MCP backend; one that cannot be asked says why in its `failure`.
 * @throws CommandError with exit code 3 when the configuration cannot run
 */
export async function askUpstreams(shape: Shape, args: Arguments, io: Io): Promise<readonly BackendOfferings[]> {
  const seconds = Number(args.value('timeout') ?? '30')
  if (!(seconds > 0 && seconds <= 3_600)) throw usageError({ name: 'scan' }, '--timeout is a number of seconds')
  const progress = new Progress(io.stderr, 'asking the servers', args.has('quiet'))
  try {
    const asked = await offeringsOf(shape, {
      read: new ConfigFiles(io.cwd).read,
      signal: AbortSignal.any([io.signal, AbortSignal.timeout(seconds * 1_000)]),
      connectTo: connectTo(args.values('connect-to')),
    })
    if (io.signal.aborted) throw new CommandError(exit.interrupted, 'interrupted')
    return asked
  } catch (thrown) {
    if (!(thrown instanceof Refused)) throw thrown
    throw new CommandError(exit.unasked, `the configuration cannot run: ${oneLine(thrown.message)}`, {
      hint: 'toolgate validate',
      cause: thrown,
    })
  } finally {
    progress.end()
  }
}

/** A configuration with one server at an address. */
export function shapeFor(address: string, token: string | undefined): Shape {
  const url = URL.parse(address)
  if (url === null || !/^https?:$/.test(url.protocol) || address.includes('${'))
    throw new CommandError(exit.usage, `${oneLine(address)} is no address`, { hint: 'https://mcp.example.com/mcp' })
  const kind = url.pathname.endsWith('/sse') ? 'sse' : 'mcp'
  const name = url.hostname
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '')
    .replaceAll(/^[.-]+|[.-]+$/g, '')
  const target = {
    name: name === '' ? 'server' : name,
    [kind]: { host: url.href },
    ...(token !== undefined && token !== '' && { policies: { backendAuth: { key: token } } }),
  }
  const backend = { mcp: { targets: [target], prefixMode: 'never' } }
  const text = JSON.stringify({ binds: [{ port: 3000, listeners: [{ routes: [{ backends: [backend] }] }] }] })
  const { shape, problems } = loadConfig({ text, file: address, env: {}, parts })
  if (shape === undefined)
    throw new CommandError(exit.usage, oneLine(problems[0]?.message ?? 'this address cannot be used'), {
      where: address,
    })
  return shape
}

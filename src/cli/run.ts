// `toolgate [run]`: one gateway process, from the configuration to the last answered request.
import { type Loaded, loadConfig } from '../config/load.ts'
import { countText, problemText } from '../config/problems.ts'
import type { Shape } from '../config/shape.ts'
import type { Problem } from '../core/module.ts'
import { dryCompile } from '../gateway/compile.ts'
import { Refused } from '../gateway/gateway.ts'
import { parts } from '../gateway/parts.ts'
import { banner } from './banner.ts'
import { exit, type Io, type RunOptions } from './command.ts'
import { ConfigFiles } from './config-files.ts'
import type { Origin } from './origin.ts'
import { Running } from './running.ts'

/**
 * Serves until the signal of `io` is aborted. 0: ended in order; 1: the configuration is refused; 3: it cannot be read, or an
 * address cannot be opened.
 */
export async function run(found: Origin, options: RunOptions, io: Io): Promise<number> {
  await using origin = found
  const files = new ConfigFiles(io.cwd)
  const load = async (): Promise<Loaded> =>
    loadConfig({ text: await origin.read(), file: origin.name, env: io.env, parts })
  const first = await load()
  if (first.shape === undefined)
    return refuse(first, first.draft === undefined ? [] : await dryCompile(first.draft, files.read, true), io)
  if (options.validateOnly) return validateOnly(first, first.shape, files, io)
  try {
    await using running = await Running.start(first.shape, { io, origin, load, files, connectTo: options.connectTo })
    const tookMs = performance.now() // since the process started: what whoever started it has waited
    io.stdout.write(banner({ shape: first.shape, origin: origin.name, cwd: io.cwd, tookMs, ...running.addresses }))
    await running.serve()
    return exit.fine
  } catch (thrown) {
    if (thrown instanceof Refused) return refuse(first, thrown.problems, io)
    throw thrown
  }
}

async function validateOnly(loaded: Loaded, shape: Shape, files: ConfigFiles, io: Io): Promise<number> {
  const problems = await dryCompile(shape, files.read)
  if (problems.some(({ severity }) => severity === 'error')) return refuse(loaded, problems, io)
  io.stdout.write('Configuration is valid!\n')
  return exit.fine
}

function refuse(loaded: Loaded, late: readonly Problem[], io: Io): number {
  const problems = loaded.withLate(late)
  io.stderr.write(`${problems.map((problem) => problemText(problem)).join('')}${countText(problems)}\n`)
  return exit.no
}

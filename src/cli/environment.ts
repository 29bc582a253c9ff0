// The variables beside a configuration: `toolgate.env`, as import writes it. What the process already has wins.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { type Arguments, CommandError, exit, type Io } from './command.ts'

/** Adds the variables of `toolgate.env` beside the configuration, or in this folder when none is named. */
export function withEnvironmentFile(args: Arguments, io: Io): Io {
  const named = args.value('file') ?? args.words[0]
  const folder = named === undefined || named === '-' ? io.cwd : path.dirname(path.resolve(io.cwd, named))
  const file = path.join(folder, 'toolgate.env')
  try {
    return { ...io, env: { ...parseEnv(readFileSync(file, 'utf8')), ...io.env } }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
    if (code === 'ENOENT' || code === 'ENOTDIR') return io
    throw new CommandError(exit.unasked, 'cannot read toolgate.env', { where: `${file}: ${code}`, cause })
  }
}

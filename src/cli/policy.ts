// `toolgate policy`: who may do what, and which rule says so. No gateway is needed.
import { nearestWord } from '../config/suggest.ts'
import { usageError } from './arguments.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { withEnvironmentFile } from './environment.ts'
import { diff } from './policy-diff.ts'
import { explain } from './policy-explain.ts'
import { replay } from './policy-replay.ts'
import { runCases } from './policy-test.ts'

const command = { name: 'policy' }

const subcommands: Readonly<Record<string, (args: Arguments, io: Io) => Promise<number>>> = {
  explain,
  test: runCases,
  diff,
  replay,
}

/** `toolgate policy explain|test|diff|replay` */
export async function policy(args: Arguments, io: Io): Promise<number> {
  const [what] = args.words
  if (what === undefined) throw usageError(command, 'explain, test, diff or replay?')
  const body = Object.hasOwn(subcommands, what) ? subcommands[what] : undefined
  if (body !== undefined) return await body(args, withEnvironmentFile(args, io))
  const near = nearestWord(what, Object.keys(subcommands))
  const meant = near === undefined ? '' : `: did you mean \`${near}\`?`
  throw new CommandError(exit.usage, `policy cannot \`${what}\`${meant}`, {
    hint: `toolgate policy ${near ?? '--help'}`,
  })
}

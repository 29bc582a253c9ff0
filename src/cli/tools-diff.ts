// `toolgate tools diff`: what is no longer as it was pinned, the most serious first; for people and for CI.
import { type Arguments, exit, type Io } from './command.ts'
import { jsonDocument, painter } from './terminal.ts'
import { driftText, failureText } from './tools-drift-text.ts'
import { compared } from './tools-pins.ts'

/** 0 nothing has changed, 1 something has, 3 something could not be asked. */
export async function diff(args: Arguments, io: Io): Promise<number> {
  const found = await compared(args, io)
  const { file, drifts, failures } = found
  if (args.value('format') === 'json') {
    const told = drifts.map((drift) => {
      const { verdict, findings } = found.scanned(drift) ?? { verdict: undefined, findings: [] }
      return { ...drift, verdict, findings }
    })
    io.stdout.write(jsonDocument({ version: 1, file, drifts: told, failures }))
  } else {
    for (const drift of drifts) io.stdout.write(driftText(drift, found, io))
    io.stdout.write(failures.map((failure) => failureText(failure, io)).join(''))
    const sum = drifts.length === 0 ? 'everything is as it was pinned' : `${drifts.length} wait for approval`
    io.stderr.write(painter(io.stderr, io.env)('dim', `${sum}: ${file}\n`))
  }
  if (drifts.length > 0) return exit.no
  return failures.length > 0 ? exit.unasked : exit.fine
}
